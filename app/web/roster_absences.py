"""/hr/roster/absences: who was missing from their roster, to be found, put in order and ended."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from app import clock
from app.access.policy import Right
from app.auth import me, requires
from app.people.finding import find_people
from app.people.roster.absences import (
    Absence,
    NotEnded,
    check_end,
    end_appointment,
    open_absences,
    withdraw_appointment,
)
from app.people.roster.dates import DateUnclear, read_date
from app.web.onward import see_other
from app.web.table import Keys, table_of
from app.web.texts import shown_day

bp = Blueprint("roster_absences", __name__)

SHOWN = 30
_ORDERS: Keys[Absence] = {
    "name": lambda one: one.person.kana or one.person.name,
    "department": lambda one: one.department,
    "day": lambda one: one.as_of,
    "start": lambda one: one.appointment.start,
}


@bp.get("/hr/roster/absences")
@requires(Right.KEEP_ROSTER)
def index() -> str:
    """List who is to be checked: missing from their roster."""
    return _page()


@bp.get("/hr/roster/absences/<int:appointment_id>")
@requires(Right.KEEP_ROSTER)
def no_preview(appointment_id: int) -> Response:
    """Lead from a form that was not sent to the list."""
    return _to_list()


@bp.post("/hr/roster/absences/<int:appointment_id>")
@requires(Right.KEEP_ROSTER)
def end(appointment_id: int) -> str | tuple[str, int] | Response:
    """Show, then do: end the appointment of somebody who is missing, or take back what never was."""
    absence = next(
        (one for one in open_absences(clock.today()) if one.appointment.id == appointment_id), None
    )
    if absence is None:
        abort(404)
    kind = request.form.get("kind", "")
    try:
        last_day = None if kind == "mistake" else _day(request.form.get("end", ""))
        if last_day is not None:
            check_end(absence.appointment.start, last_day)
        if request.form.get("step") != "apply":
            return _preview(absence, kind, last_day)
        said = _record(absence, kind, last_day)
    except LookupError:
        abort(404)
    except (NotEnded, DateUnclear) as refused:
        said = refused.sentence if isinstance(refused, NotEnded) else refused.message + refused.cure
        return _page(wrong=appointment_id, said=said, given=request.form), 422
    flash(said, "success")
    return _to_list()


def _preview(absence: Absence, kind: str, last_day: date | None) -> str:
    """What would be recorded, of whom."""
    return render_template(
        "roster/absence_confirm.html",
        absence=absence,
        kind=kind,
        last_day=last_day,
        arguments=request.args.to_dict(),
    )


def _record(absence: Absence, kind: str, last_day: date | None) -> str:
    """Record it; return what was done to whom, with the way to where it is put right. Raises LookupError."""
    post, name, now, today = absence.appointment, absence.person.name, clock.now(), clock.today()
    if last_day is None:
        withdraw_appointment(post.id, me().name, now, today)
        done = _("%(name)sさん(%(number)s)の任用を取り消しました。", name=name, number=post.number)
    else:
        end_appointment(post.id, last_day, kind == "retired", me().name, now, today)
        done = _(
            "%(name)sさん(%(number)s)の任用を、%(day)sまでと記録しました。",
            name=name,
            number=post.number,
            day=shown_day(last_day),
        )
    where = url_for("roster_person.person", person_id=absence.person.id)
    return Markup('{} <a href="{}">{}</a>').format(
        done, where, _("まちがいのときは、本人の任用の画面で直せます")
    )


def _to_list() -> Response:
    """The list as it was asked for."""
    return see_other(url_for("roster_absences.index", **request.args.to_dict()))  # type: ignore[arg-type]


def _page(**more: object) -> str:
    """The page of the list the address asks for."""
    everybody = open_absences(clock.today())
    asked = {name: request.args.get(name, "").strip() for name in ("q", "source")}
    asked = {name: value for name, value in asked.items() if value}
    ids = find_people(asked["q"]) if "q" in asked else None
    source = asked.get("source")
    found = [
        one
        for one in everybody
        if (ids is None or one.person.id in ids) and source in (None, one.appointment.source)
    ]
    return render_template(
        "roster/absences.html",
        absences=table_of(found, _ORDERS, "roster_absences.index", asked, SHOWN),
        all=len(everybody),
        asked=asked,
        sources=sorted({one.appointment.source for one in everybody}),
        **more,
    )


def _day(text: str) -> date:
    """The day in the form. Raises DateUnclear."""
    day = read_date(text).day
    if day is None:
        raise DateUnclear("日付がありません。")
    return day
