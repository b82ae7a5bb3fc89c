"""検証結果: HR and the auditor learn whether the records fit; nobody else is let in."""

from __future__ import annotations

import errno
import io
import os
import re
import sqlite3
import time
import warnings
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.roles import Role
from app.audit import check, pack
from app.courses.model import Course
from app.db import begin_writing, db
from app.evidence import ledger
from tests.evidence.test_audit import pass_course
from tests.people_builder import hire
from tests.signing_in import sign_in
from tests.training.test_records import NOW, begin, finish


@pytest.fixture
def serial(client: FlaskClient, app: Flask, course: Course) -> str:
    app.config["GUARD_WRITES"] = False
    return pass_course(course)


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    text = answer.get_data(as_text=True)
    assert status != 200 or len(re.findall("<h1", text)) == 1
    return text


@pytest.mark.parametrize(
    ("roles", "status"),
    [((), 403), ((Role.HEAD,), 403), ((Role.ADMIN,), 403), ((Role.HR,), 200), ((Role.AUDITOR,), 200)],
)
def test_only_hr_and_the_auditor_come_in(
    client: FlaskClient, serial: str, course: Course, roles: tuple[Role, ...], status: int
) -> None:
    attempt = finish(begin(hire("0005555", "受講 太郎"), course, course.sections[0]))
    sign_in(client, hire("0008888", "来訪 花子"), *roles)
    page(client, "/hr/evidence/", status)
    page(client, f"/hr/evidence/{attempt.id}", status)
    page(client, "/hr/evidence/unknown", 404 if status == 200 else status)
    for path in ("/hr/evidence/check", "/hr/evidence/pack"):
        with client.post(path, data={"year": "2026"}) as answer:
            assert (answer.status_code == 403) is (status == 403)


def test_one_sentence_says_that_the_records_fit(client: FlaskClient, serial: str) -> None:
    sign_in(client, hire("0008888", "監査 花子"), Role.AUDITOR)
    assert "まだ確かめていません" in page(client, "/hr/evidence/")
    assert client.post("/hr/evidence/check").status_code == 303
    assert re.search(
        r"令和8年度の記録\d+件は、値「kenshu \d+ [0-9a-f]{16}」と一致します", page(client, "/hr/evidence/")
    )


def test_with_a_fixed_report_the_sentence_names_its_document(client: FlaskClient, serial: str) -> None:
    begin_writing()
    head = ledger.head_line()
    begin_writing()
    ledger.append("report.fixed", NOW, report="2026-001", document="決裁文書 総務第12号", head=head, files={})
    db.session.commit()
    sign_in(client, hire("0008888", "監査 花子"), Role.AUDITOR)
    client.post("/hr/evidence/check")
    shown = page(client, "/hr/evidence/")
    assert re.search(r"令和8年度の記録\d+件は、決裁文書 総務第12号に記載の値と一致します", shown)


def test_a_value_typed_off_a_certificate_is_looked_up(client: FlaskClient, serial: str) -> None:
    sign_in(client, hire("0008888", "監査 花子"), Role.AUDITOR)
    line = ledger.certificate_line(serial)
    assert line in page(client, f"/certificates/{serial}")
    assert "含まれています" in page(client, f"/hr/evidence/?anchor={line}")
    assert "いまの記録とちがいます" in page(
        client, f"/hr/evidence/?anchor={line[:-1]}{'0' if line[-1] != '0' else '1'}"
    )
    assert "いまの記録にありません" in page(client, "/hr/evidence/?anchor=kenshu 99999 0123456789abcdef")
    assert "読み取れませんでした" in page(client, "/hr/evidence/?anchor=なにか")


def test_a_changed_record_is_said_plainly_and_stops_nobody(
    client: FlaskClient, serial: str, course: Course
) -> None:
    auditor = hire("0008888", "監査 花子")
    sign_in(client, auditor, Role.AUDITOR)
    client.post("/hr/evidence/check")
    db.session.rollback()
    with sqlite3.connect(db.engine.url.database or "") as file:
        file.execute("UPDATE completions SET correct = correct - 1")
    client.post("/hr/evidence/check")
    assert "正答数が、記録とちがいます" in page(client, "/hr/evidence/")
    assert finish(begin(auditor, course, course.sections[0])).passed


def test_an_older_backup_is_noticed_by_what_was_checked_before(client: FlaskClient, serial: str) -> None:
    sign_in(client, hire("0008888", "監査 花子"), Role.AUDITOR)
    check.keep(check.Checked(99, "kenshu 9999 0123456789abcdef"), NOW)
    assert "前に確かめた記録が、いまの記録にありません" in page(client, "/hr/evidence/")


