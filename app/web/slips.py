"""/hr/accounts, /hr/slips, /department/slips: accounts, and the slips that open them.

An initial password stands in one response only, the page or file that follows the button; it is kept nowhere.
"""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask_babel import gettext as _

from app import clock
from app.access import accounts
from app.access.looks import What
from app.access.policy import Right, may_issue_slip
from app.access.register import AccountLine, AccountState, Register, people_of, register
from app.access.slips import Slip, by_department
from app.auth import me, requires
from app.loaded import settings
from app.people.employment import Organisation
from app.people.search import search_key
from app.web.given import whole
from app.web.looking import looker, note_look
from app.web.onward import see_other
from app.web.table import Keys, table_of
from app.web.texts import text

bp = Blueprint("slips", __name__)

PER_PAGE = 50
#: Who stands so gets in only with a slip still to be made.
UNUSABLE = (AccountState.NONE, AccountState.EXPIRED)


@bp.get("/hr/accounts")
@requires(Right.KEEP_ACCOUNTS)
def overview() -> str:
    """List accounts, filtered by 所属, state and words."""
    everyone = register(clock.now(), clock.today())
    code = request.args.get("department", "")
    chosen = everyone.under(code) if code in everyone.organisation.by_code() else everyone
    lines = _matching(chosen, request.args.get("state", ""), request.args.get("q", ""))
    filters = {name: request.args.get(name, "") for name in ("department", "state", "q")}
    given = {name: value for name, value in filters.items() if value}
    return render_template(
        "slips/overview.html",
        accounts=table_of(lines, _orders(everyone.organisation), "slips.overview", given, PER_PAGE),
        counts={state: chosen.count(state) for state in AccountState},
        to_make=sum(line.at_work and line.state is AccountState.NONE for line in chosen.lines),
        to_renew=len(_to_renew(chosen)),
        away=sum(not line.at_work and line.state in UNUSABLE for line in chosen.lines),
        states=[("", _("すべて")), *((state.value, text(state.value)) for state in AccountState)],
        departments=department_options(everyone.organisation),
        filters=filters,
        may_reissue=_hr_may,
    )


@bp.get("/hr/slips")
@requires(Right.KEEP_ACCOUNTS)
def no_slips() -> Response:
    """Slips can't be shown twice: lead to the list."""
    return see_other(url_for("slips.overview"))


@bp.post("/hr/slips")
@requires(Right.KEEP_ACCOUNTS)
def create() -> str | Response:
    """Make accounts for everybody without one, in the city or under one 所属, and hand out the slips."""
    department = request.form.get("department") or None
    slips = accounts.create_missing(clock.now(), clock.today(), me().name, department, looker())
    if not slips:
        flash(_("アカウントのない人はいませんでした。"), "info")
        return see_other(url_for("slips.overview", department=department))
    return _hand_out(slips, url_for("slips.overview"))


@bp.post("/hr/slips/expired")
@requires(Right.KEEP_ACCOUNTS)
def renew() -> str | Response:
    """Make new slips for everybody whose initial password ran out, in the city or under one 所属."""
    department = request.form.get("department") or None
    everyone = register(clock.now(), clock.today())
    chosen = everyone.under(department) if department else everyone
    people = {line.person_id for line in _to_renew(chosen)}
    slips = accounts.renew_expired(people, clock.now(), clock.today(), me().name, looker())
    if not slips:
        flash(_("初期パスワードの期限が切れた人はいませんでした。"), "info")
        return see_other(url_for("slips.overview", department=department))
    return _hand_out(slips, url_for("slips.overview"))


@bp.get("/hr/accounts/<person_id>/slip")
@requires(Right.KEEP_ACCOUNTS)
def before_reissue(person_id: str) -> str:
    """Ask, by name, before a password is made useless."""
    return _confirm_page(_of_hr(person_id), url_for("slips.overview"))


@bp.post("/hr/accounts/<person_id>/slip")
@requires(Right.KEEP_ACCOUNTS)
def reissue(person_id: str) -> str | Response:
    """Give one person a new initial password."""
    return _reissue(_of_hr(person_id), url_for("slips.overview"))


@bp.post("/hr/accounts/<person_id>/unlock")
@requires(Right.KEEP_ACCOUNTS)
def unlock(person_id: str) -> Response:
    """Let somebody try again at once after too many wrong passwords."""
    line = _line_or_404(register(clock.now(), clock.today()), person_id)
    accounts.unlock(line.person_id, clock.now(), me().name)
    flash(_("%(name)sさんは、すぐにログインを試せます。", name=line.name), "success")
    return see_other(url_for("slips.overview"))


@bp.post("/hr/accounts/<person_id>/sign-out")
@requires(Right.KEEP_ACCOUNTS)
def sign_out(person_id: str) -> Response:
    """Sign somebody out on every browser; their password stays."""
    line = _line_or_404(register(clock.now(), clock.today()), person_id)
    if not _hr_may(line):
        abort(403)
    accounts.sign_out_everywhere(line.person_id, clock.now(), me().name)
    flash(_("%(name)sさんを、すべての端末からログアウトさせました。", name=line.name), "success")
    return see_other(url_for("slips.overview"))


