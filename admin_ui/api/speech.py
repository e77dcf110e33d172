"""What callers hear: a text spoken by the voice, and prompts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from apiflask import APIBlueprint
from apiflask.schemas import FileSchema
from flask import Flask, Response, abort, current_app, request, send_file
from flask_babel import gettext as _
from pydantic import BaseModel, Field

from admin_ui import ears, voice
from admin_ui.api.parts import Answer, Query, answer, asks, gives, problem, refuse, scope
from admin_ui.app import settings_of
from admin_ui.database import db
from admin_ui.limits import limiter
from admin_ui.person import subscriber_id
from admin_ui.voice import LONGEST, Busy, VoiceError
from conf.editing import documents, prompt_sounds
from conf.models import Document
from conf.problems import N_
from speech.client import SpeechAway

blueprint = APIBlueprint("api_speech", __name__, url_prefix="/api/v1", tag="Speech")
OFTEN = "120 per minute"
WAV = "audio/wav"
LARGEST_SOUND = 4 * 1024 * 1024  # bytes: what somebody says on the phone beside the canvas


class Said(Query):
    """A text to speak."""

    text: str = Field(min_length=1, max_length=LONGEST)
    language: str = Field("fr", pattern="^[a-z]{2}$", description="fr, en or de.")


class Understood(BaseModel):
    """What was said, in a recogniser's lower case; "" when no words were understood."""

    text: str


class Tongue(Query):
    """In which language."""

    language: str = Field("", pattern="^([a-z]{2})?$", description="The subscriber's unless given.")


def init_app(app: Flask) -> None:
    """Give the application a voice."""
    voice.init_app(app, settings_of(app))


@blueprint.get("/speech")
@scope("prompts:read", "flows:read")
@asks(Said)
@limiter.limit(OFTEN)
@blueprint.output(FileSchema(), content_type=WAV)
def speech(query: Said) -> Any:
    """Speak a text.

    A WAV file at 8 kHz, as callers hear it. 503 when the voice is away."""
    return spoken(query.text, query.language)


@blueprint.post("/speech/heard")
@scope("flows:read")
@asks(Tongue)
@limiter.limit(OFTEN)
@gives(Understood, example={"text": "the shop please"})
def heard(query: Tongue) -> Answer:
    """Tell what is understood of a sound.

    The body is a WAV file of some seconds. It is understood as a caller would be who speaks freely, and not kept. 503
    when the speech process is away, or has no model of the language."""
    content = request.get_data(cache=False)
    if not content:
        abort(400, _("Send the sound as the body of the request."))
    if len(content) > LARGEST_SOUND:
        abort(413)
    settings = settings_of(current_app)
    language = query.language or documents.read_all(db.session(), subscriber_id(), "subscriber")[0]["language"]
    db.session.rollback()  # the database waits for nobody's ears
    try:
        return answer({"text": ears.understood(content, language, settings)})
    except SpeechAway:
        return problem(503, "", _("The speech process does not answer: type the words."))
    except ears.NotUnderstood as error:
        if error.reason in ears.REASONS:
            return problem(503, "", _(ears.REASONS[error.reason]))
        raise refuse("", "not_heard", N_("This is not a sound that can be read.")) from None


heard._spec = {  # type: ignore[attr-defined]  # APIFlask's words
    **heard._spec,  # type: ignore[attr-defined]
    "body": {"type": "string", "format": "binary"},
    "body_example": None,
    "body_examples": None,
    "content_type": WAV,
}


@blueprint.get("/prompts/<name>/audio")
@scope("prompts:read", "flows:read")
@asks(Tongue)
@limiter.limit(OFTEN)
@blueprint.output(FileSchema(), content_type=WAV)
def prompt(name: str, query: Tongue) -> Any:
    """Hear a prompt.

    Its sound, else its text in a language (or in the subscriber's, or in any), at 8 kHz."""
    sid = subscriber_id()
    doc = documents.read(db.session(), sid, "prompts", name)
    folder = settings_of(current_app).prompts_dir
    path = prompt_sounds.sound_file(db.session(), sid, name, prompts_dir=folder)
    if path is not None and path.is_file():
        return sent(path)
    own = documents.read_all(db.session(), sid, "subscriber")[0]["language"]
    text, language = in_language(doc, query.language or own, own)
    if not text:
        return problem(404, "", _("The sound of this prompt is missing: upload it again."))
    return spoken(text, language)


def spoken(text: str, language: str) -> Any:
    """A text as a sound, or a problem with the reason."""
    db.session.rollback()  # the database waits for nobody's voice
    try:
        return sent(voice.voice().speak(text, language))
    except Busy:
        return problem(503, "", _("The voice is busy. Wait a moment and try again."))
    except VoiceError as error:
        if "espeak" in error.message or "failed" in error.message or "stored" in error.message:
            return problem(503, "", _(error.message).format(**error.fields))
        raise refuse("text", "not_spoken", error.message, **error.fields) from None


def in_language(doc: Document, language: str, default: str) -> tuple[str, str]:
    """A prompt's text in a language, else in the subscriber's, else in any; with the language it is in."""
    text: Mapping[str, str] = doc.get("text") or {}
    for tongue in (language, default, *text):
        if text.get(tongue):
            return text[tongue], tongue
    return "", language


def sent(path: Path) -> Response:
    """A sound; a browser may keep it for a while, since it is asked for again and again while somebody listens."""
    response = send_file(path, mimetype=WAV, conditional=True, etag=True)
    response.headers["Cache-Control"] = "private, max-age=60"
    return response


_MESSAGES = (
    N_("Texts cannot be spoken: espeak-ng is not installed (Debian: apt install espeak-ng)."),
    N_("There is nothing to speak in this text."),
    N_("The text is longer than {longest} characters."),
    N_("There is no voice for the language {language}."),
    N_("The sound cannot be stored in {folder}: {detail}."),
    N_("The voice failed: {detail}."),
)
