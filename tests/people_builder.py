"""Put people, appointments and departments into the test database, in one line each."""

from __future__ import annotations

from datetime import UTC, date, datetime

from app.db import begin_writing, db
from app.people.employment import Category, ServiceState
from app.people.models import (
    AppointmentRow,
    DepartmentRow,
    PersonRow,
    PlacementRow,
    ProfileRow,
    ServiceStateRow,
    TermRow,
)

RECORDED = datetime(2020, 4, 1, tzinfo=UTC)


def add_department(
    code: str,
    name: str,
    parent: str | None = None,
    position: int = 0,
    head_number: str | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> str:
    """Add one 所属 and return its code."""
    begin_writing()
    db.session.add(
        DepartmentRow(
            code=code,
            name=name,
            parent=parent,
            position=position,
            head_number=head_number,
            valid_from=valid_from,
            valid_to=valid_to,
            recorded_at=RECORDED,
        )
    )
    db.session.commit()
    return code


def add_person(name: str = "試験 花子", kana: str = "シケン ハナコ") -> str:
    """Add a person without appointments and return the id."""
    begin_writing()
    person = PersonRow(created_at=RECORDED)
    db.session.add(person)
    db.session.flush()
    db.session.add(
        ProfileRow(person_id=person.id, name=name, kana=kana, search_key=name, recorded_at=RECORDED)
    )
    db.session.commit()
    return person.id


def add_appointment(
    person_id: str,
    number: str,
    start: date,
    end: date | None = None,
    category: Category = Category.REGULAR,
    department: str | None = None,
    main: bool = True,
    source: str = "職員",
    authority: str = "市長",
    title: str = "",
    states: tuple[tuple[date, ServiceState], ...] = (),
    retired: bool = False,
) -> int:
    """Add an appointment with one placement and return its id."""
    begin_writing()
    appointment = AppointmentRow(
        person_id=person_id,
        source=source,
        number=number,
        start=start,
        main=main,
        post="",
        recorded_at=RECORDED,
    )
    db.session.add(appointment)
    db.session.flush()
    db.session.add(TermRow(appointment_id=appointment.id, end=end, retired=retired, recorded_at=RECORDED))
    db.session.add(
        PlacementRow(
            appointment_id=appointment.id,
            since=start,
            department=department,
            category=category,
            authority=authority,
            title=title,
            recorded_at=RECORDED,
        )
    )
    for since, state in states:
        db.session.add(
            ServiceStateRow(appointment_id=appointment.id, since=since, state=state, recorded_at=RECORDED)
        )
    db.session.commit()
    return appointment.id


def hire(
    number: str,
    name: str = "試験 花子",
    start: date = date(2024, 4, 1),
    end: date | None = None,
    category: Category = Category.REGULAR,
    department: str | None = None,
) -> str:
    """Add a person with one appointment and return the person's id."""
    person_id = add_person(name)
    add_appointment(person_id, number, start, end, category, department)
    return person_id
