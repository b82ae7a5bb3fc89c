"""Fiscal years, eras, the clock, open days: their edges as tables."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest

from app.business_days import is_open, next_open_day
from app.clock import day_of, end_of, now
from app.fiscal_year import FiscalYear
from app.wareki import wareki, wareki_with_year


@pytest.mark.parametrize(
    ("day", "year", "label"),
    [
        (date(2026, 3, 31), 2025, "令和7年度"),
        (date(2026, 4, 1), 2026, "令和8年度"),
        (date(2027, 1, 1), 2026, "令和8年度"),
        (date(2019, 4, 1), 2019, "令和元年度"),
        (date(2019, 3, 31), 2018, "平成30年度"),
        (date(1989, 4, 1), 1989, "平成元年度"),
    ],
)
def test_a_fiscal_year_begins_on_1_april(day: date, year: int, label: str) -> None:
    assert FiscalYear.of(day) == FiscalYear(year)
    assert FiscalYear(year).label == label
    assert day in FiscalYear(year)


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2026, 4, 1), "令和8年4月1日"),
    ],
)
def test_eras_change_on_their_day(day: date, text: str) -> None:
    assert wareki(day) == text
    assert wareki_with_year(day) == f"{text}({day.year}年)"


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2027, 3, 31, 14, 59, 59, 999999, tzinfo=UTC), date(2027, 3, 31)),
        (datetime(2027, 3, 31, 15, 0, 0, tzinfo=UTC), date(2027, 4, 1)),
    ],
)
def test_a_day_runs_to_24_00_in_japan(moment: datetime, day: date) -> None:
    assert day_of(moment) == day


def test_the_end_of_a_day_is_the_first_moment_of_the_next() -> None:
    assert end_of(date(2027, 3, 31)) == datetime(2027, 3, 31, 15, tzinfo=UTC)
    assert day_of(end_of(date(2027, 3, 31))) == date(2027, 4, 1)


def test_a_rehearsal_begins_where_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KENSHU_NOW", "2027-03-31T23:59:00")
    assert day_of(now()) in {date(2027, 3, 31), date(2027, 4, 1)}
    monkeypatch.setenv("KENSHU_NOW", "明日")
    with pytest.raises(ValueError, match="KENSHU_NOW"):
        now()


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati"])
def test_the_servers_time_zone_changes_nothing(zone: str) -> None:
    code = (
        "from datetime import datetime, UTC; from app.clock import day_of;"
        "print(day_of(datetime(2027,3,31,14,59,59,tzinfo=UTC)), day_of(datetime(2027,3,31,15,tzinfo=UTC)))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=os.environ | {"TZ": zone}, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2027-03-31", "2027-04-01"]


@pytest.mark.parametrize(
    ("day", "opens"),
    [
        (date(2026, 5, 1), date(2026, 5, 1)),  # a Friday
        (date(2026, 5, 2), date(2026, 5, 7)),  # Saturday, Sunday, three holidays and a substitute
        (date(2026, 12, 29), date(2027, 1, 4)),
        (date(2026, 9, 19), date(2026, 9, 24)),  # 敬老の日, 国民の休日, 秋分の日
    ],
)
def test_closed_days_are_skipped(day: date, opens: date) -> None:
    assert next_open_day(day) == opens


def test_the_city_may_close_on_further_days() -> None:
    day = date(2026, 8, 13)
    assert is_open(day)
    assert not is_open(day, {day})
