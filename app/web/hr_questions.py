"""/hr/questions: a wrong question is withdrawn after a look at whose tests pass because of it."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask_babel import gettext as _

from app import clock
from app.access.policy import Right
from app.auth import me, requires
from app.courses.model import Course, Scenario, Section
from app.people.directory import load_people, merged_into
from app.training import regrading, withdrawing
from app.training.withdrawn import withdrawn_scenarios
from app.web.asked import chosen_course
from app.web.onward import see_other

bp = Blueprint("hr_questions", __name__)


@bp.get("/hr/questions")
@requires(Right.SEE_RECORDS)
def index() -> str:
    """List the questions that were withdrawn, and every question that is asked."""
    course = chosen_course()
    return render_template(
        "questions/index.html",
        course=course,
        withdrawn=regrading.withdrawn_on_record(),
        gone=withdrawn_scenarios(course.slug),
        may_write=me().may(Right.DECIDE),
    )


@bp.get("/hr/questions/<scenario>")
@requires(Right.DECIDE)
def preview(scenario: str) -> str:
    """Show a question and whose tests would pass without it."""
    return _preview(scenario, "")


@bp.post("/hr/questions/<scenario>")
@requires(Right.DECIDE)
def withdraw(scenario: str) -> Response | tuple[str, int]:
    """Withdraw the question; who failed only because of it passes."""
    course, _section, found = _question_or_404(scenario)
    reason = request.form.get("reason", "")
    try:
        passed = withdrawing.withdraw(course.slug, found.id, reason, me().name, clock.now())
    except regrading.NotPossible as problem:
        return _preview(scenario, str(problem)), 422
    flash(_("問題を取り下げました。合格に変わったテスト: %(n)s件", n=passed), "success")
    return see_other(url_for("hr_questions.index", course=course.slug))


@bp.post("/hr/questions/reinstate/<int:question_id>")
@requires(Right.DECIDE)
def reinstate(question_id: int) -> Response:
    """Ask a question again; passes stay."""
    if not regrading.reinstate(question_id, me().name, clock.now()):
        abort(404)
    flash(_("問題をもう一度出すようにしました。合格はそのままです。"), "success")
    return see_other(url_for("hr_questions.index"))


def _preview(scenario: str, problem: str) -> str:
    course, section, found = _question_or_404(scenario)
    merges = merged_into()
    marked = regrading.would_pass(course.slug, found.id)
    ids = {merges.get(one.person_id, one.person_id) for one in marked}
    names = {person.id: person.name for person in load_people(ids)} if ids else {}
    return render_template(
        "questions/preview.html",
        course=course,
        section=section,
        scenario=found,
        asked=regrading.times_asked(course.slug, found.id),
        marked=[(names.get(merges.get(one.person_id, one.person_id), ""), one) for one in marked],
        problem=problem,
    )


def _question_or_404(scenario: str) -> tuple[Course, Section, Scenario]:
    course = chosen_course()
    for section in course.sections:
        found = section.scenario(scenario)
        if found is not None:
            return course, section, found
    abort(404)
