"""What the bench compares gives the same: the same reports, the same answers kept, the same lesson."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.courses.library import Library
from app.db import db
from app.evidence.chain import Entry, first_break
from tests.bench.city import DAY
from tests.bench.ground import BY_HAND, CONTENT, OURS, SECRET, Ground, prepare
from tests.bench.keeping import CHAIN
from tests.bench.minimal import create_minimal

PEOPLE = 400
WHERE = f"as_of={DAY.isoformat()}"
_ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return prepare(tmp_path_factory.mktemp("bench"), PEOPLE, 1)


@pytest.fixture
def both(ground: Ground, library: Library) -> Iterator[tuple[FlaskClient, FlaskClient]]:
    """Our site and the app by hand."""
    ours = create_app(ground.settings(), library)
    minimal = create_minimal(ground.folder / BY_HAND, ground.folder / CONTENT, SECRET.encode())
    yield ours.test_client(), minimal.test_client()
    with ours.app_context():
        db.session.remove()
        db.engine.dispose()


def get(client: FlaskClient, path: str, token: str) -> str:
    client.set_cookie("kenshu_session", token)
    answer = client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return answer.get_data(as_text=True)


def table(page: str) -> list[list[str]]:
    """The words in the cells of the report on a page."""
    _, _, rest = page.partition('id="report"')
    rows = _ROW.findall(rest.partition("</table>")[0])
    return [[unescape(_TAG.sub("", cell)).strip() for cell in _CELL.findall(row)] for row in rows]


@pytest.mark.parametrize("by", ["department", "person"])
def test_the_same_report(both: tuple[FlaskClient, FlaskClient], ground: Ground, by: str) -> None:
    ours, by_hand = (table(get(client, f"/hr/report?by={by}&{WHERE}", ground.hr)) for client in both)
    assert len(ours) > 20
    assert ours == by_hand
    files = [get(client, f"/hr/report.csv?by={by}&bare=1&{WHERE}", ground.hr) for client in both]
    assert files[0] == files[1]
    by_sql = get(both[1], f"/hr/report.csv?by={by}&how=sql&{WHERE}", ground.hr)
    assert by_sql == files[0]


def test_every_state_occurs(both: tuple[FlaskClient, FlaskClient], ground: Ground) -> None:
    report = get(both[0], f"/hr/report.csv?by=person&bare=1&{WHERE}", ground.hr)
    for word in (
        "修了",
        "期限内",
        "期限後",
        "猶予",
        "期限超過",
        "受講中",
        "未着手",
        "対象外",
        "任意",
        "要協議",
    ):
        assert f",{word}," in report
    assert "期中退職者: 0人" not in get(both[0], f"/hr/report?by=department&{WHERE}", ground.hr)


def test_the_same_lesson(both: tuple[FlaskClient, FlaskClient], ground: Ground) -> None:
    for section in ground.sections:
        pages = [get(c, f"/courses/sns-guideline/{section}", ground.browsers[0].token) for c in both]
        lessons = [page.partition('<div class="lesson"')[2].partition(">")[2] for page in pages]
        shared = lessons[0].partition('</div>\n<div class="lesson-end">')[0].strip()
        assert len(shared) > 1_000
        assert lessons[1].strip().startswith(shared)


def test_the_same_answers_kept(both: tuple[FlaskClient, FlaskClient], ground: Ground) -> None:
    browser = ground.browsers[0]
    for client in both:
        found = _TOKEN.search(get(client, f"/courses/sns-guideline/{ground.sections[0]}", browser.token))
        assert found
        token = found[1]
        for test in browser.tests:
            assert client.post(f"{test.path}/1", data={"choice": "0"}).status_code in (400, 403)
            for position, choices in test.answers:
                answer = client.post(
                    f"{test.path}/{position}", data={"csrf_token": token, "choice": list(choices)}
                )
                assert (answer.status_code, answer.location) == (303, f"{test.path}/{position}")
    ours, by_hand = (kept(ground.folder / name) for name in (OURS, BY_HAND))
    assert ours == by_hand
    assert (len(ours[0]), ours[2]) == (sum(len(t.answers) for t in browser.tests), len(browser.tests))


def kept(database: Path) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]], int]:
    """Answers, outcomes and how many finished tests an unbroken chain proves, as they stand."""
    with sqlite3.connect(database) as connection:
        answers = connection.execute(
            "SELECT attempt_id, position, chosen, correct, half FROM answers ORDER BY attempt_id, position"
        ).fetchall()
        outcomes = connection.execute(
            "SELECT id, correct, halves, passed FROM attempts ORDER BY id"
        ).fetchall()
        chain = [Entry(*row) for row in connection.execute("SELECT * FROM evidence ORDER BY seq")]
    connection.close()
    assert first_break(chain, CHAIN) is None
    finished = sum(entry.facts()["event"] == "attempt.submitted" for entry in chain)
    return answers, outcomes, finished


def test_a_stranger_gets_nothing(both: tuple[FlaskClient, FlaskClient], ground: Ground) -> None:
    paths = [f"/courses/sns-guideline/{ground.sections[0]}", f"/hr/report?by=person&{WHERE}"]
    for client in both:
        for path in paths:
            assert client.get(path).status_code in (303, 403)
    # A learner is nobody of HR.
    for client in both:
        client.set_cookie("kenshu_session", ground.browsers[0].token)
        assert client.get(paths[1]).status_code == 403


def test_minimal_is_plain(ground: Ground) -> None:
    app = create_minimal(ground.folder / BY_HAND, ground.folder / CONTENT, SECRET.encode())
    assert isinstance(app, Flask)
    assert "babel" not in app.extensions and "sqlalchemy" not in app.extensions
