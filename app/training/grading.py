"""Read and grade an answer and a finished test: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.courses.model import Scenario


class UnreadableAnswer(Exception):
    """The submission names no choice, or one that was not offered; it goes back to the form."""


def parse_answer(scenario: Scenario, order: Sequence[int], values: Iterable[str]) -> frozenset[int]:
    """Read form values and return the places in the text of the choices they name.

    A value counts from 0 down the page; ``order`` says which choice of the text stood there, so the page
    itself tells nothing of the text's order. Raises UnreadableAnswer when nothing was chosen, a value is
    no offered place, or several were chosen where one is asked for.
    """
    chosen = set()
    for value in values:
        if value not in _places(len(order)):
            raise UnreadableAnswer
        chosen.add(order[int(value)])
    if not chosen or (len(chosen) > 1 and not scenario.multiple):
        raise UnreadableAnswer
    return frozenset(chosen)


def _places(count: int) -> tuple[str, ...]:
    return tuple(map(str, range(count)))


def grade(scenario: Scenario, chosen: frozenset[int]) -> bool:
    """All or nothing: right when exactly the right choices were taken."""
    return chosen == scenario.right


def has_passed(correct: int, asked: int, pass_mark: int, halves: int = 0) -> bool:
    """Passed with at least ``pass_mark`` percent, or at most one question lost; never with nothing right.

    ``halves`` are answers worth half (stories that were repaired): two of them lose as much as one wrong one.
    """
    points = 2 * correct + halves
    return correct > 0 and (points * 100 >= pass_mark * asked * 2 or asked * 2 - points <= 2)


def right_needed(asked: int, pass_mark: int) -> int:
    """How many right answers of ``asked`` (at least 1) pass."""
    return next(right for right in range(1, asked + 1) if has_passed(right, asked, pass_mark))


def percentage(correct: int, asked: int, halves: int = 0) -> int:
    """``correct`` and half of ``halves`` of ``asked`` as a percentage, cut, never rounded up."""
    return (2 * correct + halves) * 100 // (2 * asked)
