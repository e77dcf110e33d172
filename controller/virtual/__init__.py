"""A virtual switch.

FreeSWITCH's stand-in on the real wire over TCP, kept honest by recordings. It imports nothing of ours.
"""

from controller.virtual.callee import Callee
from controller.virtual.dialplan import Dialplan, Extension
from controller.virtual.party import Caller, Happening, Party
from controller.virtual.switch import VirtualSwitch

__all__ = ["Callee", "Caller", "Dialplan", "Extension", "Happening", "Party", "VirtualSwitch"]
