"""Who is in a year's run, by when: worked examples."""

from __future__ import annotations

from datetime import date

import pytest

from app.people.employment import Appointment, Category, Person, ServiceState, Span
from app.training.duties import Adjustments, DueChange, Duties, duties_of
from app.training.refresher import Out, Run, membership, run_standing
from app.training.standing import Completed, Progress, State
from tests.training.test_duties import RULES, done, post

RUN = Run(
    id="sns-2026",
    course="sns-guideline",
    fiscal_year=2026,
    title="令和8年度 年度研修",
    opens=date(2026, 6, 1),
    due=date(2026, 7, 31),
    closes=date(2026, 12, 28),
    base_date=date(2026, 6, 1),
    questions=10,
)
NOTHING = Progress()
LAST_YEAR = done(date(2025, 4, 20))


def duties(*appointments: Appointment, adjustments: Adjustments = Adjustments()) -> Duties:  # noqa: B008
    return duties_of(Person("p1", "試験 花子", "", appointments), RULES, adjustments=adjustments)


VETERAN = post(date(2020, 4, 1), category=Category.REGULAR)


def test_who_completed_the_course_in_an_earlier_year_is_in_with_the_runs_date() -> None:
    member = membership(duties(VETERAN), LAST_YEAR, RUN, date(2026, 6, 1))
    assert (member.entered, member.due, member.out) == (date(2026, 6, 1), date(2026, 7, 31), None)


@pytest.mark.parametrize(
    ("appointments", "course", "day", "out"),
    [
        ((VETERAN,), LAST_YEAR, date(2026, 5, 31), Out.NOT_OPEN),
        ((VETERAN,), NOTHING, date(2026, 6, 1), Out.STILL_OWES_COURSE),
        ((VETERAN,), done(date(2026, 5, 1)), date(2026, 6, 1), Out.COMPLETED_SAME_YEAR),
        ((post(date(2020, 4, 1), category=Category.FIRE_CORPS),), LAST_YEAR, date(2026, 6, 1), Out.NOT_OWED),
        ((post(date(2027, 1, 4)),), LAST_YEAR, date(2027, 1, 5), Out.NOT_IN_WINDOW),
        ((post(date(2020, 4, 1), date(2026, 6, 30)),), LAST_YEAR, date(2026, 7, 1), Out.NOT_OWED),
    ],
)
def test_who_is_out_and_why(
    appointments: tuple[Appointment, ...], course: Progress, day: date, out: Out
) -> None:
    assert membership(duties(*appointments), course, RUN, day).out is out


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (date(2026, 6, 10), date(2026, 7, 31)),  # thirty days on is before the run's date
        (date(2026, 7, 10), date(2026, 8, 10)),  # 9 August is a Sunday
        (date(2026, 12, 28), date(2027, 1, 27)),
    ],
)
def test_a_joiner_in_the_window_has_thirty_days_at_least(start: date, due: date) -> None:
    returned = duties(post(date(2020, 4, 1), date(2025, 3, 31)), post(start, id=2))
    assert membership(returned, LAST_YEAR, RUN, start).due == due


def test_reappointment_on_1_april_changes_nothing() -> None:
    mine = duties(post(date(2025, 4, 1), date(2026, 3, 31)), post(date(2026, 4, 1), date(2027, 3, 31), id=2))
    assert membership(mine, LAST_YEAR, RUN, date(2026, 6, 1)).due == date(2026, 7, 31)


def test_leave_over_the_due_date_leaves_thirty_days_on_return() -> None:
    away = post(
        date(2020, 4, 1),
        category=Category.REGULAR,
        states=((date(2026, 7, 1), ServiceState.LEAVE), (date(2026, 10, 1), ServiceState.ACTIVE)),
    )
    mine = duties(away)
    assert run_standing(mine, LAST_YEAR, RUN, NOTHING, date(2026, 9, 30)).state is State.DEFERRED
    back = run_standing(mine, LAST_YEAR, RUN, NOTHING, date(2026, 10, 1))
    assert (back.state, back.due) == (State.NOT_STARTED, date(2026, 11, 2))  # 31 October is a Saturday


