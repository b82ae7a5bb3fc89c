"""/hr/years: the 年度 and their runs; a run is opened after a look at whom it meets, and may end early."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from app import clock
from app.access.policy import Right
from app.auth import me, requires
from app.business_days import is_open
from app.courses.model import Course
from app.fiscal_year import FiscalYear
from app.loaded import library, site
from app.reports.collecting import no_collecting
from app.reports.completion import Tally
from app.reports.facts import load_facts
from app.reports.report import make_report
from app.reports.run_preview import Preview, preview
from app.training.blueprint import MOST_QUESTIONS, TOLERANCE
from app.training.refresher import Run, run_problems
from app.training.runs import (
    KnownRun,
    Refused,
    close_run,
    known_runs,
    load_runs,
    make_blueprint,
    open_run,
    run_blueprint,
    suggested,
)
from app.web.asked import chosen_course, course_options
from app.web.given import YEARS
from app.web.onward import see_other

bp = Blueprint("years", __name__, url_prefix="/hr/years")

_WHEN = InputRequired(_l("日付を 2026-06-01 の形で入力してください。"))


class RunForm(FlaskForm):  # type: ignore[misc]
    """Everything about a run."""

    fiscal_year = IntegerField(_l("年度"), [InputRequired(), NumberRange(1990, 2200)])
    title = StringField(
        _l("実施の名前"), [DataRequired(_l("実施の名前を入力してください。")), Length(max=100)]
    )
    opens = DateField(_l("始まりの日"), [_WHEN])
    due = DateField(_l("受講期限"), [_WHEN])
    closes = DateField(_l("終わりの日"), [_WHEN])
    base_date = DateField(_l("基準日"), [_WHEN])
    questions = IntegerField(_l("出題数"), [InputRequired(), NumberRange(1, MOST_QUESTIONS)])
    joiner_days = IntegerField(
        _l("期間中に対象になった人の期限(その日から何日後)"), [InputRequired(), NumberRange(0, 365)]
    )
    skip_if_completed_same_year = BooleanField(_l("同じ年度に研修そのものを修了した人は省く"))

    def run(self, course: Course) -> Run:
        """The run the form describes; its id is given when it is opened."""
        return Run(
            id="",
            course=course.slug,
            fiscal_year=cast(int, self.fiscal_year.data),
            title=(self.title.data or "").strip(),
            opens=cast(date, self.opens.data),
            due=cast(date, self.due.data),
            closes=cast(date, self.closes.data),
            base_date=cast(date, self.base_date.data),
            questions=cast(int, self.questions.data),
            skip_if_completed_same_year=bool(self.skip_if_completed_same_year.data),
            joiner_days=cast(int, self.joiner_days.data),
        )


class CloseForm(FlaskForm):  # type: ignore[misc]
    """The last day of a run that ends early, and why."""

    last_day = DateField(_l("最後の日"), [_WHEN])
    reason = TextAreaField(
        _l("理由"), [DataRequired(_l("早く終える理由を入力してください。")), Length(max=300)]
    )


@dataclass(frozen=True, slots=True)
class YearRuns:
    """One 年度 with its runs and how each stands today."""

    year: FiscalYear
    runs: list[tuple[KnownRun, Tally]]


@bp.get("")
@requires(Right.SEE_RECORDS)
def index() -> str:
    """List the runs by 年度, the newest first."""
    today = clock.today()
    years: dict[int, YearRuns] = {}
    for one in known_runs():
        year = years.setdefault(one.run.fiscal_year, YearRuns(FiscalYear(one.run.fiscal_year), []))
        year.runs.append((one, _tally(one.run, today)))
    return render_template(
        "years/index.html",
        years=[years[year] for year in sorted(years, reverse=True)],
        courses=course_options(),
        today=today,
        may_write=me().may(Right.RUN_YEAR),
    )


def _tally(run: Run, today: date) -> Tally:
    """The run's numbers today, or on its 年度's last day."""
    course = library().course(run.course)
    if course is None:
        return Tally()
    day = min(today, FiscalYear(run.fiscal_year).last_day)
    with no_collecting():
        return Tally.of(make_report(load_facts(course, site().closed_days, run=run), course, day).lines)


@bp.get("/new")
@requires(Right.RUN_YEAR)
def new() -> str | tuple[str, int]:
    """Show the form with what the course suggests; once asked, whom the run would meet."""
    course = chosen_course()
    if "opens" not in request.args:
        year = request.args.get("fiscal_year", 0, type=int)
        if year not in YEARS:
            year = FiscalYear.of(clock.today()).year
        return _page(course, RunForm(formdata=None, obj=suggested(course, year)))
    form = RunForm(formdata=request.args, meta={"csrf": False})
    if not form.validate():
        return _page(course, form), 422
    run = form.run(course)
    problems = run_problems(run)
    if problems:
        return _page(course, form, problems=problems), 422
    return _page(course, form, seen=_preview(course, run))


@bp.post("/new")
@requires(Right.RUN_YEAR)
def create() -> Response | tuple[str, int]:
    """Open the run as it was shown; when other people would be in by now, show it once more."""
    course = chosen_course()
    form = RunForm()
    if not form.validate():
        return _page(course, form), 422
    run = form.run(course)
    if not run_problems(run):
        seen = _preview(course, run)
        if request.form.get("shown") != str(seen.total.joins):
            flash(_("確かめたあとで、対象になる人の数が変わりました。もう一度お確かめください。"), "info")
            return _page(course, form, seen=seen), 409
    try:
        made = open_run(course, run, me().name, clock.now())
    except Refused as refused:
        return _page(course, form, problems=refused.problems), 422
    flash(_("「%(title)s」を開きました。", title=made.title), "success")
    return see_other(url_for("years.show", run_id=made.id))


@bp.get("/<run_id>")
@requires(Right.SEE_RECORDS)
def show(run_id: str) -> str:
    """Show one run: its dates, its numbers, what its forms keep to."""
    return _run_page(run_id, CloseForm(formdata=None))


@bp.post("/<run_id>/close")
@requires(Right.RUN_YEAR)
def close(run_id: str) -> Response | tuple[str, int]:
    """End a run's window early."""
    form = CloseForm()
    if not form.validate():
        return _run_page(run_id, form), 422
    try:
        close_run(run_id, cast(date, form.last_day.data), form.reason.data or "", me().name, clock.now())
    except LookupError:
        abort(404)
    except Refused as refused:
        form.last_day.errors = [*form.last_day.errors, *refused.problems]
        return _run_page(run_id, form), 422
    flash(_("実施の終わりの日を早めました。"), "success")
    return see_other(url_for("years.show", run_id=run_id))