def test_a_test_is_shown_with_lesson_questions_and_answers(client: FlaskClient, course: Course) -> None:
    section = course.sections[2]
    attempt = finish(begin(hire("0005555", "受講 太郎"), course, section), wrong=1)
    sign_in(client, hire("0008888", "人事 花子"), Role.HR)
    shown = page(client, f"/hr/evidence/{attempt.id}")
    assert "記録と一致します" in shown
    assert "受講 太郎" in shown and section.lesson.html[:60] in shown
    assert shown.count("本人の解答") >= len(attempt.questions)
    ids = re.findall(r'\sid="([^"]+)"', shown)
    assert len(ids) == len(set(ids)), [i for i in ids if ids.count(i) > 1]


def test_the_pack_is_handed_out(client: FlaskClient, serial: str) -> None:
    sign_in(client, hire("0008888", "監査 花子"), Role.AUDITOR)
    answer = client.post("/hr/evidence/pack", data={"year": "2026"})
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        assert {"index.html", "verifier.py", "evidence.jsonl", "SHA256SUMS"} <= set(archive.namelist())
    answer.close()
    assert client.post("/hr/evidence/pack", data={"year": "x"}).status_code == 400


def packs(app: Flask) -> list[str]:
    instance: Path = app.extensions["kenshu"].settings.instance
    return sorted(path.name for path in instance.glob("pack-*"))


@pytest.mark.parametrize("when", ["handed out", "a year to come", "a full disk"])
def test_nothing_of_a_pack_is_left_behind(
    client: FlaskClient, app: Flask, serial: str, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    sign_in(client, hire("0008888", "監査 花子"), Role.AUDITOR)
    app.testing = app.config["PROPAGATE_EXCEPTIONS"] = False
    if when == "a full disk":

        def full(path: Path, *_args: object) -> None:
            path.write_bytes(b"half of it")
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(pack, "write_pack", full)
    answer = client.post("/hr/evidence/pack", data={"year": "2199" if when == "a year to come" else "2026"})
    assert answer.status_code == {"handed out": 200, "a year to come": 303}.get(when, answer.status_code)
    if when == "a full disk":
        assert answer.status_code >= 500
    answer.get_data()
    with warnings.catch_warnings(record=True) as left_to_chance:
        warnings.simplefilter("always", ResourceWarning)
        answer.close()
    assert packs(app) == []
    assert [str(one.message) for one in left_to_chance] == []


def test_what_a_killed_worker_left_of_a_pack_goes_with_the_next_one(
    client: FlaskClient, app: Flask, serial: str
) -> None:
    sign_in(client, hire("0008888", "監査 花子"), Role.AUDITOR)
    instance: Path = app.extensions["kenshu"].settings.instance
    for name, age in (("pack-killed", 3600), ("pack-being-made", 60)):
        folder = instance / name
        folder.mkdir()
        (folder / "draft.zip").write_bytes(b"names")
        for path in (folder / "draft.zip", folder):
            os.utime(path, (time.time() - age, time.time() - age))
    client.post("/hr/evidence/pack", data={"year": "2026"}).close()
    assert packs(app) == ["pack-being-made"]


def test_a_report_handed_out_is_an_entry_and_carries_the_value(client: FlaskClient, serial: str) -> None:
    sign_in(client, hire("0008888", "人事 花子"), Role.HR)
    line = ledger.head_line()
    answer = client.get("/hr/report.csv")
    assert f"記録の値: {line}" in answer.get_data(as_text=True).splitlines()[0]
    newest = ledger.head()
    assert newest is not None
    assert newest.facts()["event"] == "export.made"


def test_a_problem_found_since_the_start_stands_on_hrs_pages_only(
    client: FlaskClient, app: Flask, serial: str
) -> None:
    app.extensions["kenshu-evidence"] = {"problem": "12番の記録の内容が、記録された値と一致しません。"}
    person_id = hire("0008888", "来訪 花子")
    sign_in(client, person_id)
    assert "研修の記録に問題があります" not in page(client, "/")
    sign_in(client, hire("0007777", "人事 花子"), Role.HR)
    assert "研修の記録に問題があります" in page(client, "/hr/")


def test_printed_reports_carry_the_value(client: FlaskClient, serial: str) -> None:
    sign_in(client, hire("0007777", "人事 花子"), Role.HR)
    for path in ("/hr/report", "/hr/report/council"):
        assert f'<span class="mono">{ledger.head_line()}</span>' in page(client, path)
