"""What became of a fax, in plain words: a sentence for each result code, each cause of a call, each way to end.

Texts are English templates, marked for translation; whoever shows them translates them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conf.problems import N_, Translate

# By result code, 0 to 61, as the fax modem of FreeSWITCH counts them.
CODES: Mapping[int, str] = {
    0: N_("The far end received every page."),
    1: N_("The far end's answering tone did not stop."),
    2: N_("No fax machine answered: somebody may have picked up, or it was an answering machine."),
    3: N_("A fax machine seemed to answer, but said nothing."),
    4: N_("The far end interrupted the transmission and did not go on."),
    5: N_("The far end's modem did not fall silent when it should have."),
    6: N_("The two modems found no speed at which they understand each other."),
    7: N_("Somebody at the far end interrupted the fax."),
    8: N_("The far end's fax machine cannot work with ours."),
    9: N_("The far end cannot receive a fax at the moment."),
    10: N_("The far end cannot send a fax."),
    11: N_("The far end's fax machine does not take this resolution."),
    12: N_("The far end's fax machine does not take pages of this size."),
    13: N_("The far end's fax machine said something unexpected."),
    14: N_("The far end did not understand the announcement of the page."),
    15: N_("The far end hung up after a page."),
    16: N_("The far end's answer about a page could not be understood."),
    17: N_("The far end hung up before the first page."),
    18: N_("The far end's answer after a page made no sense."),
    19: N_("What answered is no fax machine, or one that wants to send."),
    20: N_("The far end did not answer the announcement of the page."),
    21: N_("The far end said nothing after a page."),
    22: N_("The far end was not ready to go on in time."),
    23: N_("The sender's answer about a page could not be understood."),
    24: N_("The sender wanted to send while we were to send."),
    25: N_("The sender said something unexpected after a page."),
    26: N_("The signal was lost while a page was received."),
    27: N_("The end of a line of the page never came."),
    28: N_("The first line of the page never came."),
    29: N_("The sender did not take its leave."),
    30: N_("The sender said nothing after a page."),
    31: N_("The sender never began its page."),
    32: N_("The sender never began its next page."),
    33: N_("The sender did not ask whether we were ready."),
    34: N_("The sender fell silent while the fax was being arranged."),
    35: N_("The sender hung up while the fax was being arranged."),
    36: N_("The sender hung up while a page was expected."),
    37: N_("The sender hung up without saying whether there are more pages."),
    38: N_("The sender hung up between two pages."),
    39: N_("The sender hung up when it was asked to wait."),
    40: N_("The sender hung up when it was asked to repeat a part of the page."),
    41: N_("The pages could not be opened for sending."),
    42: N_("A page was missing in what was to be sent."),
    43: N_("The pages were made in a form that cannot be sent."),
    44: N_("The pages were made without their numbers."),
    45: N_("The pages were made with wrong measures."),
    46: N_("The pages were made in a way that cannot be read."),
    47: N_("There was not enough memory for the pages."),
    48: N_("A page was repeated as often as is allowed, and did not arrive."),
    49: N_("The line was cut."),
    50: N_("The far end does not let faxes be fetched."),
    51: N_("The far end does not accept our fax number."),
    52: N_("The far end does not know the sub-address."),
    53: N_("The far end does not know the address of the document that was asked for."),
    54: N_("The far end does not know the sub-address that was asked for."),
    55: N_("The far end does not accept who sends."),
    56: N_("The far end wants a password."),
    57: N_("The far end does not accept the sender's internet address."),
    58: N_("The far end does not accept the route over the internet."),
    59: N_("The far end does not accept the caller's internet address."),
    60: N_("The far end does not know the internet address that was asked for."),
    61: N_("The far end does not accept the internet address that was called."),
}
# By the cause of a call that no fax machine answered.
CAUSES: Mapping[str, str] = {
    "USER_BUSY": N_("The number is busy."),
    "NO_ANSWER": N_("Nobody answered."),
    "NO_USER_RESPONSE": N_("Nobody answered."),
    "ALLOTTED_TIMEOUT": N_("Nobody answered."),
    "UNALLOCATED_NUMBER": N_("The number does not exist."),
    "NO_ROUTE_DESTINATION": N_("The number cannot be reached."),
    "INVALID_NUMBER_FORMAT": N_("The number is written wrongly or is incomplete."),
    "NUMBER_CHANGED": N_("The number has changed."),
    "CALL_REJECTED": N_("The call was refused."),
    "OUTGOING_CALL_BARRED": N_("The operator does not let this number be called."),
    "INCOMPATIBLE_DESTINATION": N_("The far end does not take this kind of call."),
    "NORMAL_TEMPORARY_FAILURE": N_("The network could not put the call through."),
    "NORMAL_CIRCUIT_CONGESTION": N_("The network has no free line."),
    "SWITCH_CONGESTION": N_("The network has no free line."),
    "NETWORK_OUT_OF_ORDER": N_("The network is out of order."),
    "DESTINATION_OUT_OF_ORDER": N_("The far end's line is out of order."),
    "SERVICE_UNAVAILABLE": N_("The network could not put the call through."),
    "ORIGINATOR_CANCEL": N_("The call was ended here."),
    "NORMAL_CLEARING": N_("Somebody picked up and hung up, without a fax."),
    "MANAGER_REQUEST": N_("The call was ended here."),
}
ELSE = N_("The call could not be put through.")


@dataclass(frozen=True)
class Reason:
    """Why nothing more is tried, and what somebody may do about it."""

    text: str
    advice: str = ""


_NUMBER = N_("Check the number with the recipient.")
_LATER = N_("Send it again later.")
_CALL = N_("Call the recipient: paper, line or power may be missing there.")
_FILE = N_("Send the document in another form, as a PDF for instance.")
REASONS: Mapping[str, Reason] = {
    "sent": Reason(N_("The fax was sent.")),
    "went": Reason(N_("Somebody confirmed that the fax arrived.")),
    "not_a_fax": Reason(N_("There is no fax machine at this number: two calls found none."), _NUMBER),
    "training": Reason(N_("The line is too bad for a fax, even at the lowest speed."), _LATER),
    "page": Reason(N_("Pages did not get over, even at the lowest speed."), _LATER),
    "line": Reason(N_("The line was cut again and again."), _LATER),
    "incompatible": Reason(N_("The far end's fax machine does not take the fax."), _CALL),
    "size": Reason(N_("The far end takes neither this resolution nor this size of page."), _CALL),
    "our_file": Reason(N_("The pages could not be sent as they were made."), _FILE),
    "document": Reason(N_("A document cannot be faxed."), _FILE),
    "refused": Reason(N_("The far end refuses the fax."), _CALL),
    "receiving": Reason(N_("The far end behaved as if it were sending."), _CALL),
    "busy": Reason(N_("The number stayed busy."), _LATER),
    "no_answer": Reason(N_("Nobody answered, several times."), _CALL),
    "unavailable": Reason(N_("The network did not put the calls through."), _LATER),
    "wrong_number": Reason(N_("The number cannot be reached."), _NUMBER),
    "barred": Reason(N_("The operator does not let this number be called."), N_("Ask the operator to open it.")),
    "no_t38": Reason(N_("The far end takes neither fax over the internet nor over the voice line."), _CALL),
    "too_many_calls": Reason(N_("Five calls were answered and the fax did not get over."), _CALL),
    "too_long": Reason(N_("It was tried for three hours."), _LATER),
    "cancelled": Reason(N_("Somebody cancelled the fax.")),
    "cancelling": Reason(N_("The fax is being cancelled.")),
    "locked": Reason(N_("The key to the documents was withdrawn."), N_("Grant the key for faxes again.")),
    "lost": Reason(
        N_("The call was lost: whether the pages after the last confirmed one arrived is not known."),
        N_("Ask the recipient, then send the rest again or say that it arrived."),
    ),
}


def sentence(code: int | None, cause: str, translate: Translate = str) -> str:
    """How a call ended. `code` is the fax's result, `cause` that of the hang-up; "" when neither is known."""
    if code is not None:
        return translate(CODES.get(code, ELSE))
    return translate(CAUSES.get(cause, ELSE)) if cause else ""


def reason(name: str, translate: Translate = str) -> str:
    """Why a fax came to its end, in words; "" when there is nothing to say."""
    return translate(REASONS[name].text) if name in REASONS else ""


def advice(name: str, translate: Translate = str) -> str:
    """What somebody may do about it; "" when there is nothing to do."""
    found = REASONS.get(name)
    return translate(found.advice) if found and found.advice else ""
