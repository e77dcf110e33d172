"""Call: what a flow knows of the call it walks, and what it writes down on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from controller.flow.commands import Phrase, Prompt, Sound
from controller.flow.problem import N_, FlowError
from controller.flow.values import LONGEST, names, plain, substitute

MOST = 2400  # bytes of all variables together, as JSON


class Spoken(Protocol):
    """Anything with a prompt's name or a text by language."""

    @property
    def prompt(self) -> str: ...
    @property
    def text(self) -> Mapping[str, str]: ...


class SecretLost(Exception):
    """A secret (a PIN) is needed that did not survive its controller: the caller is asked again."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass
class Call:
    """One call's variables. `secrets` maps a secret variable to the node that asked for it: no checkpoint holds it."""

    variables: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    node: str = ""  # where the walk is; the engine writes it

    def __post_init__(self) -> None:
        self.variables = {name: _kept(value) for name, value in self.variables.items()}

    def text(self, template: str, escape: Callable[[str], str] = plain) -> str:
        """Put the variables into a template; an unknown one becomes nothing."""
        for name in names(template):
            self.value(name)
        return substitute(template, self.variables, escape)

    def value(self, name: str) -> str:
        """Read a variable; an unknown one is nothing."""
        if name in self.secrets and name not in self.variables:
            raise SecretLost(name)
        return self.variables.get(name, "")

    def is_secret(self, template: str) -> bool:
        """Whether a template holds a secret."""
        return any(name in self.secrets for name in names(template))

    def save(self, name: str, value: str, secret: bool = False) -> None:
        """Set a variable, at most 200 characters of it. Raises FlowError when a call carries too much."""
        self.variables[name] = _kept(value)
        if secret:
            self.secrets[name] = self.node
        else:
            self.secrets.pop(name, None)
        if len(json.dumps(self.variables, ensure_ascii=False).encode()) > MOST:
            message = N_("The call carries too many variables: {limit} bytes are the most.")
            raise FlowError(message, node=self.node, limit=str(MOST))

    def sounds(self, *spoken: Spoken) -> tuple[Sound, ...]:
        """Turn announcements into what is played, in the caller's language; a prompt comes before its text."""
        return tuple(self._sounds(spoken))

    def _sounds(self, spoken: Iterable[Spoken]) -> Iterable[Sound]:
        language = self.variables.get("language", "")
        for announcement in spoken:
            if announcement.prompt:
                yield Prompt(announcement.prompt, language)
            if announcement.text:
                chosen = language if language in announcement.text else next(iter(announcement.text))
                template = announcement.text[chosen]
                filled = self.text(template)
                yield Phrase(filled, chosen, template if filled != template else "")


def _kept(value: str) -> str:
    """Shorten a value to what a checkpoint holds; half a character, which JSON cannot carry, becomes a “?”."""
    return value[:LONGEST].encode(errors="replace").decode()
