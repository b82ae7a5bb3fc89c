"""HR finds people, reads their records, records what a 要協議 came to."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.roles import Role
from app.db import begin_writing, db
from app.people.consultations import recorded
from app.people.models import ProfileRow
from app.people.search import profile_key
from tests.people_builder import hire
from tests.signing_in import enter, give_operator, sign_in
from tests.web.hr_city import NOON, build_city

OUTCOME = {
    "outcome": "applies",
    "decided_on": "2026-05-25",
    "consulted_with": "市教育委員会",
    "document_number": "8須教総第12号",
}


@pytest.fixture
def people(app: Flask, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("KENSHU_NOW", NOON)
    found = build_city()
    begin_writing()
    for row in db.session.query(ProfileRow):
        row.search_key = profile_key(row.name, row.kana)
    db.session.commit()
    return found


def listed(client: FlaskClient, query: str) -> str:
    response = client.get(f"/hr/people?{query}")
    assert response.status_code == 200
    return response.get_data(as_text=True).split("<main", 1)[1]


@pytest.mark.parametrize("words", ["高橋崎", "髙橋", "0000003", "００００００３", "高橋　﨑子"])
def test_somebody_is_found_however_she_is_written(hr: FlaskClient, words: str) -> None:
    html = listed(hr, f"q={words}")
    assert "髙橋 﨑子" in html
    assert "<strong>1人</strong>" in html


def test_filters_choose_and_who_left_shows_only_when_asked(hr: FlaskClient) -> None:
    assert "試験 退職" not in listed(hr, "")
    assert "試験 退職" in listed(hr, "all=1")
    assert "試験 退職" in listed(hr, "q=退職")
    assert "<strong>3人</strong>" in listed(hr, "department=012")
    assert "<strong>1人</strong>" in listed(hr, "state=consult")
    assert "条件に合う人はいません" in listed(hr, "q=いない")


def test_who_is_still_to_begin_is_not_called_gone(hr: FlaskClient) -> None:
    hire("0000020", "試験 予定", date(2027, 1, 4), department="012")
    html = listed(hr, "all=1")
    assert "令和9年1月4日から在籍の予定" in html
    assert html.count("在籍していません") == 1 and html.count("最後の任用") == 1  # of who left
    assert "これから在籍する人も" in html


def test_the_whole_record_of_everybody_opens(hr: FlaskClient, people: dict[str, str]) -> None:
    for person_id in people.values():
        assert hr.get(f"/hr/people/{person_id}").status_code == 200
    html = hr.get(f"/hr/people/{people['director']}").get_data(as_text=True)
    assert "兼務" in html
    assert "参事" in html
    assert hr.get("/hr/people/nobody").status_code == 404


def test_an_outcome_for_one_person_makes_the_duty_begin(hr: FlaskClient, people: dict[str, str]) -> None:
    address = f"/hr/people/{people['teacher']}"
    assert "要協議" in hr.get(address).get_data(as_text=True)
    assert hr.post(f"{address}/consultation", data={**OUTCOME, "document_number": " "}).status_code == 422
    assert hr.post(f"{address}/consultation", data={**OUTCOME, "decided_on": "2026-06-02"}).status_code == 422
    assert recorded() == []
    for _twice in range(2):
        assert hr.post(f"{address}/consultation", data=OUTCOME).status_code == 303
    html = hr.get(address).get_data(as_text=True)
    assert "令和8年6月24日(2026年)" in html
    assert len(recorded()) == 1
    assert recorded()[0].recorded_by == "見本 一郎"


def test_an_outcome_for_a_category_and_taking_it_back(hr: FlaskClient, people: dict[str, str]) -> None:
    assert "試験 先生" in hr.get("/hr/consultations").get_data(as_text=True)
    form = {**OUTCOME, "outcome": "outside", "category": "県費負担教職員"}
    assert hr.post("/hr/consultations", data={**form, "category": "正規職員"}).status_code == 422
    assert hr.post("/hr/consultations", data=form).status_code == 303
    assert "協議の結果を待っている人はいません" in hr.get("/hr/consultations").get_data(as_text=True)
    (row,) = recorded()
    assert hr.post(f"/hr/consultations/{row.id}/withdraw").status_code == 303
    assert hr.post(f"/hr/consultations/{row.id}/withdraw").status_code == 404
    html = hr.get("/hr/consultations").get_data(as_text=True)
    assert "試験 先生" in html
    assert "取消し済み" in html


def test_the_auditor_reads_only(client: FlaskClient, people: dict[str, str]) -> None:
    enter(client, give_operator("audit", Role.AUDITOR))
    address = f"/hr/people/{people['teacher']}"
    assert "記録する" not in client.get(address).get_data(as_text=True)
    assert client.get("/hr/consultations").status_code == 200
    assert client.post(f"{address}/consultation", data=OUTCOME).status_code == 403
    assert client.post("/hr/consultations", data=OUTCOME).status_code == 403


@pytest.mark.parametrize("address", ["/hr/people", "/hr/people/{teacher}", "/hr/consultations"])
def test_others_are_refused(client: FlaskClient, people: dict[str, str], address: str) -> None:
    address = address.format(**people)
    assert client.get(address).status_code == 303
    for name in ("head", "teacher"):
        sign_in(client, people[name])
        assert client.get(address).status_code == 403