@bp.get("/department/slips")
@requires(Right.DEPARTMENT_SLIPS)
def department_overview() -> str:
    """List the head's own people with the state of their accounts."""
    mine = people_of(me().departments, clock.now(), clock.today())
    words = request.args.get("q", "").strip()
    lines = _matching(mine, "", words)
    return render_template("slips/department.html", lines=lines, words=words, may_reissue=_head_may)


@bp.get("/department/slips/<person_id>")
@requires(Right.DEPARTMENT_SLIPS)
def before_department_reissue(person_id: str) -> str:
    """Ask, by name, before a password is made useless."""
    return _confirm_page(_of_head(person_id), url_for("slips.department_overview"))


@bp.post("/department/slips/<person_id>")
@requires(Right.DEPARTMENT_SLIPS)
def department_reissue(person_id: str) -> str | Response:
    """Give one of the head's own people a new initial password."""
    return _reissue(_of_head(person_id), url_for("slips.department_overview"))


def department_options(organisation: Organisation) -> list[tuple[str, str]]:
    """(所属コード, name indented by its level) in 建制順, for a select."""
    return [(d.code, " " * (organisation.level(d.code) - 1) + d.name) for d in organisation.departments]


def _matching(chosen: Register, state: str, words: str) -> list[AccountLine]:
    wanted = search_key(words)
    return [
        line
        for line in chosen.lines
        if (not state or line.state == state)
        and (not wanted or any(wanted in search_key(text) for text in (line.number, line.name, line.kana)))
    ]


def _to_renew(chosen: Register) -> list[AccountLine]:
    """Whose slip ran out, who would use a new one, and to whom HR may give it."""
    return [
        line for line in chosen.lines if line.at_work and line.state is AccountState.EXPIRED and _hr_may(line)
    ]


def _orders(organisation: Organisation) -> Keys[AccountLine]:
    """What each column is ordered by."""
    places, states = organisation.order(), list(AccountState)
    return {
        "number": lambda line: line.number,
        "name": lambda line: line.kana or line.name,
        "department": lambda line: places.get(line.department or ""),
        "state": lambda line: states.index(line.state),
        "login": lambda line: line.last_login_at,
    }


def _line_or_404(people: Register, person_id: str) -> AccountLine:
    line = next((line for line in people.lines if line.person_id == person_id), None)
    if line is None:
        abort(404)
    return line


def _of_hr(person_id: str) -> AccountLine:
    line = _line_or_404(register(clock.now(), clock.today()), person_id)
    return line if _hr_may(line) else abort(403)


def _of_head(person_id: str) -> AccountLine:
    line = _line_or_404(people_of(me().departments, clock.now(), clock.today()), person_id)
    return line if _head_may(line) else abort(403)


def _confirm_page(line: AccountLine, back: str) -> str:
    return render_template(
        "slips/confirm.html", line=line, issued=accounts.slips_issued(line.person_id), back=back
    )


def _reissue(line: AccountLine, back: str) -> str | Response:
    """Issue what the form before it asked for, once: sent again (a reload), it makes no slip useless."""
    try:
        slip = _issue(line, request.form.get("issued", -1, type=whole))
    except accounts.AlreadyIssued:
        told = _("ログイン票は、もう発行されています。初期パスワードは、発行したときに1回だけ表示されます。")
        flash(told, "info")
        return see_other(request.script_root + request.path)
    return _hand_out([slip], back)


def _hr_may(line: AccountLine) -> bool:
    return _may(Right.KEEP_ACCOUNTS, line)


def _head_may(line: AccountLine) -> bool:
    """A slip of somebody who leads more would open more than the head's own 所属."""
    return _may(Right.DEPARTMENT_SLIPS, line) and line.answers_for <= me().departments


def _may(right: Right, line: AccountLine) -> bool:
    """Nobody takes over an account that may do more than their own, nor resets their own this way."""
    return line.person_id != me().person_id and may_issue_slip(me().roles, right, line.roles)


def _issue(line: AccountLine, issued: int) -> Slip:
    note_look(line.person_id, What.SLIP)
    return accounts.issue_slip(line.person_id, clock.now(), clock.today(), me().name, issued)


def _hand_out(slips: list[Slip], back: str) -> str | Response:
    """The one response that holds the passwords: a page to print, or a file."""
    if request.form.get("output") == "csv":
        name = quote(f"ログイン票_{clock.today():%Y%m%d}.csv")
        response = Response(accounts.slips_csv(slips), mimetype="text/csv")
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
        return response
    return render_template(
        "slips/slips.html",
        sheets=by_department(slips),
        count=len(slips),
        address=settings().address or request.url_root,
        back=back,
    )
