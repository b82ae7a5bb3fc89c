"""The one page for the 庁議."""

from __future__ import annotations

from datetime import date

import pytest

from app.courses.library import Library
from app.reports.completion import Row, Tally
from app.reports.council import Compared, council, month_before
from app.reports.report import make_report
from tests.reports.makers import done, facts, person, post


@pytest.mark.parametrize(
    ("now", "then", "change"),
    [((9, 1), (8, 2), "+10.0"), ((1, 2), (2, 1), "-33.3"), ((1, 1), (2, 2), "±0.0"), ((0, 0), (1, 1), "-")],
)
def test_the_change_is_that_of_the_rates_shown(
    now: tuple[int, int], then: tuple[int, int], change: str
) -> None:
    row = Row("部", Tally(completed=now[0], overdue=now[1]))
    assert Compared(row, Tally(completed=then[0], overdue=then[1])).change == change


def test_a_month_before_stays_in_that_month() -> None:
    assert month_before(date(2026, 3, 31)) == date(2026, 2, 28)
    assert month_before(date(2026, 1, 5)) == date(2025, 12, 5)


def test_divisions_hold_all_below_them(library: Library) -> None:
    course = library.courses()[0]
    one, other = person(post(department="011")), person(post(department="021", authority="教育委員会"))
    known = facts([one, other], {one.id: done(date(2026, 5, 20))})
    page = council(
        make_report(known, course, date(2026, 6, 1)), make_report(known, course, date(2026, 5, 10)), ("市長",)
    )
    assert [(c.row.name, c.row.tally.rate, c.change) for c in page.divisions] == [
        ("総務部", "100.0", "+100.0"),
        ("教育部", "0.0", "±0.0"),
    ]
    assert [c.row.name for c in page.authorities] == ["市長", "教育委員会"]
    assert page.total.row.tally.required == 2
