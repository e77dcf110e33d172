"""Taking the network away from this process and whatever it starts."""

from __future__ import annotations

import ctypes
import os
import struct

_NEWNET, _NEWUSER = 0x40000000, 0x10000000
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2  # of prctl
_MACHINES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}  # audit's name, and the number of socket()
_X32, _IO_URING_SETUP, _UNIX = 0x40000000, 425, 1
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06  # of Berkeley's packet filter
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001  # the latter: EPERM
_NUMBER, _ARCHITECTURE, _FIRST = 0, 4, 16  # places in what the filter is shown


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def go_offline() -> bool:
    """A network namespace of its own, which has no way out; else a filter that refuses every socket but Unix ones.

    False where the system gives neither.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    return any(libc.unshare(flags) == 0 for flags in (_NEWNET, _NEWUSER | _NEWNET)) or refuse_sockets()


def refuse_sockets() -> bool:
    """Refuse every socket but Unix ones, for good; False where the system cannot."""
    if os.uname().machine not in _MACHINES:
        return False
    architecture, socket = _MACHINES[os.uname().machine]
    steps = (
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 0, 7, architecture),  # else to the end: refused
        (_LOAD, 0, 0, _NUMBER),
        (_EQUAL, 5, 0, socket | _X32),
        (_EQUAL, 4, 0, _IO_URING_SETUP),
        (_EQUAL, 0, 2, socket),
        (_LOAD, 0, 0, _FIRST),
        (_EQUAL, 0, 1, _UNIX),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    )
    program = _Program(len(steps), b"".join(struct.pack("=HBBI", *step) for step in steps))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_ulong]
    if prctl(_NO_NEW_PRIVILEGES, 1, None, 0, 0):
        return False
    return bool(prctl(_SECCOMP, _FILTER, ctypes.addressof(program), 0, 0) == 0)
