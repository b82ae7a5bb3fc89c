"""Nobody can be told from the numbers of /hr/items: all questions, clauses, groups, years and days together.

``tests/web/test_hr_items.py`` holds the pages to the reading used here.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.courses.library import Library
from app.courses.model import Course
from app.reports.item_groups import AT_LEAST
from app.reports.items import BLOCK, SET_ASIDE
from tests.reports.items_world import Given, Rule, all_looks, make_world
from tests.reports.subtracting import FEW, told_apart


@pytest.fixture(scope="module")
def course(library: Library) -> Course:
    found = library.course("sns-guideline")
    assert found is not None
    return found


def test_the_pages_keep_the_rule_the_attacker_is_told() -> None:
    assert Rule() == Rule(BLOCK, SET_ASIDE, AT_LEAST)
    assert min(BLOCK, SET_ASIDE, AT_LEAST) >= FEW


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10**6), people=st.sampled_from((30, 40, 60, 90)))
def test_nobody_is_told_apart(course: Course, seed: int, people: int) -> None:
    assert told_apart(all_looks(make_world(course, seed, people), Rule())) == []


@pytest.mark.parametrize(
    "without",
    [{"block": 1, "aside": 0}, {"aside": 0}, {"at_least": 1}],
    ids=["one by one", "nothing set aside", "parts of any size"],
)
def test_without_a_protection_somebody_is(course: Course, without: dict[str, int]) -> None:
    rule = replace(Rule(), **without)
    assert told_apart(all_looks(make_world(course, 19, 40), rule))


def test_the_attacker_finds_what_is_hidden_in_a_sum(course: Course) -> None:
    answers = make_world(course, 1, 30).answers
    parts = [frozenset(answers[start : start + 30]) for start in (0, 30)]
    one = frozenset(answers[60:61])
    assert told_apart({"sum": parts[0] | parts[1] | one, "a": parts[0], "b": parts[1]}) == [
        {one_of(one).person}
    ]
    # Neither of two sums alone says it; together they do.
    assert told_apart({"a": parts[0] | one, "b": parts[0] | parts[1], "c": parts[1]})
    assert told_apart({"a": parts[0] | one, "b": parts[1]}) == []


def one_of(given: frozenset[Given]) -> Given:
    (only,) = given
    return only
