"""/courses/<course>/<section>/quiz: the 確認テスト of a section, one scenario a page."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from app import clock
from app.auth import me
from app.courses.model import Course, Section
from app.training.grading import UnreadableAnswer, parse_answer, right_needed
from app.training.records import (
    Attempt,
    Question,
    find_completion,
    keep_answer,
    load_attempt,
    section_states,
    start_attempt,
)
from app.training.way import NOTHING_YET, next_step
from app.web.shown import course_or_404, learner_or_403, section_or_404

bp = Blueprint("quiz", __name__, url_prefix="/courses/<course>/<section>/quiz")


@bp.get("")
def start_page(course: str, section: str) -> str | Response:
    """Offer the test; one under way goes on at its open question."""
    shown, this = _quiz_or_404(course, section)
    person_id = me().person_id
    state = section_states(person_id, shown)[this.slug] if person_id else NOTHING_YET
    if state.open_attempt is not None:
        return _to_next(course, section, _attempt(shown, this, state.open_attempt))
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
def start(course: str, section: str) -> Response:
    """Draw a test, or go on with the one under way."""
    shown, this = _quiz_or_404(course, section)
    attempt_id = start_attempt(learner_or_403(), shown, this, clock.now())
    return _to_next(course, section, _attempt(shown, this, attempt_id))


@bp.get("/<attempt>")
def result(course: str, section: str, attempt: str) -> str | Response:
    """Show how a finished test went; an open one goes on."""
    shown, this = _quiz_or_404(course, section)
    taken = _attempt(shown, this, attempt)
    if taken.passed is None:
        return _to_next(course, section, taken)
    states = section_states(taken.person_id, shown)
    completed = find_completion(taken.person_id, shown.slug) is not None
    return render_template(
        "quiz/result.html",
        course=shown,
        section=this,
        attempt=taken,
        state=states[this.slug],
        states=states,
        step=next_step(states, completed),
    )


@bp.get("/<attempt>/<int:position>")
def question(course: str, section: str, attempt: str, position: int) -> str | Response:
    """Ask a question, or show how it was answered."""
    shown, this = _quiz_or_404(course, section)
    taken = _attempt(shown, this, attempt)
    asked = _question(taken, position)
    if asked.chosen is not None:
        return _question_page("feedback", shown, this, taken, asked, kept="kept" in request.args)
    if asked != taken.next_question:
        return _to_next(course, section, taken)
    return _question_page("question", shown, this, taken, asked)


@bp.post("/<attempt>/<int:position>")
def answer(course: str, section: str, attempt: str, position: int) -> Response | tuple[str, int]:
    """Keep the first answer to a question and show how it was judged."""
    shown, this = _quiz_or_404(course, section)
    taken = _attempt(shown, this, attempt)
    asked = _question(taken, position)
    here = url_for("quiz.question", course=course, section=section, attempt=attempt, position=position)
    try:
        chosen = parse_answer(asked.scenario, asked.order, request.form.getlist("choice"))
    except UnreadableAnswer:
        if asked.chosen is not None:
            return _see_other(here)
        return _question_page("question", shown, this, taken, asked, unreadable=True), 422
    stands = keep_answer(taken, asked, chosen, clock.now())
    return _see_other(here if stands.chosen == chosen else f"{here}?kept=1")


def _quiz_or_404(course: str, section: str) -> tuple[Course, Section]:
    """The course and a section of it that has something to ask, or 404."""
    shown = course_or_404(course)
    this = section_or_404(shown, section)
    return (shown, this) if this.scenarios else abort(404)


def _attempt(course: Course, section: Section, attempt_id: str) -> Attempt:
    """The signed-in person's attempt in this section, or 404."""
    attempt = load_attempt(attempt_id, me().person_id or "", course)
    if attempt is None or (attempt.course, attempt.section) != (course.slug, section.slug):
        abort(404)
    return attempt


def _question(attempt: Attempt, position: int) -> Question:
    return attempt.question(position) or abort(404)


def _question_page(
    page: str, course: Course, section: Section, attempt: Attempt, asked: Question, **more: bool
) -> str:
    return render_template(
        f"quiz/{page}.html", course=course, section=section, attempt=attempt, question=asked, **more
    )


def _to_next(course: str, section: str, attempt: Attempt) -> Response:
    """Lead to the open question, or to the result when there is none."""
    asked = attempt.next_question
    if asked is None:
        return _see_other(url_for("quiz.result", course=course, section=section, attempt=attempt.id))
    return _see_other(
        url_for("quiz.question", course=course, section=section, attempt=attempt.id, position=asked.position)
    )


def _see_other(target: str) -> Response:
    return cast(Response, redirect(target, 303))
