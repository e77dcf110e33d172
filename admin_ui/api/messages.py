"""Messages that callers left in a call."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from apiflask import APIBlueprint
from apiflask.schemas import FileSchema
from pydantic import BaseModel, ConfigDict, Field

from admin_ui import messages
from admin_ui.api.parts import Answer, answer, scope
from admin_ui.database import db
from admin_ui.person import subscriber_id
from conf import call_history

blueprint = APIBlueprint("api_messages", __name__, url_prefix="/api/v1", tag="Calls")


class Message(BaseModel):
    """A message; `text` is what was said, once `state` is done."""

    model_config = ConfigDict(from_attributes=True)

    message: str
    at: datetime
    seconds: float
    ended: Literal["key", "silence", "length", "hung_up"]
    flow: str
    node: str
    language: str
    state: Literal["waiting", "done", "empty", "no_model", "failed", "sealed"] = Field(
        description="Why there are no words, unless it is done."
    )
    text: str


class Messages(BaseModel):
    """The messages of a call, in the order in which they were left."""

    items: list[Message]


@blueprint.get("/calls/<call>/messages")
@scope("calls:read")
@blueprint.output(Messages)
def of_call(call: str) -> Answer:
    """Read the messages of a call.

    What was said, in words; card numbers are masked. Reading is noted in the audit log."""
    call_history.find(db.session(), subscriber_id(), call)
    return answer({"items": [Message.model_validate(one).model_dump(mode="json") for one in messages.told(call)]})


@blueprint.get("/calls/<call>/messages/<message>/audio")
@scope("calls:read")
@blueprint.output(FileSchema(), content_type="audio/wav")
def audio(call: str, message: str) -> Any:
    """Hear a message.

    A WAV file at 8 kHz; ranges are taken. Hearing is noted in the audit log."""
    call_history.find(db.session(), subscriber_id(), call)
    return messages.sound(call, message)
