"""My account: where I am signed in, what is held about me, who looked; and stolen cookies that are dead."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.access import accounts, grants, sessions
from app.access.looks import What, looks_at
from app.access.roles import Role
from app.access.sign_in import accounts_of, persons_with
from app.auth import cookie_name
from app.db import Base, begin_writing, db
from app.operations.inventory import INVENTORY, STAFF
from app.operations.own_record import TOGETHER, link
from app.people.models import TermRow
from tests.people_builder import hire
from tests.signing_in import PASSWORD, enter, give_account, give_operator, issue, sign_in
from tests.web.learner import Learner

NEW = "秋のおわりの試験です"
EDGE = "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0"


def taken_test(client: FlaskClient) -> str:
    """Read the first lesson and take its test; return the attempt's id."""
    learner = Learner(client)
    learner.read("1-definition")
    learner.begin("1-definition")
    attempt = learner.attempt.id
    learner.answer()
    return attempt


def log_in(app: Flask, number: str = "0000001", agent: str = EDGE) -> FlaskClient:
    browser = app.test_client()
    answer = browser.post(
        "/login", data={"number": number, "password": PASSWORD}, headers={"User-Agent": agent}
    )
    assert answer.status_code == 303
    return browser


def dead(browser: FlaskClient) -> bool:
    return browser.get("/").headers.get("Location", "").startswith("/login")


def test_my_browsers_are_listed_and_ended(app: Flask, client: FlaskClient) -> None:
    give_account(hire("0000001"))
    here, there, third = log_in(app), log_in(app, agent="Firefox/130 (X11; Linux)"), log_in(app)
    page = here.get("/account/").get_data(as_text=True)
    assert page.count("Edge・Windows</th>") + page.count("Edge・Windows <span") == 2
    assert "Firefox・Linux" in page and page.count("この端末</span>") == 1
    name = page.split('name="browser" value="')[1].split('"')[0]
    here.post("/account/sign-out", data={"browser": name})
    assert dead(there) + dead(third) == 1
    here.post("/account/sign-out")
    assert dead(there) and dead(third) and not dead(here)


def test_nobody_ends_another_accounts_session(app: Flask, client: FlaskClient) -> None:
    give_account(hire("0000001"))
    give_account(hire("0000002"))
    mine, theirs = log_in(app), log_in(app, "0000002")
    token = theirs.get_cookie(cookie_name())
    assert token is not None
    (open_,) = sessions.open_sessions(account("0000002"), token.value, clock.now())
    mine.post("/account/sign-out", data={"browser": open_.name})
    mine.post("/account/sign-out")
    assert not dead(theirs)


def test_the_last_login_is_said_at_the_next(app: Flask, client: FlaskClient) -> None:
    give_account(hire("0000001"))
    assert "前回のログイン" not in log_in(app).get("/").get_data(as_text=True)
    assert "前回のログイン: 令和" in log_in(app).get("/").get_data(as_text=True)


#: What makes the cookie of somebody signed in worthless, whoever copied it.
ENDS: dict[str, Callable[[FlaskClient, str], object]] = {
    "logout": lambda browser, person: browser.post("/logout"),
    "own list": lambda browser, person: another(browser).post("/account/sign-out"),
    "password": lambda browser, person: another(browser).post(
        "/password",
        data={"current": PASSWORD, "new": NEW, "again": NEW},
    ),
    "reset": lambda browser, person: accounts.issue_slip(person, clock.now(), clock.today(), "人事"),
    "role": lambda browser, person: grants.grant(
        "0000001", Role.AUDITOR, None, None, "管理", clock.now(), clock.today()
    ),
    "admin": lambda browser, person: office(browser).post(f"/hr/accounts/{person}/sign-out"),
    "end of service": lambda browser, person: retire(person),
}


def another(browser: FlaskClient) -> FlaskClient:
    """The same person on another browser."""
    return log_in(browser.application)


def office(browser: FlaskClient) -> FlaskClient:
    desk = browser.application.test_client()
    enter(desk, give_operator("kanri", Role.ADMIN))
    return desk


def retire(person_id: str) -> None:
    begin_writing()
    db.session.query(TermRow).update({"end": clock.today() - timedelta(days=1), "retired": True})
    db.session.commit()
    # Another row of the roster moved, as by every import: what sessions know is read again.
    hire("0000077")


@pytest.mark.parametrize("end", ENDS)
def test_a_stolen_cookie_is_dead(app: Flask, client: FlaskClient, end: str) -> None:
    person = hire("0000001")
    give_account(person)
    owner, thief = log_in(app), app.test_client()
    cookie = owner.get_cookie(cookie_name())
    assert cookie is not None
    thief.set_cookie(cookie_name(), cookie.value)
    assert not dead(thief)
    ENDS[end](owner, person)
    assert dead(thief)


