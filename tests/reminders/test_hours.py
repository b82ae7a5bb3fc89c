"""Mail goes out at the city's hours, by the clock in Japan, and not on closed days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from app.clock import JST
from app.reminders.hours import may_send, next_opening
from app.site import Hours, SiteError, site_from

DAY = (Hours(time(8, 30), time(12, 0)), Hours(time(13, 0), time(17, 15)))
CITY = frozenset({date(2026, 8, 14)})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-06-01T08:29:59", False),
        ("2026-06-01T08:30:00", True),
        ("2026-06-01T11:59:59", True),
        ("2026-06-01T12:00:00", False),
        ("2026-06-01T13:00:00", True),
        ("2026-06-01T17:14:59", True),
        ("2026-06-01T17:15:00", False),
        ("2026-06-06T10:00:00", False),  # a Saturday
        ("2026-06-07T10:00:00", False),  # a Sunday
        ("2026-05-06T10:00:00", False),  # 振替休日
        ("2026-12-28T10:00:00", True),
        ("2026-12-29T10:00:00", False),
        ("2027-01-03T10:00:00", False),
        ("2027-01-04T10:00:00", True),
        ("2026-08-14T10:00:00", False),  # the city's own closed day
        ("2028-02-29T10:00:00", True),
    ],
)
def test_hours_of_open_days(moment: str, open_: bool) -> None:
    here = at(moment)
    assert may_send(here, DAY, CITY) is open_
    assert may_send(here.astimezone(UTC), DAY, CITY) is open_


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-06-01T07:00:00", "2026-06-01T08:30:00"),
        ("2026-06-01T12:10:00", "2026-06-01T13:00:00"),
        ("2026-06-05T17:15:00", "2026-06-08T08:30:00"),
        ("2026-12-28T18:00:00", "2027-01-04T08:30:00"),
        ("2026-08-13T18:00:00", "2026-08-17T08:30:00"),
        ("2026-06-01T09:00:00", "2026-06-01T09:00:00"),
    ],
)
def test_the_next_opening(moment: str, opening: str) -> None:
    assert next_opening(at(moment), DAY, CITY) == at(opening)


def test_a_city_may_send_nothing_by_itself() -> None:
    assert not may_send(at("2026-06-01T10:00"), ())
    assert next_opening(at("2026-06-01T10:00"), ()) is None


BASICS = {"city": "見本市", "consult_office": "課", "teacher_consult_office": "課", "work_hours_note": ""}


def test_hours_are_read_from_site_toml() -> None:
    assert site_from(BASICS).remind_hours == (Hours(time(8, 30), time(17, 15)),)
    assert site_from({**BASICS, "remind_hours": ["8:30-12:00", "13:00-17:15"]}).remind_hours == DAY
    assert site_from({**BASICS, "remind_hours": []}).remind_hours == ()


@pytest.mark.parametrize(
    "wrong", ["9:00-17:00", ["9-17"], ["17:00-9:00"], ["9:00-9:00"], ["9:00-25:00"], [9]]
)
def test_hours_that_cannot_be_read_are_refused(wrong: object) -> None:
    with pytest.raises(SiteError, match="remind_hours"):
        site_from({**BASICS, "remind_hours": wrong})
