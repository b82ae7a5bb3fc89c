"""HR, an auditor, a 所属長, a learner and a stranger at the pages of 受講のお願い."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.access.roles import Role
from app.db import begin_writing, db
from app.people.models import AppointmentRow, PlacementRow
from app.reminders import ledger
from app.reminders.due import Kind
from app.reminders.plan import Fate
from tests.reminders.conftest import connect, give_mail, office, people
from tests.reminders.post_office import PostOffice
from tests.signing_in import enter, give_operator, sign_in
from tests.web.hr_city import TODAY, complete

__all__ = ["office", "people"]


def shown(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    return response.get_data(as_text=True).split("<main", 1)[1]


def as_hr(client: FlaskClient) -> None:
    enter(client, give_operator("office", Role.HR, name="人事 担当"))


def test_hr_looks_sends_and_finds_it_in_the_ledger(
    app: Flask, client: FlaskClient, office: PostOffice, people: dict[str, str]
) -> None:
    connect(app, office)
    as_hr(client)
    html = shown(client, "/hr/reminders")
    assert "メールを3通送る" in html
    assert "紙を" not in html.replace("紙を作ると", "")
    preview = shown(client, "/hr/reminders/kinds/not-started")
    assert "受講のお願い(未受講の方へ)" in preview
    assert "試験 新人 様" in preview
    assert "new@city.example.jp" in preview
    assert office.taken == []
    assert client.post("/hr/reminders/send", data={"kind": "not-started"}).status_code == 303
    assert set(office.by_recipient) == {"new@city.example.jp"}
    client.post("/hr/reminders/send")
    assert len(office.taken) == 3
    assert "新しくお願いする人はいません" in shown(client, "/hr/reminders")
    book = shown(client, "/hr/reminders/ledger")
    for word in ("髙橋 﨑子", "試験 新人", "見本 部長", "人事 担当", "送った", "行政管理課"):
        assert word in book
    own = shown(client, f"/hr/people/{people['new']}").split('id="told"', 1)[1].split("<h2", 1)[0]
    assert Kind.NOT_STARTED.label in own and "new@city.example.jp" in own and "人事 担当" in own
    assert "まだ何も伝えていません" in shown(client, f"/hr/people/{people['head']}")
    only = shown(client, "/hr/reminders/ledger?q=新人&kind=not-started&state=sent")
    assert "試験 新人" in only
    assert "見本 部長" not in only


def test_pressing_twice_sends_once(
    app: Flask, client: FlaskClient, office: PostOffice, people: dict[str, str]
) -> None:
    connect(app, office)
    as_hr(client)
    for _press in range(2):
        client.post("/hr/reminders/send")
    assert set(office.by_recipient.values()) == {1}


def test_outside_the_hours_there_is_no_button_and_the_next_time_is_said(
    app: Flask,
    client: FlaskClient,
    office: PostOffice,
    people: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connect(app, office)
    monkeypatch.setenv("KENSHU_NOW", "2026-06-05T18:00")
    as_hr(client)
    html = shown(client, "/hr/reminders")
    assert "通送る" not in html
    assert "2026-06-08 08:30" in html
    client.post("/hr/reminders/send")
    assert office.taken == []


def test_paper_for_those_without_mail(
    app: Flask, client: FlaskClient, office: PostOffice, people: dict[str, str]
) -> None:
    connect(app, office)
    give_mail(people["late"], "")
    as_hr(client)
    assert "紙を1人分作る" in shown(client, "/hr/reminders")
    answer = client.post("/hr/reminders/print")
    assert answer.status_code == 303
    sheets = shown(client, answer.headers["Location"])
    assert "行政管理課" in sheets
    assert "総務部" in sheets
    assert "髙橋 﨑子 様" in sheets
    assert "試験 新人" not in sheets
    letter = sheets.split("notice-person", 1)[1].split("</section>")[0]
    assert "0000003" not in letter
    (entry,) = ledger.entries()
    assert (entry.fate, entry.person_id) == (Fate.PRINTED, people["late"])
    client.post("/hr/reminders/print")
    assert len(ledger.entries()) == 1
    assert "1人分" in shown(client, "/hr/reminders")
    complete(people["late"], TODAY)
    again = shown(client, answer.headers["Location"])
    assert "髙橋 﨑子" not in again
    assert "要らなくなった" in again


def test_lists_for_each_head_in_their_order(
    app: Flask, client: FlaskClient, office: PostOffice, people: dict[str, str]
) -> None:
    connect(app, office)
    as_hr(client)
    client.post("/hr/reminders/send", data={"kind": Kind.OVERDUE.value})
    html = shown(client, "/hr/reminders/lists")
    names = re.findall(r'class="notice-to" id="list-\d+">(\S+)', html)
    assert names == ["行政管理課", "教育部"]
    assert "2枚あります" in html
    assert "まだ" in html
    assert "メール" in html
    part = shown(client, "/hr/reminders/lists?department=010")
    assert "見本 部長" not in part


def test_an_unknown_one_is_listed_until_hr_has_asked(
    app: Flask, client: FlaskClient, office: PostOffice, people: dict[str, str]
) -> None:
    connect(app, office)
    office.hook = lambda stage, to: "break" if stage == "data" and to.startswith("late") else None
    as_hr(client)
    client.post("/hr/reminders/send")
    html = shown(client, "/hr/reminders")
    assert "届いたか分からないメールが1通" in html
    (entry,) = ledger.entries(ledger.Search(fate=Fate.UNKNOWN))
    assert client.post(f"/hr/reminders/ledger/{entry.id}", data={"found": "x"}).status_code == 400
    assert client.post(f"/hr/reminders/ledger/{entry.id}", data={"found": "arrived"}).status_code == 303
    assert client.post(f"/hr/reminders/ledger/{entry.id}", data={"found": "paper"}).status_code == 404
    assert "届いたか分からない" not in shown(client, "/hr/reminders")
    assert "人事 担当が確かめました" in shown(client, "/hr/reminders/ledger")


def test_a_head_sends_to_their_own_people_only(
    app: Flask, client: FlaskClient, office: PostOffice, people: dict[str, str]
) -> None:
    connect(app, office)
    give_mail(people["new"], "")
    sign_in(client, people["hr"], Role.HEAD, department="012")
    assert "/department/reminders" in shown(client, "/department/")
    html = shown(client, "/department/reminders")
    assert "髙橋 﨑子" in html
    assert "見本 部長" not in html
    for hidden in ("0000003", "late@city.example.jp"):
        assert hidden not in html
    client.post("/department/reminders/send")
    assert set(office.by_recipient) == {"late@city.example.jp"}
    answer = client.post("/department/reminders/print")
    assert "試験 新人 様" in shown(client, answer.headers["Location"])
    assert {e.person_id for e in ledger.entries()} == {people["late"], people["new"]}
    sign_in(client, people["director"])
    assert client.get(answer.headers["Location"]).status_code == 404
    assert client.get("/department/reminders/prints/nothing").status_code == 404


def test_a_head_chooses_whom_and_sees_who_is_left_out(
    app: Flask, client: FlaskClient, office: PostOffice, people: dict[str, str]
) -> None:
    connect(app, office)
    sign_in(client, people["hr"], Role.HEAD, department="012")
    html = shown(client, "/department/reminders")
    marks = dict(re.findall(r'value="([^"]+)" id="(who-\d+)" checked', html))
    assert {mark.partition(":")[0] for mark in marks} == {people["late"], people["new"]}
    assert html.index("髙橋 﨑子") < html.index("試験 新人")
    assert "ソーシャルメディア利用ガイドライン研修" in html
    client.post("/department/reminders/send", data={"ticks": "1"})
    assert office.taken == []
    chosen = next(mark for mark in marks if mark.startswith(people["new"]))
    theirs = f"{people['director']}:sns-guideline"
    client.post("/department/reminders/send", data={"ticks": "1", "who": [chosen, theirs]})
    assert set(office.by_recipient) == {"new@city.example.jp"}
    left = shown(client, "/department/reminders").split("今日はお願いしない人", 1)[1]
    assert "試験 新人" in left
    assert "令和8年6月1日に、お願いしました" in left
    connect(app, None)
    words = shown(client, "/department/reminders")
    assert "お願いは、紙で渡します" in words
    assert "サーバー" not in words


def test_where_somebody_moved_to_is_not_told_by_old_sheets(
    app: Flask,
    client: FlaskClient,
    office: PostOffice,
    people: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connect(app, None)
    sign_in(client, people["hr"], Role.HEAD, department="012")
    sheets = client.post("/department/reminders/print").headers["Location"]
    assert "髙橋 﨑子" in shown(client, sheets)
    begin_writing()
    appointment = select(AppointmentRow.id).where(AppointmentRow.person_id == people["late"])
    db.session.execute(
        update(PlacementRow).where(PlacementRow.appointment_id.in_(appointment)).values(department="021")
    )
    db.session.commit()
    html = shown(client, sheets)
    assert "髙橋 﨑子" not in html
    assert "第一小学校" not in html
    assert "1人分は、要らなくなった" in html


def test_who_may_what(app: Flask, client: FlaskClient, office: PostOffice, people: dict[str, str]) -> None:
    connect(app, office)
    sign_in(client, people["late"])
    for address in ("/hr/reminders", "/hr/reminders/ledger", "/hr/reminders/lists", "/department/reminders"):
        assert client.get(address).status_code == 403
    assert client.post("/hr/reminders/send").status_code == 403
    assert client.post("/department/reminders/send").status_code == 403
    enter(client, give_operator("audit", Role.AUDITOR))
    html = shown(client, "/hr/reminders")
    assert "送る</button>" not in html
    assert client.post("/hr/reminders/send").status_code == 403
    assert client.post("/hr/reminders/print").status_code == 403
    assert client.post("/hr/reminders/ledger/1", data={"found": "paper"}).status_code == 403
    as_hr(client)
    assert client.get("/hr/reminders/kinds/other").status_code == 404
    assert client.get("/hr/reminders/prints/none").status_code == 404
    assert client.post("/hr/reminders/send", data={"kind": "other"}).status_code == 400
    assert office.taken == []


def test_a_button_needs_its_token(
    app: Flask, client: FlaskClient, office: PostOffice, people: dict[str, str]
) -> None:
    connect(app, office)
    app.config["WTF_CSRF_ENABLED"] = True
    as_hr(client)
    client.post("/hr/reminders/send")
    assert office.taken == []
