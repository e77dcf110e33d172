"""A channel's variables, as its applications and the api see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from controller.virtual.headers import INVITE
from controller.virtual.text import expand
from controller.virtual.wire import Value, flat

if TYPE_CHECKING:
    from controller.virtual.switch import VirtualSwitch


class Variables:
    """Held under the names they have in events (`variable_x`); a variable may have several values."""

    variables: dict[str, Value]
    profile: dict[str, str]
    switch: VirtualSwitch

    def get(self, name: str) -> str:
        """A variable as text; a few names of the caller profile answer too, as in FreeSWITCH."""
        value = self.variables.get(f"variable_{name}")
        if value is not None:
            return flat(value)
        return {
            "destination_number": self.profile.get("Destination-Number", ""),
            "caller_id_number": self.profile.get("Caller-ID-Number", ""),
            "caller_id_name": self.profile.get("Caller-ID-Name", "").replace("${", "%{"),
        }.get(name) or self.switch.globals.get(name, "")

    def set(self, name: str, value: Value | None) -> None:
        if value:
            self.variables[f"variable_{name}"] = value
        else:
            self.variables.pop(f"variable_{name}", None)

    def push(self, name: str, value: str) -> None:
        """Add to a variable with several values."""
        known = self.variables.get(f"variable_{name}", [])
        self.variables[f"variable_{name}"] = [*([known] if isinstance(known, str) else known), value]

    def true(self, name: str) -> bool:
        return self.get(name).lower() in ("true", "yes", "on", "1", "enabled", "active", "allow")

    def expand(self, text: str) -> str:
        return expand(text, self.get)

    def invited(self, **fields: str) -> None:
        """Put in what a phone's INVITE leaves in the variables."""
        self.variables |= {f"variable_{name}": value.format_map(fields) for name, value in INVITE.items()}
