"""What a reader asked of a report in the address: the course, the day, the filters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask import request
from flask_babel import gettext as _

from app.clock import end_of
from app.courses.model import Course
from app.fiscal_year import FiscalYear
from app.loaded import library
from app.people.employment import Category, Organisation
from app.reports.choosing import SLICE, SLICES, Choice
from app.reports.completion import NO_AUTHORITY, NO_DEPARTMENT, Line
from app.reports.report import last_day_of
from app.training.group_plan import METHODS
from app.training.progress import ELEARNING
from app.training.refresher import Run
from app.training.runs import find_run, load_runs
from app.web.given import calendar_day
from app.web.shown import fiscal_year, title_of
from app.web.texts import text

Options = list[tuple[str, str]]
"""(value, text) pairs of a select."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A course, a day and filters, and what of the address could not be read (in words)."""

    course: Course
    day: date
    choice: Choice
    problems: tuple[str, ...] = ()
    run: Run | None = None
    #: Asks what was known at the end of this day.
    known_on: date | None = None
    #: The first day of a list of what happened.
    since: date | None = None

    @property
    def known_at(self) -> datetime | None:
        """The moment up to which records count; None for all of them."""
        return None if self.known_on is None else end_of(self.known_on)

    def arguments(self, today: date) -> dict[str, str]:
        """The address that asks the same again; what is usual is left out."""
        choice = self.choice
        given = {
            "course": self.course.slug if len(library().slugs) > 1 and self.run is None else "",
            "run": "" if self.run is None else self.run.id,
            "as_of": "" if self.day == today else self.day.isoformat(),
            "known_at": "" if self.known_on is None else self.known_on.isoformat(),
            "department": choice.department,
            "category": choice.category,
            "authority": choice.authority,
            "state": choice.state,
            "column": choice.column,
            "duty_year": "" if choice.duty_year is None else str(choice.duty_year),
            "method": choice.method,
            "due_by": "" if choice.due_by is None else choice.due_by.isoformat(),
        }
        return {name: value for name, value in given.items() if value}


def asked(today: date) -> Asked:
    """Read the address; a day nobody can read becomes today, and the page says so."""
    problems: list[str] = []
    arguments = request.args
    day = _day(arguments.get("as_of", ""), problems)
    year = arguments.get("year", "")
    if day is None and year.isdecimal() and 1990 <= int(year) <= 2200:
        day = last_day_of(int(year), today)
    duty_year = arguments.get("duty_year", "")
    choice = Choice(
        department=arguments.get("department", ""),
        category=arguments.get("category", "") if arguments.get("category") in set(Category) else "",
        authority=arguments.get("authority", ""),
        state=arguments.get("state", "") if arguments.get("state") in SLICE else "",
        column=arguments.get("column", "") if arguments.get("column") in SLICE else "",
        duty_year=int(duty_year) if duty_year.isdecimal() else None,
        due_by=_day(arguments.get("due_by", ""), problems),
        method=arguments.get("method", "") if arguments.get("method") in (ELEARNING, *METHODS) else "",
    )
    known_on = _day(arguments.get("known_at", ""), problems)
    run = _run(arguments.get("run", ""), problems)
    course = None if run is None else library().course(run.course)
    since = _day(arguments.get("since", ""), problems)
    return Asked(course or chosen_course(), day or today, choice, tuple(problems), run, known_on, since)


def _run(run_id: str, problems: list[str]) -> Run | None:
    run = find_run(run_id) if run_id else None
    if run_id and (run is None or run.course not in library().slugs):
        problems.append(_("年度研修「%(id)s」はありません。研修そのものの状況を示しています。", id=run_id))
        return None
    return run


def chosen_course() -> Course:
    """The course the address names, else the first one; reports speak Japanese."""
    named = library().course(request.args.get("course", ""))
    return named or library().courses()[0]


def asked_day(name: str, otherwise: date) -> date:
    """A further day in the address."""
    return _day(request.args.get(name, ""), []) or otherwise


def _day(text: str, problems: list[str]) -> date | None:
    if not text:
        return None
    try:
        return calendar_day(text)
    except ValueError:
        problems.append(_("日付「%(text)s」を読めません。2026-04-01 の形で入力してください。", text=text))
        return None


def run_options(course: str | None = None) -> Options:
    """The course itself, then the years' runs (of one course), the newest first."""
    return [("", _("研修そのもの")), *((run.id, title_of(run)) for run in load_runs(course))]


def course_options() -> Options:
    """The courses."""
    return [(course.slug, title_of(course)) for course in library().courses()]


def department_options(organisation: Organisation) -> Options:
    """所属 in 建制順, indented by 階層, then 所属なし."""
    indented = [(d.code, "　" * (organisation.level(d.code) - 1) + d.name) for d in organisation.departments]
    return [("", _("すべての所属")), *indented, (NO_DEPARTMENT, text(NO_DEPARTMENT))]


def category_options() -> Options:
    """職員区分 in their order."""
    return [("", _("すべての職員区分")), *((c.value, text(c.value)) for c in Category)]


def authority_options(authorities: tuple[str, ...], lines: list[Line]) -> Options:
    """任命権者 as the city lists them, then others that occur."""
    known = dict.fromkeys((*authorities, *sorted({x.post.placement.authority for x in lines} - {""})))
    return [("", _("すべての任命権者")), *((a, a) for a in known), (NO_AUTHORITY, text(NO_AUTHORITY))]


def state_options() -> Options:
    """What the columns of the tables count."""
    return [("", _("すべての状況")), *((s.key, text(s.label)) for s in SLICES)]


def method_options() -> Options:
    """受講方法."""
    return [("", _("すべての受講方法")), *((method, text(method)) for method in (ELEARNING, *METHODS))]


def year_options(lines: list[Line]) -> Options:
    """The 義務年度 that occur, newest first."""
    years = sorted({d.fiscal_year for x in lines if (d := x.standing.duty)}, reverse=True)
    return [("", _("すべての年度")), *((str(y.year), fiscal_year(y)) for y in years)]


def usual_days(today: date) -> list[tuple[str, date]]:
    """Days HR asks for again and again, with their names."""
    year = FiscalYear.of(today)
    return [
        (_("今日"), today),
        (_("今年度末(%(year)s)", year=fiscal_year(year)), year.last_day),
        (
            _("前年度末(%(year)s)", year=fiscal_year(FiscalYear(year.year - 1))),
            FiscalYear(year.year - 1).last_day,
        ),
    ]
