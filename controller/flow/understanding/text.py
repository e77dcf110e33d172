"""text: whatever was said, word by word."""

from controller.flow.understanding.words import known_words


def read(text: str, language: str) -> str | None:
    """Take the words as they are; None when none was understood."""
    del language
    return " ".join(known_words(text)) or None


def phrases(language: str) -> tuple[str, ...]:
    """Anything may be said."""
    del language
    return ()
