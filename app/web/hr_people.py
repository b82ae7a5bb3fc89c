"""/hr/people: find somebody; one person's whole record; what a 要協議 came to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, cast

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, RadioField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length

from app import clock
from app.access.looks import What
from app.access.policy import Right
from app.auth import me, requires
from app.loaded import site
from app.people import consultations
from app.people.employment import Category, Organisation
from app.people.finding import find_people
from app.reminders import ledger
from app.reminders.ledger import Search
from app.reports.collecting import collecting_nothing
from app.reports.completion import Count, Line
from app.reports.facts import load_facts, load_report
from app.reports.listing import Listed, listed
from app.reports.record import consulted_category, record_of
from app.reports.report import make_report
from app.training.records import certificate_named
from app.web import asked as addresses
from app.web.asked import asked
from app.web.fields import Fields
from app.web.looking import note_look
from app.web.onward import see_other
from app.web.table import Keys, table_of
from app.web.texts import language

bp = Blueprint("hr_people", __name__)

PER_PAGE = 50


class OutcomeForm(Fields):
    """What a consultation came to."""

    outcome = RadioField(
        _l("協議の結果"),
        [InputRequired(_l("協議の結果を選んでください。"))],
        choices=[SelectChoice("applies", _l("適用")), SelectChoice("outside", _l("適用外"))],
    )
    decided_on = DateField(
        _l("決まった日"), [InputRequired(_l("決まった日を 2026-04-01 の形で入力してください。"))]
    )
    consulted_with = StringField(
        _l("協議した相手"),
        [DataRequired(_l("協議した相手を入力してください。")), Length(max=100)],
    )
    document_number = StringField(
        _l("文書番号"), [DataRequired(_l("文書番号を入力してください。")), Length(max=100)]
    )

    def validate_decided_on(self, field: DateField) -> None:
        """Nobody has agreed on something tomorrow."""
        if field.data is not None and field.data > clock.today():
            raise ValidationError(_("決まった日は、今日までの日を入力してください。"))

    def value(self) -> consultations.Outcome:
        """What the form says."""
        return consultations.Outcome(
            applies=self.outcome.data == "applies",
            decided_on=cast(date, self.decided_on.data),
            consulted_with=(self.consulted_with.data or "").strip(),
            document_number=(self.document_number.data or "").strip(),
        )


class CategoryForm(OutcomeForm):
    """The same for everybody of a category."""

    category = SelectField(
        _l("職員区分"),
        [InputRequired()],
        choices=[
            SelectChoice(Category.PREFECTURAL_TEACHER.value, _l("県費負担教職員")),
            SelectChoice(Category.ELECTED.value, _l("公選職で、ほかの職を兼ねる人")),
        ],
    )


@bp.get("/hr/people")
@requires(Right.SEE_RECORDS)
@collecting_nothing
def index() -> str | Response:
    """List people, found by words and filters; the serial of a 修了証 leads to it."""
    today = clock.today()
    question = asked(today)
    words = request.args.get("q", "").strip()
    if named := certificate_named(words):
        return see_other(url_for("certificates.certificate", serial=named.serial))
    everyone = request.args.get("all", "") == "1" or bool(words)
    ids = find_people(words) if words else None
    facts = load_facts(question.course, site().closed_days, ids)
    report = make_report(facts, question.course, today, question.choice)
    found = listed(facts, report, with_others=everyone)
    filters = {
        "q": words,
        "all": request.args.get("all", ""),
        "department": question.choice.department,
        "category": question.choice.category,
        "state": question.choice.state,
    }
    filters = {name: value for name, value in filters.items() if value}
    return render_template(
        "hr/people.html",
        people=table_of(found, _orders(report.organisation), "hr_people.index", filters, PER_PAGE),
        filters=filters,
        today=today,
        options={
            "department": addresses.department_options(report.organisation),
            "category": addresses.category_options(),
            "state": addresses.state_options(),
        },
    )


@bp.get("/hr/people/<person_id>")
@requires(Right.SEE_RECORDS)
def person(person_id: str) -> str:
    """Show one person's whole record."""
    return _person_page(person_id, OutcomeForm(formdata=None))


@bp.post("/hr/people/<person_id>/consultation")
@requires(Right.DECIDE)
def record_person(person_id: str) -> Response | tuple[str, int]:
    """Record what the consultation about one person came to."""
    form = OutcomeForm()
    if not form.validate():
        return _person_page(person_id, form), 422
    try:
        consultations.record_for_person(person_id, form.value(), me().name, clock.now())
    except consultations.NoSuchSubject:
        abort(404)
    flash(_("協議の結果を記録しました。"), "success")
    return see_other(url_for("hr_people.person", person_id=person_id))


@bp.get("/hr/consultations")
@requires(Right.SEE_RECORDS)
@collecting_nothing
def consulted() -> str:
    """Show who waits for an outcome, and every outcome on record."""
    return _consultations_page(CategoryForm(formdata=None))


@bp.post("/hr/consultations")
@requires(Right.DECIDE)
def record_category() -> Response | tuple[str, int]:
    """Record what the consultation about a whole category came to."""
    form = CategoryForm()
    if not form.validate():
        return _consultations_page(form), 422
    consultations.record_for_category(Category(form.category.data), form.value(), me().name, clock.now())
    flash(_("協議の結果を記録しました。"), "success")
    return see_other(url_for("hr_people.consulted"))


@bp.post("/hr/consultations/<int:consultation_id>/withdraw")
@requires(Right.DECIDE)
def withdraw(consultation_id: int) -> Response:
    """Take back an outcome recorded by mistake."""
    taken = consultations.withdraw(consultation_id, clock.now())
    if taken is None:
        abort(404)
    flash(_("記録を取り消しました。取り消した記録も残ります。"), "success")
    if taken.person_id is not None:
        return see_other(url_for("hr_people.person", person_id=taken.person_id))
    return see_other(url_for("hr_people.consulted"))


def _person_page(person_id: str, form: OutcomeForm) -> str:
    record = record_of(person_id, clock.today(), language())
    if record is None:
        abort(404)
    note_look(person_id, What.RECORD)
    return render_template(
        "hr/person.html",
        record=record,
        form=form,
        today=clock.today(),
        now=clock.now(),
        category=consulted_category(record),
        told=ledger.entries(Search(people=frozenset({record.person.id}))),
        may_write=me().may(Right.DECIDE),
    )


def _consultations_page(form: CategoryForm) -> str:
    today = clock.today()
    report = load_report(addresses.chosen_course(), site().closed_days, today, asked(today).choice)
    return render_template(
        "hr/consultations.html",
        waiting=[line for line in report.everybody if line.count is Count.CONSULT],
        recorded=consultations.recorded(),
        form=form,
        may_write=me().may(Right.DECIDE),
    )


def _orders(organisation: Organisation) -> Keys[Listed]:
    """What each column is ordered by; somebody who left has only a number and a name."""
    places = organisation.order()
    states, categories = list(Count), list(Category)

    def of_line(value: Callable[[Line], Any]) -> Callable[[Listed], Any]:
        return lambda one: None if one.line is None else value(one.line)

    return {
        "number": lambda one: one.number,
        "name": lambda one: one.person.kana or one.person.name,
        "department": of_line(lambda line: places.get(line.code)),
        "title": of_line(lambda line: line.post.placement.title),
        "category": of_line(lambda line: categories.index(line.post.placement.category)),
        "due": of_line(lambda line: line.standing.due),
        "state": of_line(lambda line: states.index(line.count)),
    }
