"""What is said beside the tables: 1 April rosters that are missing, and who left."""

from __future__ import annotations

from datetime import date

import pytest

from app.people.employment import Category
from app.reports.notices import Leavers, gap_notice, leavers
from tests.reports.makers import done, facts, person, post

MARCH = date(2026, 3, 31)
APRIL = date(2026, 4, 1)
YEAR = post(date(2025, 4, 1), MARCH, Category.FISCAL_YEAR_PART)


@pytest.mark.parametrize(
    ("day", "rosters", "notice"),
    [
        (APRIL, {}, "4月1日付け名簿 未反映:1人"),
        (date(2026, 9, 1), {"職員": date(2026, 3, 20)}, "4月1日付け名簿 未反映:1人"),
        (APRIL, {"消防団": APRIL}, "4月1日付け名簿 未反映:1人"),
        (APRIL, {"職員": APRIL}, ""),
        (MARCH, {}, ""),
        (date(2027, 4, 1), {}, ""),
    ],
)
def test_the_gap_between_two_rosters_is_told(day: date, rosters: dict[str, date], notice: str) -> None:
    assert gap_notice(facts([person(YEAR)], roster_days=rosters), day) == notice


@pytest.mark.parametrize(
    "others",
    [
        (post(APRIL),),
        (post(date(2020, 4, 1), main=False),),
        (post(date(2025, 4, 1), MARCH, retired=True), post(date(2026, 5, 1))),
    ],
)
def test_who_serves_on_is_not_in_the_gap(others: tuple[object, ...]) -> None:
    assert gap_notice(facts([person(YEAR, *others)]), APRIL) == ""  # type: ignore[arg-type]


def test_who_is_known_to_have_retired_is_not_waited_for() -> None:
    gone = person(post(date(2025, 4, 1), MARCH, retired=True))
    assert gap_notice(facts([gone]), APRIL) == ""


@pytest.mark.parametrize(
    ("posts", "counted"),
    [
        ([post(date(2020, 4, 1), date(2026, 5, 31))], 1),
        ([post(date(2020, 4, 1), MARCH)], 0),
        ([post(date(2020, 4, 1), date(2026, 6, 30))], 0),
        ([post(date(2020, 4, 1), date(2026, 4, 30)), post(date(2026, 5, 1))], 0),
        ([post(date(2020, 4, 1), date(2026, 5, 31)), post(date(2026, 6, 15))], 0),
        ([post(date(2020, 4, 1), date(2026, 5, 31)), post(date(2026, 10, 1))], 1),
    ],
)
def test_who_left_in_the_year(posts: list[object], counted: int) -> None:
    assert leavers(facts([person(*posts)]), date(2026, 6, 5), 31).people == counted  # type: ignore[arg-type]


def test_of_those_who_left_some_had_not_completed() -> None:
    def leaver() -> object:
        return person(post(date(2020, 4, 1), date(2026, 5, 31)))

    left, finished, late = leaver(), leaver(), leaver()
    everybody = facts(
        [left, finished, late],  # type: ignore[list-item]
        {finished.id: done(date(2026, 5, 1)), late.id: done(date(2026, 6, 3))},  # type: ignore[attr-defined]
    )
    assert leavers(everybody, date(2026, 6, 5), 31) == Leavers(3, 2)
