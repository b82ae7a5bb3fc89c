"""A roster HR uploaded and looks at before it is applied: only what was read of it is kept, for a day."""

from __future__ import annotations

import json
import zlib
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update

from app.db import begin_writing, db
from app.people.employment import Department
from app.people.models import StagedRosterRow, new_id
from app.people.roster.apply import Request
from app.people.roster.columns import DepartmentColumn
from app.people.roster.departments import DepartmentFile, DepartmentLine
from app.people.roster.findings import Note
from app.people.roster.lines import from_json, to_json
from app.people.roster.plan import Terms

KEPT = timedelta(days=1)


def stage(request: Request, by: str, now: datetime) -> str:
    """Keep what was read until it is applied or given up; return its id. What is a day old goes."""
    begin_writing()
    db.session.execute(delete(StagedRosterRow).where(StagedRosterRow.uploaded_at < now - KEPT))
    row = StagedRosterRow(
        id=new_id(),
        uploaded_by=by,
        uploaded_at=now,
        source=request.terms.source,
        as_of=request.terms.as_of,
        add_only=request.terms.add_only,
        roster_name=request.roster.filename if request.roster else "",
        roster=zlib.compress(to_json(request.roster)) if request.roster else None,
        departments_name=request.departments.filename if request.departments else "",
        departments=zlib.compress(_departments_json(request.departments)) if request.departments else None,
    )
    db.session.add(row)
    staged = row.id
    db.session.commit()
    return staged


def staged(staged_id: str, by: str, now: datetime, today: date) -> Request | None:
    """What ``by`` staged within the last day, or None."""
    row = db.session.scalar(
        select(StagedRosterRow).where(
            StagedRosterRow.id == staged_id,
            StagedRosterRow.uploaded_by == by,
            StagedRosterRow.uploaded_at >= now - KEPT,
            or_(StagedRosterRow.roster.is_not(None), StagedRosterRow.departments.is_not(None)),
        )
    )
    if row is None:
        return None
    return Request(
        Terms(row.source, row.as_of, today, row.add_only),
        from_json(zlib.decompress(row.roster)) if row.roster is not None else None,
        _departments_from(zlib.decompress(row.departments), row.departments_name)
        if row.departments
        else None,
    )


def close(staged_id: str, by: str) -> None:
    """Throw away what was read and applied; that it was applied is remembered as long as a file is kept."""
    begin_writing()
    db.session.execute(
        update(StagedRosterRow)
        .where(StagedRosterRow.id == staged_id, StagedRosterRow.uploaded_by == by)
        .values(roster=None, departments=None)
    )
    db.session.commit()


def is_closed(staged_id: str, by: str) -> bool:
    """Whether ``by`` has applied what stood under this id."""
    row = db.session.get(StagedRosterRow, staged_id)
    return row is not None and row.uploaded_by == by and row.roster is None and row.departments is None


def discard(staged_id: str, by: str) -> None:
    """Throw away what ``by`` staged."""
    begin_writing()
    db.session.execute(
        delete(StagedRosterRow).where(StagedRosterRow.id == staged_id, StagedRosterRow.uploaded_by == by)
    )
    db.session.commit()


def _departments_json(file: DepartmentFile) -> bytes:
    names = [f.name for f in fields(Department)]
    kept: dict[str, Any] = {
        "columns": sorted(c.name for c in file.columns),
        "notes": [[n.message, n.lines, n.count] for n in file.notes],
        "lines": [
            [line.line, {n: _plain(getattr(line.department, n)) for n in names}] for line in file.lines
        ],
    }
    return json.dumps(kept, ensure_ascii=False).encode()


def _departments_from(data: bytes, filename: str) -> DepartmentFile:
    kept = json.loads(data)
    return DepartmentFile(
        lines=tuple(DepartmentLine(line, _department(values)) for line, values in kept["lines"]),
        columns=frozenset(DepartmentColumn[name] for name in kept["columns"]),
        notes=tuple(Note(m, tuple(lines), count) for m, lines, count in kept["notes"]),
        filename=filename,
    )


def _department(values: dict[str, Any]) -> Department:
    department = Department(**values)
    return replace(department, valid_from=_day(values["valid_from"]), valid_to=_day(values["valid_to"]))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)
