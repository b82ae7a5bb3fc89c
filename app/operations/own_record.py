"""Everything held about one person, in the words of the inventory: theirs to read and to take along."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Table, or_, select

from app.clock import jst
from app.db import Base, db
from app.operations.inventory import INVENTORY, STAFF, Held
from app.training.progress import same_person

#: What a row of these columns belongs to: the table and column where its owner's ids stand.
OWNERS: Mapping[str, tuple[str, str]] = {
    "account_id": ("accounts", "person_id"),
    "appointment_id": ("appointments", "person_id"),
    "attempt_id": ("attempts", "person_id"),
    "completion_id": ("completions", "person_id"),
    "owner": ("evidence_persons", "person_id"),
}
#: Columns that hold a person's id under another name.
ALSO_PERSON = {
    "persons": ("id",),
    "merges": ("kept_id", "merged_id"),
    "identity_questions": ("person_id", "other_id"),
}
#: Where one person's share cannot be told from the others', or tells only a number.
TOGETHER = frozenset(
    {"departments", "staged_rosters", "group_lists", "fixed_reports", "sign_in_limits", "evidence"}
)
#: What would open a door, or only makes a search faster.
UNSAID = frozenset({("accounts", "password_hash"), ("profiles", "search_key"), ("held_answers", "browser")})
#: What tells, beside a personal column, which thing it was about and when.
BESIDE = {
    "course": "研修", "section": "節", "kind": "種類", "at": "日時", "created_at": "作った日時",
    "recorded_at": "記録した日時", "withdrawn_at": "取り消した日時",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One table's rows about a person: what for, how long, headings, cells as text."""

    table: str
    purpose: str
    kept: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def record_of_own(person_id: str) -> list[Part]:
    """Every part that holds something about the person."""
    ids = same_person(person_id)
    parts = (_part(held, ids) for held in INVENTORY if held.whose == STAFF and held.table not in TOGETHER)
    return [part for part in parts if part.rows]


def told_apart_nowhere() -> list[Held]:
    """The tables of which one person's share cannot be shown alone."""
    return [held for held in INVENTORY if held.table in TOGETHER]


def link(table: Table, ids: Sequence[str]) -> ColumnElement[bool] | None:
    """What makes a row of ``table`` one about the person; None when nothing does."""
    there = [table.c[name] for name in ALSO_PERSON.get(table.name, ("person_id",)) if name in table.c]
    if there:
        return or_(*(column.in_(ids) for column in there))
    for name, (owners, owner) in OWNERS.items():
        if name in table.c:
            whose = Base.metadata.tables[owners]
            return table.c[name].in_(select(whose.c.id).where(whose.c[owner].in_(ids)))
    return None


def _part(held: Held, ids: Sequence[str]) -> Part:
    table = Base.metadata.tables[held.table]
    said = {name: meaning for name, meaning in held.personal.items() if (held.table, name) not in UNSAID}
    said |= {name: meaning for name, meaning in BESIDE.items() if name in table.c and name not in said}
    which = link(table, ids)
    assert which is not None, held.table
    rows = db.session.execute(
        select(*(table.c[name] for name in said)).where(which).order_by(*table.primary_key)
    )
    return Part(
        held.table,
        held.purpose,
        held.kept,
        tuple(said.values()),
        tuple(tuple(_text(value) for value in row) for row in rows),
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{jst(value):%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, date):
        return value.isoformat()
    return _listed(str(value))


def _listed(text: str) -> str:
    """A list kept as JSON in words; any other text as it is."""
    try:
        values = json.loads(text)
    except ValueError:
        return text
    return "、".join(_flat(values)) if isinstance(values, list) else text


def _flat(values: Iterable[object]) -> Iterator[str]:
    """The words of a list kept as JSON, lists in it too."""
    for value in values:
        if isinstance(value, list):
            yield from _flat(value)
        else:
            yield str(value)
