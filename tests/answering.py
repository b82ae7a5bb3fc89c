"""Answer a test's questions to their end, whatever their kind: choices, a post to search, a story."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from app.training.attempts import Attempt, Question, keep_answer, load_attempt


def wanted(question: Question, right: bool = True) -> frozenset[int]:
    """Places of the choices that answer the open scene rightly, or wrongly."""
    scene = question.scene
    good = scene.right or frozenset(place for place, choice in enumerate(scene.choices) if choice.half)
    if right:
        return good
    repairs = {place for place, choice in enumerate(scene.choices) if choice.half}
    return frozenset([next(place for place in question.scene_order if place not in good | repairs)])


def answer_all(
    attempt: Attempt, now: datetime, wrong: int = 0, keep: Callable[..., object] = keep_answer
) -> Attempt:
    """Answer every open question, the first ``wrong`` ones wrongly; return the attempt as it then is.

    ``keep`` keeps one answer: of a course's test, or of a year's run.
    """
    while (question := attempt.next_question) is not None:
        keep(attempt, question, wanted(question, question.position > wrong), now)
        found = load_attempt(attempt.id)
        assert found is not None
        attempt = found
    return attempt
