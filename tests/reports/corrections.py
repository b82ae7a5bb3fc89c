"""Random records set right: what was held when, and the days and moments at which it matters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from app.people.employment import Appointment, Category, Person, Placement, ServiceState, Span
from app.training.standing import Opening
from tests.reports.brute_force import ONE, World
from tests.reports.histories import CODES, LAST, START, TERMS, days, departments, person

MOMENTS = 6
SECTION = "2-purpose"
#: Where the records of HR lie.
NEAR = days(START - timedelta(days=30), START + timedelta(days=700))


def moment(number: int) -> datetime:
    """The moments at which something comes to be known; all after everything that happened."""
    return datetime(2030, 1, 1 + number, 3, tzinfo=UTC)


@dataclass(frozen=True)
class When:
    """Recorded at one moment, withdrawn at a later one or never."""

    recorded: int
    withdrawn: int | None

    def known(self, at: int) -> bool:
        return self.recorded <= at and (self.withdrawn is None or self.withdrawn > at)

    @property
    def columns(self) -> dict[str, datetime | None]:
        gone = None if self.withdrawn is None else moment(self.withdrawn)
        return {"recorded_at": moment(self.recorded), "withdrawn_at": gone}

    @property
    def turns(self) -> list[int]:
        """The moments at which it comes and goes."""
        return [self.recorded] if self.withdrawn is None else [self.recorded, self.withdrawn]


@dataclass(frozen=True)
class Done:
    """A completion entered at a moment, with its annulment."""

    person: str
    on: date
    entered: int
    amendment: str
    annulled: When | None


@dataclass(frozen=True)
class Case:
    """Everything there is, with when it was held; ``corrected`` is a new end of a last appointment."""

    world: World
    entered: dict[str, int]
    corrected: dict[str, tuple[int, date]]
    done: tuple[Done, ...]
    exemptions: tuple[tuple[str, Span, When], ...]
    deferrals: tuple[tuple[str, Span, When], ...]
    moved: tuple[tuple[str, date, date, When], ...]
    merges: tuple[tuple[str, str, When], ...]
    openings: tuple[tuple[Opening, When], ...]
    asked: tuple[tuple[date, int], ...] = ()


@st.composite
def whens(draw: st.DrawFn) -> When:
    recorded = draw(st.integers(1, MOMENTS - 2))
    gone = draw(st.none() | st.integers(recorded + 1, MOMENTS))
    return When(recorded, gone)


@st.composite
def steady(draw: st.DrawFn, number: int) -> Person:
    """Somebody who owes the course for years, in one post or appointed anew each April; perhaps away once."""
    start = START + timedelta(days=draw(st.sampled_from([0, -300, 10, 100, 340])))
    spans: list[tuple[date, date | None]] = [(start, None)]
    if draw(st.booleans()):
        first = start.year + (start >= date(start.year, 4, 1))
        ends = [date(first + n, 3, 31) for n in range(3)]
        spans = list(zip([start, *(end + ONE for end in ends)], ends, strict=False))
    away = draw(st.none() | st.integers(0, len(spans) - 1))
    found = []
    for index, (begins, ends_on) in enumerate(spans):
        states: tuple[tuple[date, ServiceState], ...] = ()
        if index == away:
            gone = begins + timedelta(days=draw(st.sampled_from([0, 5, 20, 29, 60, 200])))
            back = gone + timedelta(days=draw(TERMS))
            states = ((gone, ServiceState.LEAVE), (back, ServiceState.ACTIVE))
        place = Placement(begins, draw(st.sampled_from(CODES)), Category.REGULAR, "市長")
        found.append(Appointment(number * 10 + index, "職員", "", begins, ends_on, True, (place,), states))
    return Person(f"p{number}", f"試験 {number}", "シケン", tuple(found))


def numbered(one: Person) -> Person:
    """Everybody's appointments have numbers of their own: no two posts are alike."""
    return replace(one, appointments=tuple(replace(a, number=f"{a.id:07}") for a in one.appointments))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    people = tuple(numbered(draw(steady(n) | steady(n) | person(n))) for n in (1, 2))
    ids = st.sampled_from(["p1", "p2"])
    spans = st.builds(lambda first, n: Span(first, first + timedelta(days=n)), NEAR, TERMS)
    opened = draw(st.lists(st.tuples(NEAR, TERMS, whens()), max_size=2))
    openings = tuple(
        (Opening(f"a{n}", SECTION, first, first + timedelta(days=length)), when)
        for n, (first, length, when) in enumerate(opened)
    )
    corrected = {}
    for one in people:
        if draw(st.booleans()):
            start = one.appointments[-1].start
            corrected[one.id] = (draw(st.integers(2, 5)), start + timedelta(days=draw(TERMS)))
    merge = draw(st.none() | whens() | whens())
    case = Case(
        World(
            people, {}, departments(draw), (),
            introduced=draw(st.sampled_from([date(2023, 9, 11), START])), assigned=None, closed=frozenset(),
        ),
        {p.id: draw(st.integers(0, 2)) for p in people},
        corrected,
        tuple(draw(st.lists(completions([o for o, _when in openings]), max_size=3)))
        + tuple(again for o, _when in openings if draw(st.booleans()) for again in draw(renewed(o))),
        tuple(draw(st.lists(st.tuples(ids, spans, whens()), max_size=3))),
        tuple(draw(st.lists(st.tuples(ids, spans, whens()), max_size=2))),
        tuple(draw(st.lists(st.tuples(ids, NEAR, NEAR, whens()), max_size=2))),
        () if merge is None else (("p1", "p2", merge),),
        openings,
    )  # fmt: skip
    edges = [(day, at) for days_of, turns in matters(case) for day in days_of for at in turns]
    near = st.tuples(
        st.sampled_from(edges), st.sampled_from([0, 0, 1, -1, 30, 31, 32]), st.sampled_from([0, 0, 0, 1, -1])
    ).map(lambda one: (min(one[0][0] + timedelta(days=one[1]), LAST), max(one[0][1] + one[2], 0)))
    return replace(case, asked=tuple(draw(st.lists(near, min_size=6, max_size=9, unique=True))))


