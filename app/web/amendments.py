"""/hr/amendments opens what has to be learnt again; /courses/<course>/amendments/<id> shows what changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask_babel import gettext as _

from app import clock
from app.access.policy import Right
from app.auth import me, requires
from app.business_days import next_open_day
from app.courses.amendments import Amendment, compare
from app.courses.model import Course
from app.loaded import site
from app.people.employment import Organisation
from app.reports.collecting import collecting_nothing
from app.reports.completion import Line, lines_on
from app.reports.facts import load_facts
from app.training import amending
from app.training.overview import holder_on
from app.training.records import NotYet, find_completion
from app.training.standing import Opening
from app.web.asked import chosen_course
from app.web.given import calendar_day
from app.web.onward import see_other
from app.web.shown import course_or_404, learner_or_403, official

bp = Blueprint("amendments", __name__)


@bp.get("/hr/amendments")
@requires(Right.SEE_RECORDS)
def index() -> str:
    """List what changed in the course, and what was opened."""
    course = chosen_course()
    return render_template(
        "amendments/index.html",
        course=course,
        openings=amending.openings_on_record(course.slug),
        open_ids={one.amendment for one in amending.load_openings(course.slug)},
        may_write=me().may(Right.RUN_YEAR),
    )


@bp.get("/hr/amendments/<amendment>")
@requires(Right.RUN_YEAR)
@collecting_nothing
def preview(amendment: str) -> str:
    """Show whom a material amendment would meet, from when and by when."""
    course = chosen_course()
    found = course.amendment(amendment) or abort(404)
    return _preview(course, found, [])


@bp.post("/hr/amendments/<amendment>")
@requires(Right.RUN_YEAR)
@collecting_nothing
def open_(amendment: str) -> Response | tuple[str, int]:
    """Open it."""
    course = chosen_course()
    found = course.amendment(amendment) or abort(404)
    opened_on, due = _days(found)
    try:
        amending.open_amendment(course, found, opened_on, due, me().name, clock.now())
    except amending.NotPossible as problem:
        return _preview(course, found, [str(problem)]), 422
    flash(_("改定の受講を始めました。"), "success")
    return see_other(url_for("amendments.index", course=course.slug))


@bp.post("/hr/amendments/openings/<int:opening_id>/withdraw")
@requires(Right.RUN_YEAR)
def withdraw(opening_id: int) -> Response:
    """Take an opening back."""
    if not amending.withdraw_opening(opening_id, me().name, clock.now()):
        abort(404)
    flash(_("改定の受講を取り消しました。取り消した記録も残ります。"), "success")
    return see_other(url_for("amendments.index"))


@bp.get("/courses/<course>/amendments/<amendment>")
@requires(Right.READ_COURSES)
def changed(course: str, amendment: str) -> str:
    """Show what changed, old text beside new, and what is left to do."""
    shown = course_or_404(course)
    found = shown.amendment(amendment) or abort(404)
    row = next((o for o in amending.openings_on_record(shown.slug) if o.amendment == found.id), None)
    section = shown.section(found.section) or abort(404)
    before = row.before if row is not None else amending.revision_before(shown, section)
    opening = next((o for o in amending.load_openings(shown.slug) if o.amendment == found.id), None)
    person_id = me().person_id
    return render_template(
        "amendments/changed.html",
        course=shown,
        section=section,
        amendment=found,
        compared=compare(
            amending.texts_of(official(shown), section.slug, before),
            amending.texts_of(official(shown), section.slug, None),
        )
        if before
        else [],
        opening=opening,
        relearnt=amending.relearnt(person_id, shown, opening) if person_id and opening else None,
        completion=find_completion(person_id, shown.slug, "", found.id) if person_id else None,
    )


@bp.post("/courses/<course>/amendments/<amendment>")
@requires(Right.TAKE_COURSES)
def confirm(course: str, amendment: str) -> Response:
    """Confirm the amended section once it is read and its test passed."""
    shown = official(course_or_404(course))
    found = shown.amendment(amendment) or abort(404)
    holder = holder_on(learner_or_403(), shown, clock.today())
    try:
        amending.confirm_amendment(holder, shown, found, clock.now())
    except NotYet:
        flash(_("先に、節を読み、確認テストに合格してください。"), "info")
        return see_other(url_for("amendments.changed", course=course, amendment=amendment))
    flash(_("改定の内容の確認を記録しました。おつかれさまでした。"), "success")
    return see_other(url_for("home.index"))


def _days(amendment: Amendment) -> tuple[date, date]:
    """From when and by when, as asked; else from today (or the amendment's day) for 30 days."""
    opened_on = _day("opened_on") or max(clock.today(), amendment.day)
    usual = next_open_day(opened_on + timedelta(days=30), site().closed_days)
    return opened_on, _day("due") or usual


def _day(name: str) -> date | None:
    asked = request.form if request.method == "POST" else request.args
    try:
        return calendar_day(asked.get(name, ""))
    except ValueError:
        return None


def _preview(course: Course, amendment: Amendment, problems: list[str]) -> str:
    opened_on, due = _days(amendment)
    met = _met(course, Opening(amendment.id, amendment.section, opened_on, due))
    return render_template(
        "amendments/preview.html",
        course=course,
        amendment=amendment,
        opened_on=opened_on,
        due=due,
        met=met,
        problems=problems or amending.opening_problems(course, amendment, opened_on, due),
    )


def _met(course: Course, opening: Opening) -> list[Line]:
    """Who would owe the section on its first day."""
    facts = load_facts(course, site().closed_days)
    organisation = Organisation.on(opening.opened_on, facts.departments)
    lines = lines_on(replace(facts, openings=(*facts.openings, opening)), organisation)
    return [x for x in lines if x.standing.opening and x.standing.opening.amendment == opening.amendment]
