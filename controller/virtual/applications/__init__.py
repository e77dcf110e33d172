"""The dialplan applications, a file per family. Importing this package enters them in the registry."""

from controller.virtual.applications import basic, bridge, digits, fax, play, record, socket

__all__ = ["basic", "bridge", "digits", "fax", "play", "record", "socket"]
