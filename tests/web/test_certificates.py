"""The 修了証: for its owner, HR and the auditor; for everybody else it is not there."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.roles import Role
from app.courses.library import Library
from app.training.records import Holder, confirm, keep_reading, load_attempt, start_attempt
from tests.answering import answer_all
from tests.people_builder import hire
from tests.signing_in import enter, give_operator, sign_in
from tests.web.learner import text_of

CONFIRMED = datetime(2026, 5, 1, 3, 0, tzinfo=UTC)


@pytest.fixture
def hana(app: Flask) -> str:
    """Who completed the course."""
    return hire("0001234", "試験 花子", date(2026, 4, 1))


@pytest.fixture
def serial(app: Flask, hana: str, library: Library) -> str:
    """Her certificate's."""
    course = library.course("sns-guideline")
    assert course is not None
    for section in course.sections:
        keep_reading(hana, course, section, CONFIRMED)
        attempt = load_attempt(start_attempt(hana, course, section, CONFIRMED))
        assert attempt is not None
        answer_all(attempt, CONFIRMED)
    holder = Holder(hana, "試験 花子", "0001234", "給食センター", "会計年度任用職員(パートタイム)")
    return confirm(holder, course, CONFIRMED).serial


def test_it_says_who_what_when_and_from_whom(client: FlaskClient, hana: str, serial: str) -> None:
    sign_in(client, hana)
    words = text_of(client.get(f"/certificates/{serial}").get_data(as_text=True))
    for part in ("修了証", f"第 {serial} 号", "試験 花子", "0001234", "給食センター",
                 "ソーシャルメディア利用ガイドライン研修", "令和5年9月11日更新・本文抜粋",
                 "の内容を確認しました。", "令和8年5月1日(2026年)", "須賀川市"):  # fmt: skip
        assert part in words, part
    assert re.fullmatch(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}", serial)


@pytest.mark.parametrize(("role", "status"), [(Role.HR, 200), (Role.AUDITOR, 200), (Role.HEAD, 404),
                                              (Role.ADMIN, 404), (None, 404)])  # fmt: skip
def test_who_may_see_it(client: FlaskClient, serial: str, role: Role | None, status: int) -> None:
    sign_in(client, hire("0005678", "試験 太郎"), *([role] if role else []), department="A")
    assert client.get(f"/certificates/{serial}").status_code == status


def test_an_auditor_without_a_person_may_see_it(client: FlaskClient, serial: str) -> None:
    enter(client, give_operator("auditor", Role.AUDITOR))
    assert client.get(f"/certificates/{serial}").status_code == 200


def test_an_unknown_serial_is_not_there(client: FlaskClient, hana: str) -> None:
    sign_in(client, hana)
    assert client.get("/certificates/AAAA-2222").status_code == 404


def test_hr_looks_a_certificate_up_by_what_is_printed_on_it(client: FlaskClient, serial: str) -> None:
    enter(client, give_operator("jinji", Role.HR))
    wide = "".join(chr(ord(letter) + 0xFEE0) if letter.isalnum() else letter for letter in serial)
    for typed in (serial, f"第 {serial} 号", serial.lower(), serial.replace("-", ""), wide):
        answer = client.get("/hr/people", query_string={"q": typed})
        assert answer.location == f"/certificates/{serial}", typed
    assert "試験 花子さんの記録を見る" in client.get(f"/certificates/{serial}").text
    for typed in ("2222-2222", "第号", "試験"):
        assert client.get("/hr/people", query_string={"q": typed}).status_code == 200


def test_a_reader_of_english_gets_a_reference_beside_it(client: FlaskClient, hana: str, serial: str) -> None:
    sign_in(client, hana)
    assert "Certificate of Completion" not in client.get(f"/certificates/{serial}").text
    client.post("/showing", data={"lang": "en"})
    page = client.get(f"/certificates/{serial}").text
    assert "修了証" in page and "Certificate of Completion" in page and "reference translation" in page
    assert page.count(serial) >= 2
