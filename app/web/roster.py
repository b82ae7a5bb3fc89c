"""/hr/roster: rosters uploaded, looked at and applied; questions of identity."""

from __future__ import annotations

from datetime import date
from operator import itemgetter

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app import clock
from app.access import parting
from app.access.policy import Right
from app.auth import me, requires
from app.loaded import site
from app.people.models import RosterImportRow
from app.people.roster import questions, staging, words
from app.people.roster.absences import imports, open_absences
from app.people.roster.apply import ImportRefused, Request, apply, prepare
from app.people.roster.changes import Plan
from app.people.roster.columns import DepartmentColumn
from app.people.roster.dates import DateUnclear, read_date
from app.people.roster.departments import read_departments
from app.people.roster.findings import FileRefused, Problem
from app.people.roster.plan import Terms
from app.people.roster.reader import headings_text, read_roster
from app.people.roster.state import sources
from app.people.roster.tables import refuse_misnamed
from app.web.onward import see_other
from app.web.table import Keys, Table, table_of

bp = Blueprint("roster", __name__)

DEFAULT_SOURCE = "職員"
ROWS_SHOWN = 100
IMPORTS_SHOWN = 20
_IMPORT_ORDERS: Keys[RosterImportRow] = {
    "at": lambda row: row.id,
    "source": lambda row: row.source,
    "day": lambda row: row.as_of,
    "by": lambda row: row.imported_by,
}


@bp.get("/hr/roster")
@requires(Right.KEEP_ROSTER)
def overview() -> str:
    """Show the form to upload a roster, what waits for HR and what was applied last."""
    return _overview({"source": DEFAULT_SOURCE}, [])


@bp.post("/hr/roster")
@requires(Right.KEEP_ROSTER)
def upload() -> str | tuple[str, int] | Response:
    """Read the files; keep what was read to be looked at, or say what is wrong with them."""
    now, today = clock.now(), clock.today()
    form = {name: request.form.get(name, "").strip() for name in ("source", "as_of", "add_only")}
    asked, problems = _read_upload(form, today)
    if asked is None or problems:
        return _overview(form, problems), 422
    staged_id = staging.stage(asked, me().account_id, now)
    return _to("roster.preview", staged_id=staged_id)


@bp.get("/hr/roster/staged/<staged_id>")
@requires(Right.KEEP_ROSTER)
def preview(staged_id: str) -> str:
    """Show what applying the staged files would change."""
    return _preview(staged_id, prepare(_staged_or_404(staged_id)))


@bp.get("/hr/roster/staged/<staged_id>/<key>")
@requires(Right.KEEP_ROSTER)
def section(staged_id: str, key: str) -> str:
    """Show every row of one kind of change, page by page."""
    plan = prepare(_staged_or_404(staged_id))
    found = next((one for one in words.sections(plan) if one.key == key), None)
    if found is None:
        abort(404)
    orders = {str(at): itemgetter(at) for at in range(len(found.headings))}
    here = {"staged_id": staged_id, "key": key}
    rows = table_of(found.rows, orders, "roster.section", here, ROWS_SHOWN)
    return render_template("roster/section.html", section=found, rows=rows, staged_id=staged_id)


@bp.post("/hr/roster/staged/<staged_id>")
@requires(Right.KEEP_ROSTER)
def apply_staged(staged_id: str) -> str | tuple[str, int] | Response:
    """Apply exactly what was shown."""
    asked = _staged_or_404(staged_id)
    missing = request.form.get("accept_missing", "").strip()
    accept = int(missing) if missing.isdecimal() and len(missing) < 9 else None
    try:
        plan = apply(asked, clock.now(), me().name, accept, request.form.get("digest", ""))
    except ImportRefused as refused:
        return _preview(staged_id, refused.plan, _reason(refused)), 409
    staging.close(staged_id, me().account_id)
    flash(_("取り込みました。") + words.summary(plan), "success")
    return _to("roster.overview")


@bp.post("/hr/roster/staged/<staged_id>/discard")
@requires(Right.KEEP_ROSTER)
def discard(staged_id: str) -> Response:
    """Give up what was staged."""
    staging.discard(staged_id, me().account_id)
    flash(_("取り込みをやめました。何も変わっていません。"), "info")
    return _to("roster.overview")


@bp.get("/hr/roster/questions")
@requires(Right.KEEP_ROSTER)
def identity() -> str:
    """List the questions whether two records are one person, and the last answers."""
    return render_template(
        "roster/questions.html",
        questions=questions.open_questions(),
        answered=questions.answered_questions(),
        day=clock.today(),
    )


