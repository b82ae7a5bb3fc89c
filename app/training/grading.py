"""Grade an answer and a finished test: pure."""

from __future__ import annotations

from collections.abc import Iterable

from app.courses.model import Scenario


class UnreadableAnswer(Exception):
    """The submission names no choice, or one that was not offered; it goes back to the form."""


def parse_answer(scenario: Scenario, values: Iterable[str]) -> frozenset[int]:
    """Read form values (places of choices in the text) for ``scenario``.

    Raises UnreadableAnswer when nothing was chosen, a value is no offered place, or several were chosen
    where one is asked for.
    """
    chosen = set()
    for value in values:
        if not (value.isascii() and value.isdigit() and int(value) < len(scenario.choices)):
            raise UnreadableAnswer
        chosen.add(int(value))
    if not chosen or (len(chosen) > 1 and not scenario.multiple):
        raise UnreadableAnswer
    return frozenset(chosen)


def grade(scenario: Scenario, chosen: frozenset[int]) -> bool:
    """All or nothing: right when exactly the right choices were taken."""
    return chosen == scenario.right


def has_passed(correct: int, asked: int, pass_mark: int) -> bool:
    """Passed with at least ``pass_mark`` percent right, or at most one wrong."""
    return correct * 100 >= pass_mark * asked or asked - correct <= 1


def percentage(correct: int, asked: int) -> int:
    """``correct`` of ``asked`` as a percentage, cut, never rounded up."""
    return correct * 100 // asked
