"""A report as asked for: one form, one day, its rows, and the sentences that say what it is. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.clock import jst
from app.courses.model import Course
from app.fiscal_year import FiscalYear
from app.people.employment import Organisation
from app.reports.choosing import Choice, codes_of
from app.reports.columns import (
    DEPARTMENT_COLUMNS,
    FORMULA,
    NAMED_COLUMNS,
    Heading,
    Sheet,
    person_columns,
    sheet,
)
from app.reports.completion import (
    Facts,
    Line,
    Row,
    by_authority,
    by_category,
    by_department,
    lines_on,
)
from app.reports.notices import Leavers, gap_notice, leavers
from app.training.refresher import Run


class Form(StrEnum):
    """The forms of the report, by what a row stands for."""

    PERSON = "person"
    DEPARTMENT = "department"
    CATEGORY = "category"
    AUTHORITY = "authority"

    @property
    def label(self) -> str:
        """The form on screen."""
        return _LABELS[self]


_LABELS = {
    Form.PERSON: "職員別",
    Form.DEPARTMENT: "所属別",
    Form.CATEGORY: "職員区分別",
    Form.AUTHORITY: "任命権者別",
}


@dataclass(frozen=True, slots=True)
class Report:
    """Who stands how on a day, as chosen; every form of the report is drawn from it."""

    course: Course
    organisation: Organisation
    choice: Choice
    everybody: Sequence[Line]
    lines: Sequence[Line]
    gap: str
    leavers: Leavers
    run: Run | None = None
    #: Only what was recorded by the end of this day; None is what is held true now.
    known_on: date | None = None

    @property
    def day(self) -> date:
        """基準日."""
        return self.organisation.day

    @property
    def title(self) -> str:
        """研修: the course, or the year's run of it."""
        return self.course.title if self.run is None else self.run.title

    def rows(self, form: Form, authorities: Sequence[str]) -> list[Row]:
        """The rows of a form that counts groups."""
        if form is Form.DEPARTMENT:
            return self._departments()
        if form is Form.CATEGORY:
            return by_category(self.lines)
        return by_authority(self.lines, authorities)

    def _departments(self) -> list[Row]:
        """All 所属; under a chosen one only those below it, as the others were not asked for."""
        rows = by_department(self.lines, self.organisation)
        if not self.choice.department:
            return rows
        codes = codes_of(self.choice.department, self.organisation)
        return [row for row in rows[:-1] if row.code in codes] + rows[-1:]

    def sheet(self, form: Form, authorities: Sequence[str]) -> Sheet:
        """The form as cells, for a file."""
        if form is Form.PERSON:
            return sheet(person_columns(Heading(self.day, self.title)), self.lines)
        columns = DEPARTMENT_COLUMNS if form is Form.DEPARTMENT else NAMED_COLUMNS
        return sheet(columns, self.rows(form, authorities))

    def about(self, form: Form, count: int, made_at: datetime) -> tuple[tuple[str, str], ...]:
        """What the file is, as (name, value) pairs; a roster that is missing comes first."""
        pairs = [("注意", self.gap)] if self.gap else []
        pairs += [
            ("研修", self.title),
            ("集計", form.label),
            ("基準日", self.day.isoformat()),
            *([("記録の時点", self.known_on.isoformat())] if self.known_on else []),
            ("作成日時", jst(made_at).strftime("%Y-%m-%dT%H:%M:%S+09:00")),
            ("件数", str(count)),
            ("版", self.course.guideline.version),
            *self.choice.described(self.organisation),
            ("期中退職者", f"{self.leavers.people}人(うち未修了 {self.leavers.unfinished}人)"),
            ("算式", FORMULA),
        ]
        return tuple(pairs)


def make_report(facts: Facts, course: Course, day: date, choice: Choice | None = None) -> Report:
    """Draw up the report of ``course`` for ``day`` from the facts."""
    choice = choice or Choice()
    organisation = Organisation.on(day, facts.departments)
    everybody = lines_on(facts, organisation)
    return Report(
        course=course,
        organisation=organisation,
        choice=choice,
        everybody=everybody,
        lines=choice.lines(everybody, organisation),
        gap=gap_notice(facts, day),
        leavers=leavers(facts, day, course.rules.service_gap_days),
        run=facts.run,
    )


def last_day_of(year: int, today: date) -> date:
    """The as-of day of ``--year``: the earlier of today and the 年度's 31 March."""
    return min(today, FiscalYear(year).last_day)
