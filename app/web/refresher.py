"""/courses/<course>/refresher/<run>/: a year's run, its test on the pages every test has."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, render_template, url_for
from flask_babel import gettext as _

from app import clock
from app.access.policy import Right
from app.auth import me, requires
from app.courses.model import Course
from app.training.grading import right_needed
from app.training.records import find_completion, load_attempt
from app.training.refresher import Run
from app.training.rereading import failed_last
from app.training.runs import find_run
from app.training.yearly import NotAllowed, keep_run_answer, run_of, start_run_attempt
from app.web.holding import takes_answer
from app.web.onward import see_other
from app.web.shown import course_or_404, learner_or_403, run_title
from app.web.taking import Test, show_question, take_answer, to_next

bp = Blueprint("refresher", __name__, url_prefix="/courses/<course>/refresher/<run>")


@bp.get("/")
@requires(Right.READ_COURSES)
def start_page(course: str, run: str) -> str | Response:
    """Say how the person stands in the run and offer its test; one under way goes on."""
    shown, this = _run_or_404(course, run)
    person_id = me().person_id
    stands = run_of(person_id, shown, this, clock.today()) if person_id else None
    if stands is not None and stands.open_attempt is not None:
        return to_next(_test(shown, this, stands.open_attempt))
    completion = find_completion(person_id, shown.slug, this.id) if person_id else None
    return render_template(
        "refresher/start.html",
        course=shown,
        run=this,
        stands=stands,
        completion=completion,
        needed=right_needed(this.questions, shown.rules.pass_mark),
        today=clock.today(),
    )


@bp.post("/")
@requires(Right.TAKE_COURSES)
def start(course: str, run: str) -> Response:
    """Draw the test, or go on with the one under way."""
    shown, this = _run_or_404(course, run)
    try:
        attempt_id = start_run_attempt(learner_or_403(), shown, this, clock.now())
    except NotAllowed:
        flash(_("いまはこのテストを始められません。下の説明をご覧ください。"), "info")
        return see_other(url_for("refresher.start_page", course=course, run=run))
    return to_next(_test(shown, this, attempt_id))


@bp.get("/<attempt>")
@requires(Right.TAKE_COURSES)
def result(course: str, run: str, attempt: str) -> str | Response:
    """Show how a finished test went; an open one goes on."""
    shown, this = _run_or_404(course, run)
    test = _test(shown, this, attempt)
    if test.attempt.passed is None:
        return to_next(test)
    failed = failed_last(test.attempt.person_id, shown, this.id)
    stands = run_of(test.attempt.person_id, shown, this, clock.today())
    return render_template(
        "refresher/result.html",
        test=test,
        course=shown,
        run=this,
        attempt=test.attempt,
        failed=failed if failed is not None and failed.attempt == attempt else None,
        completion=find_completion(test.attempt.person_id, shown.slug, this.id),
        taking=stands is not None and stands.taking,
    )


@bp.get("/<attempt>/<int:position>")
@requires(Right.TAKE_COURSES)
def question(course: str, run: str, attempt: str, position: int) -> str | Response:
    """Ask a question, or show how it was answered."""
    return show_question(_test(*_run_or_404(course, run), attempt), position)


@bp.post("/<attempt>/<int:position>")
@requires(Right.TAKE_COURSES)
@takes_answer
def answer(course: str, run: str, attempt: str, position: int) -> Response | tuple[str, int]:
    """Keep the first answer to a question and show how it was judged."""
    return take_answer(_test(*_run_or_404(course, run), attempt), position)


def _run_or_404(course: str, run_id: str) -> tuple[Course, Run]:
    shown = course_or_404(course)
    run = find_run(run_id)
    return (shown, run) if run is not None and run.course == shown.slug else abort(404)


def _test(course: Course, run: Run, attempt_id: str) -> Test:
    """The signed-in person's attempt in this run, or 404."""
    attempt = load_attempt(attempt_id, me().person_id or "", course)
    if attempt is None or attempt.run_id != run.id:
        abort(404)
    where = {"course": course.slug, "run": run.id}
    return Test(run_title(run, course), course, attempt, "refresher", where, keep_run_answer)
