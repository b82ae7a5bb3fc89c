"""Who owes the course, by when, in what state: the rules of INTERFACE 5 as tables of worked examples."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from app.people.employment import (
    Appointment,
    Category,
    Consultation,
    Person,
    Placement,
    ServiceState,
    Span,
)
from app.training.duties import Duties, Obligation, duties_of
from app.training.standing import Completed, Progress, State, standing


@dataclass(frozen=True)
class Rules:
    introduced: date = date(2023, 9, 11)
    due_days: int = 30
    service_gap_days: int = 31
    min_term_days: int = 31
    assigned: tuple[str, ...] | None = None


RULES = Rules()


def post(
    start: date,
    end: date | None = None,
    category: Category = Category.FISCAL_YEAR_PART,
    id: int = 1,
    main: bool = True,
    department: str = "A",
    states: tuple[tuple[date, ServiceState], ...] = (),
) -> Appointment:
    return Appointment(
        id, "職員", f"{id:07}", start, end, main, (Placement(start, department, category),), states
    )


def duties(*appointments: Appointment, rules: Rules = RULES) -> Duties:
    return duties_of(Person("p1", "試験 花子", "", appointments), rules)


def done(day: date) -> Progress:
    return Progress(began_on=day, completions=(Completed(day, 90, "eラーニング", "版", "ABCD-2345"),))


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (date(2026, 4, 1), date(2026, 5, 1)),
        (date(2026, 4, 2), date(2026, 5, 7)),  # 2 May is a Saturday, then holidays until the 6th
        (date(2026, 12, 1), date(2027, 1, 4)),  # 31 December is closed
        (date(2020, 4, 1), date(2023, 10, 11)),  # counted from the introduction
    ],
)
def test_due_is_thirty_days_on_moved_to_an_open_day(start: date, due: date) -> None:
    duty = duties(post(start)).duty_on(date(2027, 2, 1))
    assert duty is not None
    assert duty.due == due


def test_the_due_day_itself_is_not_late() -> None:
    mine = duties(post(date(2026, 4, 1)))
    assert standing(mine, Progress(), date(2026, 5, 1)).state is State.NOT_STARTED
    assert standing(mine, Progress(), date(2026, 5, 2)).state is State.OVERDUE


def test_a_term_under_thirty_one_days_owes_nothing() -> None:
    short = duties(post(date(2026, 4, 1), date(2026, 4, 30)))
    assert standing(short, Progress(), date(2026, 4, 10)).state is State.NOT_OWED
    current = short.post_on(date(2026, 4, 10), {})
    assert current is not None
    assert current.obligation is Obligation.OPTIONAL
    assert duties(post(date(2026, 4, 1), date(2026, 5, 1))).duty_on(date(2026, 4, 10)) is not None


def test_short_terms_one_after_another_are_one_service() -> None:
    both = duties(
        post(date(2026, 4, 1), date(2026, 4, 20)),
        post(date(2026, 5, 1), date(2026, 5, 11), id=2),
    )
    duty = both.duty_on(date(2026, 5, 5))
    assert duty is not None
    assert duty.service.days == 31
    assert duty.begins == date(2026, 4, 1)
    assert both.duty_on(date(2026, 4, 25)) is None  # in the break nobody owes


@pytest.mark.parametrize(("gap_end", "one_service"), [(date(2026, 5, 2), True), (date(2026, 5, 3), False)])
def test_a_break_of_thirty_one_days_joins_of_thirty_two_parts(gap_end: date, one_service: bool) -> None:
    mine = duties(post(date(2025, 4, 1), date(2026, 3, 31)), post(gap_end, id=2))
    duty = mine.duty_on(date(2026, 6, 1))
    assert duty is not None
    assert (duty.begins == date(2025, 4, 1)) is one_service


def test_reappointment_on_1_april_under_a_new_number_owes_nothing_new() -> None:
    mine = duties(
        post(date(2025, 4, 1), date(2026, 3, 31)),
        post(date(2026, 4, 1), date(2027, 3, 31), Category.REGULAR, id=2),
    )
    after = standing(mine, done(date(2025, 4, 20)), date(2026, 4, 1))
    assert after.state is State.COMPLETED
    assert after.duty is not None
    assert after.duty.fiscal_year.year == 2025
    assert after.on_time


def test_a_completion_outlives_a_long_break() -> None:
    mine = duties(post(date(2024, 4, 1), date(2025, 3, 31)), post(date(2026, 4, 1), id=2))
    assert standing(mine, done(date(2024, 5, 20)), date(2026, 4, 1)).state is State.COMPLETED


def test_what_was_left_open_in_an_earlier_service_is_owed_anew() -> None:
    mine = duties(post(date(2024, 4, 1), date(2025, 3, 31)), post(date(2026, 4, 1), id=2))
    assert standing(mine, Progress(), date(2025, 3, 1)).state is State.OVERDUE
    assert standing(mine, Progress(), date(2026, 4, 1)).state is State.NOT_STARTED


def test_fire_corps_may_but_need_not_and_a_post_that_owes_goes_first() -> None:
    corps = post(date(2020, 4, 1), category=Category.FIRE_CORPS, id=1)
    office = post(date(2026, 4, 1), category=Category.FISCAL_YEAR_PART, id=2, main=False)
    alone = duties(corps)
    assert standing(alone, Progress(), date(2026, 6, 1)).state is State.NOT_OWED
    both = duties(corps, office)
    stands_under = both.post_on(date(2026, 4, 2), {})
    assert stands_under is not None
    assert stands_under.appointment.id == 2
    assert stands_under.obligation is Obligation.REQUIRED


def test_main_post_before_side_post_then_start_then_order_of_departments() -> None:
    side = post(date(2020, 4, 1), category=Category.REGULAR, id=1, main=False)
    first = post(date(2021, 4, 1), category=Category.REGULAR, id=2, department="B")
    second = post(date(2021, 4, 1), category=Category.REGULAR, id=3, department="C")
    chosen = duties(side, first, second).post_on(date(2026, 6, 1), {"C": 0, "B": 1, "A": 2})
    assert chosen is not None
    assert chosen.appointment.id == 3


def test_before_the_course_was_introduced_nobody_owes_it() -> None:
    mine = duties(post(date(2020, 4, 1)))
    assert standing(mine, Progress(), date(2023, 9, 10)).state is State.NOT_OWED
    assert standing(mine, Progress(), date(2023, 9, 11)).state is State.NOT_STARTED


def test_a_recorded_outcome_makes_a_prefectural_teacher_owe_from_that_day() -> None:
    teacher = Person("p1", "試験 花子", "", (post(date(2020, 4, 1), category=Category.PREFECTURAL_TEACHER),))
    outcome = Consultation(
        True, date(2026, 6, 1), "市教育委員会", "8教総第3号", category=Category.PREFECTURAL_TEACHER
    )
    before = duties_of(teacher, RULES)
    after = duties_of(teacher, RULES, [outcome])
    assert standing(before, Progress(), date(2026, 6, 2)).state is State.NOT_OWED
    assert standing(after, Progress(), date(2026, 5, 31)).state is State.NOT_OWED
    standing_after = standing(after, Progress(), date(2026, 6, 2))
    assert standing_after.state is State.NOT_STARTED
    assert standing_after.due == date(2026, 7, 1)


LEAVE, BACK = ServiceState.LEAVE, ServiceState.ACTIVE


@pytest.mark.parametrize(
    ("states", "day", "state", "due"),
    [
        # Ten days were left when leave began: thirty remain on return.
        (((date(2026, 4, 21), LEAVE), (date(2026, 9, 1), BACK)), date(2026, 8, 31), State.DEFERRED, None),
        (
            ((date(2026, 4, 21), LEAVE), (date(2026, 9, 1), BACK)),
            date(2026, 9, 1),
            State.NOT_STARTED,
            date(2026, 10, 1),
        ),
        # A leave before the duty began changes nothing.
        (((date(2026, 3, 1), LEAVE), (date(2026, 3, 20), BACK)), date(2026, 4, 10), State.NOT_STARTED, None),
    ],
)
def test_leave_stops_the_clock(
    states: tuple[tuple[date, ServiceState], ...], day: date, state: State, due: date | None
) -> None:
    found = standing(duties(post(date(2026, 4, 1), states=states)), Progress(), day)
    assert found.state is state
    if due is not None:
        assert found.due == due


def test_one_post_on_leave_of_two_does_not_stop_the_clock() -> None:
    away = post(date(2026, 4, 1), states=((date(2026, 4, 10), LEAVE),), id=1)
    here = post(date(2026, 4, 1), id=2, main=False)
    assert standing(duties(away, here), Progress(), date(2026, 5, 2)).state is State.OVERDUE


def test_the_order_of_states() -> None:
    mine = duties(post(date(2026, 4, 1), states=((date(2026, 6, 1), LEAVE),)))
    exempt = Progress(exemptions=(Span(date(2026, 4, 1), date(2027, 3, 31)),))
    assert standing(mine, exempt, date(2026, 6, 2)).state is State.EXEMPT
    assert standing(mine, done(date(2026, 4, 5)), date(2026, 6, 2)).state is State.COMPLETED
    assert standing(mine, Progress(), date(2026, 6, 2)).state is State.DEFERRED
    began = Progress(began_on=date(2026, 4, 3))
    assert standing(mine, began, date(2026, 4, 3)).state is State.IN_PROGRESS
    assert standing(mine, began, date(2026, 4, 2)).state is State.NOT_STARTED
    assert standing(mine, began, date(2026, 5, 2)).state is State.OVERDUE


def test_completed_after_the_due_day_is_late_and_stays_completed() -> None:
    mine = duties(post(date(2026, 4, 1)))
    late = standing(mine, done(date(2026, 5, 2)), date(2026, 6, 1))
    assert late.state is State.COMPLETED
    assert late.on_time is False
    assert standing(mine, done(date(2026, 5, 1)), date(2026, 6, 1)).on_time is True


def test_a_category_change_within_an_appointment_begins_the_duty() -> None:
    appointment = Appointment(
        1, "職員", "0000001", date(2025, 4, 1), None, True,
        (
            Placement(date(2025, 4, 1), "A", Category.FIRE_CORPS),
            Placement(date(2026, 4, 1), "A", Category.REGULAR),
        ),
    )  # fmt: skip
    mine = duties(appointment)
    assert mine.duty_on(date(2026, 3, 31)) is None
    duty = mine.duty_on(date(2026, 4, 1))
    assert duty is not None
    assert duty.begins == date(2026, 4, 1)
