"""Hostile texts in every field that keeps one: the database, the city's file, a lesson, a roster."""

from __future__ import annotations

import io
import shutil
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import String, text

from app.db import Base, begin_writing, db
from tests.people.roster_files import csv_bytes

#: Texts nobody types: codes, closed sets, keys, hashes, JSON. Whatever is not named here is planted.
CLOSED = {
    "course", "section", "run_id", "language", "kind", "code", "parent", "head_number", "number", "serial",
    "manifest", "prev", "hash", "head", "years", "findings", "digest", "summary", "uploaded_by", "login",
    "password_hash", "post", "seed", "inputs", "amendment", "version", "method", "category", "search_key",
    "salt", "content", "scene", "choice_order", "chosen", "scenario", "scenario_revision", "clauses", "what",
    "role", "state", "rights", "basis", "duty", "message_id", "batch", "form", "revision", "pinned", "lines",
    "evidence_persons.person_id", "identity_questions.reason", "annulments.reason", "account_events.detail",
    "account_events.kind", "placements.department", "role_grants.department", "reminders.department",
    "fixed_reports.head", "regrades.before", "regrades.after", "group_lists.paper_test_id",
}  # fmt: skip


def columns() -> list[tuple[str, str]]:
    """Every (table, column) that keeps a text somebody typed."""
    return [
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String)
        and not (column.primary_key or column.foreign_keys)
        and not CLOSED & {column.name, f"{table.name}.{column.name}"}
    ]


def plant(corpus: Sequence[str]) -> int:
    """Write the corpus into every text of the database, row by row in turn; how many were written."""
    begin_writing()
    turn = 0
    for table, column in columns():
        keys = [c.name for c in Base.metadata.tables[table].primary_key]
        for row in db.session.execute(text(f"SELECT {', '.join(keys)} FROM {table}")).all():
            here = " AND ".join(f"{key} = :{key}" for key in keys)
            values = dict(zip(keys, row, strict=True)) | {"hostile": corpus[turn % len(corpus)]}
            db.session.execute(text(f"UPDATE {table} SET {column} = :hostile WHERE {here}"), values)
            turn += 1
    # Sessions keep the name of who signed in until it is told anew.
    db.session.execute(text("UPDATE sessions SET basis = ''"))
    db.session.commit()
    return turn


def content(source: Path, folder: Path, corpus: Sequence[str]) -> Path:
    """A copy of ``source`` whose city, offices and notes are hostile, and a lesson that ends so."""
    made, corpus = folder / "content", [words for words in corpus if words.isprintable()]
    shutil.copytree(source, made)
    site = made / "site.toml"
    lines = []
    for number, line in enumerate(site.read_text(encoding="utf-8").splitlines()):
        name, equals, value = line.partition(" = ")
        spoken = name in ("city", "consult_office", "teacher_consult_office", "work_hours_note", "slip_note")
        hostile = corpus[number % len(corpus)].replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'{name}{equals}{value[:-1]}{hostile}"' if spoken else line)
    site.write_text("\n".join(lines) + "\n", encoding="utf-8")
    lesson = made / "sns-guideline" / "1-definition" / "lesson.ja.md"
    hostile = "\n\n".join(words for words in corpus if "](" not in words)
    lesson.write_text(lesson.read_text(encoding="utf-8") + f"\n\n{hostile}\n", encoding="utf-8")
    return made


def roster(corpus: Sequence[str], code: str = "") -> bytes:
    """A roster whose texts are the corpus; 所属名 too, unless a 所属コード is given. Only texts are odd."""
    heads = "職員番号,氏名,フリガナ,所属コード,所属名,職名,職員区分,任命権者,任用開始日"
    file = io.StringIO()
    for number, words in enumerate(corpus):
        quoted = '"' + words.replace('"', '""').replace("\n", " ") + '"'
        place = f"{code}," if code else f",{quoted}"
        file.write(f"88{number:05},{quoted},{quoted},{place},{quoted},正規職員,{quoted},2026-04-01\r\n")
    return csv_bytes(file.getvalue().splitlines(), heads)
