"""/hr/evidence/: do the records still say what the papers say; a test as it was; the auditor's pack."""

from __future__ import annotations

from contextlib import ExitStack

from flask import Blueprint, Response, abort, current_app, flash, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wsgi import FileWrapper

from app import clock
from app.access.looks import What
from app.access.policy import Right
from app.audit import check, pack
from app.audit.papers import papers
from app.audit.replay import replay
from app.auth import me, requires, signed_in
from app.evidence import ledger
from app.evidence.chain import find_anchors
from app.fiscal_year import FiscalYear
from app.loaded import library, settings
from app.web.looking import note_look
from app.web.onward import see_other
from app.web.shown import fiscal_year

bp = Blueprint("evidence", __name__)

#: Years offered for a pack.
OFFERED = 6


@bp.record
def _name_values(state: BlueprintSetupState) -> None:
    """What papers and HR's pages may show: the value to print, and a problem found since the start."""
    state.app.jinja_env.globals.update(
        evidence_head=ledger.head_line,
        certificate_line=ledger.certificate_line,
        evidence_problem=_problem_since_start,
    )


@bp.get("/hr/evidence/")
@requires(Right.VERIFY)
def overview() -> str:
    """Say whether the records fit, and look up a value typed off a paper."""
    year = FiscalYear.of(clock.today())
    last = check.last_check()
    checked = last[1] if last else None
    typed = request.args.get("anchor", "")
    return render_template(
        "evidence/index.html",
        year=year,
        count=checked.years.get(year.year, 0) if checked else 0,
        checked_at=last[0] if last else None,
        checked=checked,
        still=_still_there(checked),
        papers=papers(),
        head=ledger.head_line(),
        typed=typed,
        found=[(f"{a.chain} {a.seq} {a.digits}", check.find_anchor(a)) for a in find_anchors(typed)],
        years=[(str(y), fiscal_year(FiscalYear(y))) for y in range(year.year, year.year - OFFERED, -1)],
    )


@bp.post("/hr/evidence/check")
@requires(Right.VERIFY)
def check_now() -> Response:
    """Verify everything now and keep the outcome."""
    checked = check.check_all()
    check.keep(checked, clock.now())
    if checked.good:
        flash(_("%(n)s件の記録を確かめました。問題はありません。", n=f"{checked.entries:,}"), "success")
    else:
        flash(_("記録に問題があります。下の説明を見てください。"), "error")
    return see_other(url_for("evidence.overview"))


@bp.post("/hr/evidence/pack")
@requires(Right.VERIFY)
def make_pack() -> Response:
    """Hand out the auditor's pack of a 年度."""
    year = request.form.get("year", type=int)
    if year is None or year not in range(1990, 2201):
        abort(400)
    with ExitStack() as stack:
        path = stack.enter_context(pack.drafts_in(settings().instance)) / f"kenshu-{year}.zip"
        try:
            pack.write_pack(path, year, clock.now(), me().name)
        except pack.NothingYet as error:
            flash(str(error), "warning")
            return see_other(url_for("evidence.overview"))
        content = stack.enter_context(path.open("rb"))
        # Passed through directly, nobody would be told when it has been handed out.
        response = Response(FileWrapper(content), mimetype="application/zip")
        response.headers["Content-Disposition"] = f'attachment; filename="{path.name}"'
        response.call_on_close(stack.pop_all().close)
        return response


@bp.get("/hr/evidence/<attempt>")
@requires(Right.SEE_RECORDS)
def show(attempt: str) -> str:
    """Show a test as the person saw it."""
    found = replay(attempt)
    if found is None:
        abort(404)
    note_look(found.row.person_id, What.ANSWERS)
    text = found.attempt.text if found.attempt else None
    return render_template(
        "evidence/replay.html",
        replay=found,
        text=text,
        section=text.section(found.row.section) if text else None,
        course=library().course(found.row.course),
    )


def _still_there(checked: check.Checked | None) -> bool:
    """Whether what was verified last is still part of the chain."""
    if checked is None or not checked.head:
        return True
    return check.find_anchor(find_anchors(checked.head)[0]) == "contained"


def _problem_since_start() -> str:
    """For HR and auditors: what a look at the newest entries found, once a process; never stops anybody."""
    who = signed_in()
    if who is None or not who.may(Right.SEE_RECORDS):
        return ""
    known = current_app.extensions.setdefault("kenshu-evidence", {})
    if "problem" not in known:
        try:
            first = check.check_tail().first
        except SQLAlchemyError:  # the page that says so must still be shown
            return ""
        known["problem"] = "" if first is None else first[1]
    return str(known["problem"])
