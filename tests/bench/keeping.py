"""An answer kept by hand: one transaction, the test finished with its last answer, its proof in the chain."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from datetime import UTC, datetime

CHAIN = "kenshu"


def keep(db: sqlite3.Connection, attempt: str, position: int, chosen: list[int], correct: bool) -> None:
    """Keep the first answer to a question; one given already stands."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    db.execute("BEGIN IMMEDIATE")
    try:
        known = db.execute("SELECT 1 FROM answers WHERE attempt_id = ? AND position = ?", (attempt, position))
        if known.fetchone() is None:
            db.execute(
                "INSERT INTO answers (attempt_id, position, chosen, correct, half, answered_at)"
                " VALUES (?, ?, ?, ?, 0, ?)",
                (attempt, position, ",".join(map(str, chosen)), correct, now),
            )
            _finish_with_the_last(db, attempt, now)
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def _finish_with_the_last(db: sqlite3.Connection, attempt: str, now: str) -> None:
    asked, answered, right = db.execute(
        "SELECT (SELECT count(*) FROM attempt_questions WHERE attempt_id = ?1), count(*), sum(correct)"
        " FROM answers WHERE attempt_id = ?1",
        (attempt,),
    ).fetchone()
    if asked != answered:
        return
    person, section, course, revision, seed, mark = db.execute(
        "SELECT person_id, section, course, revision, seed, pass_mark FROM attempts WHERE id = ?", (attempt,)
    ).fetchone()
    passed = right > 0 and (right * 100 >= mark * asked or asked - right <= 1)
    db.execute(
        "UPDATE attempts SET correct = ?, passed = ?, finished_at = ? WHERE id = ? AND finished_at IS NULL",
        (right, passed, now, attempt),
    )
    sheet = db.execute(
        "SELECT q.position, q.scenario, q.scenario_revision, q.choice_order, a.chosen, a.correct,"
        " a.answered_at FROM attempt_questions q JOIN answers a"
        " ON a.attempt_id = q.attempt_id AND a.position = q.position"
        " WHERE q.attempt_id = ? ORDER BY q.position",
        (attempt,),
    ).fetchall()
    facts = {
        "event": "attempt.submitted", "at": now.replace(" ", "T") + "Z", "person": _evidence_id(db, person),
        "attempt": attempt, "course": course, "run": "", "section": section, "revision": revision,
        "answers": hashlib.sha256(_canonical([seed, sheet])).hexdigest(), "asked": asked, "correct": right,
        "halves": 0, "passed": int(passed), "pass_mark": mark, "rule": "mark-or-one-wrong",
    }  # fmt: skip
    _append(db, _canonical(facts), attempt)


def _evidence_id(db: sqlite3.Connection, person: str) -> str:
    row = db.execute("SELECT id FROM evidence_persons WHERE person_id = ?", (person,)).fetchone()
    if row is not None:
        return str(row[0])
    identifier = secrets.token_hex(16)
    db.execute("INSERT INTO evidence_persons (id, person_id) VALUES (?, ?)", (identifier, person))
    return identifier


def _append(db: sqlite3.Connection, body: bytes, attempt: str) -> None:
    last = db.execute(
        "SELECT seq, hash FROM evidence WHERE chain = ? ORDER BY seq DESC LIMIT 1", (CHAIN,)
    ).fetchone()
    seq, prev = (last[0] + 1, last[1]) if last else (1, "0" * 64)
    own = hashlib.sha256(f"EV1\n{CHAIN}\n{seq}\n{prev}\n".encode() + body).hexdigest()
    db.execute(
        "INSERT INTO evidence (chain, seq, body, prev, hash) VALUES (?, ?, ?, ?, ?)",
        (CHAIN, seq, body, prev, own),
    )
    db.execute(
        "INSERT INTO evidence_marks (event, key, seq) VALUES ('attempt.submitted', ?, ?)", (attempt, seq)
    )


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
