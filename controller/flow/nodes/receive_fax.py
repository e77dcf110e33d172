"""receive_fax: the caller's machine sends a fax over this call."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from controller.flow import ask
from controller.flow.fields import Template
from controller.flow.node import Call, Exit, Node, Steps
from controller.flow.problem import N_


class ReceiveFaxNode(Node):
    """Receive a fax."""

    kind: ClassVar[str] = "receive_fax"
    title: ClassVar[str] = N_("Receive a fax")
    help: ClassVar[str] = N_(
        "The caller's fax machine sends a fax over this call. It is kept with the number's faxes and sent to whom "
        "those go, also when it breaks off after some pages. The call ends with the fax; what follows may still "
        "count or send a web request. “fax_pages” tells how many pages came, “fax_code” how it ended (0: well)."
    )
    icon: ClassVar[str] = "file-input"
    group: ClassVar[str] = "connect"
    takes_time: ClassVar[bool] = True
    ways_out: ClassVar[tuple[Exit, ...]] = (
        Exit("received", N_("Received"), N_("The whole fax came."), progress=True),
        Exit("partial", N_("Partly"), N_("Some pages came, then it broke off; they are kept."), progress=True),
        Exit("failed", N_("Failed"), N_("No page came: nobody sent a fax.")),
    )

    ident: Template = Field(
        "",
        title=N_("Station id"),
        description=N_("The number that the other machine shows; empty: the number dialled."),
    )

    @property
    def saves(self) -> tuple[str, ...]:
        return ("fax_pages", "fax_code", "fax_from")

    def run(self, call: Call) -> Steps:
        faxed = yield from ask.receive_fax(call.text(self.ident) or call.value("called"))
        call.save("fax_pages", str(faxed.pages))
        call.save("fax_code", "" if faxed.code is None else str(faxed.code))
        call.save("fax_from", faxed.remote_id)
        if faxed.ok:
            return "received"
        return "partial" if faxed.pages else "failed"
