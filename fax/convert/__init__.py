"""Documents become fax pages: `convert` is all that others need.

Whatever reads a stranger's file runs in a process of its own, with little memory, little time and no network.
"""

from fax.convert.documents import ConversionError, Converted, Document, Options
from fax.convert.running import convert

__all__ = ["ConversionError", "Converted", "Document", "Options", "convert"]
