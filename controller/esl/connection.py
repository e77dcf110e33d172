"""The front door of this room: what others name when they speak to FreeSWITCH."""

from controller.esl.event import Event
from controller.esl.execution import Execution
from controller.esl.hardened import Connection
from controller.esl.inbound import Inbound
from controller.esl.session import Session

__all__ = ["Connection", "Event", "Execution", "Inbound", "Session"]
