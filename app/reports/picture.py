"""A curve as points in a picture of fixed size; the page draws lines through them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.reports.curve import Curve, Point, a_year_before

#: The picture, and the frame of the curve in it (left, top, width, height), in its own units.
WIDTH, HEIGHT = 720, 270
LEFT, TOP, ACROSS, DOWN = 48, 16, 560, 216


@dataclass(frozen=True, slots=True)
class Line:
    """A line through ``points`` (as SVG writes them), its last place, and what stands there."""

    points: str
    x: float
    y: float
    point: Point


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn: this year's line, the year before's, the first of each month, the 期限, today."""

    now: Line | None
    before: Line | None
    months: Sequence[tuple[float, date]]
    due: float | None
    levels: Sequence[tuple[float, int]]


def picture(curve: Curve) -> Picture:
    """Lay a curve out. The year before lies on the same days of the year."""
    days = max(1, (curve.last - curve.first).days)

    def x(day: date) -> float:
        return round(LEFT + ACROSS * (day - curve.first).days / days, 1)

    def line(points: Iterable[tuple[date, Point]]) -> Line | None:
        placed = [(x(day), _y(point), point) for day, point in points if curve.first <= day <= curve.last]
        if not placed:
            return None
        # On a level stretch only its ends matter.
        ends = {0, len(placed) - 1}
        kept = [
            place
            for n, place in enumerate(placed)
            if n in ends or not placed[n - 1][1] == place[1] == placed[n + 1][1]
        ]
        return Line(" ".join(f"{a:g},{b:g}" for a, b, _ in kept), *placed[-1])

    then = {point.day: point for point in curve.before}
    same_days = [(day, then[a_year_before(day)]) for day in _days(curve) if a_year_before(day) in then]
    return Picture(
        now=line((point.day, point) for point in curve.points),
        before=line(same_days),
        months=[(x(day), day) for day in _days(curve) if day.day == 1],
        due=None if curve.due is None else x(curve.due),
        levels=[(_level(percent), percent) for percent in (0, 25, 50, 75, 100)],
    )


def _days(curve: Curve) -> list[date]:
    return [date.fromordinal(n) for n in range(curve.first.toordinal(), curve.last.toordinal() + 1)]


def _y(point: Point) -> float:
    return round(TOP + DOWN * (1 - point.share), 1)


def _level(percent: int) -> float:
    return round(TOP + DOWN * (1 - percent / 100), 1)
