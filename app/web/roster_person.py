"""/hr/roster/person: one person added or corrected, shown as a plan and applied like a roster."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask_babel import gettext as _

from app import clock
from app.access.looks import What
from app.access.policy import Right
from app.auth import me, requires
from app.loaded import site
from app.people.directory import load_departments, load_person
from app.people.employment import Appointment, Category, Organisation, Person
from app.people.roster import words
from app.people.roster.absences import withdraw_appointment
from app.people.roster.apply import ImportRefused, apply, prepare
from app.people.roster.columns import HEADINGS, Column
from app.people.roster.findings import Problem
from app.people.roster.single import STATE_WORDS, form_of, request_of
from app.people.roster.state import sources
from app.web.looking import note_look
from app.web.onward import see_other
from app.web.roster import DEFAULT_SOURCE, plan_for_page
from app.web.texts import text

bp = Blueprint("roster_person", __name__)

#: Cannot be corrected on the page: they are what an appointment is known by.
FIXED = (Column.NUMBER, Column.START, Column.MAIN)


@bp.get("/hr/roster/person/new")
@requires(Right.KEEP_ROSTER)
def new() -> str:
    """Show the form for a new appointment, of a new person or of the one named."""
    form = {Column.START.value: clock.today().isoformat(), "source": DEFAULT_SOURCE}
    person = load_person(request.args.get("person", ""))
    if person is not None and person.appointments:
        last = person.appointments[-1]
        known = form_of(person, last, clock.today())
        form |= {c: known[c] for c in (Column.NUMBER, Column.NAME, Column.KANA, Column.ROMAN, Column.MAIL)}
        form |= {Column.LANGUAGE: known[Column.LANGUAGE], "source": last.source}
    return _form(form, None, person=person)


@bp.post("/hr/roster/person/new")
@requires(Right.KEEP_ROSTER)
def add() -> str | tuple[str, int] | Response:
    """Show what adding would do, or do it."""
    return _take(_given(), request.form.get("source", "").strip() or DEFAULT_SOURCE, None, None)


@bp.get("/hr/roster/person/<person_id>")
@requires(Right.KEEP_ROSTER)
def person(person_id: str) -> str:
    """List one person's appointments, each to be corrected."""
    found = _person_or_404(person_id)
    note_look(found.id, What.POSTS)
    return render_template("roster/person.html", person=found, departments=_names(), today=clock.today())


@bp.get("/hr/roster/person/<person_id>/<int:appointment_id>")
@requires(Right.KEEP_ROSTER)
def edit(person_id: str, appointment_id: int) -> str:
    """Show one appointment as a form."""
    found, appointment = _appointment_or_404(person_id, appointment_id)
    return _form(form_of(found, appointment, clock.today()), appointment, person=found)


@bp.post("/hr/roster/person/<person_id>/<int:appointment_id>")
@requires(Right.KEEP_ROSTER)
def correct(person_id: str, appointment_id: int) -> str | tuple[str, int] | Response:
    """Show what correcting would do, or do it."""
    found, appointment = _appointment_or_404(person_id, appointment_id)
    known = form_of(found, appointment, clock.today())
    given = _given() | {column: known[column] for column in FIXED}
    return _take(given, appointment.source, appointment, found)


@bp.post("/hr/roster/person/<person_id>/<int:appointment_id>/withdraw")
@requires(Right.KEEP_ROSTER)
def withdraw(person_id: str, appointment_id: int) -> Response:
    """Take back an appointment that was entered by mistake."""
    found, appointment = _appointment_or_404(person_id, appointment_id)
    withdraw_appointment(appointment.id, me().name, clock.now(), clock.today())
    flash(_("任用を取り消しました。"), "success")
    return _to_person(found.id)


def _take(
    given: dict[str, str], source: str, appointment: Appointment | None, person: Person | None
) -> str | tuple[str, int] | Response:
    asked, problems = request_of(given, source, site(), clock.today())
    form = given | {"source": source}
    if asked is None or request.form.get("step") == "back":
        return _form(form, appointment, problems, person), 422 if problems else 200
    if request.form.get("step") != "apply":
        plan = prepare(asked)
        if plan.problems:
            return _form(form, appointment, list(plan.problems), person), 422
        return _confirm(form, appointment, person, plan_for_page(plan))
    try:
        plan = apply(asked, clock.now(), me().name, expected=request.form.get("digest", ""))
    except ImportRefused as refused:
        return _confirm(form, appointment, person, plan_for_page(refused.plan), refused.reason), 409
    flash(_("記録しました。") + words.summary(plan), "success")
    if person is not None:
        return _to_person(person.id)
    return see_other(url_for("roster.overview"))


def _given() -> dict[str, str]:
    return {column.value: request.form.get(column.value, "").strip() for column in HEADINGS}


def _form(
    form: Mapping[str, str],
    appointment: Appointment | None,
    problems: list[Problem] | None = None,
    person: Person | None = None,
) -> str:
    organisation = Organisation.on(clock.today(), load_departments())
    places = [("", _("所属なし"))] + [
        (d.code, "\u3000" * (organisation.level(d.code) - 1) + d.name) for d in organisation.departments
    ]
    current = form.get(Column.DEPARTMENT_CODE, "")
    if current and current not in {code for code, _name in places}:
        places.append((current, _names().get(current, current)))
    return render_template(
        "roster/person_form.html",
        form=form,
        appointment=appointment,
        person=person,
        problems=problems or [],
        wrong={p.column for p in problems or []},
        places=places,
        categories=[(c.value, text(c.value)) for c in Category],
        states=[(word, _label(word)) for word in STATE_WORDS.values()],
        authorities=site().authorities,
        known_sources=sorted({DEFAULT_SOURCE, *sources()}),
        today=clock.today(),
    )


def _label(word: str) -> str:
    return str({"休職": _("休職・休業など(猶予)"), "派遣(転出)": _("派遣")}.get(word, word))


def _confirm(
    form: Mapping[str, str],
    appointment: Appointment | None,
    person: Person | None,
    plan: dict[str, object],
    said: str = "",
) -> str:
    return render_template(
        "roster/person_confirm.html",
        form=form,
        appointment=appointment,
        person=person,
        said=said,
        limit=50,
        **plan,
    )


def _names() -> dict[str, str]:
    departments = load_departments()
    names = {d.code: d.name for d in departments}
    return names | {code: d.name for code, d in Organisation.on(clock.today(), departments).by_code().items()}


def _person_or_404(person_id: str) -> Person:
    found = load_person(person_id)
    if found is None:
        abort(404)
    return found


def _appointment_or_404(person_id: str, appointment_id: int) -> tuple[Person, Appointment]:
    found = _person_or_404(person_id)
    appointment = next((a for a in found.appointments if a.id == appointment_id), None)
    if appointment is None:
        abort(404)
    return found, appointment


def _to_person(person_id: str) -> Response:
    return see_other(url_for("roster_person.person", person_id=person_id))
