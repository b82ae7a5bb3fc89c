"""Questions by their first answers, in whole blocks of twenty people, by one SQL statement."""

from __future__ import annotations

import csv
import io
import sqlite3
from datetime import UTC, datetime, timedelta, timezone

_QUESTIONS = """
WITH first AS (
  SELECT * FROM (
    SELECT q.scenario, q.scenario_revision AS revision, w.correct, w.answered_at, w.attempt_id,
      row_number() OVER (PARTITION BY a.person_id, q.scenario ORDER BY w.answered_at, w.attempt_id) AS n
    FROM attempts a
    JOIN attempt_questions q ON q.attempt_id = a.id
    JOIN answers w ON w.attempt_id = q.attempt_id AND w.position = q.position
    WHERE a.course = :course AND w.answered_at < :until
  ) WHERE n = 1
),
lined AS (
  SELECT scenario, revision, correct,
    row_number() OVER (PARTITION BY scenario, revision ORDER BY answered_at, attempt_id) AS turn,
    count(*) OVER (PARTITION BY scenario, revision) AS total
  FROM first
)
SELECT scenario, revision, count(*) AS people, sum(correct) AS right FROM lined
WHERE turn <= total / 20 * 20 GROUP BY scenario, revision ORDER BY scenario
"""
JAPAN = timezone(timedelta(hours=9))


def questions(db: sqlite3.Connection, course: str) -> list[tuple[str, str, int, int]]:
    """Scenario, revision, people and right answers, of everything answered up to yesterday."""
    midnight = datetime.now(JAPAN).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    until = midnight.strftime("%Y-%m-%d %H:%M:%S.%f")
    rows = db.execute(_QUESTIONS, {"course": course, "until": until})
    return [(scenario, revision, people, right) for scenario, revision, people, right in rows]


def questions_csv(db: sqlite3.Connection, course: str) -> bytes:
    """The same as a file."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("問題", "版", "最初の解答", "正答"))
    writer.writerows(questions(db, course))
    return out.getvalue().encode("utf-8-sig")
