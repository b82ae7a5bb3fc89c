"""When a person's 状況 turns from one into another: all their days in one pass, what changed lately. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from app.people.employment import FAR_FUTURE, Span
from app.reports.completion import Facts
from app.training.duties import Duties
from app.training.standing import NOTHING_DONE, Progress, State

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """From ``day`` on the person stands so."""

    day: date
    state: State


def turns(facts: Facts, duties: Duties, first: date, last: date) -> list[Turn]:
    """How a person stands from ``first`` to ``last``: the state on ``first``, then each that differs.

    A state can change on its own on the day after its 期限 only; on every other day there is a fact.
    """
    days = sorted({first, *(day for day in _days_of(facts, duties) if first < day <= last)})
    found: list[Turn] = []
    for day, following in pairwise([*days, last + ONE_DAY]):
        stands = facts.standing(duties, day)
        _add(found, day, stands.state)
        if stands.state in (State.NOT_STARTED, State.IN_PROGRESS) and stands.due is not None:
            late = stands.due + ONE_DAY
            if late < following:
                _add(found, late, facts.standing(duties, late).state)
    return found


@dataclass(frozen=True, slots=True)
class Walk:
    """How everybody stands from ``first`` to ``last``, by person id: walked once, for all that is asked."""

    first: date
    last: date
    turns: Mapping[str, Sequence[Turn]]


def walk(facts: Facts, first: date, last: date) -> Walk:
    """Walk everybody's days; a last day before the first makes one day of it."""
    last = max(first, last)
    return Walk(first, last, {d.person.id: turns(facts, d, first, last) for d in facts.people})


def _add(found: list[Turn], day: date, state: State) -> None:
    if not found or found[-1].state is not state:
        found.append(Turn(day, state))


def _days_of(facts: Facts, duties: Duties) -> Iterator[date]:
    """Every day on which a fact a standing is read from begins or has ended."""
    for duty in duties.owing:
        yield duty.begins
        for span in duty.service.spans:
            yield span.start
            yield from _after(span.end)
            yield from (day for day, _state in span.appointment.states)
    yield from _edges(duties.adjustments.deferrals)
    yield from _done(facts.progress.get(duties.person.id, NOTHING_DONE))
    if facts.run is not None:
        yield facts.run.opens
        yield from _done(facts.done.get(duties.person.id, NOTHING_DONE))
    else:
        yield from (opening.opened_on for opening in facts.openings)


def _done(progress: Progress) -> Iterator[date]:
    if progress is NOTHING_DONE:
        return
    if progress.began_on is not None:
        yield progress.began_on
    yield from (completed.on for completed in progress.completions)
    yield from _edges(progress.exemptions)
    yield from (renewed.on for _amendment, renewed in progress.renewals)
    yield from (day for _section, day in progress.touched)


def _edges(spans: Sequence[Span]) -> Iterator[date]:
    for span in spans:
        yield span.start
        yield from _after(span.end)


def _after(end: date) -> Iterator[date]:
    if end < FAR_FUTURE:
        yield end + ONE_DAY


class Kind(StrEnum):
    """What can happen to a person in a course or a run, as HR asks about it."""

    COMPLETED = "completed"
    OVERDUE = "overdue"
    OWED = "owed"
    NO_LONGER = "no-longer"
    AWAY = "away"
    BACK = "back"
    EXEMPT = "exempt"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened to a person on a day."""

    day: date
    kind: Kind
    person_id: str


def kind_of(before: State, after: State) -> Kind:
    """What a turn from one state into another means."""
    if after is State.NOT_OWED:
        return Kind.NO_LONGER
    if after is State.COMPLETED:
        return Kind.COMPLETED
    if before is State.NOT_OWED:
        return Kind.OWED
    if after is State.EXEMPT:
        return Kind.EXEMPT
    if after is State.DEFERRED:
        return Kind.AWAY
    if before is State.DEFERRED:
        return Kind.BACK
    return Kind.OVERDUE if after is State.OVERDUE else Kind.AGAIN


def changes(walked: Walk, first: date, last: date) -> list[Change]:
    """What happened to whom from ``first`` to ``last``, both inclusive and after the walk's own first day.

    In order of days. Beginning to read (未着手 to 受講中) is no news: nothing is asked of HR.
    """
    found = [
        Change(after.day, kind_of(before.state, after.state), person)
        for person, turned in walked.turns.items()
        for before, after in pairwise(turned)
        if first <= after.day <= last
        and (before.state, after.state) != (State.NOT_STARTED, State.IN_PROGRESS)
    ]
    return sorted(found, key=lambda change: change.day)
