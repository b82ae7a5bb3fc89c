"""What is printed: 受講のお願い for each person and a list for each 所属長, in 建制順."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from app.people.employment import Organisation
from app.reminders.due import Kind
from app.reminders.ledger import Entry, Search, entries
from app.reminders.outbox import house
from app.reminders.owed import owed_on
from app.reminders.plan import Fate, Owed, key_of
from app.reminders.wording import Letter, letter
from app.reports.completion import NO_DEPARTMENT
from app.reports.sheets import path_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Notice:
    """One sheet: to whom, about what, and its words."""

    owed: Owed
    letter: Letter


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of a 所属長's list: who owes what, and how they were told last (None: not yet)."""

    owed: Owed
    last: Entry | None


@dataclass(frozen=True, slots=True)
class Sheaf(Generic[T]):
    """What belongs to one 所属, without those below it; ``path`` names those above it, from the top."""

    code: str
    name: str
    path: tuple[str, ...]
    items: Sequence[T]


def notices_of(
    printed: Sequence[Entry], day: date, departments: Collection[str] | None = None
) -> tuple[list[Sheaf[Notice]], int]:
    """The sheets of a batch by 所属, and how many need none any more (completed since, away, moved out).

    With ``departments`` whoever stands elsewhere today has moved out: where to is not theirs to know.
    """
    everything = owed_on(day, {e.person_id for e in printed})
    owed = {(o.person_id, o.key): o for o in everything.owed}
    notices = []
    for entry in printed:
        found = owed.get((entry.person_id, key_of(entry.duty)))
        if found is not None and (departments is None or found.line.code in departments):
            notices.append(Notice(found, _words(found, entry.kind)))
    sheaves = _sheaves(notices, lambda notice: notice.owed, everything.organisation)
    return sheaves, len(printed) - len(notices)


def _words(owed: Owed, kind: Kind) -> Letter:
    person = owed.line.person
    return letter(kind, person.name, owed.title, owed.situation.due, house(), person.language)


def lists_on(day: date, departments: Collection[str] | None = None) -> list[Sheaf[Asked]]:
    """Who still owes something on ``day``, by 所属; only under these 所属コード when given."""
    everything = owed_on(day)
    last = _last_told()
    asked = [
        Asked(owed, last.get((owed.person_id, owed.key)))
        for owed in everything.owed
        if departments is None or owed.line.code in departments
    ]
    return _sheaves(asked, lambda line: line.owed, everything.organisation)


def _last_told() -> dict[tuple[str, str], Entry]:
    """By person and duty, what reached them last."""
    found: dict[tuple[str, str], Entry] = {}
    for entry in entries(Search()):
        if entry.fate in (Fate.SENT, Fate.PRINTED):
            found.setdefault((entry.person_id, key_of(entry.duty)), entry)
    return found


def _sheaves(items: Iterable[T], owed_of: Callable[[T], Owed], organisation: Organisation) -> list[Sheaf[T]]:
    groups: dict[str, list[T]] = defaultdict(list)
    for item in items:
        groups[owed_of(item).line.code].append(item)
    for group in groups.values():
        group.sort(key=lambda item: (owed_of(item).line.post.appointment.number, owed_of(item).key))
    sheaves = [
        Sheaf(d.code, d.name, path_of(d.code, organisation), groups[d.code])
        for d in organisation.departments
        if d.code in groups
    ]
    if "" in groups:
        sheaves.append(Sheaf("", NO_DEPARTMENT, (), groups[""]))
    return sheaves
