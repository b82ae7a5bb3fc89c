"""Read people, departments and consultations from the database as the pure values of ``employment``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute

from app.db import db, held, read
from app.people.employment import (
    Appointment,
    Category,
    Consultation,
    Department,
    Person,
    Placement,
    ServiceState,
)
from app.people.models import (
    AppointmentRow,
    ConsultationRow,
    DepartmentRow,
    MergeRow,
    PlacementRow,
    ProfileRow,
    ServiceStateRow,
    TermRow,
)

#: Ids in one IN list; both databases take more, this keeps statements short.
CHUNK = 500

#: Looked up for every row of a city; calling the enum costs ten times as much.
_CATEGORY = {category.value: category for category in Category}
_STATE = {state.value: state for state in ServiceState}


_MERGES = (
    select(MergeRow.merged_id, MergeRow.kept_id).where(MergeRow.withdrawn_at.is_(None)).order_by(MergeRow.id)
)


def merged_into(known_at: datetime | None = None) -> dict[str, str]:
    """Every merged person's id -> the id of the record it is kept under (followed to the end)."""
    merges = _MERGES if known_at is None else _merges_known(known_at)
    direct = {merged: kept for merged, kept in read(merges)}
    resolved: dict[str, str] = {}
    for merged in direct:
        kept, seen = direct[merged], {merged}
        while kept in direct and kept not in seen:
            seen.add(kept)
            kept = direct[kept]
        resolved[merged] = kept
    return resolved


def _merges_known(known_at: datetime) -> Select[*tuple[Any, ...]]:
    merges = select(MergeRow.merged_id, MergeRow.kept_id).where(held(MergeRow, known_at))
    return merges.order_by(MergeRow.id)


def load_people(ids: Iterable[str] | None = None, known_at: datetime | None = None) -> list[Person]:
    """Return people with all their appointments; all people when ``ids`` is None.

    Records merged into another come back as one person under the kept id. Order is by id. ``known_at``
    asks what was known at a moment.
    """
    merges = merged_into(known_at)
    wanted = None if ids is None else with_merged(ids, merges)
    profiles = _rows(
        select(
            ProfileRow.person_id,
            ProfileRow.name,
            ProfileRow.kana,
            ProfileRow.roman,
            ProfileRow.mail,
            ProfileRow.language,
        ).where(held(ProfileRow, known_at)),
        ProfileRow.person_id,
        wanted,
    )
    appointments: dict[str, list[Appointment]] = defaultdict(list)
    for person_id, appointment in _appointments(wanted, known_at):
        appointments[merges.get(person_id, person_id)].append(appointment)
    return [
        Person(person_id, name, kana, _in_order(appointments[person_id]), roman, mail, language)
        for person_id, name, kana, roman, mail, language in sorted(profiles, key=_first)
        if person_id not in merges
    ]


def _first(row: Any) -> Any:
    return row[0]


def _in_order(appointments: list[Appointment]) -> tuple[Appointment, ...]:
    if len(appointments) > 1:
        appointments.sort(key=lambda a: (a.start, not a.main, a.source, a.number))
    return tuple(appointments)


def load_person(person_id: str) -> Person | None:
    """Return one person, following a merge to the kept record; None when there is no such person."""
    people = load_people([person_id])
    return people[0] if people else None


def with_merged(ids: Iterable[str], merges: Mapping[str, str]) -> set[str]:
    """These people's kept ids and the ids of every record merged into them."""
    kept = {merges.get(i, i) for i in ids}
    return kept | {merged for merged, target in merges.items() if target in kept}


def _rows(
    query: Select[*tuple[Any, ...]], column: InstrumentedAttribute[Any], ids: set[Any] | None
) -> list[Any]:
    """Run ``query``, limited to ``ids`` in chunks when they are given.

    Asked of the connection: plain rows of a whole city cost half of what the session's loading takes.
    """
    db.session.flush()
    connection = db.session.connection()
    if ids is None:
        return list(connection.execute(query).all())
    ordered = sorted(ids)
    found: list[Any] = []
    for start in range(0, len(ordered), CHUNK):
        chunk = ordered[start : start + CHUNK]
        found.extend(connection.execute(query.where(column.in_(chunk))).all())
    return found


def _appointments(people: set[str] | None, known_at: datetime | None) -> list[tuple[str, Appointment]]:
    rows = _rows(
        select(
            AppointmentRow.id,
            AppointmentRow.person_id,
            AppointmentRow.source,
            AppointmentRow.number,
            AppointmentRow.start,
            AppointmentRow.main,
        ).where(held(AppointmentRow, known_at)),
        AppointmentRow.person_id,
        people,
    )
    ids = None if people is None else {row.id for row in rows}
    placements: dict[int, list[Placement]] = defaultdict(list)
    for of, since, department, category, authority, title, work_type in _rows(
        select(
            PlacementRow.appointment_id,
            PlacementRow.since,
            PlacementRow.department,
            PlacementRow.category,
            PlacementRow.authority,
            PlacementRow.title,
            PlacementRow.work_type,
        )
        .where(held(PlacementRow, known_at))
        .order_by(PlacementRow.since, PlacementRow.id),
        PlacementRow.appointment_id,
        ids,
    ):
        placements[of].append(Placement(since, department, _CATEGORY[category], authority, title, work_type))
    states: dict[int, list[tuple[date, ServiceState]]] = defaultdict(list)
    for of, since, state in _rows(
        select(ServiceStateRow.appointment_id, ServiceStateRow.since, ServiceStateRow.state)
        .where(held(ServiceStateRow, known_at))
        .order_by(ServiceStateRow.since, ServiceStateRow.id),
        ServiceStateRow.appointment_id,
        ids,
    ):
        states[of].append((since, _STATE[state]))
    terms = {
        of: (end, retired)
        for of, end, retired in _rows(
            select(TermRow.appointment_id, TermRow.end, TermRow.retired)
            .where(held(TermRow, known_at))
            .order_by(TermRow.id),
            TermRow.appointment_id,
            ids,
        )
    }
    found = []
    for key, person_id, source, number, start, main in rows:
        if key not in terms or not placements[key]:
            continue  # known at that moment only in part
        end, retired = terms[key]
        posts, leaves = tuple(placements[key]), tuple(states.get(key, ()))
        found.append((person_id, Appointment(key, source, number, start, end, main, posts, leaves, retired)))
    return found


def load_departments(known_at: datetime | None = None) -> list[Department]:
    """Every department as held true now (or known at a moment), whatever its dates."""
    rows = db.session.scalars(select(DepartmentRow).where(held(DepartmentRow, known_at)))
    return [
        Department(
            code=row.code,
            name=row.name,
            short_name=row.short_name,
            parent=row.parent,
            position=row.position,
            kind=row.kind,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            head_number=row.head_number,
        )
        for row in rows
    ]


def load_consultations(known_at: datetime | None = None) -> Sequence[Consultation]:
    """Every outcome of a 要協議 that stands; a person's own is filed under the kept record."""
    merges = merged_into(known_at)
    rows = db.session.scalars(
        select(ConsultationRow)
        .where(held(ConsultationRow, known_at))
        .order_by(ConsultationRow.decided_on, ConsultationRow.id)
    )
    return [
        Consultation(
            applies=row.applies,
            decided_on=row.decided_on,
            consulted_with=row.consulted_with,
            document_number=row.document_number,
            person_id=None if row.person_id is None else merges.get(row.person_id, row.person_id),
            category=None if row.category is None else Category(row.category),
        )
        for row in rows
    ]
