"""A plan -> rows. What was held true is closed, what is held true now is added; the caller commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update

from app.db import Base, db
from app.people.employment import Department, Placement
from app.people.models import (
    AbsenceRow,
    AppointmentRow,
    DepartmentRow,
    IdentityQuestionRow,
    MergeRow,
    PersonRow,
    PlacementRow,
    ProfileRow,
    RosterImportRow,
    ServiceStateRow,
    TermRow,
    new_id,
)
from app.people.roster.changes import NewAppointment, PersonRef, Plan, Profile
from app.people.roster.words import summary
from app.people.search import profile_key

Rows = list[dict[str, Any]]
CHUNK = 2_000


def write(plan: Plan, now: datetime, by: str, kind: str | None = None) -> None:
    """Write every change of the plan; the caller commits."""
    if plan.departments.changes:
        _import_row(plan, now, by, "departments", plan.departments.filename)
        _write_departments(plan, now)
    if not plan.roster_changes and not plan.new_year:
        return
    import_id = _import_row(plan, now, by, kind or ("add-only" if plan.add_only else "roster"), plan.filename)
    _insert(DepartmentRow, [_department_values(d, now) for d in plan.implicit])
    people = _write_people(plan, now)
    _write_appointments(plan.appointments, people, import_id, now)
    plan = _renewed(plan, _write_renumberings(plan, now))
    _write_placements(plan, import_id, now)
    _write_states(plan, import_id, now)
    _write_terms(plan, import_id, now)
    _write_identity(plan, people, by, now)
    _write_absences(plan, import_id, now)


def _import_row(plan: Plan, now: datetime, by: str, kind: str, filename: str) -> int:
    row = RosterImportRow(
        source="" if kind == "departments" else plan.source,
        as_of=plan.as_of,
        kind=kind,
        filename=filename,
        digest=plan.digest,
        summary=summary(plan),
        imported_at=now,
        imported_by=by,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _write_departments(plan: Plan, now: datetime) -> None:
    for change in plan.departments.changes:
        if change.before is not None:
            start = change.before.valid_from
            db.session.execute(
                update(DepartmentRow)
                .where(
                    DepartmentRow.code == change.before.code,
                    DepartmentRow.withdrawn_at.is_(None),
                    DepartmentRow.valid_from.is_(None)
                    if start is None
                    else DepartmentRow.valid_from == start,
                )
                .values(withdrawn_at=now)
            )
    added = [c.after for c in plan.departments.changes if c.after is not None]
    _insert(DepartmentRow, [_department_values(d, now) for d in added])


def _department_values(d: Department, now: datetime) -> dict[str, Any]:
    return {
        "code": d.code, "parent": d.parent, "name": d.name, "short_name": d.short_name,
        "position": d.position, "kind": d.kind, "valid_from": d.valid_from, "valid_to": d.valid_to,
        "head_number": d.head_number, "recorded_at": now,
    }  # fmt: skip


def _write_people(plan: Plan, now: datetime) -> Mapping[PersonRef, str]:
    """Insert new people and new profiles; return the id behind each reference of the plan."""
    ids = {person.ref: new_id() for person in plan.people}
    _insert(PersonRow, [{"id": ids[p.ref], "created_at": now} for p in plan.people])
    _withdraw(ProfileRow, {"person_id": [c.person for c in plan.profiles]}, now)
    profiles = [(ids[p.ref], p.profile) for p in plan.people] + [(c.person, c.after) for c in plan.profiles]
    _insert(ProfileRow, [_profile_values(i, profile, now) for i, profile in profiles])
    return ids


def _profile_values(person: str, profile: Profile, now: datetime) -> dict[str, Any]:
    return {
        "person_id": person, "name": profile.name, "kana": profile.kana, "roman": profile.roman,
        "mail": profile.mail, "language": profile.language, "recorded_at": now,
        "search_key": profile_key(profile.name, profile.kana, profile.roman),
    }  # fmt: skip


def _write_appointments(
    new: Sequence[NewAppointment], people: Mapping[PersonRef, str], import_id: int, now: datetime
) -> None:
    if not new:
        return
    taken = _posts_taken(new)
    rows = []
    for a in new:
        post = a.post
        while (a.number, a.start, a.main, post) in taken:
            post += "+"
        taken.add((a.number, a.start, a.main, post))
        rows.append(
            {
                "person_id": people.get(a.person, a.person), "source": a.source, "number": a.number,
                "start": a.start, "main": a.main, "post": post, "recorded_at": now,
            }
        )  # fmt: skip
    ids = list(
        db.session.scalars(
            insert(AppointmentRow).returning(AppointmentRow.id, sort_by_parameter_order=True), rows
        )
    )
    known = {"import_id": import_id, "recorded_at": now}
    pairs = list(zip(ids, new, strict=True))
    _insert(TermRow, [known | {"appointment_id": i, "end": a.end, "retired": a.retired} for i, a in pairs])
    _insert(PlacementRow, [known | _placement_values(i, a.placement) for i, a in pairs])
    _insert(
        ServiceStateRow,
        [
            known | {"appointment_id": i, "since": since, "state": state.value}
            for i, a in pairs
            for since, state in a.states
        ],
    )


def _posts_taken(new: Sequence[NewAppointment]) -> set[tuple[str, date, bool, str]]:
    """Keys already in the table, withdrawn ones too, that a new appointment must not repeat."""
    numbers = sorted({a.number for a in new})
    found: set[tuple[str, date, bool, str]] = set()
    columns = (AppointmentRow.number, AppointmentRow.start, AppointmentRow.main, AppointmentRow.post)
    for first in range(0, len(numbers), CHUNK):
        query = select(*columns).where(
            AppointmentRow.source == new[0].source, AppointmentRow.number.in_(numbers[first : first + CHUNK])
        )
        found.update((n, s, m, p) for n, s, m, p in db.session.execute(query))
    return found


def _placement_values(appointment: int, p: Placement) -> dict[str, Any]:
    return {
        "appointment_id": appointment, "since": p.since, "department": p.department,
        "category": p.category.value, "authority": p.authority, "title": p.title, "work_type": p.work_type,
    }  # fmt: skip


def _write_renumberings(plan: Plan, now: datetime) -> dict[int, int]:
    """Withdraw each renumbered appointment and put a copy with everything known of it under the new number.

    Returns old id -> new id, for the changes that follow.
    """
    renewed: dict[int, int] = {}
    for change in plan.renumberings:
        old = db.session.get_one(AppointmentRow, change.appointment)
        taken = db.session.scalars(
            select(AppointmentRow.post).where(
                AppointmentRow.source == old.source,
                AppointmentRow.number == change.after,
                AppointmentRow.start == old.start,
                AppointmentRow.main == old.main,
            )
        ).all()
        post = old.post
        while post in taken:
            post += "+"
        old.withdrawn_at = now
        if change.replaced:
            continue
        new = AppointmentRow(
            person_id=old.person_id, source=old.source, number=change.after, start=old.start, main=old.main,
            post=post, recorded_at=now,
        )  # fmt: skip
        db.session.add(new)
        db.session.flush()
        for model in (TermRow, PlacementRow, ServiceStateRow):
            _copy(model, old.id, new.id, now)
        renewed[old.id] = new.id
    return renewed


def _copy(model: type[Base], old: int, new: int, now: datetime) -> None:
    table: Table = model.__table__  # type: ignore[assignment]
    held = db.session.execute(
        select(table).where(table.c.appointment_id == old, table.c.withdrawn_at.is_(None))
    ).mappings()
    rows = [{k: v for k, v in row.items() if k != "id"} for row in held]
    _insert(model, [row | {"appointment_id": new, "recorded_at": now} for row in rows])


def _renewed(plan: Plan, ids: Mapping[int, int]) -> Plan:
    """The plan with its later changes pointed at the renumbered rows."""
    if not ids:
        return plan
    return replace(
        plan,
        placements=tuple(
            replace(c, appointment=ids.get(c.appointment, c.appointment)) for c in plan.placements
        ),
        states=tuple(replace(c, appointment=ids.get(c.appointment, c.appointment)) for c in plan.states),
        terms=tuple(replace(c, appointment=ids.get(c.appointment, c.appointment)) for c in plan.terms),
    )


def _write_placements(plan: Plan, import_id: int, now: datetime) -> None:
    changes = plan.placements
    _withdraw_from(PlacementRow, [(c.appointment, c.since) for c in changes if c.added], now)
    later = [(c.appointment, date.fromordinal(c.since.toordinal() + 1)) for c in changes if not c.added]
    _withdraw_from(PlacementRow, later, now)
    known = {"import_id": import_id, "recorded_at": now}
    _insert(PlacementRow, [known | _placement_values(c.appointment, c.after) for c in changes if c.added])


def _write_states(plan: Plan, import_id: int, now: datetime) -> None:
    _withdraw_from(ServiceStateRow, [(c.appointment, c.since) for c in plan.states], now)
    _insert(
        ServiceStateRow,
        [
            {
                "appointment_id": c.appointment, "since": c.since, "state": c.after.value,
                "import_id": import_id, "recorded_at": now,
            }
            for c in plan.states
            if c.added
        ],
    )  # fmt: skip


def _write_terms(plan: Plan, import_id: int, now: datetime) -> None:
    _withdraw(TermRow, {"appointment_id": [c.appointment for c in plan.terms]}, now)
    _insert(
        TermRow,
        [
            {
                "appointment_id": c.appointment, "end": c.after, "retired": c.retired,
                "import_id": import_id, "recorded_at": now,
            }
            for c in plan.terms
        ],
    )  # fmt: skip


def _write_identity(plan: Plan, people: Mapping[PersonRef, str], by: str, now: datetime) -> None:
    _insert(
        MergeRow,
        [
            {
                "kept_id": j.kept,
                "merged_id": j.merged,
                "reason": j.reason,
                "recorded_by": by,
                "recorded_at": now,
            }
            for j in plan.joinings
        ],
    )
    pairs = select(IdentityQuestionRow.person_id, IdentityQuestionRow.other_id)
    asked = {(person, other) for person, other in db.session.execute(pairs)}
    rows: Rows = []
    for q in plan.questions:
        pair = (people.get(q.person, q.person), people.get(q.other, q.other))
        if pair not in asked and (pair[1], pair[0]) not in asked:
            asked.add(pair)
            rows.append({"person_id": pair[0], "other_id": pair[1], "reason": q.reason, "asked_at": now})
    _insert(IdentityQuestionRow, rows)


def _write_absences(plan: Plan, import_id: int, now: datetime) -> None:
    _withdraw(AbsenceRow, {"appointment_id": list(plan.back)}, now)
    _insert(
        AbsenceRow,
        [
            {"appointment_id": m.appointment, "import_id": import_id, "recorded_at": now}
            for m in plan.missing
            if not m.known
        ],
    )


def _insert(model: type[Base], rows: Rows) -> None:
    for first in range(0, len(rows), CHUNK):
        db.session.execute(insert(model.__table__), rows[first : first + CHUNK])  # type: ignore[arg-type]


def _withdraw(model: type[Base], where: Mapping[str, Iterable[object]], now: datetime) -> None:
    """Close what is held true of each value of one column."""
    table: Table = model.__table__  # type: ignore[assignment]
    for column, values in where.items():
        rows = [{"value": value, "moment": now} for value in values]
        if rows:
            db.session.execute(
                update(table)
                .where(table.c[column] == bindparam("value"), table.c.withdrawn_at.is_(None))
                .values(withdrawn_at=bindparam("moment")),
                rows,
            )


def _withdraw_from(model: type[Base], since: Sequence[tuple[int, date]], now: datetime) -> None:
    """Close what is held true of each appointment from a day on."""
    table: Table = model.__table__  # type: ignore[assignment]
    rows = [{"appointment": appointment, "day": day, "moment": now} for appointment, day in since]
    if rows:
        db.session.execute(
            update(table)
            .where(
                table.c.appointment_id == bindparam("appointment"),
                table.c.since >= bindparam("day"),
                table.c.withdrawn_at.is_(None),
            )
            .values(withdrawn_at=bindparam("moment")),
            rows,
        )
