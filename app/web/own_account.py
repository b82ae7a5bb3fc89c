"""/account: where I am signed in, what is held about me, who looked at it."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import quote

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask_babel import gettext as _

from app import clock
from app.access import sessions
from app.access.looks import looks_at
from app.access.policy import Right
from app.auth import cookie_name, me, requires
from app.operations.own_record import Part, record_of_own, told_apart_nowhere
from app.people.directory import load_departments, load_person
from app.reports.columns import Sheet
from app.reports.files import csv_bytes
from app.training.overview import training_of
from app.training.progress import same_person
from app.training.yearly import runs_of
from app.web.onward import see_other
from app.web.surroundings import language
from app.web.texts import text

bp = Blueprint("own_account", __name__, url_prefix="/account")


@bp.get("/")
@requires(Right.OWN_ACCOUNT)
def index() -> str:
    """Show where the account is signed in."""
    return render_template(
        "own_account/index.html", browsers=sessions.open_sessions(me().account_id, _token(), clock.now())
    )


@bp.post("/sign-out")
@requires(Right.OWN_ACCOUNT)
def sign_out() -> Response:
    """Sign out on one other browser, or on all others."""
    name = request.form.get("browser")
    if name is None:
        sessions.end_others(me().account_id, _token(), clock.now())
        flash(_("この端末のほかは、すべてログアウトしました。"), "success")
    elif sessions.end_named(me().account_id, name, clock.now()):
        flash(_("選んだ端末からログアウトしました。"), "success")
    else:
        flash(_("その端末は、もうログアウトしています。"), "info")
    return see_other(url_for("own_account.index"))


@bp.get("/record")
@requires(Right.OWN_RECORD)
def record() -> str:
    """Tell the signed-in person in words what is held about them, and who looked; the files hold it all."""
    today = clock.today()
    return render_template(
        "own_account/record.html",
        person=load_person(_person()),
        today=today,
        names={d.code: d.name for d in load_departments()},
        standings=training_of(_person(), today, language()),
        runs=[run for run in runs_of(_person(), today, language()) if run.shown],
        browsers=sessions.open_sessions(me().account_id, _token(), clock.now()),
        parts=[_spoken(part) for part in record_of_own(_person())],
        looks=looks_at(same_person(_person())),
        together=told_apart_nowhere(),
    )


@bp.get("/record.csv")
@requires(Right.OWN_RECORD)
def record_csv() -> Response:
    """Send it as a table of one value a line."""
    rows = tuple(
        (part.purpose, str(number), heading, value)
        for part in record_of_own(_person())
        for number, row in enumerate(part.rows, 1)
        for heading, value in zip(part.headings, row, strict=True)
    )
    return _file(csv_bytes(Sheet(("何のため", "番号", "項目", "値"), ("",) * 4, rows)), "csv", "text/csv")


@bp.get("/record.json")
@requires(Right.OWN_RECORD)
def record_json() -> Response:
    """Send it for a machine to read."""
    held = [_as_json(part) for part in record_of_own(_person())]
    return _file(json.dumps(held, ensure_ascii=False, indent=1).encode(), "json", "application/json")


def _spoken(part: Part) -> Part:
    """The part with what it is for and how long it is kept in the page's language."""
    return replace(part, purpose=text(part.purpose), kept=text(part.kept))


def _as_json(part: Part) -> dict[str, object]:
    rows = [dict(zip(part.headings, row, strict=True)) for row in part.rows]
    return {"table": part.table, "purpose": part.purpose, "kept": part.kept, "rows": rows}


def _file(content: bytes, kind: str, mimetype: str) -> Response:
    response = Response(content, mimetype=mimetype)
    name = quote(f"わたしの記録_{clock.today():%Y%m%d}.{kind}")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


def _person() -> str:
    return me().person_id or abort(404)


def _token() -> str:
    return request.cookies.get(cookie_name(), "")
