"""HR names a 所属担当者, who then sees the 所属 and loses it again."""

from __future__ import annotations

from flask.testing import FlaskClient

from app.access.roles import Role
from tests.people_builder import add_department, hire
from tests.signing_in import give_account, sign_in


def test_hr_names_a_clerk_and_takes_it_back(client: FlaskClient) -> None:
    add_department("01", "総務部", head_number="0000002")
    hire("0000002", "見本 所属長", department="01")
    clerk = hire("0000001", "試験 花子", department="01")
    hers = client.application.test_client()
    sign_in(hers, clerk)
    assert hers.get("/department/slips").status_code == 403
    sign_in(client, hire("0000003", "見本 人事"), Role.HR)
    assert "見本 所属長" in client.get("/hr/heads").get_data(as_text=True)

    assert client.post("/hr/heads", data={"number": "1", "department": "01"}).status_code == 303
    sign_in(hers, clerk)
    assert hers.get("/department/slips").status_code == 200
    page = client.get("/hr/heads").get_data(as_text=True)
    assert "試験 花子" in page

    withdraw = page.split('action="/hr/heads/')[1].split('"')[0]
    assert client.post(f"/hr/heads/{withdraw}").status_code == 303
    assert hers.get("/department/slips").status_code == 303
    sign_in(hers, clerk)
    assert hers.get("/department/slips").status_code == 403
    assert client.post(f"/hr/heads/{withdraw}").status_code == 404


def test_a_naming_that_cannot_be(client: FlaskClient) -> None:
    add_department("01", "総務部")
    without_account = hire("0000001", "試験 花子")
    assert without_account
    sign_in(client, hire("0000003"), Role.HR)
    for number, sentence in [
        ("1", "アカウントがありません"),
        ("99", "名簿にいません"),
        ("", "入力してください"),
    ]:
        answer = client.post("/hr/heads", data={"number": number, "department": "01"})
        assert answer.status_code == 422
        assert sentence in answer.get_data(as_text=True)


def test_only_hr_names_heads(client: FlaskClient) -> None:
    person = hire("0000001")
    give_account(person, Role.AUDITOR)
    sign_in(client, person)
    assert client.get("/hr/heads").status_code == 403
