"""How a 受講期限 came about and why nothing is owed, in the words a person reads."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.business_days import next_open_day
from app.people.employment import Appointment, Category, Person, Placement, ServiceState, Span
from app.training.duties import Adjustments, DueChange, Duties, duties_of
from app.training.reasons import Free, Origin, due_in_words, due_reason, why_free
from tests.training.test_duties import RULES, Rules, duties, post

LEAVE, ACTIVE = ServiceState.LEAVE, ServiceState.ACTIVE


def words(found: Duties, day: date, rules: Rules = RULES) -> str:
    duty = found.duty_on(day)
    assert duty is not None
    return due_in_words(due_reason(found, duty, rules, day, found.post_on(day, {})))


@pytest.mark.parametrize(
    ("appointments", "day", "expected"),
    [
        (
            [post(date(2025, 4, 1))],
            date(2025, 4, 1),
            "4月1日の任用から30日後の5月1日です。",
        ),
        (
            [post(date(2027, 4, 1))],
            date(2027, 4, 1),
            "4月1日の任用から30日後の5月1日が閉庁日のため、次の開庁日の5月6日です。",
        ),
        (
            [post(date(2026, 12, 1))],
            date(2026, 12, 24),
            "令和8年12月1日の任用から30日後の令和8年12月31日が閉庁日のため、次の開庁日の令和9年1月4日です。",
        ),
        (
            [post(date(2010, 4, 1))],
            date(2023, 9, 20),
            "この研修が始まった9月11日から30日後の10月11日です。",
        ),
        (
            [post(date(2025, 4, 1), date(2026, 3, 31)), post(date(2026, 4, 1), id=2)],
            date(2026, 4, 1),
            "4月1日の任用から30日後の5月1日です。続けて勤めている最初の任用の日から数えます。",
        ),
        (
            [post(date(2025, 4, 1), states=((date(2025, 4, 11), LEAVE), (date(2025, 9, 1), ACTIVE)))],
            date(2025, 9, 2),
            "お休みから戻られた9月1日から30日後の10月1日です。",
        ),
    ],
)
def test_how_a_due_date_came_about(appointments: list[Appointment], day: date, expected: str) -> None:
    assert words(duties(*appointments), day) == expected


def test_a_day_the_city_hall_is_closed_is_named_though_it_is_no_holiday() -> None:
    rules = Rules()
    person = Person("p", "試験 花子", "", (post(date(2025, 4, 1)),))
    found = duties_of(person, rules, closed_days=[date(2025, 5, 1)])
    expected = "4月1日の任用から30日後の5月1日が閉庁日のため、次の開庁日の5月2日です。"
    assert words(found, date(2025, 4, 2), rules) == expected


START = date(2025, 4, 1)
days = st.integers(0, 500).map(lambda n: START + timedelta(days=n))


@st.composite
def careers(draw: st.DrawFn) -> Duties:
    """One or two appointments with a break, each with leaves and returns at any time."""
    first_end = draw(days)
    gap = draw(st.integers(1, 31))
    appointments = []
    for id, start, end in (
        (1, START, first_end),
        (2, first_end + timedelta(days=gap), None),
    ):
        since = sorted(draw(st.lists(days.map(lambda d: max(d, START)), max_size=4, unique=True)))
        first = draw(st.sampled_from([LEAVE, ACTIVE]))
        states = tuple(
            (d, (LEAVE, ACTIVE)[(n + (first is LEAVE)) % 2]) for n, d in enumerate(since) if d >= start
        )
        appointments.append(post(start, end, id=id, states=states))
    deferrals, changes = [], []
    for _ in range(draw(st.integers(0, 2))):
        begun, over = sorted([draw(days), draw(days)])
        deferrals.append(Span(begun, over))
    for _ in range(draw(st.integers(0, 1))):
        changes.append(DueChange(draw(days), draw(days), "本人の申出"))
    adjustments = Adjustments(tuple(deferrals), tuple(changes))
    return duties_of(Person("p", "試験 花子", "", tuple(appointments)), RULES, adjustments=adjustments)


@given(careers(), days)
def test_the_words_lead_to_the_date_that_holds(found: Duties, day: date) -> None:
    duty = found.duty_on(day)
    if duty is None or found.on_leave(duty, day):
        return
    reason = due_reason(found, duty, RULES, day, found.post_on(day, {}))
    assert reason.due == found.due_on(duty, day)
    if reason.origin is Origin.DECIDED:
        assert reason.due == found.adjustments.due_changes[-1].due
    else:
        assert next_open_day(reason.counted) == reason.due


def test_a_date_hr_set_names_its_reason() -> None:
    change = DueChange(date(2025, 6, 30), date(2025, 4, 20), "繁忙期のため")
    person = Person("p", "試験 花子", "", (post(START),))
    found = duties_of(person, RULES, adjustments=Adjustments(due_changes=(change,)))
    assert words(found, date(2025, 5, 1)) == "人事担当が令和7年4月20日に定めた日です。(理由: 繁忙期のため)"


@pytest.mark.parametrize(
    ("appointments", "rules", "why"),
    [
        ([], RULES, Free.NO_POST),
        ([post(date(2020, 4, 1), date(2021, 3, 31))], RULES, Free.NO_POST),
        ([post(date(2026, 4, 1))], RULES, Free.LATER),
        ([post(date(2020, 4, 1))], Rules(introduced=date(2026, 1, 1)), Free.LATER),
        ([post(date(2020, 4, 1), category=Category.ELECTED)], RULES, Free.ELECTED),
        ([post(date(2020, 4, 1), category=Category.EXTERNAL)], RULES, Free.OUTSIDE),
        ([post(date(2020, 4, 1), category=Category.PREFECTURAL_TEACHER)], RULES, Free.CONSULT),
        ([post(date(2020, 4, 1), category=Category.FIRE_CORPS)], RULES, Free.CATEGORY),
        ([post(date(2020, 4, 1))], Rules(assigned=("正規職員",)), Free.CATEGORY),
        ([post(date(2025, 6, 1), date(2025, 6, 20))], RULES, Free.SHORT),
        (
            [post(date(2020, 4, 1), category=Category.FIRE_CORPS), post(date(2026, 4, 1), id=2)],
            RULES,
            Free.LATER,
        ),
    ],
)
def test_why_nothing_is_owed(appointments: list[Appointment], rules: Rules, why: Free) -> None:
    day = date(2025, 6, 10)
    found = duties_of(Person("p", "試験 花子", "", tuple(appointments)), rules)
    assert found.duty_on(day) is None
    assert why_free(found, found.post_on(day, {}), day) is why


def test_a_move_to_a_category_that_owes_later_is_named() -> None:
    placements = (
        Placement(date(2025, 4, 1), "A", Category.SPECIAL_PART),
        Placement(date(2025, 7, 1), "A", Category.REGULAR),
    )
    one = Appointment(1, "職員", "0000001", date(2025, 4, 1), None, True, placements)
    found = duties_of(Person("p", "試験 花子", "", (one,)), RULES)
    assert why_free(found, found.post_on(date(2025, 6, 1), {}), date(2025, 6, 1)) is Free.LATER
