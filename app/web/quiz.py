"""/courses/<course>/<section>/quiz: the 確認テスト of a section, one scenario a page."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template
from flask_babel import gettext as _

from app import clock
from app.access.policy import Right
from app.auth import me, requires
from app.courses.model import Course, Section
from app.training.grading import right_needed
from app.training.records import find_completion, load_attempt, section_states, start_attempt
from app.training.way import NOTHING_YET, next_step
from app.web.holding import takes_answer
from app.web.shown import course_or_404, learner_or_403, section_or_404
from app.web.taking import Test, show_question, take_answer, to_next

bp = Blueprint("quiz", __name__, url_prefix="/courses/<course>/<section>/quiz")


@bp.get("")
@requires(Right.READ_COURSES)
def start_page(course: str, section: str) -> str | Response:
    """Offer the test; one under way goes on at its open question."""
    shown, this = _quiz_or_404(course, section)
    person_id = me().person_id
    state = section_states(person_id, shown)[this.slug] if person_id else NOTHING_YET
    if state.open_attempt is not None:
        return to_next(_test(shown, this, state.open_attempt))
    asked = min(this.questions, len(this.scenarios))
    return render_template(
        "quiz/start.html",
        course=shown,
        section=this,
        state=state,
        asked=asked,
        needed=right_needed(asked, shown.rules.pass_mark),
    )


@bp.post("")
@requires(Right.TAKE_COURSES)
def start(course: str, section: str) -> Response:
    """Draw a test, or go on with the one under way."""
    shown, this = _quiz_or_404(course, section)
    attempt_id = start_attempt(learner_or_403(), shown, this, clock.now())
    return to_next(_test(shown, this, attempt_id))


@bp.get("/<attempt>")
@requires(Right.TAKE_COURSES)
def result(course: str, section: str, attempt: str) -> str | Response:
    """Show how a finished test went; an open one goes on."""
    shown, this = _quiz_or_404(course, section)
    test = _test(shown, this, attempt)
    taken = test.attempt
    if taken.passed is None:
        return to_next(test)
    states = section_states(taken.person_id, shown)
    completed = find_completion(taken.person_id, shown.slug) is not None
    return render_template(
        "quiz/result.html",
        test=test,
        course=shown,
        section=this,
        attempt=taken,
        state=states[this.slug],
        states=states,
        step=next_step(states, completed),
    )


@bp.get("/<attempt>/<int:position>")
@requires(Right.TAKE_COURSES)
def question(course: str, section: str, attempt: str, position: int) -> str | Response:
    """Ask a question, or show how it was answered."""
    shown, this = _quiz_or_404(course, section)
    return show_question(_test(shown, this, attempt), position)


@bp.post("/<attempt>/<int:position>")
@requires(Right.TAKE_COURSES)
@takes_answer
def answer(course: str, section: str, attempt: str, position: int) -> Response | tuple[str, int]:
    """Keep the first answer to a question and show how it was judged."""
    shown, this = _quiz_or_404(course, section)
    return take_answer(_test(shown, this, attempt), position)


def _quiz_or_404(course: str, section: str) -> tuple[Course, Section]:
    """The course and a section of it that has something to ask, or 404."""
    shown = course_or_404(course)
    this = section_or_404(shown, section)
    return (shown, this) if this.scenarios else abort(404)


def _test(course: Course, section: Section, attempt_id: str) -> Test:
    """The signed-in person's attempt in this section, or 404."""
    attempt = load_attempt(attempt_id, me().person_id or "", course)
    if attempt is None or (attempt.course, attempt.section) != (course.slug, section.slug):
        abort(404)
    name = _("第%(n)s節 確認テスト", n=section.number)
    return Test(name, course, attempt, "quiz", {"course": course.slug, "section": section.slug})
