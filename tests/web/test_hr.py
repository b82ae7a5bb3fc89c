"""HR's first page."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.roles import Role
from app.db import db
from app.people.models import AbsenceRow, AppointmentRow, RosterImportRow
from tests.people_builder import RECORDED
from tests.signing_in import enter, give_operator, sign_in
from tests.web.hr_city import NOON, build_city, keep


@pytest.fixture
def people(app: Flask, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("KENSHU_NOW", NOON)
    return build_city()


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