def test_on_leave_since_before_the_run_opened() -> None:
    away = post(
        date(2020, 4, 1),
        category=Category.REGULAR,
        states=((date(2026, 3, 1), ServiceState.LEAVE), (date(2026, 7, 20), ServiceState.ACTIVE)),
    )
    back = run_standing(duties(away), LAST_YEAR, RUN, NOTHING, date(2026, 7, 20))
    # All sixty days of the run were left.
    assert back.due == date(2026, 9, 18)


def test_hr_may_defer_somebody_payroll_does_not_show() -> None:
    mine = duties(VETERAN, adjustments=Adjustments(deferrals=(Span(date(2026, 7, 1), date(2026, 8, 31)),)))
    assert run_standing(mine, LAST_YEAR, RUN, NOTHING, date(2026, 7, 31)).state is State.DEFERRED
    back = run_standing(mine, LAST_YEAR, RUN, NOTHING, date(2026, 9, 1))
    assert (back.state, back.due) == (State.NOT_STARTED, date(2026, 10, 1))


def test_a_moved_date_holds_and_a_later_leave_still_stops_the_clock() -> None:
    moved = DueChange(date(2026, 9, 30), date(2026, 7, 15), "繁忙期のため", RUN.id)
    mine = duties(VETERAN, adjustments=Adjustments(due_changes=(moved,)))
    assert run_standing(mine, LAST_YEAR, RUN, NOTHING, date(2026, 9, 30)).due == date(2026, 9, 30)
    away = post(
        date(2020, 4, 1),
        category=Category.REGULAR,
        states=((date(2026, 9, 1), ServiceState.LEAVE), (date(2026, 11, 2), ServiceState.ACTIVE)),
    )
    later = duties(away, adjustments=Adjustments(due_changes=(moved,)))
    assert run_standing(later, LAST_YEAR, RUN, NOTHING, date(2026, 11, 2)).due == date(2026, 12, 2)


def test_a_moved_date_of_the_course_says_nothing_about_the_run() -> None:
    moved = DueChange(date(2026, 9, 30), date(2026, 7, 15), "繁忙期のため")
    mine = duties(VETERAN, adjustments=Adjustments(due_changes=(moved,)))
    assert run_standing(mine, LAST_YEAR, RUN, NOTHING, date(2026, 7, 31)).due == date(2026, 7, 31)


def test_passed_in_time_late_or_exempt() -> None:
    mine = duties(VETERAN)

    def passed(day: date) -> Progress:
        return Progress(began_on=day, completions=(Completed(day, 100, "紙", "版", "ABCD-2345"),))

    assert run_standing(mine, LAST_YEAR, RUN, passed(date(2026, 7, 31)), date(2027, 3, 31)).on_time is True
    assert run_standing(mine, LAST_YEAR, RUN, passed(date(2026, 8, 1)), date(2027, 3, 31)).on_time is False
    exempt = Progress(exemptions=(Span(date(2026, 6, 15), date(2027, 3, 31)),))
    assert run_standing(mine, LAST_YEAR, RUN, exempt, date(2026, 8, 1)).state is State.EXEMPT
    assert run_standing(mine, LAST_YEAR, RUN, NOTHING, date(2026, 8, 1)).state is State.OVERDUE


def test_completing_the_course_late_in_another_year_leads_into_the_run_the_day_after() -> None:
    open_run = Run(**{**{f: getattr(RUN, f) for f in RUN.__slots__}, "skip_if_completed_same_year": False})
    member = membership(duties(VETERAN), done(date(2026, 7, 21)), open_run, date(2026, 8, 1))
    assert (member.entered, member.due) == (date(2026, 7, 22), date(2026, 8, 21))
