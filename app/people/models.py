"""Tables of people, appointments and departments.

Facts are kept as they were recorded. A correction sets ``withdrawn_at`` on the row it replaces and adds a
new one; rows with ``withdrawn_at`` NULL are what is held true now.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime


def new_id() -> str:
    """A random id that says nothing about the person."""
    return uuid.uuid4().hex


class PersonRow(Base):
    """One human being; never deleted, never renumbered."""

    __tablename__ = "persons"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ProfileRow(Base):
    """What a person is called from ``recorded_at`` on, exactly as received, and how to reach them."""

    __tablename__ = "profiles"
    __table_args__ = (
        Index(
            "uq_profiles_current",
            "person_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    name: Mapped[str] = mapped_column(Text)
    kana: Mapped[str] = mapped_column(Text, default="")
    roman: Mapped[str] = mapped_column(Text, default="")
    mail: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(8), default="ja")
    search_key: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class MergeRow(Base):
    """HR's finding that two records are one human being, kept under ``kept_id``; withdrawn if wrong."""

    __tablename__ = "merges"

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    merged_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    recorded_by: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class IdentityQuestionRow(Base):
    """A question to HR whether two records are one human being, and the answer once given."""

    __tablename__ = "identity_questions"
    __table_args__ = (UniqueConstraint("person_id", "other_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    other_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    reason: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    same: Mapped[bool | None]
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_by: Mapped[str] = mapped_column(Text, default="")


class RosterImportRow(Base):
    """One roster or correction that was applied: what it changed, by whom, as of which day."""

    __tablename__ = "roster_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    as_of: Mapped[date]
    kind: Mapped[str] = mapped_column(String(16))  # roster | add-only | departments | page
    filename: Mapped[str] = mapped_column(Text, default="")
    digest: Mapped[str] = mapped_column(String(64), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    imported_at: Mapped[datetime] = mapped_column(UTCDateTime)
    imported_by: Mapped[str] = mapped_column(Text, default="")


class AppointmentRow(Base):
    """One 任用, known again by 名簿区分, number, start, 本務兼務 and (for several 兼務) the department."""

    __tablename__ = "appointments"
    __table_args__ = (UniqueConstraint("source", "number", "start", "main", "post"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    source: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text, index=True)
    start: Mapped[date]
    main: Mapped[bool]
    #: "" for a 本務 and an only 兼務; the first department's code when several 兼務 begin the same day.
    post: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class TermRow(Base):
    """Until when an appointment runs (None = open-ended), and whether that end is a 退職."""

    __tablename__ = "terms"

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointments.id"), index=True)
    end: Mapped[date | None]
    retired: Mapped[bool] = mapped_column(default=False)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("roster_imports.id"))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PlacementRow(Base):
    """Where and as what an appointment stands from ``since`` on."""

    __tablename__ = "placements"

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointments.id"), index=True)
    since: Mapped[date]
    department: Mapped[str | None] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    authority: Mapped[str] = mapped_column(Text, default="")
    title: Mapped[str] = mapped_column(Text, default="")
    work_type: Mapped[str] = mapped_column(Text, default="")
    import_id: Mapped[int | None] = mapped_column(ForeignKey("roster_imports.id"))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ServiceStateRow(Base):
    """在職, 猶予 or 派遣 of an appointment from ``since`` on; why somebody is away is not stored."""

    __tablename__ = "service_states"

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointments.id"), index=True)
    since: Mapped[date]
    state: Mapped[str] = mapped_column(String(8))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("roster_imports.id"))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class AbsenceRow(Base):
    """An appointment that was missing from its roster (要確認), until it is back or HR ends it."""

    __tablename__ = "roster_absences"

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointments.id"), index=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("roster_imports.id"))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class DepartmentRow(Base):
    """One 所属 as it stands from ``valid_from`` to ``valid_to`` (None = open); ``position`` is its 建制順."""

    __tablename__ = "departments"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Text, index=True)
    parent: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    short_name: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(Text, default="")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    head_number: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ConsultationRow(Base):
    """The outcome of a 要協議 as HR recorded it, for a person or for a whole category."""

    __tablename__ = "consultations"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"), index=True)
    category: Mapped[str | None] = mapped_column(Text)
    applies: Mapped[bool]
    decided_on: Mapped[date]
    consulted_with: Mapped[str] = mapped_column(Text)
    document_number: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class StagedRosterRow(Base):
    """A roster file HR uploaded and looks at; emptied once applied, gone once given up or a day old."""

    __tablename__ = "staged_rosters"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    uploaded_by: Mapped[str] = mapped_column(Text)
    uploaded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    source: Mapped[str] = mapped_column(Text)
    as_of: Mapped[date]
    add_only: Mapped[bool] = mapped_column(default=False)
    roster_name: Mapped[str] = mapped_column(Text, default="")
    roster: Mapped[bytes | None] = mapped_column(LargeBinary)
    departments_name: Mapped[str] = mapped_column(Text, default="")
    departments: Mapped[bytes | None] = mapped_column(LargeBinary)
