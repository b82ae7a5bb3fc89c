"""How the city stands at a glance: the total, where to look first, whose 期限 comes next. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.reports.choosing import is_due_by
from app.reports.completion import Count, Line, Tally
from app.reports.report import Report
from app.reports.sheets import DepartmentSheet, department_sheets

#: A 期限 within so many days is worth a word.
SOON = timedelta(days=7)
#: So many 所属 are shown; the report has them all.
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Glance:
    """The numbers of HR's first page."""

    total: Tally
    attention: Sequence[DepartmentSheet]
    due_soon: int
    due_by: date
    consult: Sequence[Line]


def glance(report: Report) -> Glance:
    """Pick what HR looks at first: the 所属 with most people past their 期限."""
    sheets = [s for s in department_sheets(report.lines, report.organisation) if s.tally.overdue]
    due_by = report.day + SOON
    return Glance(
        total=Tally.of(report.lines),
        attention=sorted(sheets, key=lambda s: -s.tally.overdue)[:SHOWN],
        due_soon=sum(is_due_by(line, due_by) for line in report.lines),
        due_by=due_by,
        consult=[line for line in report.lines if line.count is Count.CONSULT],
    )
