"""A 所属長's list: of her own people alone, the whole form whatever is wrong, decided by HR or taken back."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.roles import Role
from app.audit.adopt import adopt
from app.audit.check import check_all
from app.clock import now
from app.people.employment import Category
from app.reports.group_check import NOT_HERS
from app.reports.group_lists import lists
from app.training.records import find_completion
from tests.people_builder import add_appointment, add_person
from tests.signing_in import sign_in
from tests.web.hr_city import NOON, build_city, complete

COURSE = "sns-guideline"
FORM = {
    "subject": COURSE, "method": "集合", "held_on": "2026-05-25", "signed_by": "見本 部長",
    "evidence_number": "", "paper_test": "", "lines": "0000011",
}  # fmt: skip
KEEP = {**FORM, "step": "keep"}


@pytest.fixture
def people(app: Flask, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("KENSHU_NOW", NOON)
    found = build_city()
    complete(found["late"], date(2026, 5, 11))
    found["own"] = add_person("試験 用務", "シケン")
    add_appointment(found["own"], "0000011", date(2026, 4, 1), category=Category.REGULAR, department="021")
    found["moved"] = add_person("試験 異動", "シケン")
    add_appointment(found["moved"], "0000012", date(2020, 4, 1), end=date(2026, 5, 31), department="021")
    add_appointment(found["moved"], "0000012", date(2026, 6, 1), department="012")
    complete(found["moved"], date(2026, 5, 12))
    adopt(now())
    return found


@pytest.fixture
def head(client: FlaskClient, people: dict[str, str]) -> FlaskClient:
    sign_in(client, people["director"])
    return client


#: What she must never learn of others: names, 所属, days of completion.
SECRETS = (
    "髙橋",
    "試験 新人",
    "試験 退職",
    "試験 異動",
    "市長",
    "人事課",
    "2026-05-11",
    "2026-05-12",
)


@pytest.mark.parametrize(
    "line",
    [
        "0000003", "0000004", "0000009", "0000012", "0000008", "9999999", "0000003 8", "0000003 8 9",
        "0000003 八", "山田", "000000３",
    ],
)  # fmt: skip
def test_of_others_she_learns_one_and_the_same_sentence(head: FlaskClient, line: str) -> None:
    page = head.post("/department/group", data={**FORM, "lines": line})
    text = page.get_data(as_text=True)
    assert page.status_code == 422
    (row,) = re.findall(r'<tr class="line-wrong">.*?</tr>', text, re.DOTALL)
    said = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[dh].*?</t[dh]>", row)]
    assert (said[2], said[3], said[5]) == ("", "", NOT_HERS)
    assert not [secret for secret in SECRETS if secret in text]
    assert head.post("/department/group", data={**KEEP, "lines": line}).status_code == 422
    assert lists() == []


def test_two_numbers_of_one_other_person_are_not_told_apart(head: FlaskClient) -> None:
    text = head.post("/department/group", data={**FORM, "lines": "0000003\n0000003 8\n9999999"}).text
    assert text.count(NOT_HERS) == 3
    assert "同じ人" not in text


def test_what_is_wrong_stands_above_the_whole_form(head: FlaskClient) -> None:
    given = {**FORM, "signed_by": "", "lines": "0000011\n9999999"}
    text = head.post("/department/group", data=given).text
    assert "署名した人(講師や確認者)を入力してください。" in text
    future = head.post("/department/group", data={**FORM, "held_on": "2026-07-01", "lines": "9999999"}).text
    for page in (text, future):
        assert re.search(r'name="signed_by"', page)
        assert re.search(r'name="evidence_number"', page)
        assert re.search(r"<textarea[^>]*>\s*9999999</textarea>", page)
    assert re.search(
        r'value="0000011" id="who-0000011" checked', head.post("/department/group", data=given).text
    )
    assert re.search(r"署名した人\(講師や確認者\)<span class=\"label-note label-required\">※必須", future)


def test_her_people_are_ticked_handed_in_and_wait(head: FlaskClient, people: dict[str, str]) -> None:
    assert 'value="0000011"' in head.get("/department/group").text
    ticked = {**FORM, "lines": "", "who": "0000011"}
    preview = head.post("/department/group", data=ticked)
    assert preview.status_code == 200
    assert "試験 用務" in preview.text
    back = head.post("/department/group", data={**FORM, "step": "edit"})
    assert 'id="who-0000011" checked' in back.text
    assert lists() == []
    assert head.post("/department/group", data={**ticked, "step": "keep"}).status_code == 303
    page = head.get("/department/group").text
    assert "確認待ち" in page
    assert 'value="0000011"' not in page
    assert "もう提出しています" in head.post("/department/group", data=FORM).text
    (row,) = lists(waiting=True)
    assert head.post(f"/hr/group/lists/{row.id}").status_code == 403
    assert find_completion(people["own"], COURSE) is None
    sign_in(head, people["hr"], Role.HR)
    assert "教育部" in head.get(f"/hr/group/lists/{row.id}").text
    assert head.post(f"/hr/group/lists/{row.id}", data={"evidence_number": "8総人第35号"}).status_code == 303
    done = find_completion(people["own"], COURSE)
    assert done is not None
    assert (done.recorded_by, done.evidence_number) == ("見本 一郎", "8総人第35号")
    assert head.post(f"/hr/group/lists/{row.id}").status_code == 303
    assert check_all().findings == []


def test_she_takes_a_list_back_while_it_waits(head: FlaskClient, people: dict[str, str]) -> None:
    head.post("/department/group", data=KEEP)
    (row,) = lists(waiting=True)
    address = f"/department/group/lists/{row.id}"
    sign_in(head, people["head"])
    assert head.get(address).status_code == head.get("/department/group/lists/none").status_code == 404
    assert head.post(f"{address}/withdraw").status_code == 404
    sign_in(head, people["director"])
    assert "提出を取り下げる" in head.get(address).text
    assert head.post(f"{address}/withdraw").status_code == 303
    assert lists(waiting=True) == []
    page = head.get(address).text
    assert "取下げ" in page
    assert "提出を取り下げる" not in page
    assert 'value="0000011"' in head.get("/department/group").text
    sign_in(head, people["hr"], Role.HR)
    head.post(f"/hr/group/lists/{row.id}")
    assert find_completion(people["own"], COURSE) is None
    assert check_all().findings == []


def test_hr_sends_a_list_back(head: FlaskClient, people: dict[str, str]) -> None:
    head.post("/department/group", data=KEEP)
    (row,) = lists(waiting=True)
    sign_in(head, people["hr"], Role.HR)
    head.post(f"/hr/group/lists/{row.id}", data={"do": "decline", "answer": "名簿を添えてください"})
    assert lists(waiting=True) == []
    sign_in(head, people["director"])
    assert "名簿を添えてください" in head.get("/department/group").text
    assert find_completion(people["own"], COURSE) is None
