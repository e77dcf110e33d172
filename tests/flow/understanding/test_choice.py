import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.flow.understanding.choice import ranked, read

OFFICE = {
    "sales": ["service commercial", "les ventes", "acheter"],
    "help": ["service technique", "le dépannage", "une panne", "technical support"],
    "bills": ["la comptabilité", "une facture", "accounts"],
}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("je voudrais le service commercial", "sales"),
        ("commercial", "sales"),
        ("les ventes s' il vous plaît", "sales"),
        ("des ventes", "sales"),
        ("[unk] ventes", "sales"),
        ("c' est pour une facture", "bills"),
        ("contabilité", "bills"),  # misheard
        ("une pane", "help"),
        ("the technical support please", "help"),
        ("le service", None),  # of which two offer one
        ("les ventes ou une facture", None),
        ("le service commercial ou une facture", None),
        ("pas le commercial", None),
        ("une facture de service", "bills"),
        ("bonjour", None),
        ("[unk]", None),
        ("", None),
    ],
)
def test_an_option_is_found(said, meant):
    assert read(said, "fr", OFFICE) == meant


def test_the_longer_phrase_is_meant_when_it_is_said_whole():
    options = {"a": ["service"], "b": ["service après vente"]}
    assert read("le service après vente", "fr", options) == "b"
    assert read("le service", "fr", options) == "a"
    assert read("ce n' est pas moi", "fr", {"me": ["moi"], "other": ["pas moi"]}) == "other"


def test_a_threshold_is_kept():
    options = {"a": ["changer mon rendez vous de demain"]}
    assert read("changer rendez vous", "fr", options, 0.9) is None
    assert read("changer rendez vous", "fr", options, 0.6) == "a"


phrases = st.lists(st.text(max_size=12), max_size=3)


@given(st.text(max_size=30), st.dictionaries(st.text(max_size=3), phrases, max_size=4))
def test_any_words_and_any_phrases(said, options):
    assert read(said, "fr", options) in {None, *options}
    assert all(0 <= one.score <= 1.0001 for one in ranked(said, options))


@given(st.sampled_from([(name, phrase) for name, told in OFFICE.items() for phrase in told]))
def test_every_phrase_means_its_option(pair):
    assert read(pair[1], "fr", OFFICE) == pair[0]
    assert read(f"je voudrais {pair[1]} merci", "fr", OFFICE) == pair[0]
