"""The 要確認 list: appointments that were missing from their roster, until they are back or HR ends them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update

from app.db import begin_writing, db
from app.people.directory import load_departments, load_people
from app.people.employment import Appointment, Organisation, Person
from app.people.models import AbsenceRow, AppointmentRow, RosterImportRow, TermRow


@dataclass(frozen=True, slots=True)
class Absence:
    """A missing appointment: whose, where they stand, since when and in which roster they were missing."""

    person: Person
    appointment: Appointment
    department: str
    since: datetime
    as_of: date
    filename: str


class NotEnded(Exception):
    """The appointment could not be ended; ``sentence`` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def open_absences(today: date) -> list[Absence]:
    """Everybody to be checked, by number; an appointment that ended by itself needs no checking."""
    rows = db.session.execute(
        select(AbsenceRow.appointment_id, AppointmentRow.person_id, AbsenceRow.recorded_at,
               RosterImportRow.as_of, RosterImportRow.filename)
        .join(AppointmentRow, AppointmentRow.id == AbsenceRow.appointment_id)
        .join(RosterImportRow, RosterImportRow.id == AbsenceRow.import_id)
        .where(AbsenceRow.withdrawn_at.is_(None))
    ).all()  # fmt: skip
    people = load_people({row.person_id for row in rows}) if rows else []
    posts = {a.id: (p, a) for p in people for a in p.appointments}
    names = {code: d.name for code, d in Organisation.on(today, load_departments()).by_code().items()}
    found = []
    for row in rows:
        if row.appointment_id not in posts:
            continue
        person, appointment = posts[row.appointment_id]
        if appointment.end is None or appointment.end >= today:
            code = appointment.placement_on(max(today, appointment.start)).department
            name = "" if code is None else names.get(code, code)
            found.append(Absence(person, appointment, name, row.recorded_at, row.as_of, row.filename))
    return sorted(found, key=lambda a: (a.appointment.number, a.appointment.start))


def check_end(start: date, last_day: date) -> None:
    """Raise NotEnded when an appointment from ``start`` cannot end on ``last_day``."""
    if last_day < start:
        raise NotEnded(f"終わりの日が、任用開始日({start.isoformat()})より前です。")


def end_appointment(
    appointment_id: int, last_day: date, retired: bool, by: str, now: datetime, today: date
) -> None:
    """End an appointment on ``last_day`` (inclusive). Raises NotEnded, LookupError when there is none."""
    begin_writing()
    row, term = _held(appointment_id)
    try:
        check_end(row.start, last_day)
    except NotEnded:
        db.session.rollback()
        raise
    kind = "退職" if retired else "任期満了"
    import_id = _log(row, today, now, by, f"{row.number} {kind} {last_day.isoformat()}")
    term.withdrawn_at = now
    db.session.add(
        TermRow(appointment_id=row.id, end=last_day, retired=retired, import_id=import_id, recorded_at=now)
    )
    _close(row.id, now)
    db.session.commit()


def withdraw_appointment(appointment_id: int, by: str, now: datetime, today: date) -> None:
    """Take back an appointment that never was (entered by mistake). Raises LookupError when there is none."""
    begin_writing()
    row, _term = _held(appointment_id)
    _log(row, today, now, by, f"{row.number} {row.start.isoformat()}からの任用を取消し")
    row.withdrawn_at = now
    _close(row.id, now)
    db.session.commit()


def imports() -> Sequence[RosterImportRow]:
    """What was applied, newest first."""
    return db.session.scalars(select(RosterImportRow).order_by(RosterImportRow.id.desc())).all()


def _held(appointment_id: int) -> tuple[AppointmentRow, TermRow]:
    row = db.session.get(AppointmentRow, appointment_id)
    term = db.session.scalar(
        select(TermRow).where(TermRow.appointment_id == appointment_id, TermRow.withdrawn_at.is_(None))
    )
    if row is None or row.withdrawn_at is not None or term is None:
        db.session.rollback()
        raise LookupError(appointment_id)
    return row, term


def _log(row: AppointmentRow, today: date, now: datetime, by: str, summary: str) -> int:
    log = RosterImportRow(
        source=row.source, as_of=today, kind="page", summary=summary, imported_at=now, imported_by=by
    )
    db.session.add(log)
    db.session.flush()
    return log.id


def _close(appointment_id: int, now: datetime) -> None:
    db.session.execute(
        update(AbsenceRow)
        .where(AbsenceRow.appointment_id == appointment_id, AbsenceRow.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
