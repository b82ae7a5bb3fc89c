"""How the city stands at a glance: the total, where to look first, whose 期限 comes next. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.people.employment import FAR_FUTURE, span_on
from app.reports.choosing import is_due_by
from app.reports.completion import Count, Facts, Line, Row, Tally, by_category
from app.reports.report import Form, Report
from app.reports.sheets import DepartmentSheet, department_sheets

#: A 期限 within so many days is worth a word.
SOON = timedelta(days=7)
#: So many 所属 are shown; the report has them all.
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody on 猶予, and the day they come back to work, as far as it is known."""

    line: Line
    back: date | None


@dataclass(frozen=True, slots=True)
class Method:
    """How many have completed by a 受講方法, within their 期限 and after it."""

    method: str
    on_time: int
    late: int


@dataclass(frozen=True, slots=True)
class Glance:
    """The numbers of HR's first page.

    ``departments`` are those of the top with all below them, ``categories`` those anybody is in. ``overdue``
    and ``away`` hold the first few: the longest past their 期限, the soonest back. ``alone`` are the codes of
    those under ``attention`` without a 所属 below: the report of such a one holds the same people.
    """

    total: Tally
    attention: Sequence[DepartmentSheet]
    alone: frozenset[str]
    due_soon: int
    due_by: date
    consult: Sequence[Line]
    departments: Sequence[Row]
    categories: Sequence[Row]
    overdue: Sequence[Line]
    away: Sequence[Away]
    methods: Sequence[Method]


def glance(report: Report, facts: Facts) -> Glance:
    """Pick what HR looks at first: the 所属 with most people past their 期限."""
    sheets = [s for s in department_sheets(report.lines, report.organisation) if s.tally.overdue]
    attention = sorted(sheets, key=lambda s: -s.tally.overdue)[:SHOWN]
    below = report.organisation.descendants
    due_by = report.day + SOON
    overdue = [line for line in report.lines if line.count is Count.OVERDUE]
    return Glance(
        total=Tally.of(report.lines),
        attention=attention,
        alone=frozenset(s.code for s in attention if s.code and len(below(s.code)) == 1),
        due_soon=sum(is_due_by(line, due_by) for line in report.lines),
        due_by=due_by,
        consult=[line for line in report.lines if line.count is Count.CONSULT],
        departments=[row for row in report.rows(Form.DEPARTMENT, ()) if _at_the_top(row)],
        categories=[row for row in by_category(report.lines)[:-1] if row.tally.employed],
        overdue=sorted(overdue, key=lambda line: line.standing.due or report.day)[:SHOWN],
        away=_away(report, facts)[:SHOWN],
        methods=_methods(report.lines),
    )


def _methods(lines: Sequence[Line]) -> list[Method]:
    """受講方法, the most frequent first."""
    done = Counter(
        (line.standing.completed.method, line.on_time)
        for line in lines
        if line.count is Count.COMPLETED and line.standing.completed is not None
    )
    found = [Method(name, done[name, True], done[name, False]) for name in dict.fromkeys(m for m, _ in done)]
    return sorted(found, key=lambda one: -(one.on_time + one.late))


def _at_the_top(row: Row) -> bool:
    return row.level == 1 or (row.level == 0 and bool(row.key) and row.tally.employed > 0)


def _away(report: Report, facts: Facts) -> list[Away]:
    """Who is on 猶予, the soonest back first."""
    duties = {one.person.id: one for one in facts.people}
    found = []
    for line in report.lines:
        if line.count is Count.DEFERRED and line.standing.duty is not None:
            leave = span_on(duties[line.person.id].leaves(line.standing.duty), report.day)
            back = leave.end + timedelta(days=1) if leave and leave.end < FAR_FUTURE else None
            found.append(Away(line, back))
    return sorted(found, key=lambda away: away.back or FAR_FUTURE)
