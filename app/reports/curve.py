"""How the 修了率 grew, day by day, each day as the report of that day counts it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise

from app.fiscal_year import FiscalYear
from app.reports.completion import REQUIRED, Facts, Tally
from app.reports.turns import ONE_DAY, Turn, turns
from app.training.refresher import Run
from app.training.standing import State

_REQUIRED = frozenset(State(count.value) for count in REQUIRED)
#: Up to so many days the table has a line a week, beyond a line a month.
DAYS_BY_WEEK = 250


@dataclass(frozen=True, slots=True)
class Point:
    """A day's 修了 and 対象者数."""

    day: date
    completed: int
    required: int

    @property
    def share(self) -> float:
        """The part that has completed, 0 to 1; 0 when nobody owes."""
        return self.completed / self.required if self.required else 0.0

    @property
    def rate(self) -> str:
        """修了率 as the report writes it."""
        return Tally(completed=self.completed, not_started=self.required - self.completed).rate


@dataclass(frozen=True, slots=True)
class Curve:
    """A stretch of days (``first`` to ``last``), how it went up to today, and the same days a year before.

    ``due`` is the day everything leads to, None where everybody has their own. ``before`` is empty when
    there was nothing a year before.
    """

    first: date
    last: date
    due: date | None
    points: Sequence[Point]
    before: Sequence[Point]

    def rows(self) -> list[tuple[Point, Point | None]]:
        """Days for a table, each with the same day a year before: weeks or months, and the last one."""
        then = {point.day: point for point in self.before}
        shown = [point for point in self.points[:-1] if self._is_row(point.day)] + list(self.points[-1:])
        return [(point, then.get(a_year_before(point.day))) for point in shown]

    def _is_row(self, day: date) -> bool:
        if day == self.due:
            return True
        if (self.last - self.first).days <= DAYS_BY_WEEK:
            return (day - self.first).days % 7 == 0
        return (day + ONE_DAY).day == 1


def growth(facts: Facts, first: date, last: date) -> list[Point]:
    """修了 and 対象者数 of each day from ``first`` to ``last``; [] when there is no day."""
    days = (last - first).days + 1
    if days <= 0:
        return []
    completed, required = [0] * (days + 1), [0] * (days + 1)
    end = Turn(last + ONE_DAY, State.NOT_OWED)
    for duties in facts.people:
        for turn, following in pairwise([*turns(facts, duties, first, last), end]):
            begins, ends = (turn.day - first).days, (following.day - first).days
            if turn.state in _REQUIRED:
                required[begins] += 1
                required[ends] -= 1
            if turn.state is State.COMPLETED:
                completed[begins] += 1
                completed[ends] -= 1
    counted = zip(accumulate(completed), accumulate(required), strict=True)
    return [Point(first + timedelta(days=n), *counts) for n, counts in enumerate(counted) if n < days]


def course_curve(facts: Facts, today: date) -> Curve:
    """The course itself over today's 年度, against the 年度 before."""
    year = FiscalYear.of(today)
    earlier = FiscalYear(year.year - 1)
    both = growth(facts, earlier.first_day, today)
    days = (year.first_day - earlier.first_day).days
    before = both[:days]
    if not any(point.required for point in before):
        before = []
    return Curve(year.first_day, year.last_day, None, both[days:], before)


def run_curve(facts: Facts, run: Run, today: date, earlier: tuple[Facts, Run] | None) -> Curve:
    """A year's run over its window, against the run of the 年度 before."""
    points = growth(facts, run.opens, min(run.closes, max(today, run.opens)))
    before = [] if earlier is None else growth(earlier[0], earlier[1].opens, earlier[1].closes)
    return Curve(run.opens, run.closes, run.due, points, before)


def a_year_before(day: date) -> date:
    """The same day of the year before; of 29 February the 28th."""
    return date(day.year - 1, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)
