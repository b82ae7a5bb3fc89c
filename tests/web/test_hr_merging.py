"""Two records of one person are put together and parted again: previewed, and nothing is lost either way."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.access import sign_in as door
from app.access.accounts import change_password, expired_slips
from app.access.parting import split, undo
from app.access.sign_in import Entered, Refusal, accounts_of
from app.clock import now, today
from app.db import begin_writing, db
from app.people.directory import load_people, merged_into
from app.people.merging import NotPossible, merge, merges_of
from app.people.models import IdentityQuestionRow
from app.people.roster.questions import answer
from app.reports.record import record_of
from app.training.records import find_completion
from tests.signing_in import PASSWORD, give_account, sign_in, slip_password
from tests.web.hr_city import NOON, build_city, complete

COURSE = "sns-guideline"


@pytest.fixture
def people(app: Flask, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("KENSHU_NOW", NOON)
    found = build_city()
    complete(found["gone"], date(2024, 5, 1))
    for name in ("new", "gone", "away"):
        give_account(found[name])
    return found


def everything(ids: list[str]) -> list[object]:
    """All there is to read of these people."""
    found: list[object] = [load_people(), merged_into()]
    for person_id in ids:
        record = record_of(person_id, today())
        assert record is not None
        found += [
            record.person, record.numbers, record.posts, record.training, record.attempts,
            [c.serial for c in record.completions], [a.id for a in accounts_of([person_id])], record.grants,
        ]  # fmt: skip
    return found


def test_a_returned_person_keeps_last_years_completion(hr: FlaskClient, people: dict[str, str]) -> None:
    new, gone = people["new"], people["gone"]
    assert find_completion(new, COURSE) is None
    assert "試験 退職" in hr.get(f"/hr/people/{new}/merge?with=0000009").get_data(as_text=True)
    address = f"/hr/people/{new}/merge/{gone}"
    assert "まとめた後" in hr.get(address).get_data(as_text=True)
    assert merged_into() == {}
    assert hr.post(address, data={"reason": " "}).status_code == 422
    assert hr.post(address, data={"reason": "人事台帳で確認"}).status_code == 303
    assert find_completion(new, COURSE) is not None
    assert hr.get(f"/hr/people/{new}").status_code == 200
    (one,) = merges_of(new)
    assert one.recorded_by == "見本 一郎"
    assert hr.post(address, data={"reason": "二度目"}).status_code in (404, 422)
    shown = hr.get(f"/hr/merges/{one.id}/split").get_data(as_text=True)
    assert "分けた後" in shown
    assert merged_into() != {}
    assert hr.post(f"/hr/merges/{one.id}/split").status_code == 303
    assert find_completion(new, COURSE) is None
    assert hr.post(f"/hr/merges/{one.id}/split").status_code == 404
    assert "分けました" in hr.get(f"/hr/people/{new}").get_data(as_text=True)


def test_a_parted_account_sees_its_own_record_at_once(client: FlaskClient, people: dict[str, str]) -> None:
    sign_in(client, people["away"])
    assert "修了した研修" not in client.get("/").get_data(as_text=True)
    merge(people["away"], people["gone"], "台帳", "人事", now())
    assert "修了した研修" in client.get("/").get_data(as_text=True)
    (one,) = merges_of(people["away"])
    split(one.id, "人事", now())
    assert client.get("/").status_code == 303, "signed out: whoever sits there may be the other one"
    sign_in(client, people["away"])
    assert "修了した研修" not in client.get("/").get_data(as_text=True)


def enters(number: str, password: str) -> str | Refusal:
    """Whose account opens to a number and a password; or why none does."""
    outcome = door.sign_in(number, password, now(), today())
    return outcome.account_id if isinstance(outcome, Entered) else outcome


@pytest.mark.parametrize("answered", [True, False], ids=["a question answered", "merged by hand"])
@pytest.mark.parametrize("changed", [True, False])
def test_a_slip_of_two_taken_for_one_opens_neither_account_once_they_are_parted(
    people: dict[str, str], changed: bool, answered: bool
) -> None:
    new, away = people["new"], people["away"]
    if answered:
        begin_writing()
        db.session.add(
            question := IdentityQuestionRow(person_id=new, other_id=away, reason="氏名", asked_at=now())
        )
        db.session.commit()
        question_id = question.id
        answer(question_id, True, "人事", now())
    else:
        merge(new, away, "台帳", "人事", now())
    password = slip_password(away)
    entered = enters("0000004", password)
    assert isinstance(entered, str)
    if changed:
        change_password(entered, None, "さくらの咲く道を歩く", now(), today())
    if answered:
        assert undo(question_id, "人事", now())
    else:
        (one,) = merges_of(away)
        split(one.id, "人事", now())
    for number in ("0000004", "0000005"):
        for typed in (password, "さくらの咲く道を歩く"):
            assert enters(number, typed) in (Refusal.WRONG, Refusal.SLIP_EXPIRED)
    assert {person.id for person in expired_slips(today())} == {new}, "she who is on leave gets hers later"
    assert enters("0000004", slip_password(new)) == accounts_of([new])[0].id


def test_passwords_from_before_the_merge_are_good_after_it(people: dict[str, str]) -> None:
    before = slip_password(people["late"])
    merge(people["late"], people["new"], "台帳", "人事", now() + timedelta(minutes=1))
    (one,) = merges_of(people["new"])
    split(one.id, "人事", now() + timedelta(minutes=2))
    assert enters("0000003", before) == accounts_of([people["late"]])[0].id
    assert enters("0000004", PASSWORD) == accounts_of([people["new"]])[0].id


@pytest.mark.parametrize("times", [8, pytest.param(100, marks=pytest.mark.long)])
def test_merges_parted_in_any_order_leave_what_was_before(people: dict[str, str], times: int) -> None:
    @settings(max_examples=times, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(data=st.data())
    def parted(data: st.DataObject) -> None:
        merged_and_parted(people, data)

    parted()


def merged_and_parted(people: dict[str, str], data: st.DataObject) -> None:
    """A few merges, taken back in an order of their own: every record is as it was."""
    ids = sorted(people.values())
    before = everything(ids)
    made = []
    for _n in range(data.draw(st.integers(1, 4))):
        one, other = data.draw(st.lists(st.sampled_from(ids), min_size=2, max_size=2, unique=True))
        try:
            merge(one, other, "台帳", "人事", now())
        except NotPossible:
            continue
        made.append(max(m.id for m in merges_of(one)))
    for merge_id in data.draw(st.permutations(made)):
        split(merge_id, "人事", now())
    assert everything(ids) == before


def test_only_hr_merges(client: FlaskClient, people: dict[str, str]) -> None:
    sign_in(client, people["head"])
    assert client.get(f"/hr/people/{people['new']}/merge").status_code == 403
    assert client.post(f"/hr/people/{people['new']}/merge/{people['gone']}").status_code == 403
    assert client.post("/hr/merges/1/split").status_code == 403
