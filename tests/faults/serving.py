"""The site as the handbook serves it, in processes of its own that may be killed; and without one protection.

``KENSHU_FAULTS_WITHOUT`` names the protections that are taken out: a control, which must be seen to fail.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from sqlalchemy import delete, event
from sqlalchemy.exc import OperationalError

from app import auth, clock, create_app
from app.access import limits, passwords, policy, sessions, slips
from app.access.models import SessionRow
from app.access.rights import Rights
from app.access.roles import Role
from app.access.sessions import Found
from app.courses.model import Course
from app.db import begin_writing, db
from app.loaded import library
from app.people.roster import apply, export, workbook
from app.reports import files
from app.training import attempts, records
from app.training.attempts import keep_answer
from app.training.models import AnswerRow
from app.training.paper import Answer, Attempt, Question
from app.web import holding, quiz
from app.web.taking import Test, take_answer

WITHOUT = "KENSHU_FAULTS_WITHOUT"
#: The file of "steady clock".
CLOCK = "clock"
Keep = Callable[[Attempt, Question, frozenset[int], datetime], Answer]


def site() -> Flask:
    """The site, for the server."""
    app = create_app()
    for name in filter(None, os.environ.get(WITHOUT, "").split(",")):
        _WEAK[name](app)
    return app


def _without_commit_first(app: Flask) -> None:
    """Tell the person first, keep the answer half a second later."""

    def write(*job: Any) -> None:
        with app.app_context():
            keep_answer(*job)

    def late(attempt: Attempt, asked: Question, chosen: frozenset[int], now: datetime) -> Answer:
        threading.Timer(0.5, write, (attempt, asked, chosen, now)).start()
        return Answer(chosen, False, ended=not asked.scenario.goes_on)

    _keep_by(late)


def _without_truth(_app: Flask) -> None:
    """Say that an answer is kept whether or not it is."""

    def hopeful(attempt: Attempt, asked: Question, chosen: frozenset[int], now: datetime) -> Answer:
        try:
            return keep_answer(attempt, asked, chosen, now)
        except OperationalError:
            db.session.rollback()
            return Answer(chosen, False)

    _keep_by(hopeful)


def _keep_by(keep: Keep) -> None:
    def take(test: Test, position: int) -> Response | tuple[str, int]:
        return take_answer(replace(test, keep=keep), position)

    quiz.__dict__["take_answer"] = take


def _without_holding(_app: Flask) -> None:
    """Redirect to the sign-in page, refuse an old token: what a site does by itself."""
    holding._held = lambda: None
    holding.same_origin = lambda: False


def _without_one_at_a_time(app: Flask) -> None:
    """Look whether a test is under way or the course completed, then add one: no lock, no UNIQUE index."""
    begin = begin_writing
    with app.app_context():
        begin()
        db.session.connection().exec_driver_sql("DROP INDEX IF EXISTS uq_attempts_open")
        db.session.commit()
        db.engine.dispose()

    def slowly(look: Callable[..., Any]) -> Callable[..., Any]:
        def slow_look(*words: str) -> Any:
            db.session.rollback()
            found = look(*words)
            db.session.rollback()
            time.sleep(0.1)
            begin()
            return found

        return slow_look

    attempts.open_attempt = slowly(attempts.open_attempt)
    records.find_completion = slowly(records.find_completion)
    records.__dict__["annulled_before"] = lambda *_: secrets.randbelow(1_000_000)


def _without_first_stands(_app: Flask) -> None:
    """Let the last answer to a question stand."""

    def latest(attempt: Attempt, asked: Question, chosen: frozenset[int], now: datetime) -> Answer:
        here = {"attempt_id": attempt.id, "position": asked.position}
        begin_writing()
        db.session.execute(delete(AnswerRow).filter_by(**here))
        db.session.commit()
        return keep_answer(attempt, asked, chosen, now)

    _keep_by(latest)


def _without_sync(app: Flask) -> None:
    """Quick, and in a power cut the last acknowledged answers are gone."""
    with app.app_context():
        sqlite = db.engine.dialect.name == "sqlite"
        said = "PRAGMA synchronous=NORMAL" if sqlite else "SET synchronous_commit = off"
        _said_at_connect(said)


def _without_waiting(app: Flask) -> None:
    """Give up at once when the database is busy."""
    with app.app_context():
        _said_at_connect("PRAGMA busy_timeout=0")


def _without_immediate(_app: Flask) -> None:
    """Begin to write as one begins to read, and ask for the lock when something is written."""
    begin_writing.__globals__["_begin_immediate"] = lambda connection, _until: connection.execute("BEGIN")


def _said_at_connect(statement: str) -> None:
    db.engine.dispose()

    @event.listens_for(db.engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.execute(statement)
        connection.commit()


def _without_limits(_app: Flask) -> None:
    """Look at every guess."""
    limits.admit = lambda keys, now: set(keys)


def _without_sessions(_app: Flask) -> None:
    """Trust the cookie: whoever has it is in, as with one that only carries a signature."""

    def trusting(token: str, *_words: Any) -> Found | None:
        whole = hashlib.sha256(token.encode()).hexdigest()
        row = db.session.get(SessionRow, whole)
        return Found(row.account_id, Rights.from_json(row.rights), False) if row else None

    auth.__dict__["find_session"] = trusting


def _without_the_same_time(_app: Flask) -> None:
    """Answer at once when nobody has the number."""
    passwords.__dict__["verify_nobody"] = lambda _password: None


def _without_roles(_app: Flask) -> None:
    """Give everybody every right."""
    policy.POLICY = {right: dict.fromkeys(Role, policy.Reach.ALL) for right in policy.Right}


def _without_autoescape(app: Flask) -> None:
    """Take the texts of the pages' surroundings as they come."""
    escaped = app.jinja_env.autoescape
    assert callable(escaped)
    app.jinja_env.autoescape = lambda name: name != "layout.html" and escaped(name)


