"""The days of the demonstration: where its history begins, its 1 Aprils, its reorganisation, today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from app.fiscal_year import FiscalYear

#: 年度 of history up to today's, and at most how many when the course is older than that.
YEARS, MOST_YEARS = 3, 6


@dataclass(frozen=True, slots=True)
class Years:
    """The calendar of one demonstration: ``opening`` is the day of the first list."""

    seed: int
    opening: date
    today: date

    @classmethod
    def of(cls, seed: int, today: date, introduced: date) -> Years:
        """History begins three 年度 back, or with the course when it is a little older."""
        this = FiscalYear.of(today).year
        latest = FiscalYear(this - YEARS + 1).first_day
        earliest = FiscalYear(this - MOST_YEARS + 1).first_day
        return cls(seed, max(earliest, min(latest, introduced)), today)

    @property
    def this(self) -> FiscalYear:
        """Today's 年度."""
        return FiscalYear.of(self.today)

    @property
    def horizon(self) -> date:
        """The last day for which appointments are known: in March some of the next 年度 are settled."""
        return (FiscalYear(self.this.year + 1) if self.today.month == 3 else self.this).last_day

    @property
    def reform(self) -> date:
        """The day of the reorganisation: 1 April of today's 年度."""
        return self.this.first_day

    @property
    def aprils(self) -> list[date]:
        """Every 1 April after the opening, to today's."""
        first = FiscalYear.of(self.opening).year + 1
        return [date(year, 4, 1) for year in range(first, self.this.year + 1)]

    def random(self, area: str) -> Random:
        """Chance of its own for one part of the city, so that parts don't disturb each other."""
        return Random(f"{self.seed}:{area}")
