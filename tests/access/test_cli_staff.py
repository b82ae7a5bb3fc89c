"""flask staff, as the person who runs the server types it."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import select

from app.access.models import AccountRow, RoleGrantRow
from app.db import db
from tests.people_builder import add_department, hire
from tests.signing_in import sign_in

SLIP = re.compile(r"[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}")


def run(app: Flask, *words: str) -> tuple[int, str]:
    """Exit code and what was printed, errors included."""
    result = app.test_cli_runner().invoke(args=["staff", *words])
    return result.exit_code, result.output


def test_a_role_for_somebody_in_the_roster_makes_the_account(app: Flask) -> None:
    hire("0000003", "見本 人事")
    code, said = run(app, "grant", "3", "hr")
    assert code == 0
    assert "見本 人事 さんに「人事担当」の役割を与えました。" in said
    assert len(SLIP.findall(said)) == 1
    again, said = run(app, "grant", "0000003", "hr")
    assert (again, SLIP.findall(said)) == (0, [])
    assert len(db.session.scalars(select(RoleGrantRow)).all()) == 1


def test_an_operator_stands_outside_the_roster(app: Flask) -> None:
    code, said = run(app, "grant", "op-audit", "auditor", "--name", "監査 担当")
    assert code == 0
    assert SLIP.search(said)
    account = db.session.scalars(select(AccountRow)).one()
    assert (account.login, account.person_id, account.name) == ("op-audit", None, "監査 担当")


def test_a_named_head(app: Flask) -> None:
    add_department("01", "総務部")
    hire("0000003")
    assert run(app, "grant", "3", "head", "--department", "01")[0] == 0
    assert db.session.scalars(select(RoleGrantRow)).one().department == "01"


def test_what_is_refused_changes_nothing(app: Flask) -> None:
    hire("0000003", "見本 人事")
    for words, code in [
        (("grant", "0000099", "hr"), 1),
        (("grant", "3", "head", "--department", "99"), 1),
        (("grant", "3", "hr", "--department", "01"), 1),
        (("grant", "3", "hr", "--name", "別の人"), 1),
        (("grant", "3", "boss"), 2),
        (("grant",), 2),
        (("reset-password", "0000099"), 1),
    ]:
        assert run(app, *words)[0] == code, words
    assert not db.session.scalars(select(AccountRow)).all()


def test_a_reset_ends_sessions_and_prints_once(app: Flask) -> None:
    client = app.test_client()
    sign_in(client, hire("0000003"))
    code, said = run(app, "reset-password", "0000003")
    assert code == 0
    password = SLIP.findall(said)[0]
    assert client.get("/password").status_code == 303
    app.config["WTF_CSRF_ENABLED"] = False
    answer = client.post("/login", data={"number": "3", "password": password})
    assert answer.headers["Location"] == "/"
