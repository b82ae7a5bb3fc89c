"""HR's first page."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.roles import Role
from app.db import db
from app.people.models import AbsenceRow, AppointmentRow, RosterImportRow
from tests.people_builder import RECORDED
from tests.signing_in import enter, give_operator, sign_in
from tests.web.hr_city import complete, keep


def test_the_numbers_of_today_and_what_waits(client: FlaskClient, people: dict[str, str]) -> None:
    sign_in(client, people["hr"], Role.HR)
    keep(RosterImportRow(id=1, source="職員", as_of=date(2026, 4, 1), kind="roster", imported_at=RECORDED))
    appointment = db.session.query(AppointmentRow).filter_by(number="0000003").one()
    keep(AbsenceRow(appointment_id=appointment.id, import_id=1, recorded_at=RECORDED))
    html = client.get("/hr/").get_data(as_text=True)
    for text in ("40.0", "対象者 5人のうち 2人", "要協議を見る", "名簿に見当たらない任用", "令和8年4月1日"):
        assert text in html, text


def test_an_empty_site_leads_to_the_first_steps(client: FlaskClient, app: Flask) -> None:
    enter(client, give_operator("first", Role.HR))
    assert client.get("/hr/").location == "/hr/start"


def test_the_auditor_reads_and_is_asked_nothing(client: FlaskClient, people: dict[str, str]) -> None:
    enter(client, give_operator("audit", Role.AUDITOR))
    html = client.get("/hr/").get_data(as_text=True)
    assert "40.0" in html
    assert "ログイン票を作る" not in html


def test_others_are_refused(client: FlaskClient, people: dict[str, str]) -> None:
    assert client.get("/hr/").status_code == 303
    for name in ("head", "late"):
        sign_in(client, people[name])
        assert client.get("/hr/").status_code == 403


def test_the_curve_ends_where_the_report_stands(client: FlaskClient, people: dict[str, str]) -> None:
    sign_in(client, people["hr"], Role.HR)
    html = client.get("/hr/").get_data(as_text=True)
    assert "令和8年6月1日の修了率は40.0%です。" in html
    *_, last = re.findall(r'<th scope="row" class="date">(.*?)</tr>', html)
    assert re.sub(r"<[^>]*>", " ", last).split() == ["2026-06-01", "2", "5", "40.0", "33.3"]


def test_departments_of_the_top_and_categories_have_bars(client: FlaskClient, people: dict[str, str]) -> None:
    sign_in(client, people["hr"], Role.HR)
    html = client.get("/hr/").get_data(as_text=True)
    departments, categories = re.findall(r'<table class="[^"]*bars-people">.*?</table>', html, re.S)
    assert "総務部" in departments and "人事課" not in departments
    assert "県費負担教職員" in categories and "消防団員" not in categories


def test_what_changed_this_week_leads_to_the_people(client: FlaskClient, people: dict[str, str]) -> None:
    sign_in(client, people["hr"], Role.HR)
    complete(people["late"], date(2026, 5, 29))
    html = client.get("/hr/").get_data(as_text=True)
    assert 'href="/hr/changes?kind=completed">1</a>' in html
    listed = client.get("/hr/changes?kind=completed").get_data(as_text=True)
    assert "髙橋 﨑子" in listed and "2026-05-29" in listed and "試験 新人" not in listed
    everything = client.get("/hr/changes?since=2026-05-01").get_data(as_text=True)
    assert "試験 新人" in everything and "受講の対象になった" in everything
    assert "試験 退職" in everything and "在籍していません" in everything
    assert client.get("/hr/changes?since=x&kind=y&sort=-name&page=9").status_code == 200


def test_everybody_in_service_is_in_or_out_since_a_day(client: FlaskClient, people: dict[str, str]) -> None:
    sign_in(client, people["hr"], Role.HR)
    html = client.get("/hr/report/denominators").get_data(as_text=True)
    rows = [re.sub(r"<[^>]*>", " ", row).split() for row in re.findall(r"<tr>.*?</tr>", html, re.S)]
    numbers = {row[0]: int(row[-1]) for row in rows if row and row[-1].isdecimal()}
    out = sum(numbers[name] for name in ("対象外", "要協議", "免除", "猶予"))
    inside = sum(numbers[name] for name in ("修了", "受講中", "未着手", "期限超過"))
    assert (inside, inside + out) == (numbers["対象者数"], numbers["在籍者数"]) == (5, 8)
    told = {row[1] + row[2]: row[-2:] for row in rows if row and row[0].startswith("000")}
    assert told["試験休子"] == ["2025-10-01", "猶予"]
    assert told["試験新人"] == ["2026-05-20", "研修の対象"]
    assert told["見本市長"] == ["2024-08-01", "公選職(3(1)括弧書)"]
    assert told["試験先生"] == ["2021-04-01", "適用するかどうかを協議中"]


@pytest.mark.parametrize("path", ["/hr/", "/hr/changes", "/hr/report/denominators", "/hr/items"])
def test_the_auditor_sees_it_and_a_head_does_not(
    client: FlaskClient, people: dict[str, str], path: str
) -> None:
    sign_in(client, people["head"])
    assert client.get(path).status_code == 403
    client.post("/logout")
    enter(client, give_operator("audit", Role.AUDITOR))
    assert client.get(path).status_code == 200
