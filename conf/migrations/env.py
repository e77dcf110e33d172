"""Alembic's entry: runs on the connection that `conf.migrations` hands over."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from conf.models import Base, Line, Moment, Sealed
from conf.models.types import Written


def _render(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Migrations are frozen: they name SQL types, not ours."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Line):
        return f"sa.String({item.length})"
    if kind == "type" and isinstance(item, Written):
        return "sa.JSON()"
    if kind == "type" and isinstance(item, Sealed):
        return "sa.LargeBinary()"
    return False


connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    compare_type=True,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=_render,
)
with context.begin_transaction():
    context.run_migrations()
