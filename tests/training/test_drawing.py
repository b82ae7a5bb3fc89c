"""Which questions a person gets, as properties that hold for any bank and any history."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.courses.library import Library
from app.courses.model import Choice, Scenario
from app.training.drawing import NOTHING_ASKED, Asked, choice_order, draw

CLAUSES = ["4(1)", "4(2)", "4(3)", "4(4)", "4(5)ア"]


def scenario(id: str, clauses: tuple[str, ...], level: int = 1, texts: tuple[str, ...] = ()) -> Scenario:
    texts = texts or ("載せる", "載せない", "上司に聞く", "消す")
    choices = tuple(Choice(t, t, place == 0, "理由") for place, t in enumerate(texts))
    return Scenario(id, id, clauses, level, "<p>場面</p>", "場面", choices, f"revision of {id}")


@st.composite
def banks(draw_: st.DrawFn) -> list[Scenario]:
    count = draw_(st.integers(1, 25))
    return [
        scenario(
            f"s{n}",
            tuple(draw_(st.lists(st.sampled_from(CLAUSES), min_size=1, max_size=2, unique=True))),
            draw_(st.integers(1, 3)),
        )
        for n in range(count)
    ]


@st.composite
def histories(draw_: st.DrawFn) -> Asked:
    times = draw_(st.dictionaries(st.integers(0, 24).map("s{}".format), st.integers(1, 3), max_size=25))
    return Asked(times, frozenset(draw_(st.lists(st.sampled_from(CLAUSES), max_size=3))))


seeds = st.text("0123456789abcdef", min_size=32, max_size=32)


@given(banks(), st.integers(0, 8), histories(), seeds)
def test_the_same_inputs_draw_the_same_form_in_any_order_of_the_bank(
    bank: list[Scenario], count: int, asked: Asked, seed: str
) -> None:
    assert draw(bank, count, asked, seed) == draw(list(reversed(bank)), count, asked, seed)


@given(banks(), st.integers(0, 8), histories(), seeds)
def test_nothing_is_asked_twice_and_as_much_as_there_is(
    bank: list[Scenario], count: int, asked: Asked, seed: str
) -> None:
    drawn = [d.scenario for d in draw(bank, count, asked, seed)]
    assert len(drawn) == len(set(drawn)) == min(count, len(bank))


@given(banks(), st.integers(1, 8), histories(), seeds)
def test_clauses_rotate_within_a_form(bank: list[Scenario], count: int, asked: Asked, seed: str) -> None:
    """No clause is asked again while another could still take its turn."""
    first = {s.id: s.clauses[0] for s in bank}
    drawn = Counter(first[d.scenario] for d in draw(bank, count, asked, seed))
    there = Counter(first.values())
    for clause, times in drawn.items():
        for other, available in there.items():
            assert drawn[other] >= min(available, times - 1), (clause, other)


@given(banks(), histories(), seeds)
def test_a_missed_clause_is_asked_first(bank: list[Scenario], asked: Asked, seed: str) -> None:
    touching = [s for s in bank if not asked.missed.isdisjoint(s.clauses)]
    (only,) = draw(bank, 1, asked, seed)
    if touching:
        assert only.scenario in {s.id for s in touching}


@given(banks(), st.integers(1, 8), histories(), seeds)
def test_unseen_before_seen_within_a_clause(
    bank: list[Scenario], count: int, asked: Asked, seed: str
) -> None:
    asked = Asked(asked.times)
    drawn = {d.scenario for d in draw(bank, count, asked, seed)}
    for clause in CLAUSES:
        of_clause = [s for s in bank if s.clauses[0] == clause]
        seen = [asked.times.get(s.id, 0) for s in of_clause if s.id in drawn]
        left = [asked.times.get(s.id, 0) for s in of_clause if s.id not in drawn]
        assert not seen or not left or max(seen) <= min(left)


def test_ten_attempts_ask_every_scenario_of_every_real_section(library: Library) -> None:
    """Somebody who tries again and again meets the whole bank before much comes back."""
    course = library.course("sns-guideline")
    assert course is not None
    for section in course.sections:
        times: Counter[str] = Counter()
        for attempt in range(10):
            form = draw(section.scenarios, section.questions, Asked(dict(times)), f"seed {attempt}")
            times.update(d.scenario for d in form)
        drawn_clauses = {section.scenario(id).clauses[0] for id in times}  # type: ignore[union-attr]
        assert drawn_clauses == {s.clauses[0] for s in section.scenarios}
        assert len(times) >= min(len(section.scenarios), 10 * section.questions * 2 // 3)


def test_another_seed_gives_another_order_of_choices() -> None:
    one = scenario("s", ("1",))
    orders = {choice_order(one, str(n)) for n in range(200)}
    assert len(orders) == 24
    assert {order[0] for order in orders} == {0, 1, 2, 3}


@given(seeds)
def test_a_choice_that_speaks_of_the_others_stays_last(seed: str) -> None:
    one = scenario("s", ("1",), texts=("どれも載せてよい。", "写真を載せる。", "名前を載せる。"))
    assert choice_order(one, seed)[-1] == 0


@pytest.mark.parametrize("count", [0, 3])
def test_an_empty_bank_draws_nothing(count: int) -> None:
    assert draw([], count, NOTHING_ASKED, "seed") == ()
