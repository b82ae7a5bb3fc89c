"""A new hire comes in with her slip; her 所属長 and HR hand out slips; a stranger gets nothing."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.access import limits
from app.access.accounts import COMMON_PASSWORDS, AlreadyIssued, issue_slip
from app.access.models import AccountEventRow, AccountRow, SessionRow
from app.access.roles import Role
from app.access.sign_in import accounts_of
from app.db import begin_writing, db
from app.people.employment import Category, ServiceState
from app.people.models import MergeRow
from tests.at_once import at_once
from tests.house_client import complaints
from tests.people_builder import add_appointment, add_department, add_person, hire
from tests.signing_in import PASSWORD, enter, give_account, give_operator, issue, sign_in, slip_password

NEW = "おうちの猫は三毛猫です"
SLIP = re.compile(r"[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}")


@dataclass
class City:
    """Two 課 under one 部, a new hire, her 所属長, HR, and somebody elsewhere."""

    hanako: str
    head: str
    hr: str
    elsewhere: str


@pytest.fixture
def city(client: FlaskClient) -> Iterator[City]:
    add_department("01", "総務部", position=1)
    add_department("0101", "行政管理課", parent="01", position=1, head_number="0000002")
    add_department("02", "市民部", position=2)
    yield City(
        hanako=hire("0000001", "試験 花子", category=Category.FISCAL_YEAR_PART, department="0101"),
        head=hire("0000002", "見本 所属長", department="0101"),
        hr=hire("0000003", "見本 人事", department="02"),
        elsewhere=hire("0000004", "見本 別課", department="02"),
    )


def log_in(client: FlaskClient, number: str, password: str, next: str = "") -> str:
    """Post the sign-in form and return where it leads ('' when nowhere)."""
    answer = client.post("/login", query_string={"next": next}, data={"number": number, "password": password})
    return answer.headers.get("Location", "")


def test_a_new_hire_comes_in_and_chooses_a_password(client: FlaskClient, city: City) -> None:
    initial = slip_password(city.hanako)
    assert log_in(client, "1", initial.upper().replace("-", " ")) == "/"
    # Until she has a password of her own, every page leads there.
    assert client.get("/hr/accounts").headers["Location"] == "/password"
    page = client.get("/password").get_data(as_text=True)
    assert "いまのパスワード" not in page
    first = client.get_cookie("kenshu_session")
    assert first is not None
    answer = client.post("/password", data={"new": NEW, "again": NEW})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    # The browser that knew the slip is out; the new password is in, the slip is worthless.
    stale = client.application.test_client()
    stale.set_cookie("kenshu_session", first.value)
    assert stale.get("/password").status_code == 303
    client.post("/logout")
    assert log_in(client, "0000001", initial) == ""
    assert log_in(client, "0000001", NEW) == "/"
    assert "前回のログイン" in client.get("/password").get_data(as_text=True)
    assert "前回のログイン" not in client.get("/password").get_data(as_text=True)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"current": PASSWORD, "new": "短い", "again": "短い"}, "10文字以上"),
        ({"current": PASSWORD, "new": NEW, "again": NEW + "!"}, "2回の入力が同じではありません"),
        ({"current": "ちがうパスワード", "new": NEW, "again": NEW}, "いまのパスワードがちがいます"),
        ({"current": PASSWORD, "new": PASSWORD, "again": PASSWORD}, "いままでのパスワードとちがうもの"),
        ({"current": PASSWORD, "new": "0000001", "again": "0000001"}, "10文字以上"),
        ({"current": PASSWORD, "new": "sakura2026!!", "again": "sakura2026!!"}, "推測されやすい"),
        ({"current": PASSWORD, "new": "試験花子0000001", "again": "試験花子0000001"}, "推測されやすい"),
        (
            {"current": PASSWORD, "new": "行政管理課行政管理課", "again": "行政管理課行政管理課"},
            "推測されやすい",
        ),
        ({}, "いまのパスワードを入力してください"),
    ],
)
def test_a_password_that_cannot_be_taken(
    client: FlaskClient, city: City, data: dict[str, str], sentence: str
) -> None:
    sign_in(client, city.hanako)
    answer = client.post("/password", data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in page
    assert not complaints(page)


def test_the_current_password_cannot_be_guessed_within_a_session(client: FlaskClient, city: City) -> None:
    """Somebody at an unlocked screen has as few guesses as at the door."""
    account = sign_in(client, city.hanako)
    answers = [
        client.post("/password", data={"current": f"guess {n}", "new": NEW, "again": NEW}).text
        for n in range(8)
    ]
    assert ["がちがいます" in page for page in answers] == [True] * 6 + [False] * 2
    assert "いったん止めています" in answers[-1]
    assert "いったん止めています" in client.post(
        "/password", data={"current": PASSWORD, "new": NEW, "again": NEW}
    ).text  # fmt: skip
    assert limits.admit([account], clock.now()) == {account}


def test_an_attack_at_the_door_keeps_nobody_from_a_new_password(client: FlaskClient, city: City) -> None:
    sign_in(client, city.hanako)
    for _ in range(9):
        log_in(client.application.test_client(), "0000001", "ちがうパスワード")
    answer = client.post("/password", data={"current": PASSWORD, "new": NEW, "again": NEW})
    assert answer.status_code == 303


def test_a_password_comes_in_as_it_was_typed(client: FlaskClient, city: City) -> None:
    spaced = "  Fuyu no KAGAMI  "
    sign_in(client, city.hanako)
    client.post("/password", data={"current": PASSWORD, "new": spaced, "again": spaced})
    for typed, place in ((spaced.strip(), ""), (spaced.lower(), ""), (spaced, "/")):
        assert log_in(client.application.test_client(), "0000001", typed) == place


def test_the_citys_own_list_is_read(app: Flask, client: FlaskClient, city: City, tmp_path: Path) -> None:
    loaded = app.extensions["kenshu"]
    app.extensions["kenshu"] = replace(loaded, settings=replace(loaded.settings, content=tmp_path))
    (tmp_path / COMMON_PASSWORDS).write_text(f"something else\n{NEW}\n", encoding="utf-8")
    sign_in(client, city.hanako)
    answer = client.post("/password", data={"current": PASSWORD, "new": NEW, "again": NEW})
    assert answer.status_code == 422 and "推測されやすい" in answer.text


def test_a_cookie_is_worthless_after_logout(client: FlaskClient, city: City) -> None:
    token = enter(client, give_account(city.hanako))
    assert client.get("/password").status_code == 200
    assert client.post("/logout").headers["Location"] == "/login"
    client.set_cookie("kenshu_session", token)
    assert client.get("/password").headers["Location"] == "/login?next=/password"


def test_a_new_slip_leads_in_while_somebody_goes_on_guessing(client: FlaskClient, city: City) -> None:
    """The unknown device is told so; the slip opens at once, and the device is known from then on."""
    give_account(city.hanako)
    attacker, head = client.application.test_client(), client.application.test_client()

    def guess() -> int:
        guesses = [{"number": "0000001", "password": f"あてずっぽうの春{n}"} for n in range(7)]
        return [attacker.post("/login", data=typed).status_code for typed in guesses][-1]

    assert guess() == 429
    told = client.post("/login", data={"number": "0000001", "password": PASSWORD})
    assert told.status_code == 429
    assert "前にログインした端末からは、いまでも入れます" in told.text
    assert "新しいログイン票を出せます" in told.text
    sign_in(head, city.head)
    (slip,) = SLIP.findall(issue(head, f"/department/slips/{city.hanako}").text)
    assert guess() == 429
    assert log_in(client, "0000001", slip) == "/"
    client.post("/password", data={"new": NEW, "again": NEW})
    client.post("/logout")
    assert guess() == 429
    assert log_in(client, "0000001", NEW) == "/"


def test_a_wrong_password_and_an_unknown_number_look_the_same(client: FlaskClient, city: City) -> None:
    give_account(city.hanako)
    answers = [
        client.post("/login", data={"number": number, "password": "まちがい"})
        for number in ("0000001", "0000009")
    ]
    assert [a.status_code for a in answers] == [401, 401]
    first, second = (a.get_data(as_text=True) for a in answers)
    assert first.replace("0000001", "") == second.replace("0000009", "")
    assert "職員番号かパスワードがちがいます" in first
    assert not complaints(first)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("/hr/people?q=1", "/hr/people?q=1"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(
    client: FlaskClient, city: City, wanted: str, given: str
) -> None:
    give_account(city.hanako)
    assert log_in(client, "0000001", PASSWORD, next=wanted) == given


def test_an_expired_form_leads_back_to_its_page(client: FlaskClient, city: City) -> None:
    answer = client.post("/password", data={}, headers={"Referer": "http://localhost/password"})
    assert answer.headers["Location"] == "/login?next=/password"


def test_the_session_cookie_is_hidden_from_scripts(client: FlaskClient, city: City) -> None:
    give_account(city.hanako)
    answer = client.post("/login", data={"number": "0000001", "password": PASSWORD})
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("kenshu_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires" not in cookie
    token = cookie.split("=", 1)[1].split(";")[0]
    assert token not in db.session.scalars(select(SessionRow.token_hash)).all()


def test_demo_accounts_show_in_a_demonstration_only(app: Flask, client: FlaskClient) -> None:
    app.extensions["demo_accounts"] = [("0000001", "mihon", "受講者")]
    assert "見本の市のアカウント" not in client.get("/login").get_data(as_text=True)


def test_hr_makes_accounts_and_the_slips_exist_once(client: FlaskClient, city: City) -> None:
    sign_in(client, city.hr, Role.HR)
    page = client.post("/hr/slips", data={}).get_data(as_text=True)
    assert not complaints(page)
    passwords = SLIP.findall(page)
    assert len(passwords) == 3
    assert page.index("行政管理課") < page.index("市民部")
    assert log_in(client.application.test_client(), "0000001", passwords[0]) == "/"
    stored = str([(a.password_hash, a.name) for a in db.session.scalars(select(AccountRow))])
    assert not any(p in stored or p.replace("-", "") in stored for p in passwords)
    again = client.post("/hr/slips", data={})
    assert again.status_code == 303
    listing = client.get("/hr/accounts").get_data(as_text=True)
    assert "試験 花子" in listing
    assert not SLIP.search(listing)


def test_hr_takes_the_slips_of_one_department_as_a_file(client: FlaskClient, city: City) -> None:
    sign_in(client, city.hr, Role.HR)
    answer = client.post("/hr/slips", data={"department": "01", "output": "csv"})
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == ["職員番号", "氏名", "所属名", "初期パスワード"]
    assert [row[:3] for row in rows[1:]] == [
        ["0000001", "試験 花子", "行政管理課"],
        ["0000002", "見本 所属長", "行政管理課"],
    ]


def test_a_head_reissues_for_her_own_people_only(client: FlaskClient, city: City) -> None:
    give_account(city.hanako)
    give_account(city.elsewhere)
    sign_in(client, city.head)
    page = client.get("/department/slips").get_data(as_text=True)
    assert "試験 花子" in page
    assert "見本 別課" not in page
    slip = issue(client, f"/department/slips/{city.hanako}").get_data(as_text=True)
    assert log_in(client.application.test_client(), "0000001", SLIP.findall(slip)[0]) == "/"
    event = db.session.scalars(select(AccountEventRow).where(AccountEventRow.kind == "slip issued")).one()
    assert event.by == "見本 所属長"
    elsewhere, nobody = (client.post(f"/department/slips/{i}") for i in (city.elsewhere, "nobody"))
    assert (elsewhere.status_code, elsewhere.data) == (nobody.status_code, nobody.data)
    assert elsewhere.status_code == 404


def test_a_slip_is_asked_for_by_name_and_a_reload_makes_none_useless(client: FlaskClient, city: City) -> None:
    give_account(city.hanako)
    sign_in(client, city.head)
    address = f"/department/slips/{city.hanako}"
    assert log_in(client.application.test_client(), "0000001", PASSWORD) == "/"
    asked = client.get(address).text
    assert "試験 花子さんのログイン票を発行しますか" in asked
    assert "すぐに使えなくなります" in asked
    given = dict(re.findall(r'name="(issued)" value="(\d+)"', asked))
    (slip,) = SLIP.findall(client.post(address, data=given).text)
    reloaded = client.post(address, data=given)
    assert reloaded.status_code == 303
    assert "もう発行されています" in client.get(reloaded.headers["Location"]).text
    assert client.post(address).status_code == 303
    assert log_in(client.application.test_client(), "0000001", slip) == "/"
    assert "試験 花子" in client.get("/department/slips?q=花子").text
    assert "試験 花子" not in client.get("/department/slips?q=だれか").text


def test_a_head_cannot_take_over_an_hr_account(client: FlaskClient, city: City) -> None:
    give_account(city.hanako, Role.HR)
    sign_in(client, city.head)
    assert client.get(f"/department/slips/{city.hanako}").status_code == 403
    assert client.post(f"/department/slips/{city.hanako}").status_code == 403


def test_a_named_head_cannot_take_over_somebody_who_leads_more(client: FlaskClient, city: City) -> None:
    add_appointment(city.hanako, "0000001", date(2024, 4, 1), department="01", main=False)
    add_appointment(city.head, "0000002", date(2024, 4, 1), department="02", main=False)
    add_department("03", "教育部", position=3, head_number="0000002")
    for person in (city.hanako, city.head):
        give_account(person)
    sign_in(client, city.elsewhere, Role.HEAD, department="01")
    assert client.get(f"/department/slips/{city.hanako}").status_code == 200
    assert client.get(f"/department/slips/{city.head}").status_code == 403
    assert client.post(f"/department/slips/{city.head}").status_code == 403


@pytest.mark.parametrize("first", [True, False])
def test_a_role_of_a_merged_record_is_not_taken_over_either(
    client: FlaskClient, city: City, first: bool
) -> None:
    other = hire("0000009", "試験 花子", department="02")
    for person, roles in sorted([(other, [Role.HR]), (city.hanako, [])], key=lambda x: bool(x[1]) != first):
        give_account(person, *roles)
    begin_writing()
    db.session.add(MergeRow(kept_id=city.hanako, merged_id=other, recorded_at=clock.now()))
    db.session.commit()
    sign_in(client, city.head)
    assert client.get(f"/department/slips/{city.hanako}").status_code == 403
    assert client.post(f"/department/slips/{city.hanako}").status_code == 403


def test_pressed_twice_at_once_only_one_slip_is_made(either: Flask) -> None:
    either.config["GUARD_WRITES"] = False
    give_account(hanako := hire("0000001", "試験 花子"))

    def press() -> str:
        try:
            return issue_slip(hanako, clock.now(), clock.today(), "人事", issued=0).password
        except AlreadyIssued:
            return ""

    slips = at_once(either, press, press, press)
    assert sorted(map(bool, slips)) == [False, False, True]


def test_a_reissue_ends_what_was_open(client: FlaskClient, city: City) -> None:
    hers = client.application.test_client()
    sign_in(hers, city.hanako)
    assert hers.get("/password").status_code == 200
    sign_in(client, city.hr, Role.HR)
    issue(client, f"/hr/accounts/{city.hanako}/slip")
    assert hers.get("/password").status_code == 303


@pytest.mark.parametrize("path", ["/hr/accounts", "/department/slips"])
def test_a_learner_is_refused_kindly(client: FlaskClient, city: City, path: str) -> None:
    sign_in(client, city.hanako)
    answer = client.get(path)
    assert answer.status_code == 403
    assert "このページは開けません" in answer.get_data(as_text=True)


def test_an_operator_starts_at_the_office(client: FlaskClient, city: City) -> None:
    enter(client, give_operator("op", Role.HR))
    assert client.get("/login").headers["Location"] == "/hr/"
    door = client.application.test_client()
    assert log_in(door, "op", PASSWORD) == "/hr/"
    assert log_in(door, "op", PASSWORD, "/hr/people") == "/hr/people"


def run_out(*person_ids: str) -> None:
    """Let the initial passwords of these people have expired."""
    begin_writing()
    for account in accounts_of(person_ids):
        account.initial_until = clock.now() - timedelta(days=1)
    db.session.commit()


def test_slips_that_ran_out_are_made_anew_together(client: FlaskClient, city: City) -> None:
    old = {person: slip_password(person) for person in (city.hanako, city.head, city.elsewhere)}
    run_out(*old)
    operator = give_account(hire("0000009", "見本 管理", department="02"), Role.ADMIN)
    begin_writing()
    db.session.get_one(AccountRow, operator).initial_until = clock.now() - timedelta(days=1)
    db.session.commit()
    sign_in(client, city.hr, Role.HR)
    assert "期限が切れています" in client.get("/hr/").text
    page = client.get("/hr/accounts").text
    assert "期限切れの3人に、ログイン票を作り直す" in page  # an administrator's is not HR's to make
    assert "初期パスワードの期限切れ(" in client.get(f"/hr/people/{city.hanako}").text
    answer = client.post("/hr/slips/expired", data={"department": "01", "output": "csv"})
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))[1:]
    assert [row[1] for row in rows] == ["試験 花子", "見本 所属長"]
    assert log_in(client.application.test_client(), "0000001", old[city.hanako]) == ""
    assert log_in(client.application.test_client(), "0000001", rows[0][3]) == "/"
    again = client.post("/hr/slips/expired", data={"department": "01"})
    assert again.status_code == 303
    assert log_in(client.application.test_client(), "0000002", rows[1][3]) == "/"
    assert "期限切れの1人に" in client.get("/hr/accounts").text


def test_a_slip_of_a_future_hire_counts_from_the_first_day(client: FlaskClient, city: City) -> None:
    first = clock.today() + timedelta(days=60)
    slip = issue_slip(
        hire("0000010", "試験 予定", first, department="01"), clock.now(), clock.today(), "試験"
    )
    assert slip.valid_through == first + timedelta(days=14)
    now = issue_slip(city.hanako, clock.now(), clock.today(), "試験")
    assert now.valid_through == clock.today() + timedelta(days=14)


def test_who_is_on_leave_gets_a_slip_only_when_asked_for(client: FlaskClient, city: City) -> None:
    away = add_person("試験 休子")
    add_appointment(
        away, "0000011", date(2020, 4, 1), department="01", states=((date(2020, 5, 1), ServiceState.LEAVE),)
    )
    sign_in(client, city.hr, Role.HR)
    page = client.get("/hr/accounts").text
    assert "アカウントのない3人に" in page
    assert "猶予の1人の票は" in page
    assert "試験 休子" not in client.post("/hr/slips").text
    assert "試験 休子" in issue(client, f"/hr/accounts/{away}/slip").text


def test_who_heads_by_the_file_and_whom_hr_named_are_told_apart(client: FlaskClient, city: City) -> None:
    give_account(city.hanako, Role.HEAD, department="02")
    sign_in(client, city.hr, Role.HR)

    def tags(number: str) -> str:
        return client.get(f"/hr/accounts?q={number}").text.split("<tbody>")[1].split("</tbody>")[0]

    assert ">所属長<" in tags("0000002") and "所属担当者" not in tags("0000002")
    assert ">所属担当者<" in tags("0000001") and ">所属長<" not in tags("0000001")
    assert "所属担当者" in client.get(f"/hr/people/{city.hanako}").text
