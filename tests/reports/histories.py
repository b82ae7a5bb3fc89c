"""Random histories of a small city: joins, moves, leave, breaks, several posts, reorganisations."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from app.people.employment import (
    Appointment,
    Category,
    Consultation,
    Department,
    Person,
    Placement,
    ServiceState,
    Span,
)
from app.training.standing import Completed, Progress
from tests.reports.brute_force import World

START = date(2024, 4, 1)
REORGANISED = date(2025, 4, 1)
#: No day after it is asked about: the slow reading follows open-ended appointments a year further only.
LAST = date(2027, 12, 31)
CODES = ("010", "011", "012", "020", "021", "030", None)
AUTHORITIES = ("市長", "教育委員会", "水道事業", "")

#: Lengths and breaks around every edge of the rules.
TERMS = st.sampled_from([1, 5, 15, 29, 30, 31, 32, 60, 90, 365, 700])
BREAKS = st.sampled_from([0, 31, 32, 1, 30, 31, 32, 33, 15, 200])
#: Mostly people who owe the course, the others often enough to meet.
CATEGORIES = st.one_of(
    st.sampled_from([Category.REGULAR, Category.FISCAL_YEAR_PART, Category.TEMPORARY]),
    st.sampled_from(list(Category)),
)

AWAY = st.sampled_from([ServiceState.LEAVE, ServiceState.LEAVE, ServiceState.SECONDED])
#: Whom an outcome of a 要協議 speaks of.
SUBJECTS = st.sampled_from(
    [("p1", None), ("p2", None), (None, Category.ELECTED), (None, Category.PREFECTURAL_TEACHER)]
)
ASSIGNED = st.sampled_from(
    [None, frozenset({Category.REGULAR, Category.FIRE_CORPS, Category.PREFECTURAL_TEACHER})]
)


def days(first: date, last: date) -> st.SearchStrategy[date]:
    return st.integers(0, (last - first).days).map(lambda n: first + timedelta(days=n))


@st.composite
def appointment(draw: st.DrawFn, key: int, start: date, end: date | None) -> Appointment:
    """One appointment, perhaps with a move, a change of category, a leave."""
    last = end or start + timedelta(days=400)
    placements = [placement(draw, start)]
    if draw(st.booleans()):
        since = draw(days(start, last))
        if since > start:
            placements.append(placement(draw, since))
    states: list[tuple[date, ServiceState]] = []
    if draw(st.integers(0, 2)) == 0:
        gone = draw(st.one_of(days(start, last), days(start, start + timedelta(days=40))))
        states.append((gone, draw(AWAY)))
        if draw(st.integers(0, 3)):
            states.append((gone + timedelta(days=draw(TERMS)), ServiceState.ACTIVE))
    number = f"{draw(st.integers(1, 9)):07}"
    return Appointment(
        key, draw(st.sampled_from(["職員", "会計年度"])), number, start, end, draw(st.booleans()),
        tuple(placements), tuple(states),
    )  # fmt: skip


def placement(draw: st.DrawFn, since: date) -> Placement:
    return Placement(
        since, draw(st.sampled_from(CODES)), draw(CATEGORIES), draw(st.sampled_from(AUTHORITIES))
    )


@st.composite
def person(draw: st.DrawFn, number: int) -> Person:
    """A person whose appointments follow, overlap or leave gaps."""
    appointments: list[Appointment] = []
    start = START + timedelta(days=draw(st.integers(-60, 400)))
    for index in range(draw(st.integers(1, 4))):
        term = draw(TERMS)
        end = None if draw(st.integers(0, 5)) == 0 else start + timedelta(days=term - 1)
        appointments.append(draw(appointment(number * 10 + index, start, end)))
        if draw(st.booleans()):
            start = (end or start + timedelta(days=term)) + timedelta(days=1 + draw(BREAKS))
        else:
            start += timedelta(days=draw(st.integers(0, 40)))
    appointments.sort(key=lambda a: (a.start, not a.main, a.source, a.number))
    return Person(f"p{number}", f"試験 {number}", "シケン", tuple(appointments))


@st.composite
def progress(draw: st.DrawFn, of: Person) -> Progress:
    """What somebody did: nothing, begun, completed, exempted, at any time."""
    first = of.appointments[0].start
    near = days(first - timedelta(days=20), first + timedelta(days=500))
    began = draw(st.none() | near)
    completions: tuple[Completed, ...] = ()
    if draw(st.integers(0, 2)) == 0:
        days_done = sorted(draw(st.lists(near, min_size=1, max_size=2)))
        completions = tuple(Completed(on, 90, "eラーニング", "版", f"S{on}") for on in days_done)
    exemptions: tuple[Span, ...] = ()
    if draw(st.integers(0, 5)) == 0:
        since = draw(near)
        exemptions = (Span(since, since + timedelta(days=draw(TERMS))),)
    return Progress(began, completions, exemptions)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A city of one to three people before and after a reorganisation."""
    people = tuple(draw(person(n)) for n in range(1, draw(st.integers(1, 3)) + 1))
    decided = days(START, START + timedelta(days=700))
    consultations = tuple(
        Consultation(draw(st.booleans()), draw(decided), "市教委", "7総行第1号", *about)
        for about in draw(st.lists(SUBJECTS, max_size=3, unique=True))
    )
    return World(
        people,
        {p.id: draw(progress(p)) for p in people},
        departments(draw),
        consultations,
        introduced=draw(st.sampled_from([date(2023, 9, 11), START, date(2024, 9, 20)])),
        assigned=draw(ASSIGNED),
        closed=draw(st.sampled_from([frozenset(), frozenset({date(2024, 5, 1), date(2024, 5, 31)})])),
    )


def departments(draw: st.DrawFn) -> tuple[Department, ...]:
    """Two 部 with 課; on 1 April 2025 one is renamed, one moves, one ends, one is new."""
    before = REORGANISED - timedelta(days=1)
    position = draw(st.permutations([1, 2, 3]))
    return (
        Department("010", "総務部", position=position[0]),
        Department("011", "人事課", parent="010", position=position[1]),
        Department("012", "行政管理課", parent="010", position=2, valid_to=before),
        Department("012", "総務課", parent="020", position=2, valid_from=REORGANISED),
        Department("020", "教育部", position=position[2], valid_to=draw(st.sampled_from([None, before]))),
        Department("021", "小学校", parent="020", position=1),
        Department("030", "こども課", parent="011", position=9, valid_from=REORGANISED),
    )


@st.composite
def asked(draw: st.DrawFn) -> tuple[World, list[date]]:
    """A world and days, most of them at an edge of somebody's history."""
    world = draw(worlds())
    edges = {a.start for p in world.people for a in p.appointments} | {REORGANISED, world.introduced}
    edges |= {a.end for p in world.people for a in p.appointments if a.end}
    edges |= {since for p in world.people for a in p.appointments for since, _s in a.states}
    nearby = st.builds(
        lambda edge, n: min(edge + timedelta(days=n), LAST),
        st.sampled_from(sorted(edges)),
        st.sampled_from([0, 1, -1, 29, 30, 31, 32, 33, 61]),
    )
    anywhere = days(START, LAST)
    return world, draw(st.lists(st.one_of(nearby, nearby, anywhere), min_size=8, max_size=12, unique=True))