def _without_bounds(_app: Flask) -> None:
    """Open every workbook, however large it is once unpacked."""
    workbook.__dict__["_measure"] = lambda _data: None
    workbook.__dict__["check_bounds"] = lambda *_words: None


def _without_formula_guard(_app: Flask) -> None:
    """Write every cell as it is."""
    for writer in (export, files, slips):
        writer.__dict__["guarded"] = lambda words: words


def _without_quiet_log(app: Flask) -> None:
    """Write down what was typed, as it was typed."""

    def note() -> None:
        if request.method == "POST":
            app.logger.warning("sent: %s", " ".join(request.form.values()))

    app.before_request(note)


def _without_own_folder(app: Flask) -> None:
    """Give out whatever file a name leads to."""

    def static(filename: str) -> Response:
        path = Path(str(app.static_folder), filename)
        return Response(path.read_bytes() if path.is_file() else b"", 200)

    app.view_functions["static"] = static


def _without_form_token(app: Flask) -> None:
    """Take every form, wherever it comes from."""
    app.config["WTF_CSRF_ENABLED"] = False
    app.before_request_funcs[None].remove(holding._only_our_forms)


def _without_no_store(app: Flask) -> None:
    """Let browsers keep the pages they were shown."""
    inner = app.wsgi_app

    def kept(environ: Any, start_response: Any) -> Any:
        def start(status: str, headers: list[tuple[str, str]], *words: Any) -> Any:
            others = [pair for pair in headers if pair[0] not in ("Cache-Control", "Vary")]
            return start_response(status, [*others, ("Cache-Control", "private, max-age=600")], *words)

        return inner(environ, start)

    app.wsgi_app = kept  # type: ignore[method-assign]


def _without_one_transaction(_app: Flask) -> None:
    """Keep a roster first, and say so in the chain of evidence a minute later."""
    write = apply.__dict__["write"]

    def in_halves(*words: Any) -> None:
        write(*words)
        db.session.commit()
        time.sleep(60)
        begin_writing()

    apply.__dict__["write"] = in_halves


def _without_patience_with_the_log(app: Flask) -> None:
    """Write each request down first; what cannot be written down is not done."""
    app.before_request(lambda: print(request.headers, file=sys.stderr, flush=True))


def _without_steady_clock(_app: Flask) -> None:
    """Let the clock be wrong by the seconds in a file of the data's folder."""
    true, file = clock.now, Path(os.environ["KENSHU_INSTANCE"], CLOCK)
    clock.__dict__["now"] = lambda: true() + timedelta(seconds=int(file.read_text("ascii")))


def _without_ending_for_good(_app: Flask) -> None:
    """Turn a session away while it has lain idle too long, and end nothing."""
    sessions.__dict__["_note"] = lambda *_words, **_values: None


def _without_pinned_text(_app: Flask) -> None:
    """Show every test in today's text, whatever it was drawn from."""

    def today(slug: str, _digest: str, language: str = "ja", ruby: bool = False) -> Course:
        found = library().course(slug, language, ruby)
        assert found is not None
        return found

    attempts.__dict__["course_at"] = today


_WEAK: dict[str, Callable[[Flask], None]] = {
    "commit first": _without_commit_first,
    "truth": _without_truth,
    "holding": _without_holding,
    "one at a time": _without_one_at_a_time,
    "first stands": _without_first_stands,
    "sync": _without_sync,
    "waiting": _without_waiting,
    "immediate": _without_immediate,
    "limits": _without_limits,
    "sessions": _without_sessions,
    "the same time": _without_the_same_time,
    "roles": _without_roles,
    "form token": _without_form_token,
    "quiet log": _without_quiet_log,
    "own folder": _without_own_folder,
    "formula guard": _without_formula_guard,
    "bounds": _without_bounds,
    "autoescape": _without_autoescape,
    "one transaction": _without_one_transaction,
    "no-store": _without_no_store,
    "patience with the log": _without_patience_with_the_log,
    "steady clock": _without_steady_clock,
    "ending for good": _without_ending_for_good,
    "pinned text": _without_pinned_text,
}
