"""A person's days in one pass: every day says what the rule says of it, and a curve what the report says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from app.people.employment import Organisation
from app.reports.completion import Facts, Tally, lines_on
from app.reports.curve import Curve, Point, a_year_before, growth
from app.reports.picture import ACROSS, DOWN, LEFT, TOP, picture
from app.reports.turns import Kind, changes, kind_of, turns, walk
from app.training.standing import State
from tests.reports.test_brute_force_runs import Year, facts_of, years

DAY = timedelta(days=1)


def window(year: Year) -> tuple[date, date]:
    """Eight months around the run."""
    return year.run.opens - 60 * DAY, year.run.opens + 180 * DAY


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(years())
def test_every_day_is_as_the_rule_says(year: Year) -> None:
    first, last = window(year)
    for facts in facts_of(year):
        for duties in facts.people:
            found = turns(facts, duties, first, last)
            assert found[0].day == first
            assert [t.day for t in found] == sorted({t.day for t in found})
            states = {turn.day: turn.state for turn in found}
            state = states[first]
            for n in range((last - first).days + 1):
                day = first + n * DAY
                state = states.get(day, state)
                assert state is facts.standing(duties, day).state, (day, duties.person.id)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(years())
def test_the_curve_says_what_the_report_says(year: Year) -> None:
    first, last = window(year)
    for facts in facts_of(year):
        points = growth(walk(facts, first - 9 * DAY, last), first, last)
        assert [p.day for p in points] == [first + n * DAY for n in range((last - first).days + 1)]
        for point in points[::7]:
            tally = Tally.of(lines_on(facts, Organisation.on(point.day, year.world.departments)))
            assert (point.completed, point.required) == (tally.completed, tally.required), point.day
            assert point.rate == tally.rate


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(years())
def test_every_change_is_one(year: Year) -> None:
    first, last = window(year)
    for facts in facts_of(year):
        known = {duties.person.id: duties for duties in facts.people}
        for change in changes(walk(facts, first - DAY, last + 9 * DAY), first, last):
            duties = known[change.person_id]
            before = facts.standing(duties, change.day - DAY).state
            after = facts.standing(duties, change.day).state
            assert before is not after
            assert change.kind is kind_of(before, after)
            assert first <= change.day <= last


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (State.IN_PROGRESS, State.COMPLETED, Kind.COMPLETED),
        (State.NOT_OWED, State.COMPLETED, Kind.COMPLETED),
        (State.NOT_STARTED, State.OVERDUE, Kind.OVERDUE),
        (State.NOT_OWED, State.NOT_STARTED, Kind.OWED),
        (State.NOT_OWED, State.DEFERRED, Kind.OWED),
        (State.COMPLETED, State.NOT_OWED, Kind.NO_LONGER),
        (State.IN_PROGRESS, State.DEFERRED, Kind.AWAY),
        (State.DEFERRED, State.NOT_STARTED, Kind.BACK),
        (State.OVERDUE, State.EXEMPT, Kind.EXEMPT),
        (State.COMPLETED, State.NOT_STARTED, Kind.AGAIN),
        (State.OVERDUE, State.IN_PROGRESS, Kind.AGAIN),
    ],
)
def test_what_a_turn_means(before: State, after: State, kind: Kind) -> None:
    assert kind_of(before, after) is kind


def test_nobody_and_no_day_draw_nothing() -> None:
    first = date(2026, 4, 1)
    walked = walk(Facts([], {}), first, first - DAY)
    assert growth(walked, first, first - DAY) == []
    (point,) = growth(walked, first, first)
    assert (point.share, point.rate) == (0.0, "-")


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 6, 1), date(2025, 6, 1)),
        (date(2028, 2, 29), date(2027, 2, 28)),
        (date(2029, 2, 28), date(2028, 2, 28)),
    ],
)
def test_the_same_day_of_the_year_before(day: date, before: date) -> None:
    assert a_year_before(day) == before


def course_of(first: date, completed: list[int]) -> list[Point]:
    return [Point(first + n * DAY, done, 10) for n, done in enumerate(completed)]


def test_a_picture_lies_in_its_frame_and_on_the_same_days() -> None:
    first, last = date(2026, 6, 1), date(2026, 6, 11)
    curve = Curve(
        first, last, date(2026, 6, 6),
        course_of(first, [0, 5, 5, 5, 10]), course_of(date(2025, 6, 1), [0] * 11),
    )  # fmt: skip
    drawn = picture(curve)
    assert drawn.now is not None and drawn.before is not None
    assert drawn.now.points.split() == [
        f"{LEFT},{TOP + DOWN}", f"{LEFT + ACROSS // 10},{TOP + DOWN // 2}",
        f"{LEFT + 3 * ACROSS // 10},{TOP + DOWN // 2}", f"{LEFT + 4 * ACROSS // 10},{TOP}",
    ]  # fmt: skip
    assert (drawn.now.x, drawn.now.y, drawn.now.point.completed) == (LEFT + 4 * ACROSS // 10, TOP, 10)
    assert drawn.before.points.split() == [f"{LEFT},{TOP + DOWN}", f"{LEFT + ACROSS},{TOP + DOWN}"]
    assert drawn.due == LEFT + ACROSS / 2
    assert drawn.months == [(LEFT, first)]


def test_the_table_has_a_line_a_week_and_today() -> None:
    first = date(2026, 6, 1)
    curve = Curve(first, date(2026, 12, 28), date(2026, 7, 31), course_of(first, [1] * 10),
                  course_of(date(2025, 6, 2), [2] * 30))  # fmt: skip
    rows = curve.rows()
    assert [point.day.day for point, _then in rows] == [1, 8, 10]
    assert rows[0][1] is None and rows[1][1] is not None and rows[1][1].completed == 2
