"""Which result answers which command, which commands need the caller, and which results took anybody's time."""

from __future__ import annotations

from controller.flow.commands import (
    Answer,
    CheckHours,
    CheckList,
    Collect,
    Command,
    Count,
    Counted,
    Dial,
    Dialled,
    Digits,
    Done,
    Faxed,
    HangUp,
    Hours,
    Listed,
    Listen,
    Play,
    Played,
    PlayMessage,
    ReceiveFax,
    Recorded,
    RecordMessage,
    Replied,
    Request,
    Result,
    SendFax,
    Utterance,
)

NEED_THE_CALLER = (Answer, Play, Collect, Listen, RecordMessage, PlayMessage, Dial, SendFax, ReceiveFax, HangUp)

ANSWERS: dict[type[Command], type[Result]] = {
    Answer: Done,
    Play: Played,
    Collect: Digits,
    Listen: Utterance,
    RecordMessage: Recorded,
    PlayMessage: Played,
    Dial: Dialled,
    CheckHours: Hours,
    CheckList: Listed,
    Count: Counted,
    Request: Replied,
    SendFax: Faxed,
    ReceiveFax: Faxed,
    HangUp: Done,
}


def took_time(command: Command, result: Result) -> bool:
    """Whether a command really waited: an unheard prompt or a number that failed at once did not."""
    match result:
        case Played():
            return result.heard
        case Digits():
            return result.prompt_heard or result.ended != "nothing"
        case Utterance():
            return result.prompt_heard or result.ended in ("speech", "keys", "beep")
        case Recorded():
            return result.ended != "nothing"
        case Dialled():
            return result.rang + result.talked > 0
        case Faxed():
            return result.seconds > 0
        case Replied():
            return False  # a server that refuses at once would let a loop of requests run for ever
    return command.waits
