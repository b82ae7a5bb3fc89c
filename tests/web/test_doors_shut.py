"""What is tried at the door: files that are not there, forms of others, steps left out, floods."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import clock
from app.access.models import AccountRow
from app.access.roles import Role
from app.db import Base, db
from app.training.models import AnswerRow, AttemptRow, CompletionRow
from tests.people_builder import add_appointment, add_person, hire
from tests.signing_in import PASSWORD, enter, give_account, give_operator, sign_in
from tests.web.learner import COURSE, SECTIONS, Learner

NEW = "青い傘と古い時計の駅"
ODD = "</script><script>alert(1)</script>\"'\\\u2028\u2029&<!--"
"""A name that would end a script, a string, a line."""


@pytest.mark.parametrize("path", [
    "/.git/config", "/.git/HEAD", "/.gitignore", "/static/.git/config", "/static/../.git/config",
    "/static/..%2f.git/config", "/static/%2e%2e/%2e%2e/.git/config", "/static/../../dev.py",
    "/static/etc/passwd", "/static/..%5c..%5cdev.py", "/app.py", "/requirements.txt", "/instance/secret_key",
    "/instance/kenshu.sqlite3", "/content/site.toml", "/migrations/env.py", "/.env", "/.venv/pyvenv.cfg",
    "/static/", "/static/css/", "/debug", "/console", "/admin", "/server-status", "/api", "/openapi.json",
])  # fmt: skip
def test_nothing_but_its_pages_is_served(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404, answer.status_code
    assert b"SECRET" not in answer.data and b"[core]" not in answer.data


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "PROPFIND"])
def test_other_methods_do_nothing(client: FlaskClient, method: str) -> None:
    sign_in(client, hire("0000001"))
    for path in ("/", "/login", "/account/"):
        assert client.open(path, method=method).status_code == 405, path


def test_a_new_site_has_no_account_at_all(app: Flask, client: FlaskClient) -> None:
    assert db.session.scalar(select(func.count()).select_from(AccountRow)) == 0
    for number in ("admin", "root", "guest", "sa", "test", "kenshu", "jinji", "kanri", ""):
        for password in ("admin", "password", "kenshu", "mihon", ""):
            answer = client.post("/login", data={"number": number, "password": password})
            assert answer.status_code in (401, 422, 429)


def test_no_form_of_another_is_taken_anywhere(app: Flask, client: FlaskClient) -> None:
    """Every address that changes something, by every role, without a token and with one made up."""
    app.config["WTF_CSRF_ENABLED"] = True
    learner = add_person()
    add_appointment(learner, "0000001", date(2020, 4, 1))
    asked = 0
    for role in Role:
        account = give_account(learner) if role is Role.LEARNER else give_operator(f"{role}-1", role)
        enter(client, account)
        before = counts()
        for rule in app.url_map.iter_rules():
            if "POST" not in (rule.methods or set()):
                continue
            path = re.sub(r"<[^>]+>", "1", rule.rule)
            for form in ({}, {"csrf_token": "IjEyMyI.YWJj.ZGVm"}):
                answer = client.post(path, data=form, headers={"Origin": "https://evil.example"})
                assert answer.status_code in (400, 403), f"{role} {rule.rule}: {answer.status_code}"
                asked += 1
        assert counts() == before
    assert asked > 500


def counts() -> dict[str, int]:
    """How many rows every table has, but for who is signed in."""
    db.session.rollback()
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
        if table.name != "sessions"
    }


def test_no_step_of_the_course_can_be_left_out(client: FlaskClient) -> None:
    sign_in(client, hire("0000001"))
    client.post(COURSE, data={"confirm": "yes", "confirmed": "on"})
    assert db.session.scalar(select(func.count()).select_from(CompletionRow)) == 0
    learner = Learner(client)
    learner.begin(SECTIONS[0])
    first = learner.at
    later = re.sub(r"/1$", "/3", first)
    assert later != first
    # The questions of a test may be answered in any order; it ends when the last one is answered.
    client.post(later, data={"choice": "0"})
    assert db.session.scalar(select(AttemptRow.finished_at)) is None
    assert "data-outcome" not in client.get(re.sub(r"/\d+$", "/result", first)).text
    assert db.session.scalar(select(func.count()).select_from(AnswerRow)) == 1
    for section in SECTIONS[1:]:
        assert client.post(f"{COURSE}{section}/quiz/1/1", data={"choice": "0"}).status_code == 404
    client.post(COURSE, data={"confirm": "yes"})
    assert db.session.scalar(select(func.count()).select_from(CompletionRow)) == 0
    assert db.session.scalar(select(func.count()).select_from(AttemptRow)) == 1


def test_what_a_form_does_not_ask_for_is_not_taken(client: FlaskClient) -> None:
    person, other = hire("0000001"), hire("0000002")
    sign_in(client, person)
    extra = {
        "person_id": other, "person": other, "account_id": "x", "role": "hr", "correct": "5", "score": "100",
        "passed": "1", "right": "1", "started_at": "2020-01-01", "finished_at": "2020-01-01",
    }  # fmt: skip
    learner = Learner(client)
    learner.begin(SECTIONS[0])
    client.post(learner.at, data={**extra, "choice": learner.values(False)})
    attempt = db.session.scalars(select(AttemptRow)).one()
    answer = db.session.scalars(select(AnswerRow)).one()
    assert (attempt.person_id, attempt.finished_at, answer.correct) == (person, None, False)
    assert (clock.now() - attempt.started_at).days == 0
    client.post("/showing", data={**extra, "lang": "en"})
    client.post("/password", data={**extra, "current": PASSWORD, "new": NEW, "again": NEW})
    assert client.get("/hr/").status_code == 403


def test_an_odd_name_stays_text_in_a_page_and_in_json(client: FlaskClient) -> None:
    sign_in(client, hire("0000001", ODD))
    page = client.get("/account/record").text
    assert "<script>alert" not in page and "<!--" not in page.split("<main", 1)[1]
    answer = client.get("/account/record.json")
    assert answer.mimetype == "application/json"
    held = json.loads(answer.data)
    assert ODD in [value for part in held for row in part["rows"] for value in row.values()]


@pytest.mark.parametrize(
    "sent", ["' OR '1'='1", "'; DROP TABLE persons; --", "%' OR name LIKE '%", '" OR 1=1 --', "_", "%"]
)
def test_what_is_searched_for_is_a_value_and_no_part_of_the_question(client: FlaskClient, sent: str) -> None:
    hire("0000001", "試験 花子")
    enter(client, give_operator("jinji", Role.HR))
    for path in ("/hr/people", "/hr/accounts", "/hr/roster/"):
        page = client.get(path, query_string={"q": sent, "department": sent, "state": sent, "sort": sent})
        assert page.status_code in (200, 404, 308)
        assert "試験 花子" not in page.text or path == "/hr/roster/"
    answer = client.post("/login", data={"number": sent, "password": sent})
    assert answer.status_code in (401, 429)
    assert "試験 花子" in client.get("/hr/people", query_string={"q": "花子"}).text


def test_a_body_too_large_is_refused(client: FlaskClient) -> None:
    enter(client, give_operator("jinji", Role.HR))
    flood = b"x" * (32 * 1024 * 1024 + 1)
    answer = client.post("/hr/roster", data=flood, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "ファイルが大きすぎます" in answer.text
