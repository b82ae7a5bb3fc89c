"""Runs, HR's 猶予 and moved dates, 免除: any standing equals a slow day-by-day reading of the rules."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.people.employment import Appointment, Category, Organisation, Person, Placement, Span
from app.reports.completion import Facts, lines_on
from app.training.duties import Adjustments, DueChange, duties_of
from app.training.refresher import Run
from app.training.standing import NOTHING_DONE, Completed, Progress, standing
from tests.reports import brute_force as slow
from tests.reports.brute_force import ONE, Served, Stands, World
from tests.reports.histories import CODES, LAST, TERMS, asked, days, progress
from tests.reports.tables import tables_agree
from tests.reports.test_brute_force import Rules

QUICK, LONG = 200, 10_000
RETURNED = "p9"


@dataclass(frozen=True)
class Year:
    """A world with one run of the course, what was done in it, and what HR decided."""

    world: World
    run: Run
    done: dict[str, Progress]
    decided: dict[str, Adjustments]
    asked: tuple[date, ...]


@st.composite
def years(draw: st.DrawFn) -> Year:
    """A run that opens while somebody is in service, mostly for people who completed the course before."""
    world, when = draw(asked())
    somebody = draw(st.sampled_from([a for p in world.people for a in p.appointments]))
    first = max(somebody.start, world.introduced)
    opens = first + timedelta(days=draw(st.sampled_from([-31, 0, 1, 35, 60, 200, 364])))
    closes = min(opens + timedelta(days=draw(TERMS)), date(slow.fiscal(opens) + 1, 3, 31))
    due = opens + timedelta(days=draw(st.integers(0, (closes - opens).days)))
    run = Run(
        "run", "course", slow.fiscal(opens), "実施", opens, due, closes, opens, 10,
        draw(st.sampled_from([True, False, False])), draw(st.sampled_from([0, 14, 30])),
    )  # fmt: skip
    course = {p.id: draw(course_done(world.progress[p.id], opens)) for p in world.people}
    if draw(st.booleans()):
        world = replace(world, people=(*world.people, draw(returned(opens))))
        course[RETURNED] = draw(course_done(Progress(), opens))
    done = {p.id: draw(run_done(progress(p), opens, closes)) for p in world.people}
    decided = {p.id: draw(adjustments(opens)) for p in world.people}
    edges = {opens, due, closes} | {s.start for a in decided.values() for s in a.deferrals}
    edges |= {p.appointments[-1].start for p in world.people if p.id == RETURNED}
    edges |= {e.start for d in done.values() for e in d.exemptions}
    edges |= {c.due for a in decided.values() for c in a.due_changes}
    near = st.sampled_from(sorted(edges)).flatmap(
        lambda edge: st.sampled_from([-1, 0, 1, 31, 60]).map(lambda n: edge + timedelta(days=n))
    )
    further = draw(st.lists(near | days(opens, opens + timedelta(days=300)), min_size=8, max_size=14))
    asked_on = tuple(min(d, LAST) for d in [*_days(when)[:2], *further])
    return Year(replace(world, progress=course), run, done, decided, asked_on)


@st.composite
def returned(draw: st.DrawFn, opens: date) -> Person:
    """Somebody who left long before the run opened and comes back in its window."""
    back = opens + timedelta(days=draw(st.sampled_from([1, 10, 40])))
    terms = ((opens - timedelta(days=500), opens - timedelta(days=100)), (back, None))
    return Person(RETURNED, "試験 復職", "シケン", tuple(
        Appointment(90 + n, "職員", f"{90 + n:07}", start, end, True, (
            Placement(start, draw(st.sampled_from(CODES)), Category.REGULAR, "市長"),
        ))
        for n, (start, end) in enumerate(terms)
    ))  # fmt: skip


@st.composite
def course_done(draw: st.DrawFn, otherwise: Progress, opens: date) -> Progress:
    """Mostly the course was completed some time before the run or a little after it opened."""
    if draw(st.integers(0, 3)) == 0:
        return otherwise
    on = opens + timedelta(days=draw(st.sampled_from([-500, -200, -30, -1, 0, 1, 20, 90])))
    return Progress(on, (Completed(on, 90, "eラーニング", "版", "S"),), otherwise.exemptions)


@st.composite
def run_done(draw: st.DrawFn, otherwise: st.SearchStrategy[Progress], opens: date, closes: date) -> Progress:
    """Nothing yet, begun, or passed in the window or long after; sometimes exempt."""
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return draw(otherwise)
    began = draw(st.none() | days(opens, closes))
    if kind == 1:
        since = opens + timedelta(days=draw(st.sampled_from([0, 1, 20, 60])))
        return Progress(began, (), (Span(since, since + timedelta(days=draw(TERMS))),))
    if kind == 2:
        return Progress(began)
    on = draw(days(opens, closes + timedelta(days=60)))
    return Progress(on, (Completed(on, 90, "eラーニング", "版", "R"),))


def _days(when: object) -> list[date]:
    return [when] if isinstance(when, date) else list(when)  # type: ignore[call-overload]


@st.composite
def adjustments(draw: st.DrawFn, around: date) -> Adjustments:
    """猶予 and moved dates around the run."""
    near = days(around - timedelta(days=40), around + timedelta(days=200))
    deferrals = []
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        start = draw(near)
        deferrals.append(Span(start, start + timedelta(days=draw(TERMS))))
    changes = tuple(
        DueChange(draw(near), draw(near), "理由", draw(st.sampled_from([None, "run"])))
        for _ in range(draw(st.sampled_from([0, 0, 1, 2])))
    )
    return Adjustments(tuple(sorted(deferrals, key=lambda s: s.start)), changes)


# ---- the slow reading


def deferred(year: Year, person: Person, day: date) -> bool:
    return any(s.start <= day <= s.end for s in year.decided[person.id].deferrals)


def away(year: Year, person: Person, service: Served, day: date) -> bool:
    return deferred(year, person, day) or day in service.leave


def due_on(year: Year, person: Person, service: Served, begins: date, due: date, run: str | None, on: date):  # type: ignore[no-untyped-def]
    """Walk from the first day of service; a date HR moved answers every leave begun by its decision."""
    change = None
    for one in year.decided[person.id].due_changes:
        if one.run == run and one.due >= service.begins(year.world):
            change = one
    counts_from = begins
    if change is not None:
        due, counts_from = change.due, max(begins, change.decided_on)
    left = None
    day = service.days[0]
    while day <= on:
        if day in service.posts or deferred(year, person, day):
            if away(year, person, service, day):
                left = left or day
            elif left is not None:
                answered = change is not None and left <= change.decided_on
                if day > counts_from and not answered:
                    remaining = max((due - max(left, begins)).days, 30)
                    due = slow.open_day(year.world, day + timedelta(days=remaining))
                left = None
        day += ONE
    return due


def first_by(progress: Progress, day: date) -> date | None:
    return next((c.on for c in progress.completions if c.on <= day), None)


def owed_now(world: World, served: list[Served], day: date) -> Served | None:
    return next((s for s in served if day in s.posts and s.begins(world) <= day), None)


def joined(year: Year, person: Person, served: list[Served], day: date) -> tuple[Served, date, date] | None:
    """The service, the day of entry and the first 期限 of somebody in the run on a day."""
    run = year.run
    current = owed_now(year.world, served, day)
    course = first_by(year.world.progress[person.id], day)
    if current is None or day < run.opens or course is None:
        return None
    if run.skip_if_completed_same_year and slow.fiscal(course) == run.fiscal_year:
        return None
    first = max(run.opens, current.begins(year.world))
    there = next((d for d in current.days if first <= d <= run.closes), None)
    if there is None:
        return None
    entered = max(there, course + ONE)
    if entered > run.closes:
        return None
    due = run.due
    if entered > run.opens:
        due = max(due, slow.open_day(year.world, entered + timedelta(days=run.joiner_days)))
    return current, entered, due


def in_run(year: Year, person: Person, served: list[Served], day: date) -> tuple[object, ...]:
    """状況, 期限, 修了日, 期限内, 義務年度 in the run."""
    done = first_by(year.done[person.id], day)
    here = joined(year, person, served, day)
    if here is None:
        return "対象外", None, done, None, None
    if done is not None:
        here = joined(year, person, served, done) or here
    return (*judged(year, person, *here, "run", year.done[person.id], day), year.run.fiscal_year)


def in_course(year: Year, person: Person, served: list[Served], day: date) -> tuple[object, ...]:
    world = year.world
    done = first_by(world.progress[person.id], day)
    current = owed_now(year.world, served, day)
    if current is None:
        return "対象外", None, done, None
    if done is not None:
        begun = [s for s in served if s.days[0] <= done]
        current = begun[-1] if begun else served[0]
    begins = current.begins(world)
    due = slow.open_day(world, begins + timedelta(days=world.due_days))
    return judged(year, person, current, begins, due, None, world.progress[person.id], day)


def judged(  # type: ignore[no-untyped-def]
    year: Year, person: Person, service: Served, begins: date, due: date, run, progress: Progress, day: date
):
    done = first_by(progress, day)
    if done is not None:
        due = due_on(year, person, service, begins, due, run, done)
        return "修了", due, done, done <= due or away(year, person, service, done)
    due = due_on(year, person, service, begins, due, run, day)
    if any(e.start <= day <= e.end for e in progress.exemptions):
        return "免除", due, None, None
    if away(year, person, service, day):
        return "猶予", None, None, None
    if day > due:
        return "期限超過", due, None, None
    begun = progress.began_on is not None and progress.began_on <= day
    return "受講中" if begun else "未着手", due, None, None


# ---- the comparison


def facts_of(year: Year) -> tuple[Facts, Facts]:
    """What a report of the course, and of the run, is made from."""
    world = year.world
    assigned = None if world.assigned is None else tuple(c.value for c in world.assigned)
    rules = Rules(world.introduced, world.due_days, world.gap, world.min_term, assigned)
    people = [
        duties_of(p, rules, world.consultations, world.closed, year.decided[p.id]) for p in world.people
    ]
    of_course = Facts(people, world.progress, world.departments)
    return of_course, Facts(people, world.progress, world.departments, {}, year.run, year.done)


def compare(year: Year) -> None:
    world = year.world
    of_course, of_run = facts_of(year)
    people = of_course.people
    served = {p.id: slow.services(world, p) for p in world.people}
    for day in year.asked:
        organisation = Organisation.on(day, world.departments)
        lines = lines_on(of_run, organisation)
        stood = []
        for line in lines:
            expected = in_run(year, line.person, served[line.person.id], day)
            stands = line.standing
            completed = None if stands.completed is None else stands.completed.on
            found = (stands.state.value, stands.due, completed, stands.on_time, line.duty_year)
            assert found == expected, (day, line.person.id)
            stood.append(stood_as(world, line.person, served[line.person.id], day, expected))
        tables_agree(world, lines, organisation, stood)
        before = lines_on(of_course, organisation)
        stood = []
        for line in before:
            person = line.person
            stands = standing(duties(people, person), world.progress.get(person.id, NOTHING_DONE), day)
            completed = None if stands.completed is None else stands.completed.on
            of_course_found = (stands.state.value, stands.due, completed, stands.on_time)
            expected = in_course(year, person, served[person.id], day)
            assert of_course_found == expected, (day, person.id)
            stood.append(stood_as(world, person, served[person.id], day, (*expected, None)))
        tables_agree(world, before, organisation, stood)
        assert len(lines) == len(before)


def stood_as(world: World, person: Person, served: list[Served], day: date, judged) -> Stands:  # type: ignore[no-untyped-def]
    """A line read slowly, under the one post."""
    codes = [code for code, _level in slow.official_order(world.departments, day)]
    current = owed_now(world, served, day)
    here = [a for a in person.appointments if slow.there(a, day)]
    post = slow.stood_under(here, current.posts[day] if current else [], day, codes)
    placement = slow.placed(post, day)
    state, due, completed, on_time, year = judged
    return Stands(
        person, post, placement, placement.department if placement.department in codes else "",
        slow.scope(world, person, post, day), "", state, year, due, completed,
        {None: "", True: "期限内", False: "期限後"}[on_time],
    )  # fmt: skip


def duties(people, person: Person):  # type: ignore[no-untyped-def]
    return next(d for d in people if d.person is person)


@settings(max_examples=QUICK, deadline=None, suppress_health_check=list(HealthCheck))
@given(years())
def test_a_run_equals_the_slow_reading(year: Year) -> None:
    compare(year)


@pytest.mark.long
@settings(
    max_examples=int(os.environ.get("KENSHU_HISTORIES", LONG)),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(years())
def test_ten_thousand_years_equal_the_slow_reading(year: Year) -> None:
    compare(year)
