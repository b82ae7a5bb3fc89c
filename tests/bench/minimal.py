"""The yardstick: the same pages written by hand for nothing but being fast and right.

Flask, sqlite3 with SQL by hand, a few templates of its own. No translation, no forms library, no rights but
"is HR". Each request opens its connection and closes it, as Flask's documentation shows it, with the site's
SQLite settings (WAL, FULL, BEGIN IMMEDIATE); with ``keep_connections`` each thread keeps one, as ours does.
Links are made as Flask makes them and answers carry the headers ours carry; only what is measured does
something.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask, Response, abort, g, redirect, render_template, request, url_for
from markupsafe import Markup

from tests.bench.by_hand import (
    GROUP_HEADINGS,
    PERSON_HEADINGS,
    Report,
    csv_of,
    department_rows,
    make_report,
    person_cells,
)
from tests.bench.items_sql import questions_csv
from tests.bench.keeping import keep
from tests.bench.one_sql import departments, sql_csv

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
IDLE, LONGEST = timedelta(hours=8), timedelta(hours=12)
PER_PAGE = 100
#: Of a line by person the page shows these cells.
ON_SCREEN = (3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17)
KEYS = ("", "not_owed", "consult", "exempt", "deferred", "required", "completed", "on_time", "in_progress",
        "not_started", "overdue", "")  # fmt: skip
CHIPS = {
    "修了": ("done", "check"), "受講中": ("going", "half"), "未着手": ("new", "circle"),
    "期限超過": ("overdue", "clock"), "猶予": ("paused", "pause"), "対象外": ("none", "dash"),
}  # fmt: skip


class Who(NamedTuple):
    account: str
    person: str
    name: str
    hr: bool
    form_token: str


def create_minimal(database: Path, content: Path, secret: bytes, keep_connections: bool = False) -> Flask:
    """Build the app over an SQLite file and a JSON file with the course's rendered text."""
    app = Flask("tests.bench.minimal", template_folder="templates")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    course: dict[str, Any] = json.loads(content.read_text(encoding="utf-8"))
    course["introduced"] = date.fromisoformat(course["introduced"])
    course["assigned"] = frozenset(course["assigned"])
    course["sprite"] = Markup(course["sprite"])
    for section in course["sections"].values():
        section["html"] = Markup(section["html"])
    local = threading.local()

    # Held open and not used: else each request, being the last to close, would empty the WAL.
    idle = sqlite3.connect(database, check_same_thread=False)
    idle.execute("SELECT count(*) FROM persons").fetchone()
    app.extensions["idle connection"] = idle

    def db() -> sqlite3.Connection:
        holder = local if keep_connections else g
        if not hasattr(holder, "db"):
            holder.db = sqlite3.connect(database, isolation_level=None)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
                holder.db.execute(f"PRAGMA {pragma}")
        connection: sqlite3.Connection = holder.db
        return connection

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        if (connection := g.pop("db", None)) is not None:
            connection.close()

    def who() -> Who:
        token = request.cookies.get("kenshu_session", "")
        row = db().execute(
            "SELECT a.id, a.person_id, p.name, s.created_at, s.seen_at, EXISTS (SELECT 1 FROM role_grants g"
            " WHERE g.account_id = a.id AND g.role = 'hr' AND g.withdrawn_at IS NULL)"
            " FROM sessions s JOIN accounts a ON a.id = s.account_id"
            " JOIN profiles p ON p.person_id = a.person_id AND p.withdrawn_at IS NULL"
            " WHERE s.token_hash = ? AND s.ended_at IS NULL",
            (hashlib.sha256(token.encode()).hexdigest(),),
        ).fetchone()  # fmt: skip
        now = datetime.now(UTC).replace(tzinfo=None)
        if row is None or now - datetime.fromisoformat(row[3]) > LONGEST:
            abort(403)
        if now - datetime.fromisoformat(row[4]) > IDLE:
            abort(403)
        return Who(row[0], row[1], row[2], bool(row[5]), hmac.digest(secret, token.encode(), "sha256").hex())

    def hr() -> Who:
        me = who()
        if not me.hr:
            abort(403)
        return me

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    # Only named, so that links lead somewhere.
    for path, endpoint in (
        ("/", "home"), ("/account/password", "password"), ("/account/logout", "logout"), ("/hr/", "hr_home"),
        ("/check", "check"), ("/courses/<course>/", "outline"), ("/hr/people/<person>", "person"),
        ("/courses/sns-guideline/<slug>/quiz/<attempt>/<int:position>", "question"),
    ):  # fmt: skip
        app.add_url_rule(path, endpoint, lambda **_named: abort(404))

    @app.get("/courses/sns-guideline/<slug>")
    def lesson(slug: str) -> str:
        me = who()
        section = course["sections"].get(slug) or abort(404)
        (read_at,) = db().execute(
            "SELECT min(read_at) FROM readings WHERE person_id = ? AND course = ? AND section = ?",
            (me.person, course["slug"], slug),
        ).fetchone()  # fmt: skip
        day = None if read_at is None else datetime.fromisoformat(read_at) + timedelta(hours=9)
        return render_template("lesson.html", me=me, course=course, section=section, slug=slug, read_on=day)

    @app.post("/courses/sns-guideline/<slug>/quiz/<attempt>/<int:position>")
    def answer(slug: str, attempt: str, position: int) -> Response:
        me = who()
        if not hmac.compare_digest(request.form.get("csrf_token", ""), me.form_token):
            abort(400)
        section = course["sections"].get(slug) or abort(404)
        connection = db()
        asked = connection.execute(
            "SELECT q.scenario, q.choice_order FROM attempts a"
            " JOIN attempt_questions q ON q.attempt_id = a.id"
            " WHERE a.id = ? AND a.person_id = ? AND a.section = ? AND q.position = ?",
            (attempt, me.person, slug, position),
        ).fetchone() or abort(404)  # fmt: skip
        scenario = section["scenarios"][asked[0]]
        order = asked[1].split(",")
        try:
            chosen = sorted({int(order[int(value)]) for value in request.form.getlist("choice")})
        except (ValueError, IndexError):
            abort(422)
        if not chosen or (len(chosen) > 1 and not scenario["multiple"]):
            abort(422)
        keep(connection, attempt, position, chosen, chosen == scenario["right"])
        where = url_for("question", slug=slug, attempt=attempt, position=position)
        return redirect(where, 303)  # type: ignore[return-value]

    @app.get("/hr/report")
    def report() -> str:
        me = hr()
        day = date.fromisoformat(request.args["as_of"])
        if request.args.get("how") == "sql":
            nobody = Report(day, course["title"], [], [], 0, 0)
            return by_department(me, nobody, departments(db(), course, day))
        made = make_report(db(), course, day)
        if request.args["by"] == "department":
            return by_department(me, made, department_rows(made))
        pages = -(-len(made.lines) // PER_PAGE)
        page = min(max(1, request.args.get("page", 1, type=int)), pages)
        shown = made.lines[(page - 1) * PER_PAGE : page * PER_PAGE]
        return render_template(
            "people.html", me=me, course=course, report=made, page=page, pages=pages, chips=CHIPS,
            headings=[PERSON_HEADINGS[n] for n in ON_SCREEN],
            rows=[(line.person, _on_screen(person_cells(made, line))) for line in shown],
        )  # fmt: skip

    def by_department(me: Who, made: Report, rows: list[tuple[Any, ...]]) -> str:
        return render_template(
            "departments.html", me=me, course=course, report=made, rows=rows, headings=GROUP_HEADINGS,
            keys=KEYS,
        )  # fmt: skip

    @app.get("/hr/report.csv")
    def report_csv() -> Response:
        hr()
        day, by = date.fromisoformat(request.args["as_of"]), request.args["by"]
        if request.args.get("how") == "sql":
            body = sql_csv(db(), course, day, by)
        else:
            body = csv_of(make_report(db(), course, day), by)
        return Response(body, content_type="text/csv; charset=utf-8")

    @app.get("/hr/items.csv")
    def items_csv() -> Response:
        hr()
        return Response(questions_csv(db(), course["slug"]), content_type="text/csv; charset=utf-8")

    return app


def _on_screen(cells: tuple[Any, ...]) -> list[Any]:
    return ["" if cells[n] is None else cells[n] for n in ON_SCREEN]
