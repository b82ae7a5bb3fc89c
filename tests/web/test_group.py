"""集合研修 and paper: printed, entered whole or not at all."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.roles import Role
from app.audit.adopt import adopt
from app.audit.check import check_all
from app.clock import now
from app.training.group_plan import Candidate, Held, plan_entries, read_lines
from app.training.paper_test import load_test
from app.training.records import find_completion
from tests.signing_in import enter, give_operator, sign_in
from tests.web.hr_city import NOON, build_city

COURSE = "sns-guideline"
FORM = {
    "subject": COURSE, "method": "集合", "held_on": "2026-05-25", "signed_by": "見本 講師",
    "evidence_number": "8総人第34号", "paper_test": "", "lines": "0000003\n0000004",
}  # fmt: skip


@pytest.fixture
def people(app: Flask, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("KENSHU_NOW", NOON)
    found = build_city()
    adopt(now())
    return found


HELD = Held("紙", date(2026, 5, 25), "見本", "1号", asked=10, pass_mark=80)
SOMEBODY = {
    "1": [Candidate("p1", "一", "課")],
    "2": [Candidate("p2", "二", "課")],
    "3": [Candidate("p3", "三", "課")] * 2,
}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("1 8", ""), ("１、９", ""), ("1,10", ""), ("1 7", "合格は8問以上"), ("1", "正答数"),
        ("1 11", "10問のうち"), ("9 8", "いません"), ("3 8", "二人以上"), ("1 8 9", "の形で"),
        ("1 八", "の形で"), ("9 8 9", "いません"),
    ],
)  # fmt: skip
def test_every_line_says_what_is_wrong(line: str, problem: str) -> None:
    (entry,) = plan_entries(read_lines(line), HELD, SOMEBODY, "いません。")
    assert entry.problem == problem if not problem else problem in entry.problem


def test_nobody_stands_twice_on_a_list() -> None:
    first, second = plan_entries(read_lines("1 8\n\n1 9"), HELD, SOMEBODY, "いません。")
    assert first.problem == ""
    assert "1行目" in second.problem


def test_a_number_may_have_lost_its_zeros(hr: FlaskClient, people: dict[str, str]) -> None:
    shown = hr.post("/hr/group/entry", data={**FORM, "lines": "3\n4"})
    assert shown.status_code == 200 and "髙橋 﨑子" in shown.text
    twice = hr.post("/hr/group/entry", data={**FORM, "lines": "3\n0000003"})
    assert twice.status_code == 422 and "1行目と同じ人です" in twice.text
    score = hr.post("/hr/group/entry", data={**FORM, "lines": "3 9"})
    assert "使った紙のテストを選んでいない" in score.text


def test_a_list_is_entered_whole_with_its_method_and_paper(hr: FlaskClient, people: dict[str, str]) -> None:
    shown = hr.post("/hr/group/entry", data={**FORM, "lines": "0000003\n9999999"})
    assert shown.status_code == 422
    hr.post("/hr/group/entry", data={**FORM, "lines": "0000003\n9999999", "step": "keep"})
    assert find_completion(people["late"], COURSE) is None
    assert hr.post("/hr/group/entry", data=FORM).status_code == 200
    assert find_completion(people["late"], COURSE) is None
    assert hr.post("/hr/group/entry", data={**FORM, "step": "keep"}).status_code == 303
    done = find_completion(people["late"], COURSE)
    assert done is not None
    assert (done.method, done.signed_by, done.evidence_number) == ("集合", "見本 講師", "8総人第34号")
    assert done.recorded_by == "見本 一郎"
    assert done.department == "行政管理課"
    again = hr.post("/hr/group/entry", data={**FORM, "step": "keep"})
    assert again.status_code == 422
    assert "もう修了しています" in again.get_data(as_text=True)
    report = hr.get("/hr/report.csv?by=person&bare=1").get_data(as_text=True)
    line = next(row for row in report.splitlines() if "0000003" in row)
    assert "2026-05-25" in line
    assert "集合" in line
    assert check_all().findings == []


def test_a_sheet_and_a_test_are_printed_and_stay_the_same(hr: FlaskClient) -> None:
    sheet = hr.get("/hr/group/sheet?department=012&held_on=2026-06-10").get_data(as_text=True)
    assert "髙橋 﨑子" in sheet
    assert "署名" in sheet
    answer = hr.post("/hr/group/tests", data={"subject": COURSE, "held_on": "2026-06-10", "questions": "10"})
    assert answer.status_code == 303
    kept = load_test(answer.location.rsplit("/", 1)[1])
    assert kept is not None
    assert len(kept.questions) == 10
    page = hr.get(answer.location).get_data(as_text=True)
    assert page == hr.get(answer.location).get_data(as_text=True)
    assert kept.questions[0].scenario.title in page
    key = hr.get(answer.location + "?key=1").get_data(as_text=True)
    assert kept.questions[0].answer in key
    form = {**FORM, "method": "紙", "paper_test": kept.id, "lines": "0000003 9", "step": "keep"}
    assert hr.post("/hr/group/entry", data=form).status_code == 303


def test_others_are_refused(client: FlaskClient, people: dict[str, str]) -> None:
    enter(client, give_operator("audit", Role.AUDITOR))
    assert client.get("/hr/group").status_code == 200
    assert client.get("/hr/group/entry").status_code == 403
    assert client.post("/hr/group/entry", data=FORM).status_code == 403
    sign_in(client, people["teacher"])
    for address in ("/hr/group", "/hr/group/sheet", "/department/group"):
        assert client.get(address).status_code == 403