def _preview(course: Course, run: Run) -> Preview:
    with no_collecting():
        return preview(load_facts(course, site().closed_days), course.rules, run, load_runs(course.slug))


def _page(course: Course, form: RunForm, seen: Preview | None = None, problems: Any = ()) -> str:
    plan = None if seen is None else make_blueprint(course, seen.run, clock.now())
    return render_template(
        "years/new.html",
        course=course,
        courses=course_options(),
        form=form,
        seen=seen,
        plan=plan,
        year_label="" if seen is None else FiscalYear(seen.run.fiscal_year).label,
        due_closed=seen is not None and not is_open(seen.run.due, site().closed_days),
        tolerance=TOLERANCE,
        problems=problems,
        sections={section.slug: section for section in course.sections},
    )


def _run_page(run_id: str, form: CloseForm) -> str:
    known = next((one for one in known_runs() if one.run.id == run_id), None)
    course = None if known is None else library().course(known.run.course)
    if known is None or course is None:
        abort(404)
    today = clock.today()
    return render_template(
        "years/run.html",
        known=known,
        run=known.run,
        course=course,
        tally=_tally(known.run, today),
        plan=run_blueprint(run_id),
        sections={section.slug: section for section in course.sections},
        tolerance=TOLERANCE,
        form=form,
        today=today,
        may_write=me().may(Right.RUN_YEAR) and today < known.run.closes,
    )
