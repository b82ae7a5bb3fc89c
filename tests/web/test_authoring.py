"""Somebody writes a lesson: it is read again at once, what is to be mended stands beside it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.access.roles import Role
from app.db import db
from app.settings import ROOT
from tests.conftest import settings_in
from tests.house_client import HouseClient
from tests.people_builder import hire
from tests.signing_in import enter, give_account, give_operator

LESSON = "/courses/sns-guideline/3-scope"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A content folder of one's own."""
    return Path(shutil.copytree(ROOT / "content", tmp_path / "content"))


def site_on(folder: Path, empty_database: Path, authoring: bool) -> Flask:
    shutil.copy(empty_database, folder.parent / "test.sqlite3")
    app = create_app(settings_in(folder.parent, content=folder, authoring=authoring))
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = HouseClient
    return app


@pytest.fixture(params=[True, False], ids=["authoring", "serving"])
def app(request: pytest.FixtureRequest, folder: Path, empty_database: Path) -> Iterator[Flask]:
    app = site_on(folder, empty_database, request.param)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def client_of(app: Flask, account: str) -> FlaskClient:
    client = app.test_client()
    enter(client, account)
    return client


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_lesson_being_written(app: Flask, folder: Path) -> None:
    authoring = app.extensions["kenshu"].settings.authoring
    writer = client_of(app, give_operator("soumu", Role.HR))
    reader = client_of(app, give_account(hire("0001001", start=date(2024, 4, 1))))
    file = folder / "sns-guideline/3-scope/lesson.ja.md"
    assert ("この教材の点検" in writer.get(LESSON).text) is authoring

    rewrite(file, "\n## ", "\n書きかけの文です。\n\n## ")
    assert ("書きかけの文です。" in writer.get(LESSON).text) is authoring

    rewrite(file, "書きかけの文です。", "[ない項](#9(9))を読みます。")
    for page in (writer.get(LESSON).text, writer.get("/courses/sns-guideline/").text):
        assert ("9(9)" in page.partition('id="notes-title"')[2]) is authoring
        assert ("前の版の教材で動いています" in page) is authoring
    assert "9(9)" not in writer.get("/courses/sns-guideline/2-purpose").text.partition('id="notes-title"')[2]
    assert "9(9)" in writer.get("/hr/content").text
    seen = reader.get(LESSON).text
    assert "この教材の点検" not in seen and "9(9)" not in seen and "前の版" not in seen

    rewrite(file, "[ない項](#9(9))を読みます。", "書き終えた文です。")
    assert ("書き終えた文です。" in reader.get(LESSON).text) is authoring


def test_what_the_content_holds(app: Flask) -> None:
    page = client_of(app, give_operator("soumu", Role.HR)).get("/hr/content").text
    assert "項ごとの、判断する事例の数" in page and "4(5)キ" in page and "直す所はありません" in page
    assert client_of(app, give_operator("kanri", Role.ADMIN)).get("/hr/content").status_code == 200
    learner = client_of(app, give_account(hire("0001001", start=date(2024, 4, 1))))
    assert learner.get("/hr/content").status_code == 403
