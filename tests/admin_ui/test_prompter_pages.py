"""Pages of the prompter: rules are written, switched, put in order, and come in and out as files."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import g
from sqlalchemy import select

from admin_ui.forms import checklist, rule
from conf.database import scoped
from conf.models import AuditEntry, CallRecord, Subscriber
from conf.prompter import editing, shown, transcripts
from conf.prompter.shown import Hint
from speech.hints import checklist_problems, rule_problems
from tests.admin_ui.site import SAMPLES, Browser, Site
from tests.admin_ui.test_prompter_api import say

NOW = datetime.now(UTC)
FORM: dict[str, Any] = {
    "title.fr": "Facture",
    "title.en": "Invoice",
    "text.fr": "Pour {{caller}} : le duplicata part par mail.",
    "audience": "agent",
    "when.kind": "said",
    "when.said.by": "customer",
    "when.said.phrases.fr": "ma facture\r\nun duplicata\r\n",
    "when.said.similarity": "85",
    "when.said.regex": "",
    "cooldown": "60",
    "priority": "50",
    "active": "true",
}
TRIGGERS: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({"when.kind": "silence", "when.silence.longer": "12,5"}, {"silence": {"longer": 12.5}}),
    ({"when.kind": "cross_talk", "when.cross_talk.longer": "3"}, {"cross_talk": {"longer": 3}}),
    (
        {"when.kind": "monologue", "when.monologue.by": "customer", "when.monologue.longer": "60"},
        {"monologue": {"by": "customer", "longer": 60}},
    ),
    (
        {"when.kind": "rate", "when.rate.by": "agent", "when.rate.bound": "below", "when.rate.below": "80"},
        {"rate": {"below": 80}},
    ),
    (
        {"when.kind": "event", "when.event.kind": "hold", "when.event.longer": "90", "when.event.is": "left over"},
        {"event": {"kind": "hold", "longer": 90}},
    ),
    (
        {"when.kind": "event", "when.event.kind": "attribute", "when.event.name": "segment", "when.event.is": "vip"},
        {"event": {"kind": "attribute", "name": "segment", "is": "vip"}},
    ),
    (
        {
            "when.kind": "absent",
            "when.absent.by": "agent",
            "when.absent.phrases.fr": "bonjour",
            "when.absent.end": "within",
            "when.absent.within": "15",
            "when.absent.after": "answer",
            "when.absent.before.by": "either",
            "when.absent.before.phrases.fr": "left over",
        },
        {"absent": {"by": "agent", "phrases": {"fr": ["bonjour"]}, "within": 15}},
    ),
    (
        {
            "when.kind": "absent",
            "when.absent.by": "either",
            "when.absent.phrases.fr": "mentions légales",
            "when.absent.end": "before",
            "when.absent.before.by": "either",
            "when.absent.before.phrases.fr": "carte bancaire",
        },
        {"absent": {"phrases": {"fr": ["mentions légales"]}, "before": {"phrases": {"fr": ["carte bancaire"]}}}},
    ),
]


@pytest.fixture
def engineer(site: Site) -> Browser:
    return site.as_role("engineer", slug="martin")


def read(site: Site, name: str, kind: str = "rules") -> dict[str, Any]:
    with scoped(site.engine, site.subscriber_id(), read_only=True) as session:
        return editing.read(session, site.subscriber_id(), kind, name)


def names(site: Site, kind: str = "rules") -> list[str]:
    with scoped(site.engine, site.subscriber_id(), read_only=True) as session:
        return [doc["name"] for doc in editing.read_all(session, site.subscriber_id(), kind)]


def made(browser: Browser, **changes: str) -> None:
    answer = browser.post("/prompter/new", data=FORM | changes)
    assert answer.status_code == 303, answer.text


def page(browser: Browser, path: str) -> str:
    return unescape(browser.get(path).get_data(as_text=True))


def sent_back(text: str, form: str) -> dict[str, list[str]]:
    """What a browser would send of a form that it was shown, without a click: only what is needed here."""
    base = re.search(r'name="base" value="([^"]+)"', text.partition(f'id="{form}"')[2])
    assert base
    return {"base": [base.group(1)]}


def test_a_rule_is_written_as_its_form_says(site: Site, engineer: Browser) -> None:
    unless = {"unless.by": "either", "unless.phrases.fr": "pas ma facture", "unless.within": "0"}
    made(engineer, **unless, **{"only.attributes": "segment: vip, gold", "once": "true"})
    assert read(site, "Invoice") == {
        "name": "Invoice",
        "title": {"fr": "Facture", "en": "Invoice"},
        "text": {"fr": "Pour {{caller}} : le duplicata part par mail."},
        "when": {"said": {"by": "customer", "phrases": {"fr": ["ma facture", "un duplicata"]}}},
        "unless": {"phrases": {"fr": ["pas ma facture"]}},
        "only": {"attributes": {"segment": ["vip", "gold"]}},
        "once": True,
    }
    shown_page = page(engineer, "/prompter")
    assert "The customer says “ma facture” / “un duplicata”." in shown_page


@pytest.mark.parametrize(("inputs", "when"), TRIGGERS)
def test_only_the_chosen_trigger_counts(inputs: dict[str, str], when: dict[str, Any], site: Site) -> None:
    with site.app.test_request_context():
        found = rule.trigger().read({key: [value] for key, value in (FORM | inputs).items()})["when"]
    assert found == when


def test_what_the_samples_say_is_said_by_the_forms(site: Site, engineer: Browser) -> None:
    """Every rule and checklist there is goes through its form and comes back as it was."""
    folder = Path(SAMPLES) / "martin" / "prompter"
    for kind, make, check in (("rules", rule, rule_problems), ("checklists", checklist, checklist_problems)):
        for doc in yaml.safe_load((folder / f"{kind}.yaml").read_text()):
            name = doc["name"]
            address = f"/prompter/rules/{name}" if kind == "rules" else f"/prompter/checklists/edit/{name}"
            assert engineer.get(address).status_code == 200
            with site.app.test_request_context():
                g.callers_language = "fr"
                form = make.form()
                filled = form.filled(doc)
                assert form.read(filled.values, doc) == doc
                again = form.read(filled.values, {})
            assert [*check(again)] == []
            model = editing.KINDS[kind].model
            assert model.model_validate(again) == model.model_validate(doc)


def test_what_is_wrong_stands_beside_its_input_and_nothing_is_lost(site: Site, engineer: Browser) -> None:
    before = names(site)
    answer = engineer.post("/prompter/new", data=FORM | {"when.said.phrases.fr": "ma *facture", "cooldown": "soon"})
    text = unescape(answer.get_data(as_text=True))
    assert (answer.status_code, names(site)) == (422, before)
    beside = text.partition('name="when.said.phrases.fr"')[2].partition("</details>")[0]
    assert "ma *facture" in beside
    assert "at the end of a word" in beside
    assert 'value="soon"' in text
    empty = engineer.post("/prompter/new", data=FORM | {"when.said.phrases.fr": ""})
    assert "needs phrases or a regular expression" in unescape(empty.get_data(as_text=True)).lower()


def test_two_people_edit_a_rule(site: Site, engineer: Browser) -> None:
    made(engineer)
    mine = sent_back(page(engineer, "/prompter/rules/Invoice"), "rule")
    site.as_role("administrator").post("/prompter/rules/Invoice", data=FORM | {"name": "Invoice", "priority": "80"})
    answer = engineer.post("/prompter/rules/Invoice", data=FORM | mine | {"name": "Invoice", "cooldown": "90"})
    text = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert "Somebody else saved this" in text
    assert "<ins>80</ins>" in text
    assert read(site, "Invoice").get("cooldown") is None
    again = sent_back(text, "rule")
    data = FORM | again | {"name": "Invoice", "cooldown": "90", "priority": "80"}
    assert engineer.post("/prompter/rules/Invoice", data=data).status_code == 303
    assert (read(site, "Invoice")["cooldown"], read(site, "Invoice")["priority"]) == (90, 80)


def test_a_rule_is_switched_moved_and_removed(site: Site, engineer: Browser) -> None:
    first, second, *_rest = names(site)
    engineer.post("/prompter/switch/rules", data={"name": first, "active": "false"})
    assert read(site, first)["active"] is False
    engineer.post("/prompter/switch/rules", data={"name": first, "active": "true"})
    assert "active" not in read(site, first)
    engineer.post("/prompter/order/rules", data={"name": second, "to": "up"})
    assert names(site)[:2] == [second, first]
    engineer.post("/prompter/order/rules", data={"name": second, "to": "up"})
    assert names(site)[:2] == [second, first]
    assert engineer.post(f"/prompter/rules/{first}/remove").status_code == 303
    assert first not in names(site)
    assert engineer.get(f"/prompter/rules/{first}").status_code == 404


def test_a_file_with_a_mistake_loads_nothing_and_names_its_line(site: Site, engineer: Browser) -> None:
    content = engineer.get("/prompter/files/rules/export").get_data(as_text=True)
    before = names(site)
    good = yaml.safe_load(content)[:1]
    good[0]["name"] = "of the file"
    wrong = yaml.safe_dump([*good, {"name": "bad", "title": {"fr": "x"}, "when": {"silence": {"longer": 0}}}])
    answer = engineer.post("/prompter/files/rules", data={"file": (io.BytesIO(wrong.encode()), "rules.yaml")})
    text = unescape(answer.get_data(as_text=True))
    assert (answer.status_code, names(site)) == (422, before)
    assert "when.silence.longer" in text
    assert re.search(r"line \d+:", text)
    loaded = engineer.post("/prompter/files/rules", data={"text": yaml.safe_dump(good)})
    assert (loaded.status_code, names(site)) == (303, [*before, "of the file"])


def test_a_renamed_rule_keeps_its_marks(site: Site, engineer: Browser) -> None:
    made(engineer)
    owner = site.subscriber_id()
    why = {
        "kind": "said",
        "fitted": "ma facture",
        "seen": {"side": "customer", "start": 2.0, "words": ["ma", "fracture"]},
    }
    with scoped(site.engine, owner) as session:
        transcripts.put(session, owner, "a-call", "customer", 1, [say("avec ma fracture au bras", 1.5)], started_at=NOW)
        shown.put(session, owner, Hint("a-call", 1, "Invoice", "x", "agent", "claire", NOW, 12.0, why))
        shown.mark(session, owner, "a-call", 1, "wrong", "claire@martin.example", NOW)
    assert engineer.post("/prompter/rules/Invoice", data=FORM | {"name": "duplicates"}).status_code == 303
    text = page(engineer, "/prompter/rules/duplicates/marks")
    assert "avec <mark>ma fracture</mark> au bras" in text
    assert "taken for “ma facture”" in text
    with scoped(site.engine, owner, read_only=True) as session:
        assert shown.marks(session, owner, rule="duplicates")["duplicates"]["wrong"] == 1
        assert shown.marks(session, owner, rule="Invoice") == {}


def test_a_checklist_keeps_the_order_of_its_steps(site: Site, engineer: Browser) -> None:
    step = {"by": "agent", "similarity": "85", "weight": "1", "regex": "", "name": ""}
    steps = {f"steps.0.{key}": value for key, value in (step | {"title.fr": "Saluer", "phrases.fr": "bonjour"}).items()}
    more = step | {"title.fr": "Prix", "phrases.fr": "le total", "weight": "2,5", "optional": "true"}
    steps |= {f"steps.7.{key}": value for key, value in more.items()}
    answer = engineer.post("/prompter/checklists/new", data={"title.fr": "Vente", "active": "true", **steps})
    assert answer.status_code == 303, answer.text
    assert read(site, "Vente", "checklists") == {
        "name": "Vente",
        "title": {"fr": "Vente"},
        "steps": [
            {"name": "Saluer", "title": {"fr": "Saluer"}, "phrases": {"fr": ["bonjour"]}},
            {"name": "Prix", "title": {"fr": "Prix"}, "phrases": {"fr": ["le total"]}, "weight": 2.5, "optional": True},
        ],
    }
    engineer.post("/prompter/order/checklists", data={"name": "Vente", "to": "up"})
    assert names(site, "checklists")[-1] != "Vente"
    assert "Saluer" in page(engineer, "/prompter/checklists")


def test_the_settings_say_to_whom_the_prompter_listens(site: Site) -> None:
    administrator = site.as_role("administrator")
    text = page(administrator, "/settings")
    form = {
        "name": "Boulangerie Martin", "language": "fr", "time_zone": "Europe/Paris", "country": "FR",
        "emergency": "15, 17, 18, 112", "fallback": "101", "prompter.calls": "some",
        "prompter.numbers": "+33123456789", "prompter.directions": ["inbound", "outbound"], "prompter.store": "true",
        "prompter.keep_days": "30", "prompter.mask": "dossier (\\d+)", "prompter.budget": "6",
    }  # fmt: skip
    saved = administrator.post("/settings", data=form | sent_back(text, "document"))
    assert saved.status_code == 303, saved.text
    with scoped(site.engine, site.subscriber_id(), read_only=True) as session:
        doc = session.scalars(select(Subscriber)).one().doc
    assert doc["prompter"] == {
        "numbers": ["+33123456789"],
        "directions": ["inbound", "outbound"],
        "keep_days": 30,
        "mask": ["dossier (\\d+)"],
    }
    tried = administrator.post(
        "/settings/prompter/mask", data={"mask.text": "mon dossier 4711 merci", "prompter.mask": "dossier (\\d+)"}
    )
    assert "mon dossier ••• merci" in unescape(tried.get_data(as_text=True))
    assert "no call yet" not in page(administrator, "/prompter")


def test_a_call_is_read_with_its_cards_and_the_reading_is_noted(site: Site, engineer: Browser) -> None:
    owner, call = site.subscriber_id(), "35594fa8-006d-422b-ad37-fa65c5a76d47"
    why = {"kind": "said", "fitted": "x", "seen": {"side": "customer", "start": 6.0, "end": 6.4, "words": ["content"]}}
    with scoped(site.engine, owner) as session:
        session.add(CallRecord(call=call, direction="inbound", caller="+33612121212", started_at=NOW, flow="reception"))
        for side, said in (("agent", say("boulangerie bonjour", 1.0)), ("customer", say("pas du tout content", 4.5))):
            transcripts.put(session, owner, call, side, 1, [said], started_at=NOW, language="fr")
        shown.put(session, owner, Hint(call, 1, "complaint", "x", "agent", "claire", NOW, 7.0, why))
        shown.mark(session, owner, call, 1, "used", "claire@martin.example", NOW + timedelta(seconds=9))
    text = page(engineer, f"/calls/{call}")
    said = text.partition('id="transcript"')[2]
    assert said.index("boulangerie bonjour") < said.index("<mark>content</mark>") < said.index("Unhappy customer")
    assert "used" in said.partition("Unhappy customer")[2][:200]
    with scoped(site.engine, owner, read_only=True) as session:
        wanted = select(AuditEntry.action, AuditEntry.kind).where(AuditEntry.name == call)
        assert [tuple(row) for row in session.execute(wanted)] == [("read", "transcript")]
    assert site.as_role("agent").get(f"/calls/{call}").status_code == 403
