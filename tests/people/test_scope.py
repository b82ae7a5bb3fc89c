"""Section 3 as a rule: whom the guideline binds, with its reason in words."""

from __future__ import annotations

from datetime import date

import pytest

from app.people.employment import (
    Appointment,
    Category,
    Consultation,
    Person,
    Placement,
    ScopeKind,
    scope_spans,
)

DAY = date(2026, 6, 1)


def post(
    id: int, category: Category, start: date = date(2026, 4, 1), end: date | None = None, main: bool = True
) -> Appointment:
    return Appointment(id, "職員", f"{id:07}", start, end, main, (Placement(start, "A", category),))


def person(*appointments: Appointment) -> Person:
    return Person("p1", "試験 花子", "シケン ハナコ", appointments)


def scopes(who: Person, day: date = DAY, *consultations: Consultation) -> dict[int, tuple[ScopeKind, str]]:
    return {
        s.appointment.id: (s.scope.kind, s.scope.reason)
        for s in scope_spans(who, consultations)
        if s.start <= day <= s.end
    }


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        (Category.REGULAR, ScopeKind.APPLIES),
        (Category.REEMPLOYED, ScopeKind.APPLIES),
        (Category.FISCAL_YEAR_PART, ScopeKind.APPLIES),
        (Category.TEMPORARY, ScopeKind.APPLIES),
        (Category.SPECIAL_FULL, ScopeKind.APPLIES),  # 副市長, also as 職務代理者
        (Category.SPECIAL_PART, ScopeKind.APPLIES),  # 選挙管理委員, 農業委員
        (Category.FIRE_CORPS, ScopeKind.APPLIES),
        (Category.ELECTED, ScopeKind.ELECTED),
        (Category.PREFECTURAL_TEACHER, ScopeKind.CONSULT),
        (Category.EXTERNAL, ScopeKind.OUTSIDE),
    ],
)
def test_each_category_alone(category: Category, kind: ScopeKind) -> None:
    found, reason = scopes(person(post(1, category)))[1]
    assert found is kind
    assert reason.startswith("3(")


def test_the_reason_for_an_elected_person_quotes_the_brackets() -> None:
    assert scopes(person(post(1, Category.ELECTED)))[1][1] == "3(1)括弧書: 公職選挙法に基づき選ばれる者"


def test_an_elected_member_who_is_also_in_the_fire_corps_is_to_be_consulted() -> None:
    who = person(post(1, Category.ELECTED), post(2, Category.FIRE_CORPS))
    assert {kind for kind, _reason in scopes(who).values()} == {ScopeKind.CONSULT}


def test_the_question_ends_with_the_elected_term() -> None:
    who = person(
        post(1, Category.ELECTED, date(2026, 4, 1), date(2026, 6, 30)),
        post(2, Category.FIRE_CORPS, date(2020, 4, 1)),
    )
    assert scopes(who, date(2026, 3, 31))[2][0] is ScopeKind.APPLIES
    assert scopes(who, date(2026, 4, 1))[2][0] is ScopeKind.CONSULT
    assert scopes(who, date(2026, 6, 30))[2][0] is ScopeKind.CONSULT
    assert scopes(who, date(2026, 7, 1))[2][0] is ScopeKind.APPLIES


def test_an_outcome_for_the_person_holds_from_its_day() -> None:
    who = person(post(1, Category.ELECTED), post(2, Category.FIRE_CORPS))
    outcome = Consultation(True, date(2026, 5, 10), "行政管理課", "8行管第12号", person_id="p1")
    assert scopes(who, date(2026, 5, 9), outcome)[2][0] is ScopeKind.CONSULT
    after = scopes(who, date(2026, 5, 10), outcome)
    assert after[2] == (ScopeKind.APPLIES, "行政管理課との協議(令和8年5月10日、8行管第12号)により適用")
    assert after[1][0] is ScopeKind.ELECTED


def test_an_outcome_for_a_category_and_a_persons_own_before_it() -> None:
    who = person(post(1, Category.PREFECTURAL_TEACHER))
    general = Consultation(
        True, date(2026, 4, 20), "市教育委員会", "8教総第3号", category=Category.PREFECTURAL_TEACHER
    )
    own = Consultation(False, date(2026, 5, 1), "市教育委員会", "8教総第9号", person_id="p1")
    later_general = Consultation(
        True, date(2026, 5, 20), "市教育委員会", "8教総第15号", category=Category.PREFECTURAL_TEACHER
    )
    assert scopes(who, date(2026, 4, 19), general, own)[1][0] is ScopeKind.CONSULT
    assert scopes(who, date(2026, 4, 20), general, own)[1][0] is ScopeKind.APPLIES
    assert scopes(who, date(2026, 5, 1), general, own)[1][0] is ScopeKind.OUTSIDE
    assert scopes(who, date(2026, 5, 20), general, own, later_general)[1][0] is ScopeKind.OUTSIDE


def test_somebody_elses_outcome_says_nothing() -> None:
    who = person(post(1, Category.PREFECTURAL_TEACHER))
    other = Consultation(True, date(2026, 4, 1), "市教育委員会", "8教総第3号", person_id="p2")
    assert scopes(who, DAY, other)[1][0] is ScopeKind.CONSULT
