"""name: a person's or a company's name, said or spelled."""

from __future__ import annotations

from controller.flow.understanding.words import UNKNOWN, bare, spoken

MOST = 5  # words of a name

INTRODUCED = {
    "fr": ("je m' appelle", "mon nom est", "mon nom c' est", "c' est", "je suis", "au nom de", "nom", "monsieur",
           "madame", "mademoiselle", "alors", "euh", "bonjour"),
    "en": ("my name is", "my name's", "i'm", "i am", "it's", "it is", "this is", "the name is", "mister", "mrs",
           "miss",           "um", "uh", "hello"),
    "de": ("mein name ist", "ich heiße", "ich bin", "hier ist", "das ist", "herr", "frau", "äh", "hallo"),
}  # fmt: skip
POLITE = {"s' il vous plaît", "merci", "please", "thank you", "bitte", "danke", "et je l' épelle", "ça s' épelle"}

# Letters as recognisers write them; a single letter is itself.
LETTERS = {
    "fr": {"bé": "b", "cé": "c", "dé": "d", "effe": "f", "gé": "g", "hache": "h", "ji": "j", "gi": "j", "ka": "k",
           "elle": "l", "aime": "m", "emme": "m", "enne": "n", "haine": "n", "pé": "p", "ku": "q", "erre": "r",
           "esse": "s", "té": "t", "thé": "t", "vé": "v", "ixe": "x",
           "zède": "z", "eux": "e", "eu": "e", "ah": "a", "oh": "o",
           "double vé": "w", "i grec": "y", "tiret": "-", "trait d' union": "-", "apostrophe": "'", "espace": " "},
    "en": {"bee": "b", "be": "b", "see": "c", "sea": "c", "dee": "d", "ef": "f", "gee": "g", "aitch": "h", "jay": "j",
           "kay": "k", "el": "l", "em": "m", "en": "n", "oh": "o", "pea": "p", "queue": "q", "cue": "q", "are": "r",
           "ess": "s", "tea": "t", "tee": "t", "you": "u", "vee": "v", "double you": "w", "ex": "x", "why": "y",
           "zed": "z", "zee": "z", "ay": "a", "hyphen": "-", "dash": "-", "apostrophe": "'", "space": " "},
    "de": {"be": "b", "ce": "c", "de": "d", "ef": "f", "ge": "g", "ha": "h", "jot": "j", "ka": "k", "el": "l",
           "em": "m", "en": "n",
           "pe": "p", "ku": "q", "er": "r", "es": "s", "te": "t", "vau": "v", "we": "w", "ix": "x",
           "ypsilon": "y", "zett": "z", "bindestrich": "-"},
}  # fmt: skip
LIKE = {"fr": ("comme", "de"), "en": ("for", "as in", "like"), "de": ("wie",)}
TWICE = {"fr": ("double", "deux"), "en": ("double",), "de": ("doppel",)}


def read(text: str, language: str) -> str | None:
    """Read a name, spelled or said after "my name is". None for none, and for more words than a name has."""
    if UNKNOWN in text.split():
        return None
    said = _introduced(spoken(text), language)
    parts = said.split()
    for start in range(len(parts)):  # "Martin, M A R T I N": the spelling counts
        letters = spelled(parts[start:], language)
        if letters and len(letters) > 1 and start <= MOST:
            return _capital(letters)
    if not parts or len(parts) > MOST or any(part.isdecimal() or len(bare(part)) == 0 for part in parts):
        return None
    return _capital(said.replace("' ", "'"))


def phrases(language: str) -> tuple[str, ...]:
    """A name may be anything."""
    del language
    return ()


def spelled(parts: list[str], language: str) -> str | None:
    """Read letters: "m a r", "emme a erre", "m comme marie", "deux n"; None when there is anything else."""
    found, place = "", 0
    known = LETTERS.get(language, {})
    while place < len(parts):
        times = 1
        if parts[place] in TWICE.get(language, ()) and place + 1 < len(parts) and not known.get(_two(parts, place)):
            times, place = 2, place + 1
        letter, length = _letter(parts, place, known)
        if not letter:
            return None
        found += letter * times
        place += length
        for like in LIKE.get(language, ()):
            words = like.split()
            if parts[place : place + len(words)] == words and place + len(words) < len(parts):
                example = parts[place + len(words)]
                if bare(example)[:1] != bare(letter):
                    break
                place += len(words) + 1
                break
    return found or None


def _two(parts: list[str], place: int) -> str:
    return " ".join(parts[place : place + 2])


def _letter(parts: list[str], place: int, known: dict[str, str]) -> tuple[str, int]:
    for length in (3, 2):
        if (two := " ".join(parts[place : place + length])) in known and place + length <= len(parts):
            return known[two], length
    word = parts[place].rstrip("'")
    return (word, 1) if len(word) == 1 and word.isalpha() else (known.get(parts[place], ""), 1)


def _introduced(said: str, language: str) -> str:
    """Take away what comes before a name, and what is said out of politeness after it."""
    again = True
    while again:
        again = False
        for phrase in INTRODUCED.get(language, ()):
            if said.startswith(phrase + " "):
                said, again = said.removeprefix(phrase + " "), True
        for phrase in POLITE:
            if said.endswith(" " + phrase):
                said, again = said.removesuffix(" " + phrase), True
    return said


def _capital(name: str) -> str:
    """Write each part with a capital, particles as they are."""
    small = {"de", "du", "des", "la", "le", "von", "van", "der", "of"}
    parts = enumerate(name.split())
    written = " ".join(part if part in small and place else part[:1].upper() + part[1:] for place, part in parts)
    for mark in "-'":
        written = mark.join(part[:1].upper() + part[1:] if part[:1] else part for part in written.split(mark))
    return written
