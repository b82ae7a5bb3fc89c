"""Tables of what HR set right: annulled completions, paper, withdrawn questions, amendments.

Rows are added; a mistake is withdrawn. Completions, tests and answers themselves are never edited.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime
from app.people.models import new_id


class AnnulmentRow(Base):
    """HR annulled a completion: it never counted. ``reason`` is a category, no sentence about anybody."""

    __tablename__ = "annulments"

    id: Mapped[int] = mapped_column(primary_key=True)
    completion_id: Mapped[int] = mapped_column(ForeignKey("completions.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PaperTestRow(Base):
    """A test drawn to be printed for a group; the form and its seed are kept, so it can be printed again."""

    __tablename__ = "paper_tests"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    course: Mapped[str] = mapped_column(Text, index=True)
    run_id: Mapped[str] = mapped_column(Text, default="")
    title: Mapped[str] = mapped_column(Text)
    held_on: Mapped[date]
    revision: Mapped[str] = mapped_column(ForeignKey("content_revisions.digest"))
    seed: Mapped[str] = mapped_column(String(32))
    pass_mark: Mapped[int]
    #: JSON list of [scenario, places of its choices in the order printed].
    form: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_by: Mapped[str] = mapped_column(Text, default="")


class GroupListRow(Base):
    """A list of who took part in a training in a room or on paper, handed in to HR; whole or not at all.

    ``approved`` is None until HR decided; a 所属長's list names the department it came from.
    """

    __tablename__ = "group_lists"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    course: Mapped[str] = mapped_column(Text, index=True)
    run_id: Mapped[str] = mapped_column(Text, default="")
    method: Mapped[str] = mapped_column(Text)
    held_on: Mapped[date]
    signed_by: Mapped[str] = mapped_column(Text)
    evidence_number: Mapped[str] = mapped_column(Text)
    paper_test_id: Mapped[str | None] = mapped_column(ForeignKey("paper_tests.id"))
    #: As typed: a line a person, 職員番号 and (with a paper test) the right answers.
    lines: Mapped[str] = mapped_column(Text)
    department: Mapped[str] = mapped_column(Text, default="")
    submitted_by: Mapped[str] = mapped_column(Text)
    submitted_by_person: Mapped[str | None] = mapped_column(ForeignKey("persons.id"))
    submitted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    approved: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def taken_back(self) -> bool:
        """Who handed it in ended it herself: nobody sent it back."""
        return self.approved is False and self.decided_by == self.submitted_by


class WithdrawnQuestionRow(Base):
    """HR withdrew a wrong question of a course: it is drawn no more and counts against nobody."""

    __tablename__ = "withdrawn_questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    course: Mapped[str] = mapped_column(Text, index=True)
    scenario: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RegradeRow(Base):
    """A failed test passes, as it failed only because of withdrawn questions. It stays whatever follows."""

    __tablename__ = "regrades"
    __table_args__ = (UniqueConstraint("attempt_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("withdrawn_questions.id"), index=True)
    #: Right answers and questions without the withdrawn ones.
    correct: Mapped[int]
    halves: Mapped[int] = mapped_column(default=0)
    asked: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)


class AmendmentOpeningRow(Base):
    """HR opened a material amendment: its section is owed again by whoever completed the older text."""

    __tablename__ = "amendment_openings"

    id: Mapped[int] = mapped_column(primary_key=True)
    course: Mapped[str] = mapped_column(Text, index=True)
    amendment: Mapped[str] = mapped_column(Text)
    section: Mapped[str] = mapped_column(Text)
    opened_on: Mapped[date]
    due: Mapped[date]
    #: The text people had before and have since: revisions of the section.
    before: Mapped[str] = mapped_column(Text, default="")
    after: Mapped[str] = mapped_column(ForeignKey("content_revisions.digest"))
    recorded_by: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
