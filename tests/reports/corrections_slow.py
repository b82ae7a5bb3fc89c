"""Corrections read slowly: what was known at a moment, then INTERFACE 5 day by day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.people.employment import Appointment, Person, Span
from app.training.standing import Opening
from tests.reports import brute_force as slow
from tests.reports.brute_force import ONE, Served, Stands, World
from tests.reports.corrections import Case


@dataclass(frozen=True)
class Records:
    """One person with everything known of them: completions (amendment, day), moved dates (due, decided)."""

    person: Person
    served: list[Served]
    done: list[tuple[str, date]]
    exempt: list[Span]
    deferred: list[Span]
    moved: list[tuple[date, date]]

    def away(self, of: Served, on: date) -> bool:
        return on in of.leave or self.deferred_on(on)

    def deferred_on(self, on: date) -> bool:
        return any(s.start <= on <= s.end for s in self.deferred)


Serving = dict[tuple[Appointment, ...], list[Served]]


@dataclass(frozen=True)
class Known:
    """Everything of a case that was known at a moment, merged records as one person."""

    world: World
    records: list[Records]
    openings: list[Opening]


def known_at(case: Case, at: int, served: Serving) -> Known:
    """What was known; ``served`` keeps the services read already: most stay the same between moments."""
    merged = {m: k for k, m, when in case.merges if when.known(at)}
    world = replace(case.world, people=known_people(case, at))
    by_moment = sorted(enumerate(case.moved), key=lambda one: (one[1][3].recorded, one[0]))

    def records(one: Person) -> Records:
        def mine(person_id: str) -> bool:
            return merged.get(person_id, person_id) == one.id

        if one.appointments not in served:
            served[one.appointments] = slow.services(world, one)
        return Records(
            one,
            served[one.appointments],
            [
                (d.amendment, d.on) for d in case.done
                if mine(d.person) and d.entered <= at and not (d.annulled and d.annulled.known(at))
            ],
            [s for i, s, w in case.exemptions if mine(i) and w.known(at)],
            [s for i, s, w in case.deferrals if mine(i) and w.known(at)],
            [(due, on) for _n, (i, due, on, w) in by_moment if mine(i) and w.known(at)],
        )  # fmt: skip

    openings = [o for o, w in case.openings if w.known(at)]
    openings.sort(key=lambda o: (o.opened_on, o.amendment))
    return Known(world, [records(one) for one in world.people], openings)


def known_people(case: Case, at: int) -> tuple[Person, ...]:
    """Everybody as known at a moment, merged records as one person."""
    merged = {m: k for k, m, when in case.merges if when.known(at)}
    found: dict[str, list[Appointment]] = {}
    for one in case.world.people:
        if case.entered[one.id] > at:
            continue
        mine = list(one.appointments)
        change = case.corrected.get(one.id)
        if change is not None and case.entered[one.id] < change[0] <= at:
            mine[-1] = replace(mine[-1], end=change[1])
        found.setdefault(merged.get(one.id, one.id), []).extend(mine)
    return tuple(
        Person(i, "", "", tuple(sorted(a, key=lambda x: (x.start, not x.main, x.source, x.number))))
        for i, a in found.items()
        if case.entered[i] <= at  # a kept record nobody knows yet names nobody
    )


def stands_on(known: Known, day: date) -> list[Stands]:
    """Everybody in force on a day, under their one post, as they stand."""
    world = known.world
    codes = [code for code, _level in slow.official_order(world.departments, day)]
    found = []
    for of in known.records:
        here = [a for a in of.person.appointments if slow.there(a, day)]
        if not here:
            continue
        current = next((s for s in of.served if day in s.posts and s.begins(world) <= day), None)
        post = slow.stood_under(here, current.posts[day] if current else [], day, codes)
        state, due, completed, timely, year = _judged(known, of, current, day)
        on_time = "" if timely is None else "期限内" if timely else "期限後"
        placement = slow.placed(post, day)
        code = placement.department
        scope = slow.scope(world, of.person, post, day)
        found.append(
            Stands(
                of.person, post, placement, code if code in codes else "", scope, "", state, year, due,
                completed, on_time,
            )
        )  # fmt: skip
    return found


def _judged(
    known: Known, of: Records, current: Served | None, day: date
) -> tuple[str, date | None, date | None, bool | None, int | None]:
    """状況, 期限, 修了日, whether in time, 義務年度."""
    world = known.world
    completed = min((on for amendment, on in of.done if not amendment and on <= day), default=None)
    if current is None:
        return "対象外", None, completed, None, None
    begins, due, owed = current.begins(world), _first_due(world, current), None
    year = slow.fiscal(begins)
    if completed is not None:
        met = {amendment for amendment, on in of.done if on <= day}
        owed = next(
            (o for o in known.openings if completed < o.opened_on <= day and o.amendment not in met), None
        )
        if owed is None:
            begun = [s for s in of.served if s.days[0] <= completed]
            answered = begun[-1] if begun else of.served[0]
            first = answered.begins(world)
            stood = _due_of(world, of, answered, first, _first_due(world, answered), completed, True)
            timely = completed <= stood or of.away(answered, completed)
            return "修了", stood, completed, timely, slow.fiscal(first)
        year = slow.fiscal(owed.opened_on)
        if begins > owed.opened_on:
            due = max(owed.due, due)
        else:
            begins, due = owed.opened_on, owed.due
    due = _due_of(world, of, current, begins, due, day, owed is None)
    if any(s.start <= day <= s.end for s in of.exempt):
        return "免除", due, None, None, year
    if of.away(current, day):
        return "猶予", None, None, None, year
    return "期限超過" if day > due else "未着手", due, None, None, year


def _first_due(world: World, of: Served) -> date:
    return slow.open_day(world, of.begins(world) + timedelta(days=world.due_days))


def _due_of(
    world: World, of: Records, served: Served, begins: date, due: date, on: date, may_move: bool
) -> date:
    """Walk from the first day of service; a date HR moved answers every leave begun by its decision."""
    change = None
    if may_move:
        change = next((c for c in reversed(of.moved) if c[0] >= served.begins(world)), None)
    if change is not None:
        due = change[0]
    covered, left, walk = set(served.days), None, served.days[0]
    while walk <= on:
        in_break = walk not in covered  # nobody returns from a leave there
        if of.deferred_on(walk) or (left is not None if in_break else walk in served.leave):
            left = left or walk
        elif left is not None:
            counts = begins if change is None else max(begins, change[1])
            if walk - ONE >= counts and not (change and left <= change[1]):
                remaining = max((due - max(left, begins)).days, 30)
                due = slow.open_day(world, walk + timedelta(days=remaining))
            left = None
        walk += ONE
    return due
