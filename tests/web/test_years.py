"""HR opens a year's run after a look at whom it meets; the auditor reads; others are refused."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.roles import Role
from app.db import db
from app.training.runs import RunClosingRow, RunRow, load_runs
from tests.signing_in import enter, give_operator, sign_in
from tests.web.hr_city import build_city
from tests.web.learner import text_of
from tests.web.running import a_run

ASKED = {
    "fiscal_year": "2026", "title": "令和8年度 年度研修", "opens": "2026-06-01", "due": "2026-07-31",
    "closes": "2026-12-28", "base_date": "2026-06-01", "questions": "10", "joiner_days": "30",
    "skip_if_completed_same_year": "y",
}  # fmt: skip


@pytest.fixture
def hr(client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Somebody of HR, at a city of one person of each kind, on 20 May 2026."""
    monkeypatch.setenv("KENSHU_NOW", "2026-05-20T12:00")
    sign_in(client, build_city()["hr"], Role.HR)
    return client


def seen(client: FlaskClient, **changes: str) -> str:
    return client.get("/hr/years/new", query_string={**ASKED, **changes}).get_data(as_text=True)


def fields(page: str) -> dict[str, str]:
    """What the button at the end of the preview sends."""
    form = page[page.index('method="post" action="/hr/years/new') :]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    return {name: unescape(value) for name, value in found}


def test_the_form_suggests_what_the_course_says(hr: FlaskClient) -> None:
    page = hr.get("/hr/years/new").get_data(as_text=True)
    for value in ("2026-06-01", "2026-07-31", "2026-12-28", "令和8年度 ソーシャルメディア"):
        assert value in page, value


def test_the_preview_says_who_is_in_and_out_and_why_and_changes_nothing(hr: FlaskClient) -> None:
    words = text_of(seen(hr))
    assert "まだ開いていません。" in words
    assert "対象 2人" in words and "対象外 6人" in words and "在籍 8人" in words
    assert "公選職(ガイドラインの適用除外)1" in words and "要協議(結果の記録待ち)1" in words
    assert "研修そのものを受講中4" in words
    assert "0000008 見本 市長" in words
    for kind in ("期間中に採用", "休みから戻る", "二つの職", "再び任用", "退職する"):
        assert kind in words, kind
    assert db.session.query(RunRow).count() == 0


def test_a_due_date_on_a_closed_day_is_pointed_out(hr: FlaskClient) -> None:
    assert "受講期限が閉庁日です" in text_of(seen(hr, due="2026-08-01"))
    assert "受講期限が閉庁日です" not in text_of(seen(hr))


def test_the_run_opens_as_shown(hr: FlaskClient) -> None:
    answer = hr.post("/hr/years/new", data=fields(seen(hr)), follow_redirects=True)
    words = text_of(answer.get_data(as_text=True))
    assert "令和8年度 年度研修" in words and "この実施の報告" in words
    (run,) = load_runs()
    assert (run.id, run.due, run.closes) == ("sns-guideline-2026", date(2026, 7, 31), date(2026, 12, 28))
    row = db.session.query(RunRow).one()
    assert row.opened_by == "見本 一郎" and '"measure": "level"' in row.pinned
    assert "令和8年度 年度研修" in text_of(hr.get("/hr/years").get_data(as_text=True))


def test_when_somebody_else_is_in_by_now_it_is_shown_again(hr: FlaskClient) -> None:
    sent = fields(seen(hr)) | {"shown": "1"}
    answer = hr.post("/hr/years/new", data=sent)
    assert answer.status_code == 409
    assert db.session.query(RunRow).count() == 0


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"due": "2026-05-01"}, "受講期限は、始まりの日から終わりの日までの間"),
        ({"closes": "2027-04-01"}, "終わりの日は、令和8年度の日"),
        ({"opens": "2027-06-01"}, "始まりの日は、令和8年度"),
        ({"opens": ""}, "日付を 2026-06-01 の形で"),
        ({"questions": "0"}, "1"),
        ({"title": " "}, "実施の名前を入力してください。"),
    ],
)
def test_what_makes_no_sense_is_said(hr: FlaskClient, changes: dict[str, str], says: str) -> None:
    answer = hr.get("/hr/years/new", query_string={**ASKED, **changes})
    assert answer.status_code == 422
    assert says in text_of(answer.get_data(as_text=True))
    assert hr.post("/hr/years/new", data={**ASKED, **changes, "shown": "2"}).status_code == 422


def test_a_second_run_of_a_year_is_warned_about_and_gets_its_own_id(hr: FlaskClient) -> None:
    a_run()
    page = seen(hr)
    assert "もう1件開かれています" in text_of(page)
    hr.post("/hr/years/new", data=fields(page))
    assert {run.id for run in load_runs()} == {"sns-guideline-2026", "sns-guideline-2026-2"}


def test_a_run_ends_early_by_a_row_of_its_own(hr: FlaskClient) -> None:
    run = a_run()
    there = f"/hr/years/{run.id}/close"
    assert hr.post(there, data={"last_day": "2027-01-05", "reason": "改正のため"}).status_code == 422
    assert hr.post(there, data={"last_day": "2026-09-30", "reason": ""}).status_code == 422
    assert hr.post(there, data={"last_day": "2026-09-30", "reason": "改正のため"}).status_code == 303
    assert load_runs()[0].closes == date(2026, 9, 30)
    assert db.session.query(RunRow).one().closes == date(2026, 12, 28)
    assert db.session.query(RunClosingRow).one().reason == "改正のため"
    assert "改正のため" in text_of(hr.get(f"/hr/years/{run.id}").get_data(as_text=True))


def test_a_runs_report_has_the_same_columns_and_its_own_title(
    hr: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = hr.get("/hr/report.csv?by=person&bare=1&as_of=2026-03-31").get_data(as_text=True)
    run = a_run()
    of_run = hr.get(f"/hr/report.csv?by=person&bare=1&as_of=2026-06-01&run={run.id}").get_data(as_text=True)
    assert of_run.splitlines()[0] == before.splitlines()[0]
    line = next(x for x in of_run.splitlines() if "0000001" in x).split(",")
    assert line[2] == run.title
    assert line[12:15] == ["2026", "2026-07-31", "未着手"]
    page = hr.get(f"/hr/report?run={run.id}&as_of=2026-06-01").get_data(as_text=True)
    assert run.title in text_of(page)
    # Last year's report says what it said.
    assert hr.get("/hr/report.csv?by=person&bare=1&as_of=2026-03-31").get_data(as_text=True) == before
    unknown = hr.get("/hr/report?run=nonsense").get_data(as_text=True)
    assert "年度研修「nonsense」はありません。" in text_of(unknown)


def test_the_auditor_reads_and_opens_nothing(hr: FlaskClient) -> None:
    run = a_run()
    enter(hr, give_operator("audit", Role.AUDITOR))
    assert "年度研修を開く" not in hr.get("/hr/years").get_data(as_text=True)
    assert "早く終える" not in hr.get(f"/hr/years/{run.id}").get_data(as_text=True)
    assert hr.get("/hr/years/new").status_code == 403
    assert hr.post(f"/hr/years/{run.id}/close", data={}).status_code == 403


def test_heads_and_learners_are_refused(hr: FlaskClient) -> None:
    enter(hr, give_operator("head", Role.HEAD))
    for path in ("/hr/years", "/hr/years/new", "/hr/years/x"):
        assert hr.get(path).status_code == 403
