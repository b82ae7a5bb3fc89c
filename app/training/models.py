"""Tables of what people did: readings, attempts, answers, completions. Rows are added, never edited."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime
from app.people.models import new_id


class ContentFileRow(Base):
    """The bytes of one content file, kept once under their SHA-256."""

    __tablename__ = "content_files"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class ContentRevisionRow(Base):
    """One state of a section's text: which file had which bytes, so that it can be read again years later."""

    __tablename__ = "content_revisions"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    course: Mapped[str] = mapped_column(Text)
    section: Mapped[str] = mapped_column(Text)
    #: JSON object: path within content/ -> SHA-256 of the file.
    manifest: Mapped[str] = mapped_column(Text)
    first_used_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ReadingRow(Base):
    """A person pressed 読みました at the end of a lesson, on one revision of its text."""

    __tablename__ = "readings"
    __table_args__ = (UniqueConstraint("person_id", "course", "section", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    course: Mapped[str] = mapped_column(Text)
    section: Mapped[str] = mapped_column(Text)
    revision: Mapped[str] = mapped_column(ForeignKey("content_revisions.digest"))
    language: Mapped[str] = mapped_column(String(8), default="ja")
    read_at: Mapped[datetime] = mapped_column(UTCDateTime)


class AttemptRow(Base):
    """One 確認テスト a person began: what was drawn from which text, and the outcome once finished.

    ``run_id`` is "" for a section of the course itself; a year's run asks about the whole course: its
    ``section`` is "", ``revision`` speaks of all sections and ``inputs`` are what the form was drawn from.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        Index(
            "uq_attempts_open",
            "person_id",
            "course",
            "section",
            "run_id",
            unique=True,
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
        CheckConstraint("(finished_at IS NULL) = (passed IS NULL)", name="outcome"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    course: Mapped[str] = mapped_column(Text)
    section: Mapped[str] = mapped_column(Text)
    run_id: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[str] = mapped_column(ForeignKey("content_revisions.digest"))
    language: Mapped[str] = mapped_column(String(8), default="ja")
    seed: Mapped[str] = mapped_column(String(32))
    #: JSON object: what the person was asked and missed before ("" for a section).
    inputs: Mapped[str] = mapped_column(Text, default="")
    pass_mark: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    correct: Mapped[int | None]
    #: Answers worth half besides: stories that were repaired.
    halves: Mapped[int] = mapped_column(default=0)
    passed: Mapped[bool | None]


class AttemptQuestionRow(Base):
    """One question of an attempt, and the order in which its choices were shown."""

    __tablename__ = "attempt_questions"
    __table_args__ = (UniqueConstraint("attempt_id", "scenario"),)

    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    scenario: Mapped[str] = mapped_column(Text)
    scenario_revision: Mapped[str] = mapped_column(String(64))
    #: Places of the choices in the text, in the order shown: "2,0,1,3".
    choice_order: Mapped[str] = mapped_column(Text)
    #: Labels the question decides, comma-separated, as they stood.
    clauses: Mapped[str] = mapped_column(Text)


class AnswerRow(Base):
    """The first answer given to a question of an attempt; it stands."""

    __tablename__ = "answers"

    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    #: Places in the text of the choices taken, comma-separated, ascending; of a story its first.
    chosen: Mapped[str] = mapped_column(Text)
    correct: Mapped[bool]
    #: Worth half: a story that went wrong and was repaired.
    half: Mapped[bool] = mapped_column(default=False)
    answered_at: Mapped[datetime] = mapped_column(UTCDateTime)


class AnswerStepRow(Base):
    """One choice in a scenario that goes on; the steps of a story that ended make up its answer."""

    __tablename__ = "answer_steps"

    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    #: From 1.
    step: Mapped[int] = mapped_column(primary_key=True)
    #: The scene's id in the attempt's text; of the first step the scenario's own.
    scene: Mapped[str] = mapped_column(Text)
    #: Places of the scene's choices in the text, in the order shown.
    choice_order: Mapped[str] = mapped_column(Text)
    #: Place in the text of the choice taken.
    chosen: Mapped[int]
    answered_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CompletionRow(Base):
    """A person completed a course (確認しました under the fixed sentence), or passed a year's run of it.

    ``run_id`` is "" for the course itself. What was done on paper or in a room names who signed
    (``signed_by``), the paper (``evidence_number``) and who entered it when. ``amendment`` names the change
    of a section that was learnt ("" for the whole); ``again`` counts the annulled ones before this one.
    """

    __tablename__ = "completions"
    __table_args__ = (UniqueConstraint("person_id", "course", "version", "run_id", "amendment", "again"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    serial: Mapped[str] = mapped_column(String(16), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    course: Mapped[str] = mapped_column(Text)
    run_id: Mapped[str] = mapped_column(Text, default="")
    amendment: Mapped[str] = mapped_column(Text, default="")
    again: Mapped[int] = mapped_column(default=0)
    #: The guideline's version label, e.g. 令和5年9月11日更新・本文抜粋.
    version: Mapped[str] = mapped_column(Text)
    statement: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)
    #: Right answers and questions over the passing attempts of the sections.
    correct: Mapped[int | None]
    #: Answers worth half besides.
    halves: Mapped[int] = mapped_column(default=0)
    asked: Mapped[int | None]
    #: As they stood that day, for the certificate.
    title: Mapped[str] = mapped_column(Text, default="")
    issuer: Mapped[str] = mapped_column(Text, default="")
    name: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    department: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[str] = mapped_column(Text, default="")
    signed_by: Mapped[str] = mapped_column(Text, default="")
    evidence_number: Mapped[str] = mapped_column(Text, default="")
    recorded_by: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class RereadingRow(Base):
    """After a failed test of a year's run a person read the lesson of a missed clause again (読みました)."""

    __tablename__ = "rereadings"

    attempt_id: Mapped[str] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    section: Mapped[str] = mapped_column(Text, primary_key=True)
    revision: Mapped[str] = mapped_column(ForeignKey("content_revisions.digest"))
    read_at: Mapped[datetime] = mapped_column(UTCDateTime)
