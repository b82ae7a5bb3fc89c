"""/hr/reminders, /department/reminders: who is to be told what, by mail or on paper; what went to whom."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask_babel import gettext as _

from app import clock
from app.access.policy import Right
from app.auth import me, requires
from app.loaded import settings, site
from app.people.directory import load_departments
from app.people.employment import Organisation
from app.people.finding import find_people
from app.reminders import ledger, outbox
from app.reminders.due import Kind
from app.reminders.hours import may_send, next_opening
from app.reminders.ledger import Search
from app.reminders.mail import NoServer
from app.reminders.notices import lists_on, notices_of
from app.reminders.outbox import NotNow, Outcome
from app.reminders.plan import Fate, Plan
from app.reminders.sender import Busy
from app.web.asked import department_options
from app.web.onward import see_other
from app.web.table import Table, asked_order, asked_page

bp = Blueprint("reminders", __name__)

PER_PAGE = 50
#: A page waits no longer; what is left goes with the next press, or with `flask remind`.
PATIENCE = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Desk:
    """Whether mail can go out now, and what the page says when not."""

    has_server: bool
    is_open: bool
    opening: str


@bp.get("/hr/reminders")
@requires(Right.SEE_RECORDS)
def index() -> str:
    """Show what today asks for, kind by kind, and what waits for a decision."""
    plan = outbox.plan_on(clock.today())
    return render_template(
        "reminders/index.html",
        plan=plan,
        kinds=[(kind, plan.only(kind)) for kind in Kind],
        desk=_desk(),
        unknown=ledger.entries(Search(fate=Fate.UNKNOWN)),
        batches=ledger.batches()[:10],
        hours=site().remind_hours,
        may_write=me().may(Right.REMIND),
    )


@bp.get("/hr/reminders/kinds/<kind>")
@requires(Right.SEE_RECORDS)
def preview(kind: str) -> str:
    """Show the words of one kind and whom they go to."""
    if kind not in set(Kind):
        abort(404)
    plan = outbox.plan_on(clock.today()).only(Kind(kind))
    return render_template(
        "reminders/kind.html",
        kind=Kind(kind),
        plan=plan,
        example=outbox.letter_to(plan.requests[0]) if plan.requests else None,
        desk=_desk(),
        may_write=me().may(Right.REMIND),
    )


@bp.post("/hr/reminders/send")
@requires(Right.REMIND)
def send() -> Response:
    """Send what today asks for, of one kind or of all."""
    _send(_chosen_kind(), None)
    return _back_to("reminders.index")


@bp.post("/hr/reminders/print")
@requires(Right.REMIND)
def make_sheets() -> Response:
    """Mark the people without mail as told on paper and show their sheets."""
    plan = outbox.plan_on(clock.today()).only(_chosen_kind())
    return _print(plan, "reminders.sheets", "reminders.index")


@bp.get("/hr/reminders/prints/<batch>")
@requires(Right.SEE_RECORDS)
def sheets(batch: str) -> str:
    """Show the sheets that were made together, to be printed (again)."""
    return _sheets_page(batch, None, url_for("reminders.index"))


@bp.get("/hr/reminders/lists")
@requires(Right.SEE_RECORDS)
def lists() -> str:
    """Print, one 所属 a sheet, whom a 所属長 may speak to and how they were told."""
    today = clock.today()
    organisation = Organisation.on(today, load_departments())
    chosen = request.args.get("department", "")
    codes = organisation.descendants(chosen) if chosen in organisation.by_code() else None
    return render_template(
        "notices/lists.html",
        sheaves=lists_on(today, codes),
        today=today,
        chosen=chosen,
        departments=department_options(organisation)[:-1],
    )


@bp.get("/hr/reminders/ledger")
@requires(Right.SEE_RECORDS)
def book() -> str:
    """Show what went to whom and when."""
    words = request.args.get("q", "").strip()
    kind, fate = request.args.get("kind", ""), request.args.get("state", "")
    search = Search(
        kind=Kind(kind) if kind in set(Kind) else None,
        fate=Fate(fate) if fate in set(Fate) else None,
        people=frozenset(find_people(words)) if words else None,
    )
    filters = {n: v for n, v in (("q", words), ("kind", kind), ("state", fate)) if v}
    found = ledger.count(search)
    order = asked_order(ledger.ORDERS)
    page, pages = asked_page(found, PER_PAGE)
    shown = ledger.entries(search, page, PER_PAGE, order.key, order.descending)
    return render_template(
        "reminders/ledger.html",
        entries=Table(shown, found, page, pages, order, "reminders.book", filters),
        names={d.code: d.name for d in Organisation.on(clock.today(), load_departments()).departments},
        filters=filters,
        kinds=[("", _("すべて")), *((k.value, k.label) for k in Kind)],
        fates=[("", _("すべて")), *((f.value, f.label) for f in Fate)],
    )


@bp.post("/hr/reminders/ledger/<int:number>")
@requires(Right.REMIND)
def decide(number: int) -> Response:
    """Keep what HR found out about a mail whose fate was unknown."""
    chosen = {"arrived": Fate.SENT, "paper": Fate.PRINTED}.get(request.form.get("found", ""))
    if chosen is None:
        abort(400)
    if not ledger.decide_unknown(number, chosen, me().name, clock.now()):
        abort(404)
    flash(_("確かめた結果を記録しました。"), "success")
    return _back_to("reminders.index")


@bp.get("/department/reminders")
@requires(Right.LEAD_DEPARTMENT)
def department() -> str:
    """Show a 所属長 whom of their own people today asks for."""
    plan = outbox.plan_under(me().departments, clock.today())
    return render_template(
        "reminders/department.html",
        plan=plan,
        desk=_desk(),
        batches=ledger.batches(me().departments)[:5],
        examples=[
            (kind, outbox.letter_to(part.requests[0])) for kind in Kind if (part := plan.only(kind)).requests
        ],
    )


@bp.post("/department/reminders/send")
@requires(Right.LEAD_DEPARTMENT)
def department_send() -> Response:
    """Send what today asks for to the head's own people."""
    _send(None, me().departments, _ticked())
    return _back_to("reminders.department")


