"""Reading an answer, judging it, passing: tables."""

from __future__ import annotations

import pytest

from app.courses.model import Choice, Scenario
from app.training.grading import UnreadableAnswer, grade, has_passed, parse_answer, percentage, right_needed


def scenario(*right: bool) -> Scenario:
    choices = tuple(Choice("択", "択", r, "理由") for r in right)
    return Scenario("s", "題", ("1",), 1, "<p>場面</p>", "場面", choices, "revision")


ONE = scenario(True, False, False)
SEVERAL = scenario(True, True, False)
ORDER = (2, 0, 1)


@pytest.mark.parametrize(
    ("asked", "values", "places"),
    [
        (ONE, ["0"], {2}),
        (ONE, ["1"], {0}),
        (ONE, ["1", "1"], {0}),
        (SEVERAL, ["0"], {2}),
        (SEVERAL, ["2", "1"], {0, 1}),
    ],
)
def test_a_value_is_a_place_down_the_page(asked: Scenario, values: list[str], places: set[int]) -> None:
    assert parse_answer(asked, ORDER, values) == places


@pytest.mark.parametrize(
    ("asked", "values"),
    [
        (ONE, []),
        (SEVERAL, []),
        (ONE, [""]),
        (ONE, ["3"]),
        (ONE, ["-1"]),
        (ONE, ["01"]),
        (ONE, ["x"]),
        (ONE, ["１"]),
        (ONE, ["²"]),
        (ONE, ["0\x00"]),
        (ONE, ["0\u200d"]),
        (ONE, ["😀"]),
        (ONE, ["\ud83d"]),
        (ONE, ["9" * 1_000_000]),
        (ONE, ["0", "1"]),
        (SEVERAL, ["0", "7"]),
    ],
)
def test_what_cannot_be_read_goes_back_to_the_form(asked: Scenario, values: list[str]) -> None:
    with pytest.raises(UnreadableAnswer):
        parse_answer(asked, ORDER, values)


@pytest.mark.parametrize(
    ("asked", "chosen", "right"),
    [
        (ONE, {0}, True),
        (ONE, {1}, False),
        (SEVERAL, {0, 1}, True),
        (SEVERAL, {0}, False),
        (SEVERAL, {0, 1, 2}, False),
        (SEVERAL, {2}, False),
    ],
)
def test_all_or_nothing(asked: Scenario, chosen: set[int], right: bool) -> None:
    assert grade(asked, frozenset(chosen)) is right


@pytest.mark.parametrize(
    ("correct", "asked", "mark", "passed"),
    [
        (3, 3, 80, True),
        (2, 3, 80, True),  # 66 percent, but only one wrong
        (1, 3, 80, False),
        (3, 4, 80, True),
        (2, 4, 80, False),
        (5, 6, 80, True),
        (4, 6, 80, False),
        (8, 10, 80, True),
        (7, 10, 80, False),
        (7, 10, 70, True),
        (9, 10, 100, True),
        (8, 10, 100, False),
        (1, 1, 80, True),
        (0, 1, 80, False),  # nothing right is no pass, though only one is wrong
        (0, 0, 80, False),
    ],
)
def test_passing(correct: int, asked: int, mark: int, passed: bool) -> None:
    assert has_passed(correct, asked, mark) is passed


@pytest.mark.parametrize(
    ("correct", "asked", "percent"), [(2, 3, 66), (22, 22, 100), (21, 22, 95), (0, 5, 0)]
)
def test_a_percentage_is_cut(correct: int, asked: int, percent: int) -> None:
    assert percentage(correct, asked) == percent


@pytest.mark.parametrize(
    ("asked", "mark", "needed"), [(3, 80, 2), (4, 80, 3), (6, 80, 5), (10, 80, 8), (10, 100, 9), (1, 80, 1)]
)
def test_how_many_right_answers_pass(asked: int, mark: int, needed: int) -> None:
    assert right_needed(asked, mark) == needed
