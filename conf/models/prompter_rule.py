"""What the prompter listens for: rules that show a hint card, and checklists that tick themselves."""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, Configuration, Document, Documented
from conf.models.types import Key


class PrompterRule(Documented, Configuration, Base):
    """One rule of the prompter, by name: see `conf.prompter.documents.Rule`."""

    __tablename__ = "prompter_rule"
    __table_args__ = (UniqueConstraint("subscriber_id", "name"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(64))

    def read(self, doc: Document) -> None:
        self.name = doc["name"]


class Checklist(Documented, Configuration, Base):
    """What has to be said in a call, by name: see `conf.prompter.documents.Checklist`."""

    __tablename__ = "checklist"
    __table_args__ = (UniqueConstraint("subscriber_id", "name"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(64))

    def read(self, doc: Document) -> None:
        self.name = doc["name"]
