"""Who answers for whom, and how long the door stays open."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from app.access.models import AccountRow
from app.access.rights import heads_on, rights_of, sign_in_open
from app.access.roles import Role
from app.db import db
from app.people.employment import Appointment, Category, Person, Placement
from tests.people_builder import add_appointment, add_department, add_person, hire
from tests.signing_in import give_account, give_operator

TODAY = date(2026, 6, 1)


def person(*terms: tuple[date, date | None, bool]) -> Person:
    posts = tuple(
        Appointment(
            n, "職員", "0000001", start, end, True, (Placement(start, None, Category.REGULAR),), (), gone
        )
        for n, (start, end, gone) in enumerate(terms)
    )
    return Person("p", "試験 花子", "", posts)


@pytest.mark.parametrize(
    ("terms", "open_"),
    [
        ([(date(2024, 4, 1), None, False)], True),
        ([(date(2026, 7, 1), None, False)], True),  # a new hire before the first day
        ([(date(2025, 4, 1), date(2026, 6, 1), True)], True),  # the last day itself
        ([(date(2025, 4, 1), date(2026, 5, 31), True)], False),  # 退職: at once
        ([(date(2025, 4, 1), date(2026, 5, 2), False)], True),  # 30 days of grace
        ([(date(2025, 4, 1), date(2026, 5, 1), False)], False),
        ([(date(2025, 4, 1), date(2026, 3, 31), True), (date(2026, 4, 1), None, False)], True),  # re-employed
        ([], False),
    ],
)
def test_sign_in_closes(terms: list[tuple[date, date | None, bool]], open_: bool) -> None:
    assert sign_in_open(person(*terms), TODAY, grace_days=30) is open_


def rights(account_id: str, day: date = TODAY) -> set[str]:
    found = rights_of(db.session.get_one(AccountRow, account_id), day, 30)
    assert found is not None
    return set(found.departments)


def test_a_head_answers_for_the_department_and_all_below(app: Flask) -> None:
    add_department("01", "総務部", head_number="0000002")
    add_department("0101", "行政管理課", parent="01")
    add_department("02", "市民部")
    head = give_account(hire("0000002", department="01"))
    assert rights(head) == {"01", "0101"}
    assert {code: p.name for code, p in heads_on(TODAY).items()} == {"01": "試験 花子"}


def test_a_number_two_people_share_means_the_one_posted_there(app: Flask) -> None:
    add_department("01", "総務部", head_number="0000002")
    head = give_account(hire("0000002", department="01"))
    volunteer = add_person("団員 次郎")
    add_appointment(volunteer, "0000002", date(2024, 4, 1), category=Category.FIRE_CORPS, source="消防団")
    assert rights(head) == {"01"}
    assert rights(give_account(volunteer)) == set()


def test_a_former_number_heads_nothing(app: Flask) -> None:
    add_department("01", "総務部", head_number="0000002")
    moved = hire("0000002", end=date(2026, 3, 31), department="01")
    add_appointment(moved, "0000900", date(2026, 4, 1), department="02")
    assert rights(give_account(moved)) == set()


def test_a_named_head_and_an_operator(app: Flask) -> None:
    add_department("01", "総務部")
    add_department("0101", "行政管理課", parent="01")
    clerk = give_account(hire("0000005"), Role.HEAD, department="01")
    assert rights(clerk) == {"01", "0101"}
    operator = rights_of(db.session.get_one(AccountRow, give_operator("op-1", Role.HR)), TODAY, 30)
    assert operator is not None
    assert operator.roles == {Role.HR}
    assert operator.person_id is None