def test_a_new_sign_in_ends_the_browsers_old_session(app: Flask, client: FlaskClient) -> None:
    give_account(hire("0000001"))
    browser = log_in(app)
    old = browser.get_cookie(cookie_name())
    assert old is not None
    browser.post("/login", data={"number": "0000001", "password": PASSWORD})
    assert not dead(browser)
    browser.set_cookie(cookie_name(), old.value)
    assert dead(browser)


def test_my_record_holds_what_i_did_and_nobody_elses(app: Flask, client: FlaskClient) -> None:
    mine, other = hire("0000001", name="試験 花子"), hire("0000002", name="別人 太郎")
    give_account(other)
    sign_in(client, mine)
    taken_test(client)
    page = client.get("/account/record").get_data(as_text=True)
    assert "試験 花子" in page and "0000001" in page and "確認テストの受講と合否" in page
    assert "1台の端末でログイン" in page and "受講期限" in page and "5節のうち0節が済みました" in page
    assert "別人" not in page and "0000002" not in page
    assert "argon2" not in page
    held = json.loads(client.get("/account/record.json").data)
    tables = {part["table"] for part in held}
    assert {"profiles", "attempts", "answers", "readings", "accounts", "sessions"} <= tables
    text = client.get("/account/record.csv").data.decode("utf-8-sig")
    assert text.startswith("何のため,番号,項目,値") and "試験 花子" in text and "argon2" not in text
    for kind in ("csv", "json"):
        assert client.get(f"/account/record.{kind}").headers["Cache-Control"] == "no-store"


def test_every_table_about_staff_is_in_the_record_or_named(app: Flask) -> None:
    for held in INVENTORY:
        if held.whose == STAFF:
            linked = link(Base.metadata.tables[held.table], ["1"]) is not None
            assert linked != (held.table in TOGETHER), held.table


def test_an_operator_has_no_record(app: Flask, client: FlaskClient) -> None:
    enter(client, give_operator("kanri", Role.ADMIN))
    assert client.get("/account/record").status_code == 403
    assert "わたしについて" not in client.get("/account/").get_data(as_text=True)


def test_who_looked_is_shown_to_whom_they_looked_at(app: Flask, client: FlaskClient) -> None:
    person = hire("0000001")
    sign_in(client, person)
    attempt = taken_test(client)
    hr, auditor = app.test_client(), app.test_client()
    enter(hr, give_operator("jinji", Role.HR, name="人事 一郎"))
    enter(auditor, give_operator("kansa", Role.AUDITOR, name="監査 二郎"))
    assert "まだ、だれも見ていません" in client.get("/account/record").get_data(as_text=True)
    for _ in range(2):
        assert hr.get(f"/hr/people/{person}").status_code == 200
    assert auditor.get(f"/hr/evidence/{attempt}").status_code == 200
    hr.get(f"/hr/roster/person/{person}")
    issue(hr, f"/hr/accounts/{person}/slip")
    sign_in(client, person)
    begin_writing()
    db.session.execute(db.text("UPDATE accounts SET initial_until = NULL"))
    db.session.commit()
    looks = client.get("/account/record").get_data(as_text=True).split('id="looks"')[1].split("</section>")[0]
    assert looks.count("人事担当 人事 一郎") == 3
    assert looks.count("監査 監査 二郎") == 1
    for what in ("受講の記録", "任用の記録", "テストの回答", "ログイン票の発行"):
        assert what in looks


def test_slips_made_for_many_are_a_look_at_each(app: Flask, client: FlaskClient) -> None:
    people = [hire(f"000000{n}") for n in range(1, 4)]
    enter(client, give_operator("jinji", Role.HR, name="人事 一郎"))
    assert client.post("/hr/slips", data={}).status_code == 200
    for person in people:
        (look,) = looks_at([person])
        assert (look.what, look.by, look.role) == (What.SLIP, "人事 一郎", Role.HR)


def test_looking_at_oneself_and_at_nobody_is_not_noted(app: Flask, client: FlaskClient) -> None:
    person = hire("0000001")
    sign_in(client, person, Role.HR)
    client.get(f"/hr/people/{person}")
    assert client.get("/hr/people/0").status_code == 404
    assert "まだ、だれも見ていません" in client.get("/account/record").get_data(as_text=True)


def account(number: str) -> str:
    (row,) = accounts_of(persons_with(number))
    return row.id