@bp.post("/department/reminders/print")
@requires(Right.LEAD_DEPARTMENT)
def department_make_sheets() -> Response:
    """Mark the head's own people without mail as told on paper and show their sheets."""
    plan = outbox.plan_under(me().departments, clock.today()).only(marks=_ticked())
    return _print(plan, "reminders.department_sheets", "reminders.department")


@bp.get("/department/reminders/prints/<batch>")
@requires(Right.LEAD_DEPARTMENT)
def department_sheets(batch: str) -> str:
    """Show the sheets of the head's own people."""
    return _sheets_page(batch, me().departments, url_for("reminders.department"))


def _desk() -> Desk:
    now = clock.now()
    opening = next_opening(now, site().remind_hours, site().closed_days)
    return Desk(
        has_server=settings().smtp is not None,
        is_open=may_send(now, site().remind_hours, site().closed_days),
        opening="" if opening is None else f"{clock.jst(opening):%Y-%m-%d %H:%M}",
    )


def _chosen_kind() -> Kind | None:
    chosen = request.form.get("kind", "")
    if chosen and chosen not in set(Kind):
        abort(400)
    return Kind(chosen) if chosen else None


def _ticked() -> list[str] | None:
    """The requests a 所属長 left ticked; None when the form had no ticks."""
    return request.form.getlist("who") if "ticks" in request.form else None


def _send(
    kind: Kind | None, departments: frozenset[str] | None, marks: Collection[str] | None = None
) -> None:
    """Send for as long as a page may wait, and say what came of it."""
    try:
        outcome = outbox.send(clock.now, me().name, kind, departments, clock.now() + PATIENCE, marks)
    except (NotNow, NoServer) as refusal:
        flash(str(refusal), "error")
    except Busy:
        flash(_("ほかの所で、いまメールを送っています。少し待ってから、もう一度開いてください。"), "warning")
    else:
        _say(outcome)


def _say(outcome: Outcome) -> None:
    flash(_("メールを%(n)s通送りました。", n=outcome.sent), "success" if outcome.sent else "info")
    for fate in (Fate.RETURNED, Fate.LATER, Fate.UNKNOWN):
        if outcome.fates.get(fate):
            flash(f"{fate.label}: {_('%(n)s通', n=outcome.fates[fate])}", "warning")
    if outcome.left:
        reason = outcome.stopped or _("続きは、もう一度「送る」を押してください。")
        flash(_("まだ%(n)s通残っています。", n=outcome.left) + reason, "warning")


def _print(plan: Plan, shown_by: str, back: str) -> Response:
    batch = uuid.uuid4().hex
    kept = ledger.keep_printed(plan.on_paper, clock.today(), clock.now(), me().name, batch)
    if not kept:
        flash(_("紙で渡す人は、いまはいません。"), "info")
        return _back_to(back)
    return see_other(url_for(shown_by, batch=batch))


def _sheets_page(batch: str, departments: frozenset[str] | None, back: str) -> str:
    printed = ledger.entries(Search(batch=batch))
    mine = departments is None or all(entry.department in departments for entry in printed)
    if not printed or not mine:
        abort(404)
    sheaves, skipped = notices_of(printed, clock.today(), departments)
    return render_template(
        "notices/sheets.html",
        sheaves=sheaves,
        skipped=skipped,
        made_on=clock.day_of(printed[0].settled_at or printed[0].begun_at),
        back=back,
        site_address=settings().address,
    )


def _back_to(endpoint: str) -> Response:
    return see_other(url_for(endpoint))
