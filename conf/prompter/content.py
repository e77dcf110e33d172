"""Content of the prompter as the database keeps it: JSON in a sealed column."""

from __future__ import annotations

import json
from typing import Any

from conf.models import Content


def sealed(value: Any) -> Content:
    """A value for a sealed column."""
    return Content.plain(json.dumps(value, ensure_ascii=True))


def opened(content: Content) -> Any:
    """The value again; ask `content.sealed` first."""
    return json.loads(content.stored[1:])