@st.composite
def completions(draw: st.DrawFn, openings: list[Opening]) -> Done:
    """Of the course, often around an amendment's beginning; or of the section amended."""
    opening = draw(st.sampled_from([None, *openings, *openings]))
    of, on = "", draw(NEAR)
    if opening is not None:
        of = draw(st.sampled_from(["", opening.amendment]))
        after = draw(st.sampled_from([0, 1, 20, 60] if of else [-1, -30, -200, 0, 1]))
        on = opening.opened_on + timedelta(days=after)
    annulled = draw(st.sampled_from([True, False, False])) and draw(whens())
    return Done(draw(st.sampled_from(["p1", "p2"])), on, draw(st.integers(1, 4)), of, annulled or None)


@st.composite
def renewed(draw: st.DrawFn, opening: Opening) -> list[Done]:
    """Somebody completed the course before an amendment began, and perhaps what it asked for."""
    who, day = draw(st.sampled_from(["p1", "p2"])), opening.opened_on
    before = Done(who, day - timedelta(days=draw(st.sampled_from([1, 30, 200]))), 1, "", None)
    met = Done(who, day + timedelta(days=draw(st.sampled_from([0, 1, 20]))), 1, opening.amendment, None)
    return [before, met] if draw(st.booleans()) else [before]


def matters(case: Case) -> Iterable[tuple[list[date], list[int]]]:
    """The days and the moments at which each thing there is makes a difference."""
    for one in case.world.people:
        starts = [a.start for a in one.appointments]
        leaves = [since for a in one.appointments for since, _state in a.states]
        yield [*starts, *leaves], [MOMENTS, case.entered[one.id]]
        if one.id in case.corrected:
            at, end = case.corrected[one.id]
            yield [end, end + ONE], [at]
    for done in case.done:
        yield [done.on], [done.entered, *(done.annulled.turns if done.annulled else [])]
    for _person, span, when in (*case.exemptions, *case.deferrals):
        yield [span.start, span.end, span.end + ONE], when.turns
    for _person, due, decided, when in case.moved:
        yield [due, due + ONE, decided], when.turns
    for _kept, _merged, when in case.merges:
        yield [a.start for p in case.world.people for a in p.appointments], when.turns
    for opening, when in case.openings:
        yield [opening.opened_on, opening.due + ONE, opening.due + 90 * ONE], [*when.turns, MOMENTS]
