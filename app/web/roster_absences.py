"""/hr/roster/absences: who was missing from their roster, to be found, put in order and ended."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import clock
from app.access.policy import Right
from app.auth import me, requires
from app.people.finding import find_people
from app.people.roster.absences import (
    Absence,
    NotEnded,
    end_appointment,
    open_absences,
    withdraw_appointment,
)
from app.people.roster.dates import DateUnclear, read_date
from app.web.table import Keys, table_of

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


@bp.post("/hr/roster/absences/<int:appointment_id>")
@requires(Right.KEEP_ROSTER)
def end(appointment_id: int) -> tuple[str, int] | Response:
    """End the appointment of somebody who is missing, or take it back when it never was."""
    kind, today = request.form.get("kind", ""), clock.today()
    try:
        if kind == "mistake":
            withdraw_appointment(appointment_id, me().name, clock.now(), today)
            flash(_("任用を取り消しました。"), "success")
        else:
            last_day = _day(request.form.get("end", ""))
            end_appointment(appointment_id, last_day, kind == "retired", me().name, clock.now(), today)
            flash(_("任用の終わりの日を記録しました。"), "success")
    except LookupError:
        abort(404)
    except (NotEnded, DateUnclear) as refused:
        said = refused.sentence if isinstance(refused, NotEnded) else refused.message + refused.cure
        return _page(wrong=appointment_id, said=said, given=request.form), 422
    return cast(Response, redirect(url_for("roster_absences.index", **request.args.to_dict()), 303))  # type: ignore[arg-type]


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
