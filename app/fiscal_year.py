"""The Japanese fiscal year (年度): 1 April to 31 March, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, order=True)
class FiscalYear:
    """One 年度, named by the calendar year in which it begins: ``FiscalYear(2026)`` ends on 31 March 2027."""

    year: int

    @classmethod
    def of(cls, day: date) -> FiscalYear:
        """Return the 年度 that contains ``day`` (a date in Japan)."""
        return cls(day.year if day.month >= 4 else day.year - 1)

    @property
    def first_day(self) -> date:
        """1 April."""
        return date(self.year, 4, 1)

    @property
    def last_day(self) -> date:
        """31 March of the next calendar year."""
        return date(self.year + 1, 3, 31)

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day

    @property
    def label(self) -> str:
        """The name on screen, as cities print it: 令和8年度, 令和元年度, 平成30年度."""
        if self.year >= 2019:
            return f"令和{_era_year(self.year - 2018)}年度"
        return f"平成{_era_year(self.year - 1988)}年度"

    def __str__(self) -> str:
        return self.label


def _era_year(number: int) -> str:
    return "元" if number == 1 else str(number)
