"""What one line changes about one known appointment, and from which day. INTERFACE 4 in code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.people.employment import Appointment, Placement, ServiceState
from app.people.roster.columns import Column
from app.people.roster.lines import Roster, RosterLine

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moved:
    """The placement a line asks for from ``after.since`` on; ``added`` False when only later ones go."""

    before: Placement
    after: Placement
    added: bool
    cancelled: int


def change_day(line: RosterLine, as_of: date) -> date:
    """From when what is new in a line holds: 異動年月日, else as-of; never before the appointment."""
    return max(line.moved_on or as_of, line.start)


def first_placement(line: RosterLine, department: str | None) -> Placement:
    """Seen for the first time, department and category hold from the start."""
    return Placement(line.start, department, line.category, line.authority, line.title, line.work_type)


def first_states(line: RosterLine, as_of: date, end: date | None) -> tuple[tuple[date, ServiceState], ...]:
    """Seen for the first time, a leave or secondment holds from 異動年月日, else as-of; before it 在職."""
    since = change_day(line, as_of)
    if line.state in (ServiceState.ACTIVE, ServiceState.RETIRED) or (end is not None and since > end):
        return ()
    return ((since, line.state),)


def moved(
    known: Appointment,
    line: RosterLine,
    department: str | None,
    roster: Roster,
    as_of: date,
    end: date | None = None,
) -> Moved | None:
    """Compare over [change day, as-of]; when anything differs there, the line rules from the change day on.

    ``end`` is the last day as the line leaves it: what would hold only after it is no change.
    """
    day = change_day(line, as_of)
    if end is not None and day > end:
        return None
    until = max(day, as_of)
    held = [known.placement_on(day)] + [p for p in known.placements if day < p.since <= until]
    if all(_asked(p, line, department, roster) == p for p in held):
        return None
    after = replace(_asked(held[-1], line, department, roster), since=day)
    before = known.placement_on(day)
    cancelled = sum(p.since > until for p in known.placements)
    if replace(before, since=day) == after:
        return Moved(held[-1], after, False, cancelled)
    return Moved(before, after, True, cancelled)


def _asked(held: Placement, line: RosterLine, department: str | None, roster: Roster) -> Placement:
    """``held`` with every field the file speaks of as the line says it."""
    return replace(
        held,
        department=department,
        category=line.category,
        authority=line.authority if roster.has(Column.AUTHORITY) else held.authority,
        title=line.title if roster.has(Column.TITLE) else held.title,
        work_type=line.work_type if roster.has(Column.WORK_TYPE) else held.work_type,
    )


def state_change(
    known: Appointment, line: RosterLine, roster: Roster, as_of: date, end: date | None
) -> tuple[date, ServiceState, bool] | None:
    """(since, state before, whether a row is added) when 在職区分 differs over [change day, as-of]."""
    if not roster.has(Column.STATE) or line.state is ServiceState.RETIRED:
        return None
    day = change_day(line, as_of)
    if end is not None and day > end:
        return None
    until = max(day, as_of)
    held = [known.state_on(day)] + [state for since, state in known.states if day < since <= until]
    if all(state is line.state for state in held):
        return None
    earlier = known.state_on(day - ONE_DAY)
    return day, next(s for s in reversed(held) if s is not line.state), earlier is not line.state


def term(
    known: Appointment | None, line: RosterLine, roster: Roster, as_of: date
) -> tuple[date | None, bool]:
    """(end, retired) as the line leaves them. 退職 without an end = ended the day before."""
    end_before = known.end if known else None
    retired_before = known.retired if known else False
    given = roster.has(Column.END)
    if roster.has(Column.STATE) and line.state is ServiceState.RETIRED:
        if given and line.end is not None:
            return line.end, True
        last = (line.moved_on or as_of) - ONE_DAY
        if line.moved_on is None and end_before is not None and end_before <= last:
            return end_before, True
        return last, True
    end = line.end if given else end_before
    if not given and roster.has(Column.STATE) and retired_before and end is not None and end < as_of:
        return None, False
    return end, retired_before and end == end_before
