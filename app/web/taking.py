"""Taking a test, one scenario a page: the same for a section's 確認テスト and a year's run."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, abort, render_template, request, url_for
from sqlalchemy.exc import OperationalError

from app import clock
from app.courses.model import Course
from app.db import db
from app.training.grading import UnreadableAnswer, parse_answer
from app.training.records import Answer, Attempt, Question, keep_answer
from app.web.onward import see_other

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Test:
    """One test as its pages show it: its ``name`` in words, and the views its addresses lead to.

    ``pages`` is the blueprint with the views ``question``, ``answer`` and ``result``; ``where`` what of the
    address stands before the attempt. ``keep`` keeps an answer.
    """

    __test__ = False

    name: str
    course: Course
    attempt: Attempt
    pages: str
    where: dict[str, str]
    keep: Callable[..., Answer] = keep_answer

    @property
    def result(self) -> str:
        """The address of the outcome."""
        return url_for(f"{self.pages}.result", **self.where, attempt=self.attempt.id)  # type: ignore[arg-type]

    def at(self, position: int) -> str:
        """The address of a question; its form is sent to the same."""
        address = {**self.where, "attempt": self.attempt.id, "position": position}
        return url_for(f"{self.pages}.question", **address)  # type: ignore[arg-type]

    @property
    def answered(self) -> int:
        """How many questions are answered."""
        return sum(question.chosen is not None for question in self.attempt.questions)


def show_question(test: Test, position: int) -> str | Response:
    """Ask a question, or show how it was answered; of a story, what came of a step (``?after=1``)."""
    asked = test.attempt.question(position) or abort(404)
    if asked.chosen is not None:
        return _page("feedback", test, asked, kept="kept" in request.args)
    if asked != test.attempt.next_question:
        return to_next(test)
    after = request.args.get("after", type=int)
    if after is not None and 1 <= after <= len(asked.steps):
        return _page("step", test, asked, after=after, kept="kept" in request.args)
    return _page("question", test, asked)


def take_answer(test: Test, position: int) -> Response | tuple[str, int]:
    """Keep the first answer to a question (of a story: its ``?step=1``) and show how it was judged."""
    asked = test.attempt.question(position) or abort(404)
    here = test.at(position)
    step = request.args.get("step", len(asked.steps) + 1, type=int)
    if asked.steps and (asked.chosen is not None or step <= len(asked.steps)):
        return see_other(f"{here}?kept=1" if asked.chosen is not None else f"{here}?after={step}&kept=1")
    try:
        chosen = parse_answer(asked.scene, asked.scene_order, request.form.getlist("choice"))
    except UnreadableAnswer:
        if asked.chosen is not None:
            return see_other(here)
        return _page("question", test, asked, unreadable=True), 422
    try:
        stands = test.keep(test.attempt, asked, chosen, clock.now())
    except OperationalError as error:
        log.error("an answer could not be kept: %s", str(error.orig).replace("\n", " "))
        return _not_kept(test, asked)
    kept = "" if stands.chosen == chosen else "kept=1"
    if asked.scenario.goes_on and not stands.ended:
        return see_other(f"{here}?after={len(asked.steps) + 1}&{kept}".rstrip("&"))
    return see_other(f"{here}?{kept}".rstrip("?"))


def _not_kept(test: Test, asked: Question) -> tuple[str, int]:
    """The form as it was filled in, to be sent again: the records cannot be written now."""
    db.session.rollback()
    return _page("question", test, asked, away=True, filled=request.form.getlist("choice")), 503


def to_next(test: Test) -> Response:
    """Lead to the open question, or to the result when there is none."""
    asked = test.attempt.next_question
    return see_other(test.result if asked is None else test.at(asked.position))


def _page(page: str, test: Test, asked: Question, **more: bool | int | list[str]) -> str:
    return render_template(
        f"quiz/{page}.html", test=test, course=test.course, attempt=test.attempt, question=asked, **more
    )
