"""The table of answers that came in when nobody was signed in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime


class HeldAnswerRow(Base):
    """An answer sent from a browser whose session was gone, until somebody signs in there.

    It is nobody's yet: the test's owner gets it, for anybody else it is deleted unread.
    """

    __tablename__ = "held_answers"
    __table_args__ = (UniqueConstraint("browser", "attempt_id", "position", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: SHA-256 of the random word in the browser's cookie.
    browser: Mapped[str] = mapped_column(String(64))
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"), index=True)
    position: Mapped[int]
    #: Which step of a story it answers, from 1; 1 for any other question.
    step: Mapped[int]
    #: What the form said, comma-separated: places down the page, never what stands there.
    choices: Mapped[str] = mapped_column(Text)
    #: Where the question stands on the site.
    path: Mapped[str] = mapped_column(Text)
    held_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
