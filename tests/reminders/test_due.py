"""Who is told what on a day: the kinds as a table, and the days on which nothing is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reminders.due import TOLD, Kind, Situation, kind_on
from app.settings import ROOT
from app.training.standing import State
from tests.test_docs import table_under

APRIL = date(2026, 4, 1)
DUE = date(2026, 5, 1)
FRESH = Situation(State.NOT_STARTED, APRIL, DUE, parts=5)
BACK = replace(FRESH, returned=date(2026, 10, 1), due=date(2026, 11, 2))
GOING = replace(FRESH, state=State.IN_PROGRESS)


@pytest.mark.parametrize(
    ("day", "situation", "kind"),
    [
        (date(2026, 3, 31), FRESH, None),
        (date(2026, 4, 1), FRESH, Kind.OPENED),
        (date(2026, 4, 10), FRESH, Kind.OPENED),
        (date(2026, 4, 11), FRESH, Kind.NOT_STARTED),
        (date(2026, 4, 23), FRESH, Kind.NOT_STARTED),
        (date(2026, 4, 24), FRESH, Kind.DUE_SOON),
        (date(2026, 5, 1), FRESH, Kind.DUE_SOON),
        (date(2026, 5, 2), replace(FRESH, state=State.OVERDUE), Kind.OVERDUE),
        (date(2027, 5, 2), replace(FRESH, state=State.OVERDUE), Kind.OVERDUE),
        # Who has begun is left in peace for half of the time, longer when half is done.
        (date(2026, 4, 2), GOING, None),
        (date(2026, 4, 16), GOING, None),
        (date(2026, 4, 17), GOING, Kind.BEHIND),
        (date(2026, 4, 17), replace(GOING, done=2), Kind.BEHIND),
        (date(2026, 4, 17), replace(GOING, done=3), None),
        (date(2026, 4, 24), replace(GOING, done=4), Kind.DUE_SOON),
        # Back from leave: the first two weeks speak of the return.
        (date(2026, 10, 1), BACK, Kind.BACK),
        (date(2026, 10, 14), replace(BACK, state=State.IN_PROGRESS), Kind.BACK),
        (date(2026, 10, 15), BACK, Kind.NOT_STARTED),
        (date(2026, 10, 26), replace(BACK, state=State.IN_PROGRESS), Kind.DUE_SOON),
        # A year's run is over.
        (date(2026, 12, 28), replace(FRESH, state=State.OVERDUE, last=date(2026, 12, 28)), Kind.OVERDUE),
        (date(2026, 12, 29), replace(FRESH, state=State.OVERDUE, last=date(2026, 12, 28)), None),
    ],
)  # fmt: skip
def test_the_kind_of_a_day(day: date, situation: Situation, kind: Kind | None) -> None:
    assert kind_on(day, situation) is kind


@pytest.mark.parametrize("state", [s for s in State if s not in TOLD])
def test_nothing_after_completion_on_leave_exempt_or_without_duty(state: State) -> None:
    due = None if state in (State.DEFERRED, State.NOT_OWED) else DUE
    for ahead in range(-40, 400):
        situation = replace(FRESH, state=state, due=due)
        assert kind_on(APRIL + timedelta(days=ahead), situation) is None


@given(
    state=st.sampled_from(State),
    ahead=st.integers(-50, 400),
    last=st.none() | st.integers(0, 300),
    returned=st.none() | st.integers(0, 200),
    done=st.integers(0, 5),
)
def test_never_outside_the_time_of_the_duty(
    state: State, ahead: int, last: int | None, returned: int | None, done: int
) -> None:
    def later(days: int | None) -> date | None:
        return None if days is None else APRIL + timedelta(days=days)

    situation = Situation(state, APRIL, DUE, later(returned), later(last), done, 5)
    day = APRIL + timedelta(days=ahead)
    if kind_on(day, situation) is not None:
        assert state in TOLD
        assert day >= APRIL
        assert situation.last is None or day <= situation.last


def test_the_handbook_says_the_same() -> None:
    rows = table_under(ROOT / "docs" / "hr.md", "お願いの種類")
    assert rows == [[kind.label, kind.when] for kind in Kind]
