"""Which lines of a report are asked for: by group and by column of the tables. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from app.people.employment import Organisation
from app.reports.columns import method
from app.reports.completion import NO_AUTHORITY, NO_DEPARTMENT, REQUIRED, UNFINISHED, Count, Line


@dataclass(frozen=True, slots=True)
class Slice:
    """A column of the tables as a choice of people: its name in an address, its name on screen."""

    key: str
    label: str
    holds: Callable[[Line], bool]


def _in(*counts: Count) -> Callable[[Line], bool]:
    wanted = frozenset(counts)
    return lambda line: line.count in wanted


#: In the order of the tables' columns; 未修了 is what a 所属長 is asked about.
SLICES: tuple[Slice, ...] = (
    Slice("not_owed", Count.NOT_OWED, _in(Count.NOT_OWED)),
    Slice("consult", Count.CONSULT, _in(Count.CONSULT)),
    Slice("exempt", Count.EXEMPT, _in(Count.EXEMPT)),
    Slice("deferred", Count.DEFERRED, _in(Count.DEFERRED)),
    Slice("required", "対象者", _in(*REQUIRED)),
    Slice("completed", Count.COMPLETED, _in(Count.COMPLETED)),
    Slice("on_time", "期限内修了", lambda line: line.on_time),
    Slice("late", "期限後修了", lambda line: line.count is Count.COMPLETED and not line.on_time),
    Slice("unfinished", "未修了", _in(*UNFINISHED)),
    Slice("in_progress", Count.IN_PROGRESS, _in(Count.IN_PROGRESS)),
    Slice("not_started", Count.NOT_STARTED, _in(Count.NOT_STARTED)),
    Slice("overdue", Count.OVERDUE, _in(Count.OVERDUE)),
)
SLICE = {s.key: s for s in SLICES}


@dataclass(frozen=True, slots=True)
class Choice:
    """The filters of a report; an empty one chooses everybody. ``department`` includes all below it.

    ``state`` and ``column`` are both keys of ``SLICE``: what was chosen, and the column whose number was
    followed. ``due_by`` keeps people whose 期限 is still to come, up to that day.
    """

    department: str = ""
    category: str = ""
    authority: str = ""
    state: str = ""
    column: str = ""
    duty_year: int | None = None
    due_by: date | None = None
    method: str = ""

    def lines(self, lines: Sequence[Line], organisation: Organisation) -> list[Line]:
        """The lines that pass every filter, in the order given."""
        tests = self._tests(organisation)
        return [line for line in lines if all(test(line) for test in tests)] if tests else list(lines)

    def _tests(self, organisation: Organisation) -> list[Callable[[Line], bool]]:
        tests: list[Callable[[Line], bool]] = []
        if self.department:
            codes = codes_of(self.department, organisation)
            tests.append(lambda line: line.code in codes)
        if self.category:
            tests.append(lambda line: line.post.placement.category.value == self.category)
        if self.authority:
            authority = "" if self.authority == NO_AUTHORITY else self.authority
            tests.append(lambda line: line.post.placement.authority == authority)
        tests += [SLICE[key].holds for key in (self.state, self.column) if key]
        if self.duty_year is not None:
            tests.append(lambda line: line.duty_year == self.duty_year)
        if self.due_by is not None:
            tests.append(lambda line: is_due_by(line, self.due_by or date.max))
        if self.method:
            tests.append(lambda line: method(line) == self.method)
        return tests

    def described(self, organisation: Organisation) -> tuple[tuple[str, str], ...]:
        """The filters in words: (name, value) pairs."""
        department = organisation.by_code().get(self.department)
        pairs = (
            ("所属", department.name if department else self.department),
            ("職員区分", self.category),
            ("任命権者", self.authority),
            ("状況", SLICE[self.state].label if self.state else ""),
            ("欄", SLICE[self.column].label if self.column else ""),
            ("義務年度", "" if self.duty_year is None else str(self.duty_year)),
            ("期限が近い人", "" if self.due_by is None else f"{self.due_by.isoformat()}まで"),
            ("受講方法", self.method),
        )
        return tuple((name, value) for name, value in pairs if value)


def codes_of(department: str, organisation: Organisation) -> frozenset[str]:
    """The 所属コード a chosen 所属 stands for: itself and all below it; "" for 所属なし."""
    return frozenset({""}) if department == NO_DEPARTMENT else organisation.descendants(department)


def is_due_by(line: Line, day: date) -> bool:
    """Not completed, not yet past 期限, and the 期限 falls on ``day`` or before."""
    coming = line.count in (Count.IN_PROGRESS, Count.NOT_STARTED)
    return coming and line.standing.due is not None and line.standing.due <= day
