"""How the 修了率 grew, day by day, each day as the report of that day counts it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise

from app.fiscal_year import FiscalYear
from app.reports.completion import REQUIRED, Tally
from app.reports.turns import ONE_DAY, Turn, Walk
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


def growth(walked: Walk, first: date, last: date) -> list[Point]:
    """修了 and 対象者数 of each day of the walk from ``first`` to ``last``; [] when there is no day."""
    days = (last - first).days + 1
    if days <= 0:
        return []
    completed, required = [0] * (days + 1), [0] * (days + 1)
    end = Turn(walked.last + ONE_DAY, State.NOT_OWED)
    for turned in walked.turns.values():
        for turn, following in pairwise([*turned, end]):
            begins, ends = (max(0, min(days, (day - first).days)) for day in (turn.day, following.day))
            if turn.state in _REQUIRED:
                required[begins] += 1
                required[ends] -= 1
            if turn.state is State.COMPLETED:
                completed[begins] += 1
                completed[ends] -= 1
    counted = zip(accumulate(completed), accumulate(required), strict=True)
    return [Point(first + timedelta(days=n), *counts) for n, counts in enumerate(counted) if n < days]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days a curve goes over (``first`` to ``last``, seen up to ``until``), and where they lead."""

    first: date
    last: date
    until: date
    due: date | None = None


def stretch_of(run: Run | None, today: date) -> Stretch:
    """A run's window; of the course itself today's 年度."""
    if run is None:
        year = FiscalYear.of(today)
        return Stretch(year.first_day, year.last_day, today)
    return Stretch(run.opens, run.closes, min(run.closes, max(today, run.opens)), run.due)


def curve_of(walked: Walk, stretch: Stretch, before: Sequence[Point]) -> Curve:
    """The growth over a stretch beside that of the year before."""
    points = growth(walked, stretch.first, stretch.until)
    known = before if any(point.required for point in before) else []
    return Curve(stretch.first, stretch.last, stretch.due, points, known)


def a_year_before(day: date) -> date:
    """The same day of the year before; of 29 February the 28th."""
    return date(day.year - 1, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)
