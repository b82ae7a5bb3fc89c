"""The worked examples of HR's handbooks, read from their tables: every row comes out as told."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from app.people.employment import Appointment, Person, ServiceState, Span
from app.settings import ROOT
from app.training.duties import Adjustments, DueChange, Duties, duties_of
from app.training.standing import Opening, Progress, Standing, State, standing
from tests.test_docs import table_under
from tests.training.test_duties import RULES, done, post

HR = ROOT / "docs" / "hr.md"
CORRECTIONS = ROOT / "docs" / "hr" / "corrections.md"
WEEKDAYS = "月火水木金土日"
NOTHING = Progress()


def days_in(cell: str) -> list[date]:
    """The dates of a cell, in order; a weekday beside one must be right."""
    for day, weekday in re.findall(r"(\d{4}-\d\d-\d\d)\((.)\)", cell):
        assert WEEKDAYS[date.fromisoformat(day).weekday()] == weekday, cell
    return [date.fromisoformat(day) for day in re.findall(r"\d{4}-\d\d-\d\d", cell)]


def day_in(cell: str) -> date:
    (day,) = days_in(cell)
    return day


def stands(*appointments: Appointment, day: date, adjustments: Adjustments = Adjustments()) -> Standing:  # noqa: B008
    return standing(of(*appointments, adjustments=adjustments), NOTHING, day)


def of(*appointments: Appointment, adjustments: Adjustments = Adjustments()) -> Duties:  # noqa: B008
    return duties_of(Person("p1", "試験 花子", "", appointments), RULES, adjustments=adjustments)


@pytest.mark.parametrize("row", table_under(HR, "任用開始日"), ids=lambda row: row[0])
def test_thirty_days_from_the_start(row: list[str]) -> None:
    start, later, due = map(day_in, row[:3])
    assert later == start + timedelta(days=30)
    assert stands(post(start), day=start).due == due


@pytest.mark.parametrize("row", table_under(HR, "前の任用"), ids=lambda row: row[0])
def test_terms_one_after_another(row: list[str]) -> None:
    terms = [days_in(row[0]), days_in(row[1])]
    appointments = [post(first, last, id=n) for n, (first, last) in enumerate(filter(None, terms), start=1)]
    last = appointments[-1]
    found = stands(*appointments, day=last.start)
    assert found.due == (day_in(row[2]) if days_in(row[2]) else None)
    assert (found.state is State.NOT_OWED) is row[2].startswith("なし")
    if len(appointments) == 2:
        assert f"間は{(last.start - days_in(row[0])[1]).days - 1}日" in row[3] or "切れ目がない" in row[3]


@pytest.mark.parametrize("row", table_under(HR, "任用された日"), ids=lambda row: f"{row[0]} {row[1]}")
def test_back_from_leave(row: list[str]) -> None:
    start, gone, back, due = map(day_in, row[:4])
    away = post(start, states=((gone, ServiceState.LEAVE), (back, ServiceState.ACTIVE)))
    assert stands(away, day=back - timedelta(days=1)).state is State.DEFERRED
    assert stands(away, day=back).due == due


@pytest.mark.parametrize("row", table_under(CORRECTIONS, "期限"), ids=lambda row: f"{row[0]} {row[1]}")
def test_deferred_by_hr(row: list[str]) -> None:
    """The date before the 猶予 is one HR moved, where the appointment of 1 April does not give it."""
    due, back, after = day_in(row[0]), day_in(row[2]), day_in(row[3].split("(")[0])
    first, last = days_in(row[1])
    april = date(2026, 4, 1)
    moved = () if due == date(2026, 5, 1) else (DueChange(due, april, "理由"),)
    adjustments = Adjustments((Span(first, last),), moved)
    assert back == last + timedelta(days=1)
    assert stands(post(april), day=first - timedelta(days=1), adjustments=adjustments).due == due
    assert stands(post(april), day=first, adjustments=adjustments).state is State.DEFERRED
    assert stands(post(april), day=back, adjustments=adjustments).due == after


@pytest.mark.parametrize(
    ("place", "completed"), [(0, date(2025, 5, 1)), (1, date(2026, 6, 9)), (2, date(2026, 6, 10)), (3, None)]
)
def test_an_amendment_meets_whoever_completed_the_text_before(place: int, completed: date | None) -> None:
    who, says = [row for row in table_under(CORRECTIONS, "人") if row[1] != ""][place]
    opening = Opening("a1", "2-purpose", date(2026, 6, 10), date(2026, 7, 10))
    mine = of(post(date(2025, 4, 1)))
    progress = NOTHING if completed is None else done(completed)
    found = standing(mine, progress, opening.opened_on, [opening])
    late = standing(mine, progress, date(2026, 7, 11), [opening])
    if completed is None:
        assert "まだ修了していない" in who and found.opening is None
    elif completed < opening.opened_on:
        assert (found.state, late.state) == (State.NOT_STARTED, State.OVERDUE)
        assert found.opening is opening and found.due == opening.due
        assert says == "同じ" or ("6月10日から「未着手」" in says and "7月11日から「期限超過」" in says)
    else:
        assert found.state is late.state is State.COMPLETED and says == "「修了」"
