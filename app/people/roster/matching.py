"""Which line speaks of which known appointment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.people.employment import Appointment, Person
from app.people.roster.lines import RosterLine
from app.people.roster.timeline import change_day

Key = tuple[str, date, bool]


@dataclass(frozen=True, slots=True)
class Known:
    """A known appointment and whose it is."""

    person: Person
    appointment: Appointment


def match(
    lines: Sequence[RosterLine], departments: Mapping[int, str | None], known: Iterable[Known], as_of: date
) -> tuple[dict[int, Known], dict[int, Known]]:
    """Return (line -> the appointment it speaks of, line -> the appointment it renumbers), by line number.

    ``departments`` is the 所属コード of each line; ``known`` are the appointments of the file's 名簿区分.
    """
    by_key: dict[Key, list[Known]] = defaultdict(list)
    for item in known:
        a = item.appointment
        by_key[(a.number, a.start, a.main)].append(item)
    asked: dict[Key, list[RosterLine]] = defaultdict(list)
    for line in lines:
        asked[(line.number, line.start, line.main)].append(line)
    same: dict[int, Known] = {}
    for key, group in asked.items():
        same |= _pair(group, departments, by_key.get(key, ()), as_of)
    taken = {item.appointment.id for item in same.values()}
    renumbered: dict[int, Known] = {}
    for line in lines:
        if line.line in same or not line.previous or line.previous == line.number:
            continue
        free = [
            k for k in by_key.get((line.previous, line.start, line.main), ()) if k.appointment.id not in taken
        ]
        if (line.previous, line.start, line.main) in asked or not free:
            continue
        found = (
            free[0]
            if len(free) == 1
            else next(
                (k for k in free if k.appointment.placement_on(as_of).department == departments[line.line]),
                None,
            )
        )
        if found is not None:
            taken.add(found.appointment.id)
            renumbered[line.line] = found
    return same, renumbered


def _pair(
    lines: Sequence[RosterLine], departments: Mapping[int, str | None], known: Sequence[Known], as_of: date
) -> dict[int, Known]:
    """Pair lines and appointments of one key: one and one are the same, several go by department."""
    if not known:
        return {}
    if len(lines) == 1 and len(known) == 1:
        return {lines[0].line: known[0]}
    pairs: dict[int, Known] = {}
    left = list(known)
    for line in lines:
        wanted = departments[line.line]
        day = change_day(line, as_of)
        for days in ((as_of, day), (line.start,)):
            found = next(
                (k for k in left if any(k.appointment.placement_on(d).department == wanted for d in days)),
                None,
            )
            if found is not None:
                pairs[line.line] = found
                left.remove(found)
                break
    return pairs
