"""What the city gets wrong: questions, their choices, which seem broken, and clauses."""

from __future__ import annotations

import pytest

from app.courses.library import Library
from app.courses.model import Course, Scenario
from app.reports.items import EACH_FROM, ClauseLine, Counted, by_clause, by_item


@pytest.fixture(scope="module")
def course(library: Library) -> Course:
    found = library.course("sns-guideline")
    assert found is not None
    return found


def single(course: Course) -> Scenario:
    """The first question with one right choice."""
    return next(s for s in course.sections[0].scenarios if not s.multiple and not s.goes_on)


def places(course: Course) -> tuple[int, int]:
    scenario = single(course)
    (right,) = scenario.right
    return right, next(n for n in range(len(scenario.choices)) if n != right)


def taken(course: Course, shares: list[tuple[int, bool | None, int]], revision: str = "") -> list[Counted]:
    """First answers to that question: (place taken, whether the test was passed, how many)."""
    scenario = single(course)
    return [
        Counted(
            scenario.id, revision or scenario.revision, (place,), scenario.choices[place].right, passed, n
        )
        for place, passed, n in shares
    ]


def test_choices_are_counted_in_the_present_wording(course: Course) -> None:
    right, wrong = places(course)
    counted = taken(course, [(right, True, 14), (wrong, False, 6)]) + taken(
        course, [(right, True, 20)], "earlier"
    )
    (line,) = by_item(counted, course)
    assert (line.people, line.right, line.earlier, line.rate) == (20, 14, 20, "70.0")
    assert [choice.taken for choice in line.choices][right] == 14
    assert not line.doubts
    assert by_item(taken(course, [(right, True, 20)], "earlier"), course) == []


@pytest.mark.parametrize(("right_ones", "wrong_ones", "doubts"), [(9, 11, 1), (10, 10, 0), (0, 20, 1)])
def test_a_wrong_choice_taken_more_often_than_the_right_one(
    course: Course, right_ones: int, wrong_ones: int, doubts: int
) -> None:
    right, wrong = places(course)
    counted = taken(course, [(right, None, right_ones), (wrong, None, wrong_ones)])
    assert len(by_item(counted, course)[0].doubts) == doubts


def test_those_who_failed_knew_better(course: Course) -> None:
    right, wrong = places(course)
    many = EACH_FROM
    fine = taken(course, [(right, True, many), (wrong, True, 2), (right, False, many), (wrong, False, 4)])
    assert not by_item(fine, course)[0].doubts
    odd = taken(course, [(right, True, many), (wrong, True, many - 1), (right, False, many)])
    assert len(by_item(odd, course)[0].doubts) == 1


def test_clauses_sum_the_questions_shown_about_them_the_hardest_first(course: Course) -> None:
    easy, hard, other = course.sections[0].scenarios[:3]
    counted = [
        Counted(s.id, s.revision, (0,), correct, True, people)
        for s, right, wrong in ((easy, 20, 0), (hard, 5, 15), (other, 10, 10))
        for correct, people in ((True, right), (False, wrong))
    ]
    label = easy.clauses[0]
    assert {hard.clauses[0], other.clauses[0]} == {label}
    (line,) = by_clause(by_item(counted, course))
    assert line == ClauseLine(label, 60, 25) and line.rate == "41.6"
