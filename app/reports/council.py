"""The one-page report to the 庁議: 部別, 任命権者別, what is still to do, and how it moved since. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.people.employment import Category
from app.reports.completion import Row, Tally, by_authority, by_category, by_department
from app.reports.report import Report


@dataclass(frozen=True, slots=True)
class Compared:
    """A row with what it was on the earlier day (None: the group was not there)."""

    row: Row
    before: Tally | None

    @property
    def change(self) -> str:
        """前回比 in percentage points: +3.1, -0.4, ±0.0; - when either day has no rate."""
        now, then = self.row.tally.tenths, None if self.before is None else self.before.tenths
        if now is None or then is None:
            return "-"
        sign = "+" if now > then else "-" if now < then else "±"
        return f"{sign}{abs(now - then) // 10}.{abs(now - then) % 10}"


@dataclass(frozen=True, slots=True)
class Council:
    """What one sheet of A4 holds."""

    divisions: Sequence[Compared]
    authorities: Sequence[Compared]
    categories: Sequence[Row]
    total: Compared


def council(report: Report, earlier: Report, authorities: Sequence[str]) -> Council:
    """Compare two days: 部 are the 所属 at the top, with all below them."""
    divisions = _compared(
        [row for row in by_department(report.lines, report.organisation) if row.level <= 1],
        by_department(earlier.lines, earlier.organisation),
    )
    named = _compared(by_authority(report.lines, authorities), by_authority(earlier.lines, authorities))
    categories = [row for row in by_category(report.lines) if row.tally.unfinished]
    return Council(
        divisions=[c for c in divisions[:-1] if c.row.code or _shown(c)],
        authorities=[c for c in named[:-1] if _shown(c)],
        categories=[row for row in categories if row.name in {c.value for c in Category}],
        total=divisions[-1],
    )


def month_before(day: date) -> date:
    """The same day a month earlier, or the last day of that month."""
    last_of_month = day.replace(day=1) - timedelta(days=1)
    return last_of_month.replace(day=min(day.day, last_of_month.day))


def _compared(rows: Sequence[Row], before: Sequence[Row]) -> list[Compared]:
    known = {(row.code, row.key): row.tally for row in before}
    return [Compared(row, known.get((row.code, row.key))) for row in rows]


def _shown(compared: Compared) -> bool:
    return compared.row.tally.employed > 0 or (compared.before or Tally()).employed > 0
