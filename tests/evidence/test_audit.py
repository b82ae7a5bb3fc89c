"""What an auditor sees: state and proof kept together, the check, the export, the replay, the pack, 廃棄."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from app import create_app
from app.access.looks import Looker, What, looks_at, note
from app.access.roles import Role
from app.audit import check, pack, retention
from app.audit.adopt import adopt
from app.audit.export import write_export
from app.audit.replay import replay
from app.audit.stored import stored_completions
from app.courses.library import Library
from app.courses.model import Course
from app.db import Base, begin_writing, db
from app.evidence import ledger, verifier
from app.evidence.ledger import Happening
from app.evidence.models import EvidencePersonRow, EvidenceSealedRow
from app.evidence.rules import RULES
from app.people.directory import load_people
from app.people.models import ProfileRow
from app.reminders.forgetting import forget_addresses
from app.training.attempts import keep_answer, load_attempt, start_attempt
from app.training.models import AnswerRow, AttemptRow, CompletionRow, ContentFileRow, ReadingRow
from app.training.records import Holder, confirm
from tests.conftest import settings_in
from tests.people_builder import hire
from tests.signing_in import give_account
from tests.training.test_records import NOW, begin, complete_sections, finish

LATER = NOW + timedelta(hours=1)


def pass_course(course: Course, number: str = "0001234", name: str = "試験 花子") -> str:
    """Hire somebody who completes the course; return the serial of the certificate."""
    person_id = hire(number, name, end=date(2027, 3, 31))
    complete_sections(person_id, course)
    return confirm(Holder(person_id, name, number, "給食センター", "正規職員"), course, NOW).serial


def events() -> list[str]:
    return [str(e.facts()["event"]) for e in ledger.entries()]


# ---- state and proof together


def test_a_completion_leaves_an_entry_for_everything_on_its_way(either: Flask, course: Course) -> None:
    either.config["GUARD_WRITES"] = False
    serial = pass_course(course)
    sections = len(course.sections)
    told = events()
    assert told.count("content.published") == sections
    assert told.count("attempt.started") == told.count("attempt.submitted") == sections
    assert told[-1] == "completion.granted"
    facts = ledger.find("completion.granted", serial)
    assert facts is not None
    assert len(facts.facts()["attempts"]) == sections  # type: ignore[arg-type]
    assert all("花子" not in e.body.decode() and "0001234" not in e.body.decode() for e in ledger.entries())
    assert check.check_all().findings == []


def test_what_could_not_be_committed_left_neither_state_nor_entry(
    either: Flask, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    either.config["GUARD_WRITES"] = False
    person_id = hire("0001234")
    complete_sections(person_id, course)
    before = ledger.head_line()
    db.session.rollback()

    def broken() -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(db.session, "commit", broken)
        with pytest.raises(OSError):
            confirm(Holder(person_id, "試験 花子", "0001234", "", ""), course, NOW)
    db.session.rollback()
    assert ledger.head_line() == before
    assert db.session.scalar(select(CompletionRow)) is None
    assert check.check_all().findings == []


KILLED = """
import os, sys
from datetime import datetime, UTC
from pathlib import Path
from app import create_app
from app.courses.library import Library
from app.db import db
from app.settings import ROOT
from app.training.attempts import start_attempt
from tests.conftest import settings_in
library = Library.load(ROOT / "content")
app = create_app(settings_in(Path(sys.argv[1])), library)
with app.app_context():
    db.session.commit = lambda: os._exit(9)  # killed with everything written and nothing committed
    course = library.course("sns-guideline")
    start_attempt(sys.argv[2], course, course.sections[0], datetime(2026, 4, 2, tzinfo=UTC))
