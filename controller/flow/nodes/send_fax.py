"""send_fax: the machine at the other end gets a fax over this call."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from controller.flow import ask
from controller.flow.commands import SendFax
from controller.flow.fields import Template
from controller.flow.node import Call, Exit, Node, Steps
from controller.flow.problem import N_


class SendFaxNode(Node):
    """Send a fax."""

    kind: ClassVar[str] = "send_fax"
    title: ClassVar[str] = N_("Send a fax")
    help: ClassVar[str] = N_(
        "The caller's fax machine gets a document over this call: a price list on demand, say. Ask the caller to press "
        "the start key first. The call ends with the fax; what follows may still count or send a web request. "
        "“fax_pages” tells how many pages arrived, “fax_code” how it ended (0: well)."
    )
    icon: ClassVar[str] = "file-output"
    group: ClassVar[str] = "connect"
    takes_time: ClassVar[bool] = True
    ways_out: ClassVar[tuple[Exit, ...]] = (
        Exit("sent", N_("Sent"), N_("All pages were confirmed."), progress=True),
        Exit("partial", N_("Partly"), N_("Some pages were confirmed, then it broke off."), progress=True),
        Exit("failed", N_("Failed"), N_("No page was confirmed, or there is no such document.")),
    )

    document: Template = Field(
        min_length=1, title=N_("Document"), description=N_("The name of a fax document of this subscriber.")
    )
    header: Template = Field(
        "", title=N_("Header line"), description=N_("Printed at the top of each page; empty: the subscriber's name.")
    )
    ident: Template = Field(
        "",
        title=N_("Station id"),
        description=N_("The number that the other machine shows; empty: the number dialled."),
    )
    manner: Literal["A", "B", "C", "D", "E"] = Field(
        "A",
        title=N_("Manner"),
        description=N_(
            "A: T.38, else audio; B: audio; C: audio, slower; D: audio, slower and without error correction; "
            "E: T.38, slower."
        ),
    )
    start_page: int = Field(0, ge=0, le=999, title=N_("Pages to leave out"), description=N_("Counted from the first."))

    @property
    def saves(self) -> tuple[str, ...]:
        return ("fax_pages", "fax_code")

    def run(self, call: Call) -> Steps:
        command = SendFax(
            file=call.text(self.document),
            start_page=self.start_page,
            rung=self.manner,
            ident=call.text(self.ident) or call.value("called"),
            header=call.text(self.header),
            time_zone=call.value("time_zone"),
        )
        faxed = yield from ask.send_fax(command)
        call.save("fax_pages", str(faxed.pages))
        call.save("fax_code", "" if faxed.code is None else str(faxed.code))
        if faxed.ok:
            return "sent"
        return "partial" if faxed.pages else "failed"
