"""What the city gets wrong, and that nobody can be told from it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.courses.library import Library
from app.courses.model import Course
from app.reports.items import (
    AT_LEAST,
    CITY,
    EACH_FROM,
    JUDGED_FROM,
    NOTHING,
    Cell,
    by_clause,
    by_item,
    clause_sheet,
    shown_of,
)
from app.training.first_answers import FirstAnswer


def answer(person: int, correct: bool, labels: tuple[str, ...] = ("1",), **more: object) -> FirstAnswer:
    given = {"scenario": "s", "revision": "r", "chosen": (0,), "passed": True, **more}
    return FirstAnswer(f"p{person}", clauses=labels, correct=correct, **given)  # type: ignore[arg-type]


def cell(people: int, wrong: int) -> Cell:
    return Cell(people, wrong, people, wrong)


def test_clauses_stand_by_their_wrong_share() -> None:
    answers = [answer(n, n > 1, ("1", "2")) for n in range(10)]
    answers += [answer(n, n > 4, ("2",)) for n in range(10)]
    lines = by_clause(answers, {}, [], ["1", "2", "3"])
    assert [(line.label, line.city) for line in lines] == [
        ("2", Cell(10, 5, 20, 7)),
        ("1", Cell(10, 2, 10, 2)),
    ]
    assert lines[0].city is not None and lines[0].city.rate == "35.0"


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        ({"a": cell(5, 1), "b": cell(9, 2)}, {"a", "b"}),
        # Four people are no number; what they are could be told from the sum and b, so b is hidden, too.
        ({"a": cell(4, 1), "b": cell(9, 2)}, set()),
        ({"a": cell(4, 1), "b": cell(9, 2), "c": cell(20, 3)}, {"c"}),
        ({"a": cell(4, 1), "b": cell(3, 1), "c": cell(20, 3)}, {"c"}),
        # Everybody wrong: each of them is known.
        ({"a": cell(6, 6), "b": cell(9, 2), "c": cell(20, 3)}, {"c"}),
        ({}, set()),
    ],
)
def test_what_is_shown(cells: dict[str, Cell], shown: set[str]) -> None:
    assert set(shown_of(cells)) == shown


CELLS = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=2),
    st.integers(1, 30).flatmap(lambda people: st.integers(0, people).map(lambda wrong: cell(people, wrong))),
    max_size=8,
)


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(CELLS)
def test_no_number_and_no_difference_of_numbers_tells_on_anybody(cells: dict[str, Cell]) -> None:
    shown = shown_of(cells)
    for one in shown.values():
        assert one.people >= AT_LEAST and one.wrong_people < one.people
    hidden = sum((one for name, one in cells.items() if name not in shown), NOTHING)
    if shown:
        assert hidden == NOTHING or (hidden.people >= AT_LEAST and hidden.wrong_people < hidden.people)


def test_a_group_counts_everybody_once_and_who_left_among_the_others() -> None:
    answers = [answer(n, n % 2 == 0) for n in range(20)]
    groups = {f"p{n}": "甲" if n < 8 else "乙" for n in range(14)}
    (line,) = by_clause(answers, groups, ["甲", "乙", "そのほか"], ["1"])
    assert line.groups == {"甲": Cell(8, 4, 8, 4), "乙": Cell(6, 3, 6, 3), "そのほか": Cell(6, 3, 6, 3)}
    sheet = clause_sheet([line], "職員区分別", {"甲": "甲", "そのほか": "そのほか"})
    assert sheet.rows[0] == (CITY, CITY, "1", 20, 20, 10, "50.0")
    assert sheet.rows[2] == ("職員区分別", "そのほか", "1", 6, 6, 3, "50.0")


@pytest.fixture(scope="module")
def course(library: Library) -> Course:
    found = library.course("sns-guideline")
    assert found is not None
    return found


def taken(course: Course, shares: list[tuple[int, bool | None, int]]) -> list[FirstAnswer]:
    """First answers to the first single choice: (place taken, whether the test was passed, how many)."""
    scenario = next(s for s in course.sections[0].scenarios if not s.multiple and not s.goes_on)
    answers: list[FirstAnswer] = []
    for place, passed, count in shares:
        for _ in range(count):
            right = scenario.choices[place].right
            answers.append(
                answer(len(answers), right, scenario.clauses, scenario=scenario.id, passed=passed,
                       revision=scenario.revision, chosen=(place,))
            )  # fmt: skip
    return answers


def places(course: Course) -> tuple[int, int]:
    scenario = next(s for s in course.sections[0].scenarios if not s.multiple and not s.goes_on)
    (right,) = scenario.right
    return right, next(n for n in range(len(scenario.choices)) if n != right)


def test_choices_are_counted_in_the_present_wording(course: Course) -> None:
    right, wrong = places(course)
    answers = taken(course, [(right, True, 4), (wrong, False, 2)])
    answers.append(answer(99, True, scenario=answers[0].scenario, revision="earlier"))
    (line,) = by_item(answers, course)
    assert (line.people, line.right, line.earlier, line.rate) == (6, 4, 1, "66.6")
    assert [choice.taken for choice in line.choices][right] == 4
    assert not line.doubts


@pytest.mark.parametrize(
    ("shares", "doubts"),
    [
        ([(8, 9)], 0),
        ([(JUDGED_FROM // 2 - 1, JUDGED_FROM // 2 + 1)], 1),
        ([(JUDGED_FROM // 2, JUDGED_FROM // 2)], 0),
        ([(2, JUDGED_FROM // 2 - 2)], 0),
    ],
)
def test_a_wrong_choice_taken_more_often_than_the_right_one(
    course: Course, shares: list[tuple[int, int]], doubts: int
) -> None:
    right, wrong = places(course)
    answers = taken(course, [s for r, w in shares for s in ((right, None, r), (wrong, None, w))])
    assert len(by_item(answers, course)[0].doubts) == doubts


def test_those_who_failed_knew_better(course: Course) -> None:
    right, wrong = places(course)
    many = EACH_FROM
    fine = taken(course, [(right, True, many), (wrong, True, 2), (right, False, many), (wrong, False, 4)])
    assert not by_item(fine, course)[0].doubts
    odd = taken(course, [(right, True, many), (wrong, True, many - 1), (right, False, many)])
    assert len(by_item(odd, course)[0].doubts) == 1


def test_four_answers_are_nobodys_business(course: Course) -> None:
    right, _wrong = places(course)
    assert by_item(taken(course, [(right, True, AT_LEAST - 1)]), course) == []
