"""A prompt: a sound or a text to speak, by name."""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from conf.models.base import Base, Configuration, Document, Documented
from conf.models.types import Key


class Prompt(Documented, Configuration, Base):
    """`sound` is the file's place under the prompts folder, named by its content, so that it never changes."""

    __tablename__ = "prompt"
    __table_args__ = (UniqueConstraint("subscriber_id", "name"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    sound: Mapped[str] = mapped_column(String(200), default="")

    def read(self, doc: Document) -> None:
        self.name = doc["name"]
