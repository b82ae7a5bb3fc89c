"""The same rows by one SQL statement each: what the database alone takes for a report of everybody.

Like ``by_hand`` it knows this one city: somebody goes on leave once, from an only post.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from tests.bench.by_hand import GROUP_HEADINGS, PERSON_HEADINGS, open_day

#: Everybody in force on :day with 20 cells, ordered as the report is. Open days stand in the table open_days.
_EVERYBODY = """
WITH RECURSIVE
tree(code, name, path) AS (
  SELECT code, name, printf('%06d%s', position, code) FROM departments
  WHERE withdrawn_at IS NULL AND parent IS NULL AND coalesce(valid_from, '') <= :day
    AND coalesce(valid_to, '9999') >= :day
  UNION ALL
  SELECT d.code, d.name, tree.path || printf('/%06d%s', d.position, d.code) FROM departments d
  JOIN tree ON d.parent = tree.code
  WHERE d.withdrawn_at IS NULL AND coalesce(d.valid_from, '') <= :day AND coalesce(d.valid_to, '9999') >= :day
),
placed AS (
  SELECT appointment_id, department, category, authority, since,
    row_number() OVER (PARTITION BY appointment_id ORDER BY since <= :day DESC,
      CASE WHEN since <= :day THEN since END DESC, since) AS n
  FROM placements WHERE withdrawn_at IS NULL
),
post AS (
  SELECT a.id, a.person_id, a.source, a.number, a.start, a.main, coalesce(t."end", '9999-12-31') AS "end",
    p.department, p.category, p.authority
  FROM appointments a
  JOIN terms t ON t.appointment_id = a.id AND t.withdrawn_at IS NULL
  JOIN placed p ON p.appointment_id = a.id AND p.n = 1
  WHERE a.withdrawn_at IS NULL
),
reached AS (
  SELECT *, max("end") OVER (PARTITION BY person_id ORDER BY start, "end"
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach
  FROM post WHERE category IN (SELECT value FROM json_each(:assigned))
),
parted AS (
  SELECT *, sum(reach IS NOT NULL AND julianday(start) - julianday(reach) - 1 > :gap)
    OVER (PARTITION BY person_id ORDER BY start, "end" ROWS UNBOUNDED PRECEDING) AS part
  FROM reached
),
service AS (
  SELECT person_id, part, min(start) AS start, max("end") AS "end", min(id) AS only_post,
    max(start <= :day AND "end" >= :day) AS now,
    sum(max(0, julianday("end") - max(julianday(start), coalesce(julianday(reach) + 1, 0)) + 1)) AS days
  FROM parted GROUP BY person_id, part
),
duty AS (
  SELECT person_id, part, start, only_post, now, max(start, :introduced) AS begins,
    (SELECT min(day) FROM open_days
      WHERE day >= date(max(start, :introduced), '+' || :due_days || ' days')) AS due
  FROM service WHERE likely(days >= :min_term) AND likely(max(start, :introduced) <= "end")
),
done AS (
  SELECT person_id, "on", score, method, version FROM (
    SELECT person_id, date(confirmed_at, '+9 hours') AS "on", correct * 100 / asked AS score, method, version,
      row_number() OVER (PARTITION BY person_id ORDER BY confirmed_at) AS n
    FROM completions WHERE course = :course
  ) WHERE likely(n = 1) AND likely("on" <= :day)
),
began AS (
  SELECT person_id, date(min(at), '+9 hours') AS "on" FROM (
    SELECT person_id, read_at AS at FROM readings WHERE course = :course
    UNION ALL SELECT person_id, started_at FROM attempts WHERE course = :course
  ) GROUP BY person_id
),
-- Duties and completions side by side: joining them would ask for an index the planner does not make.
known AS (
  SELECT person_id, part, start, only_post, now, begins, due,
    max(done_on) OVER (PARTITION BY person_id) AS done_on
  FROM (
    SELECT *, NULL AS done_on FROM duty
    UNION ALL SELECT person_id, NULL, NULL, NULL, NULL, NULL, NULL, "on" FROM done
  )
),
ranked AS (
  SELECT *, min(CASE WHEN now AND begins <= :day THEN part END) OVER (PARTITION BY person_id) AS owed,
    row_number() OVER (PARTITION BY person_id ORDER BY
      coalesce(start <= done_on, now AND begins <= :day) DESC,
      CASE WHEN start <= done_on THEN part ELSE -part END DESC) AS n
  FROM known WHERE part IS NOT NULL
),
spoken_of AS MATERIALIZED (
  SELECT person_id, owed AS part, begins, due, only_post, done_on, coalesce(done_on, :day) AS asked_on
  FROM ranked WHERE likely(n = 1) AND likely(owed IS NOT NULL)
),
judged AS MATERIALIZED (
  SELECT s.*, a.since, CASE WHEN a.since IS NOT NULL THEN coalesce((
    SELECT min(b.since) FROM service_states b WHERE b.appointment_id = s.only_post AND b.since > a.since
      AND b.withdrawn_at IS NULL), '9999-12-31') END AS back
  FROM spoken_of s
  LEFT JOIN service_states a ON a.appointment_id = s.only_post AND a.state = '猶予' AND a.withdrawn_at IS NULL
),
stand AS (
  SELECT person_id, part, begins, done_on,
    since IS NOT NULL AND since <= asked_on AND back > asked_on AS on_leave,
    CASE WHEN since <= asked_on AND back <= asked_on AND back > begins THEN (
      SELECT min(day) FROM open_days WHERE day >= date(back, '+' || max(
        CAST(julianday(due) - julianday(max(since, begins)) AS INTEGER), 30) || ' days'))
    ELSE due END AS due
  FROM judged
),
held AS (
  SELECT post.person_id, post.id, post.source, post.number, post.start, post.main, post.department,
    post.category, post.authority, tree.name AS department_name, tree.path, parted.part AS own, NULL AS owed
  FROM post
  LEFT JOIN tree ON tree.code = post.department
  LEFT JOIN parted ON parted.id = post.id
  WHERE +post.start <= :day AND +post."end" >= :day
  UNION ALL
  SELECT person_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, part FROM stand
),
chosen AS (
  SELECT *, coalesce(own = owing, 0) AS owes, row_number() OVER (PARTITION BY person_id ORDER BY
    coalesce(own = owing, 0) DESC, main DESC, start, coalesce(path, '~'), number, source) AS n
  FROM (SELECT *, max(owed) OVER (PARTITION BY person_id) AS owing FROM held) WHERE id IS NOT NULL
)
"""
_LINES = (
    _EVERYBODY
    + """
, line AS (
  SELECT :year, :day, :title, c.number, p.name, p.kana,
    coalesce(CASE WHEN c.path IS NOT NULL THEN c.department END, ''),
    coalesce(c.department_name, '所属なし'),
    c.authority, c.category,
    CASE c.category WHEN '公選職' THEN '適用除外(公選)' WHEN '県費負担教職員' THEN '要協議'
      ELSE '適用' END AS scope,
    CASE WHEN c.owes THEN '受講対象'
      WHEN c.category IN ('公選職', '県費負担教職員') THEN '対象外' ELSE '任意' END,
    CAST(strftime('%Y', s.begins, '-3 months') AS INTEGER),
    CASE WHEN s.done_on IS NULL AND s.on_leave THEN NULL ELSE s.due END,
    CASE WHEN s.person_id IS NULL THEN '対象外' WHEN s.done_on IS NOT NULL THEN '修了'
      WHEN s.on_leave THEN '猶予' WHEN :day > s.due THEN '期限超過'
      WHEN b."on" <= :day THEN '受講中' ELSE '未着手' END AS state,
    d."on",
    CASE WHEN s.done_on IS NULL THEN '' WHEN s.done_on <= s.due OR s.on_leave THEN '期限内'
      ELSE '期限後' END AS on_time,
    d.score, coalesce(d.method, ''), coalesce(d.version, ''), c.path, c.source, c.person_id
  FROM chosen c
  CROSS JOIN profiles p ON p.person_id = c.person_id AND p.withdrawn_at IS NULL
  LEFT JOIN stand s ON s.person_id = c.person_id
  LEFT JOIN done d ON d.person_id = c.person_id
  LEFT JOIN began b ON b.person_id = c.person_id
  WHERE +c.n = 1
)
"""
)
_PERSONS = _LINES + "SELECT * FROM line ORDER BY coalesce(path, '~'), number, source, person_id"
_DEPARTMENTS = (
    _LINES
    + """
, own AS (
  SELECT path, count(*) AS employed, sum(state = '対象外' AND scope <> '要協議') AS not_owed,
    sum(state = '対象外' AND scope = '要協議') AS consult, sum(state = '免除') AS exempt,
    sum(state = '猶予') AS deferred, sum(state = '修了') AS completed,
    sum(state = '修了' AND on_time = '期限内') AS on_time, sum(state = '受講中') AS in_progress,
    sum(state = '未着手') AS not_started, sum(state = '期限超過') AS overdue
  FROM line GROUP BY path
),
grouped AS (
  SELECT tree.path AS place, tree.code, tree.name,
    length(tree.path) - length(replace(tree.path, '/', '')) + 1 AS level, own.*
  FROM tree LEFT JOIN own ON own.path = tree.path
    OR substr(own.path, 1, length(tree.path) + 1) = tree.path || '/'
  UNION ALL SELECT '~1', '', '所属なし', NULL, own.* FROM (SELECT 1) LEFT JOIN own ON own.path IS NULL
    AND own.employed > 0
  UNION ALL SELECT '~2', '', '合計', NULL, own.* FROM own
),
summed AS (
  SELECT place, code, name, level,
    sum(coalesce(employed, 0)) AS employed, sum(coalesce(not_owed, 0)) AS not_owed,
    sum(coalesce(consult, 0)) AS consult, sum(coalesce(exempt, 0)) AS exempt,
    sum(coalesce(deferred, 0)) AS deferred,
    sum(coalesce(completed + in_progress + not_started + overdue, 0)) AS required,
    sum(coalesce(completed, 0)) AS completed, sum(coalesce(on_time, 0)) AS on_time,
    sum(coalesce(in_progress, 0)) AS in_progress, sum(coalesce(not_started, 0)) AS not_started,
    sum(coalesce(overdue, 0)) AS overdue
  FROM grouped GROUP BY place, code, name, level
)
SELECT code, name, level, employed, not_owed, consult, exempt, deferred, required, completed, on_time,
  in_progress, not_started, overdue,
  CASE WHEN required = 0 THEN '-' ELSE printf('%d.%d', completed * 1000 / required / 10,
    completed * 1000 / required % 10) END
FROM summed ORDER BY place
"""
)


def prepare_days(db: sqlite3.Connection) -> None:
    """Put the days on which the city hall is open where the statements find them."""
    db.execute("CREATE TABLE open_days (day TEXT PRIMARY KEY) WITHOUT ROWID")
    day, last = date(2023, 1, 1), date(2031, 12, 31)
    while day <= last:
        if open_day(day) == day:
            db.execute("INSERT INTO open_days VALUES (?)", (day.isoformat(),))
        day += timedelta(days=1)
    db.commit()


def departments(db: sqlite3.Connection, course: Mapping[str, Any], day: date) -> list[tuple[Any, ...]]:
    """The rows of the report by department, 所属なし and 合計 last."""
    return db.execute(_DEPARTMENTS, _values(course, day)).fetchall()


def sql_csv(db: sqlite3.Connection, course: Mapping[str, Any], day: date, by: str) -> bytes:
    """The report as a file."""
    if by == "department":
        return _file(GROUP_HEADINGS, departments(db, course, day))
    rows = db.execute(_PERSONS, _values(course, day))
    return _file(PERSON_HEADINGS, (row[: len(PERSON_HEADINGS)] for row in rows))


def _values(course: Mapping[str, Any], day: date) -> dict[str, Any]:
    return {
        "day": day.isoformat(), "year": day.year if day.month >= 4 else day.year - 1,
        "title": course["title"], "course": course["slug"], "introduced": course["introduced"].isoformat(),
        "due_days": course["due_days"], "gap": course["service_gap_days"],
        "min_term": course["min_term_days"], "assigned": json.dumps(sorted(course["assigned"])),
    }  # fmt: skip


def _file(headings: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")