@bp.post("/hr/roster/questions/<int:question_id>")
@requires(Right.KEEP_ROSTER)
def answer(question_id: int) -> Response:
    """Record HR's answer to one question, or take it back."""
    choice = request.form.get("answer", "")
    if choice == "undo":
        done = parting.undo(question_id, me().name, clock.now())
        words_done = _("回答を取り消しました。")
    elif choice in ("same", "different"):
        done = questions.answer(question_id, choice == "same", me().name, clock.now())
        words_done = _("一人の記録にまとめました。") if choice == "same" else _("別の人として記録しました。")
    else:
        abort(400)
    flash(words_done if done else _("この確認は、すでに回答されています。"), "success" if done else "info")
    return _to("roster.identity")


def _overview(form: dict[str, str], problems: list[Problem]) -> str:
    today = clock.today()
    return render_template(
        "roster/overview.html",
        form=form,
        problems=problems[:ROWS_SHOWN],
        problem_count=len(problems),
        absences=len(open_absences(today)),
        questions=len(questions.open_questions()),
        imports=_imports(),
        source_names=[("", _("すべての名簿区分")), *((name, name) for name in sources())],
        known_sources=sorted({DEFAULT_SOURCE, *sources()}),
        headings=headings_text(),
        department_headings=",".join(DepartmentColumn),
        today=today,
    )


def _imports() -> Table[RosterImportRow]:
    """What was applied, as the address asks for it."""
    chosen = request.args.get("of", "")
    found = [row for row in imports() if chosen in ("", row.source)]
    return table_of(found, _IMPORT_ORDERS, "roster.overview", {"of": chosen} if chosen else {}, IMPORTS_SHOWN)


def _preview(staged_id: str, plan: Plan, said: str = "") -> str:
    return render_template(
        "roster/preview.html",
        staged_id=staged_id,
        said=said,
        limit=ROWS_SHOWN,
        **plan_for_page(plan),
    )


def plan_for_page(plan: Plan) -> dict[str, object]:
    """What a template needs to show a plan (roster/plan.html)."""
    found = [*plan.departments.problems, *plan.problems]
    return {
        "plan": plan,
        "sections": words.sections(plan),
        "warnings": words.warnings(plan),
        "problems": found[:ROWS_SHOWN],
        "problem_count": len(found),
        "reaching_back": words.reaching_back(plan),
    }


def _read_upload(form: dict[str, str], today: date) -> tuple[Request | None, list[Problem]]:
    source = form["source"] or DEFAULT_SOURCE
    if len(source) > 40:
        return None, [Problem("名簿区分を40字までで書いてください。")]
    try:
        as_of = _day(form["as_of"]) if form["as_of"] else today
    except DateUnclear as unclear:
        return None, [Problem(unclear.message, unclear.cure, None, "基準日", form["as_of"])]
    roster_file, departments_file = _file("roster"), _file("departments")
    if roster_file is None and departments_file is None:
        return None, [Problem("ファイルが選ばれていません。", "名簿か所属のファイルを選んでください。")]
    problems: list[Problem] = []
    roster = departments = None
    try:
        if roster_file is not None:
            data, name = roster_file.read(), roster_file.filename or ""
            roster = read_roster(data, name, site())
            refuse_misnamed(data, name)
            problems.extend(roster.problems)
    except FileRefused as refused:
        problems.append(_unread(refused, "名簿", roster_file))
    try:
        if departments_file is not None:
            data, name = departments_file.read(), departments_file.filename or ""
            departments = read_departments(data, name, site())
            refuse_misnamed(data, name)
            problems.extend(departments.problems)
    except FileRefused as refused:
        problems.append(_unread(refused, "所属のファイル", departments_file))
    terms = Terms(source, as_of, today, bool(form["add_only"]))
    return Request(terms, roster, departments), problems


def _unread(refused: FileRefused, field: str, file: FileStorage | None) -> Problem:
    """A file that was not taken at all, by its name."""
    name = (file.filename or "") if file is not None else ""
    return Problem(refused.message, refused.cure, None, field, name)


def _file(name: str) -> FileStorage | None:
    file = request.files.get(name)
    return file if file is not None and file.filename else None


def _day(text: str) -> date:
    """A day from a form. Raises DateUnclear."""
    day = read_date(text).day
    if day is None:
        raise DateUnclear("日付がありません。")
    return day


def _staged_or_404(staged_id: str) -> Request:
    found = staging.staged(staged_id, me().account_id, clock.now(), clock.today())
    if found is None and staging.is_closed(staged_id, me().account_id):
        flash(_("この取込みは済みました。下の「これまでの取込み」に記録があります。"), "info")
        abort(_to("roster.overview"))
    if found is None:
        abort(404)
    return found


def _reason(refused: ImportRefused) -> str:
    if refused.plan.many_missing and not refused.plan.refused:
        return str(_("名簿にない人の数を確かめて、同じ数を入れてください。何も取り込んでいません。"))
    return refused.reason


def _to(endpoint: str, **values: object) -> Response:
    return see_other(url_for(endpoint, **values))  # type: ignore[arg-type]