"""


def test_a_kill_before_the_commit_leaves_neither(app: Flask, tmp_path: Path) -> None:
    person_id = hire("0001234")
    db.session.rollback()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), person_id], cwd=Path(__file__).parents[2],
        env={**os.environ, "KENSHU_NOW": ""}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 9, done.stderr
    assert ledger.head() is None
    assert db.session.scalar(select(AttemptRow)) is None
    assert check.check_all().findings == []


# ---- the check


CHANGES = {
    "正答数": "UPDATE completions SET correct = correct + 1",
    "修了日時": "UPDATE completions SET confirmed_at = '2026-03-01 00:00:00+00'",
    "職員番号・氏名・所属": "UPDATE completions SET name = '別人 太郎'",
    "記録にありません": "UPDATE completions SET serial = 'AAAA-2222'",
    "保存されていません": "DELETE FROM completions",
    "確認テストの結果が、記録とちがいます": "UPDATE attempts SET correct = 0",
    "教材の控えが、記録の値と一致しません": "UPDATE content_files SET body = 'x'",
    "教材の控えがありません": "UPDATE content_revisions SET digest = 'x' || digest",
    "氏名などの控えが、記録の値と一致しません": "UPDATE evidence_sealed SET salt = 'x' || salt",
    "氏名などの控えがありません": "DELETE FROM evidence_sealed",
    "規則": "DROP TRIGGER evidence_no_update",
}


@pytest.mark.parametrize("words", CHANGES)
def test_the_check_names_what_somebody_changed_with_sql(app: Flask, course: Course, words: str) -> None:
    pass_course(course)
    assert check.check_all().findings == []
    db.session.rollback()
    with sqlite3.connect(db.engine.url.database or "") as file:
        file.execute("PRAGMA foreign_keys=OFF")
        file.execute(CHANGES[words])
    checked = check.check_all()
    assert any(words in reason for _, reason in checked.findings), checked.findings


def test_a_rewritten_entry_is_found_by_check_tail_and_verifier_alike(
    app: Flask, course: Course, tmp_path: Path
) -> None:
    pass_course(course)
    db.session.rollback()
    with sqlite3.connect(db.engine.url.database or "") as file:
        file.execute("DROP TRIGGER evidence_no_update")
        file.execute("UPDATE evidence SET body = replace(body, '2026', '2025') WHERE seq = 7")
        for rule in RULES["sqlite"]:
            if "no_update" in rule:
                file.execute(rule)
    assert [seq for seq, _ in check.check_all().findings] == [7]
    assert [seq for seq, _ in check.check_tail().findings] == [7]
    assert check.check_tail(3).findings == []
    write_export(tmp_path / "export.jsonl", NOW)
    assert run(tmp_path / "export.jsonl", "--json")["first_bad"] == 7


# ---- the export


def run(path: Path, *words: str) -> dict[str, object]:
    found, _ = verifier.verify(verifier.arguments([str(path), *words]))
    return found


def test_an_export_tells_the_verifier_everything(either: Flask, course: Course, tmp_path: Path) -> None:
    either.config["GUARD_WRITES"] = False
    serials = [pass_course(course, f"000123{n}", f"試験 {n}") for n in range(3)]
    paper = ledger.certificate_line(serials[0])
    made = write_export(tmp_path / "e.jsonl", LATER, by="人事 太郎")
    found = run(tmp_path / "e.jsonl", "--anchor", paper, "--certificate", serials[1])
    assert found["problems"] == [] and found["warnings"] == []
    assert found["certificates"] == sorted(serials)
    assert found["anchors"] == [{"anchor": paper, "state": "contained"}]
    assert found["asked_certificates"][0]["person"] == ["0001231", "試験 1", "給食センター"]  # type: ignore[index]
    assert events()[-1] == "evidence.exported"
    assert found["entries"] == made.entries == len(events()) - 1
    assert check.check_all().findings == []


def test_an_export_without_names_holds_none_and_still_verifies(
    app: Flask, course: Course, tmp_path: Path
) -> None:
    pass_course(course)
    write_export(tmp_path / "e.jsonl", LATER, names=False)
    assert "花子" not in (tmp_path / "e.jsonl").read_text(encoding="utf-8")
    assert run(tmp_path / "e.jsonl")["problems"] == []


def test_a_continued_export_joins_the_one_before(app: Flask, course: Course, tmp_path: Path) -> None:
    pass_course(course)
    first = write_export(tmp_path / "one.jsonl", LATER)
    pass_course(course, "0009999", "試験 太郎")
    write_export(tmp_path / "two.jsonl", LATER, since=first.entries)
    found = run(tmp_path / "two.jsonl", "--anchor", first.head)
    assert found["problems"] == []
    assert found["anchors"] == [{"anchor": first.head, "state": "contained"}]
    with pytest.raises(LookupError):
        write_export(tmp_path / "three.jsonl", LATER, since=99999)


# ---- no false alarms


def test_vacuum_and_a_copy_to_another_machine_raise_no_alarm(
    app: Flask, course: Course, library: Library, tmp_path: Path
) -> None:
    pass_course(course)
    line = ledger.head_line()
    db.session.rollback()
    source = db.engine.url.database or ""
    db.engine.dispose()
    other = tmp_path / "elsewhere"
    other.mkdir()
    with sqlite3.connect(source) as file:
        file.execute("VACUUM")
        file.execute(f"VACUUM INTO '{other / 'test.sqlite3'}'")
    assert check.check_all().findings == []
    moved = create_app(settings_in(other), library)
    with moved.app_context():
        assert check.check_all().findings == []
        assert ledger.head_line() == line
        db.session.remove()
        db.engine.dispose()


def test_moved_to_postgresql_the_chain_is_the_same(
    app: Flask, course: Course, library: Library, tmp_path: Path, postgres_database: str
) -> None:
    pass_course(course)
    line, seconds = ledger.head_line(), [e.hash for e in ledger.entries()]
    rows = {
        table: [dict(row._mapping) for row in db.session.execute(select(table).order_by(*table.primary_key))]
        for table in Base.metadata.sorted_tables
    }
    folder = tmp_path / "pg"
    folder.mkdir()
    there = create_app(settings_in(folder, database_url=postgres_database), library)
    with there.app_context():
        db.create_all()
        begin_writing()
        for table, content in rows.items():
            if content:
                db.session.execute(table.insert(), content)
        db.session.commit()
        assert check.check_all().findings == []
        assert (ledger.head_line(), [e.hash for e in ledger.entries()]) == (line, seconds)
        write_export(folder / "e.jsonl", LATER)
        assert run(folder / "e.jsonl", "--anchor", line)["problems"] == []
        db.session.remove()
        db.engine.dispose()


def test_a_migrated_database_has_the_rules(tmp_path: Path, library: Library) -> None:
    from flask_migrate import upgrade

    from app.evidence.rules import missing_rules

    app = create_app(settings_in(tmp_path), library)
    with app.app_context():
        upgrade()
        assert missing_rules(db.session.connection()) == set()
        db.session.remove()
        db.engine.dispose()


def test_what_was_there_before_the_chain_is_taken_in_once(either: Flask, course: Course) -> None:
    either.config["GUARD_WRITES"] = False
    pass_course(course)
    told = [e for e in events() if e != "evidence.exported"]
    db.session.rollback()
    # As if the records had been kept before the chain began.
    begin_writing()
    dialect = db.engine.dialect.name
    on = " ON evidence" if dialect == "postgresql" else ""
    name = "evidence_no_change" if dialect == "postgresql" else "evidence_no_delete"
    db.session.execute(text(f"DROP TRIGGER {name}{on}"))
    for table in ("evidence", "evidence_marks", "evidence_sealed", "evidence_persons"):
        db.session.execute(text(f"DELETE FROM {table}"))
    db.session.execute(text(next(rule for rule in RULES[dialect] if f"TRIGGER {name} " in rule)))
    db.session.commit()
    assert check.check_all().findings != []
    assert adopt(LATER, "flask evidence") == len(told)
    assert sorted(events()) == sorted([*told, "evidence.adopted"])
    assert check.check_all().findings == []
    assert adopt(LATER) == 0


# ---- a test as the person saw it


def test_a_test_is_shown_as_it_was_and_agrees_with_the_chain(app: Flask, course: Course) -> None:
    person_id = hire("0001234")
    attempt = finish(begin(person_id, course, course.sections[3]), wrong=1)
    found = replay(attempt.id)
    assert found is not None and found.attempt is not None
    assert found.agrees is True
    assert found.person == ["0001234", "試験 花子", ""]
    assert [q.chosen for q in found.attempt.questions] == [q.chosen for q in attempt.questions]
    assert set(found.times) == {q.position for q in attempt.questions}
    begin_writing()
    db.session.execute(update(AnswerRow).values(correct=True))
    db.session.commit()
    changed = replay(attempt.id)
    assert changed is not None and changed.agrees is False
    assert replay("0" * 32) is None


def test_a_text_todays_program_cannot_read_is_shown_as_files(app: Flask, course: Course) -> None:
    person_id = hire("0001234")
    attempt_id = start_attempt(person_id, course, course.sections[0], NOW)
    begin_writing()
    db.session.execute(update(ContentFileRow).values(body=b"+++\n"))
    db.session.commit()
    from app.training import revisions

    revisions._parsed.clear()
    found = replay(attempt_id)
    assert found is not None and found.attempt is None
    assert set(found.files) == set(course.sources(course.sections[0]))


# ---- 廃棄


@pytest.mark.parametrize(
    ("last_day", "until"),
    [
        (date(2021, 3, 31), date(2026, 3, 31)),
        (date(2021, 4, 1), date(2027, 3, 31)),
        (date(2022, 3, 31), date(2027, 3, 31)),
    ],
)
def test_retention_runs_from_the_april_after_the_year_of_leaving(last_day: date, until: date) -> None:
    assert retention.kept_until(last_day, 5) == until


def test_after_retention_names_are_gone_and_the_chain_says_how_many(
    either: Flask, course: Course, tmp_path: Path
) -> None:
    either.config["GUARD_WRITES"] = False
    gone = [pass_course(course, f"000000{n}", f"退職 {n}") for n in range(3)]
    stays = hire("0009999", "在職 花子")
    complete_sections(stays, course)
    confirm(Holder(stays, "在職 花子", "0009999", "環境課", "正規職員"), course, NOW)
    assert retention.people_before(date(2032, 3, 31)) == []
    assert len(retention.people_before(date(2032, 4, 1))) == 3
    late = datetime(2032, 4, 2, tzinfo=UTC)
    assert retention.redact(date(2032, 4, 1), late, "人事 太郎", (forget_addresses,)) == 3
    assert retention.people_before(date(2032, 4, 1)) == []
    checked = check.check_all()
    assert (checked.findings, checked.redacted) == ([], 3)
    write_export(tmp_path / "e.jsonl", late)
    found = run(tmp_path / "e.jsonl", "--certificate", gone[0])
    assert found["problems"] == [] and found["persons_redacted"] == 3
    assert found["asked_certificates"][0]["redacted"] is True  # type: ignore[index]
    kept = "".join(
        str(row) for table in Base.metadata.sorted_tables for row in db.session.execute(select(table)).all()
    )
    assert "退職 " not in kept and "0000001" not in kept
    assert "在職 花子" in kept
    assert sorted(str(c["name"]) for c in stored_completions()) == ["", "", "", "在職 花子"]
    names = set(db.session.scalars(select(ProfileRow.name)))
    assert names == {"在職 花子", retention.ERASED}


def test_who_looked_goes_with_whom_they_looked_at(app: Flask, course: Course) -> None:
    pass_course(course)
    (gone,) = {p.id for p in load_people()}
    stays = hire("0009999", "在職 花子")
    looker = Looker(give_account(hire("0008888", "人事 太郎"), Role.HR), "人事 太郎", frozenset({Role.HR}))
    for person in (gone, stays):
        note(person, What.RECORD, looker, date(2026, 4, 1))
    assert len(looks_at([gone])) == 1
    retention.redact(date(2032, 4, 1), datetime(2032, 4, 2, tzinfo=UTC), "人事 太郎")
    assert looks_at([gone]) == []
    assert len(looks_at([stays])) == 1


def test_answers_may_go_earlier_than_names(either: Flask, course: Course, tmp_path: Path) -> None:
    either.config["GUARD_WRITES"] = False
    serial = pass_course(course)
    open_id = start_attempt(hire("0002222", "受講 中子"), course, course.sections[0], NOW)
    running = load_attempt(open_id)
    assert running is not None
    keep_answer(running, running.questions[0], running.questions[0].scenario.right, NOW)
    attempt_id = db.session.scalar(select(AttemptRow.id).where(AttemptRow.finished_at.is_not(None)))
    day = date(2026, 4, 2)  # the day of the tests: not before itself
    assert retention.answers_before(day) == 0
    assert retention.answers_before(day + timedelta(days=1)) == len(course.sections)
    assert retention.redact_answers(day + timedelta(days=1), LATER) == len(course.sections)
    assert [row.attempt_id for row in db.session.scalars(select(AnswerRow))] == [open_id]
    assert check.check_all().findings == []
    found = replay(str(attempt_id))
    assert found is not None and found.erased and found.agrees is None
    write_export(tmp_path / "e.jsonl", LATER)
    assert run(tmp_path / "e.jsonl", "--certificate", serial)["problems"] == []


# ---- the pack


def test_a_pack_can_be_checked_by_what_is_in_it(app: Flask, course: Course, tmp_path: Path) -> None:
    serial = pass_course(course)
    made = pack.write_pack(tmp_path / "pack.zip", 2026, LATER, "監査 次郎")
    folder = tmp_path / "unpacked"
    if os.name != "nt":
        assert (tmp_path / "pack.zip").stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verifier.py", "evidence.jsonl", "--anchor", made.head,
         "--certificate", serial, "--json"],
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["ok"] is True
    roster = next((folder / "roster").glob("*.csv")).read_text(encoding="utf-8-sig")
    assert "0001234" in roster and "試験 花子" in roster
    section = course.sections[0]
    kept = folder / "texts" / course.slug / section.slug / section.revision[:16]
    assert (kept / f"{section.slug}/lesson.ja.md").read_bytes() == section_bytes(course, section.slug)
    assert "確かめ方" in (folder / "index.html").read_text(encoding="utf-8")
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    with pytest.raises(pack.NothingYet):
        pack.write_pack(tmp_path / "next.zip", 2027, LATER)
    assert not (tmp_path / "next.zip").exists()


def section_bytes(course: Course, slug: str) -> bytes:
    return course.files[f"{slug}/lesson.ja.md"]


def test_the_seals_of_one_person_share_one_id(app: Flask, course: Course) -> None:
    pass_course(course)
    assert len(db.session.scalars(select(EvidencePersonRow)).all()) == 1
    contents = [json.loads(row.content) for row in db.session.scalars(select(EvidenceSealedRow))]
    assert ["0001234", "試験 花子", "給食センター"] in contents
    assert db.session.scalar(select(ReadingRow.id)) is not None


@pytest.fixture(autouse=True)
def _no_leftovers() -> Iterator[None]:
    yield
    from app.training import revisions

    revisions._parsed.clear()


def test_a_bulk_import_is_fast_and_one_entry_an_event(app: Flask) -> None:
    begin_writing()
    ledger.append_all(Happening("test.said", NOW, facts={"n": n}) for n in range(5000))
    db.session.commit()
    assert check.check_all().entries == 5000
