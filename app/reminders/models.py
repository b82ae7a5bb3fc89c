"""The table of what went to whom."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime


class ReminderRow(Base):
    """One 受講のお願い of one kind to one person about one duty: begun before anything leaves the house.

    ``state`` moves on when more is known (``outbox.Fate``); who, what and when it was begun never change.
    """

    __tablename__ = "reminders"
    __table_args__ = (UniqueConstraint("person_id", "kind", "duty"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    kind: Mapped[str] = mapped_column(String(16))
    #: A course's slug or a run's id; with @ and the first day when a later service owes the course anew.
    duty: Mapped[str] = mapped_column(Text)
    #: As they stood when it was begun.
    course: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    due: Mapped[date | None]
    department: Mapped[str] = mapped_column(Text, default="")
    #: Where a mail went; "" for paper.
    address: Mapped[str] = mapped_column(Text, default="")
    message_id: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(16), index=True)
    #: What the mail server said when it didn't take it, or what HR found out.
    note: Mapped[str] = mapped_column(Text, default="")
    #: Sheets printed together.
    batch: Mapped[str] = mapped_column(String(32), default="", index=True)
    day: Mapped[date]
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    by: Mapped[str] = mapped_column(Text, default="")
