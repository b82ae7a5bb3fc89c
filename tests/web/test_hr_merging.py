"""Two records of one person are put together and parted again: previewed, and nothing is lost either way."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.access.sign_in import accounts_of
from app.clock import now, today
from app.people.directory import load_people, merged_into
from app.people.merging import NotPossible, merge, merges_of, split
from app.reports.record import record_of
from app.training.records import find_completion
from tests.signing_in import give_account, sign_in
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
    assert "修了した研修" not in client.get("/").get_data(as_text=True)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_merges_parted_in_any_order_leave_what_was_before(
    people: dict[str, str], data: st.DataObject
) -> None:
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
