"""What a roster says, line by line, as frozen values; and as JSON, for a file that waits to be applied."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from app.people.employment import Category, ServiceState
from app.people.roster.columns import Column
from app.people.roster.findings import Note, Problem


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One appointment as the file gives it. A field whose column is absent holds its blank value."""

    line: int
    number: str
    name: str
    category: Category
    start: date
    kana: str = ""
    roman: str = ""
    department_code: str = ""
    department_name: str = ""
    title: str = ""
    work_type: str = ""
    authority: str = ""
    end: date | None = None
    main: bool = True
    state: ServiceState = ServiceState.ACTIVE
    moved_on: date | None = None
    previous: str = ""
    mail: str = ""
    language: str = "ja"


@dataclass(frozen=True, slots=True)
class Roster:
    """A file that was read: its lines, which columns it has, and what there is to say about it."""

    lines: tuple[RosterLine, ...]
    columns: frozenset[Column]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()
    filename: str = ""

    def has(self, column: Column) -> bool:
        """True when the file has the column, so that a blank cell in it clears what is known."""
        return column in self.columns


def to_json(roster: Roster) -> bytes:
    """The lines and notes of a roster without problems, as UTF-8 JSON."""
    names = [f.name for f in fields(RosterLine)]
    return json.dumps(
        {
            "columns": sorted(c.name for c in roster.columns),
            "filename": roster.filename,
            "notes": [[n.message, n.lines, n.count] for n in roster.notes],
            "lines": [[_plain(getattr(line, name)) for name in names] for line in roster.lines],
        },
        ensure_ascii=False,
    ).encode()


def from_json(data: bytes) -> Roster:
    """The inverse of ``to_json``."""
    kept = json.loads(data)
    return Roster(
        lines=tuple(_line(values) for values in kept["lines"]),
        columns=frozenset(Column[name] for name in kept["columns"]),
        notes=tuple(Note(m, tuple(lines), count) for m, lines, count in kept["notes"]),
        filename=kept["filename"],
    )


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _line(values: list[Any]) -> RosterLine:
    named = dict(zip((f.name for f in fields(RosterLine)), values, strict=True))
    for name in ("start", "end", "moved_on"):
        named[name] = None if named[name] is None else date.fromisoformat(named[name])
    named["category"] = Category(named["category"])
    named["state"] = ServiceState(named["state"])
    return RosterLine(**named)
