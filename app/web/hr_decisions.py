"""/hr/decisions: 猶予, 免除 and moved 受講期限 of a person or a group; annulled completions."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app import clock
from app.access.policy import Right
from app.auth import me, requires
from app.fiscal_year import FiscalYear
from app.people.finding import find_people
from app.reports.collecting import collecting_nothing
from app.reports.picking import preview
from app.training import annulling, deciding
from app.training.decision import (
    ANNULMENT_REASONS,
    EXEMPTION_REASONS,
    Decision,
    Deferral,
    Exemption,
    Kind,
    Moved,
)
from app.training.records import find_certificate
from app.web.given import calendar_day, whole
from app.web.onward import see_other
from app.web.picking import Found, SubjectForm, find
from app.web.table import Order, Table, asked_page

bp = Blueprint("hr_decisions", __name__)

PER_PAGE = 50
#: What a reason is before somebody chooses one.
NOT_CHOSEN = SelectChoice("", _l("選んでください"))


class DeferralForm(SubjectForm):
    """猶予: from, to; no reason."""

    start = DateField(_l("猶予の始まり"), [InputRequired(_l("始まりの日を入力してください。"))])
    end = DateField(_l("猶予の終わり"), [Optional()])

    def value(self) -> Decision:
        """What the form says."""
        return Deferral(cast(date, self.start.data), self.end.data)


class ExemptionForm(SubjectForm):
    """免除: 事由区分, period, document."""

    reason = SelectField(
        _l("事由区分"),
        [InputRequired(_l("事由区分を選んでください。"))],
        choices=[NOT_CHOSEN, *(SelectChoice(r, _l(r)) for r in EXEMPTION_REASONS)],
    )
    start = DateField(_l("免除の始まり"), [InputRequired(_l("始まりの日を入力してください。"))])
    end = DateField(_l("免除の終わり"), [InputRequired(_l("終わりの日を入力してください。"))])
    document = StringField(
        _l("文書番号"), [DataRequired(_l("文書番号を入力してください。")), Length(max=100)]
    )

    def value(self) -> Decision:
        """What the form says."""
        return Exemption(
            self.course.slug,
            "" if self.run is None else self.run.id,
            str(self.reason.data),
            cast(date, self.start.data),
            cast(date, self.end.data),
            (self.document.data or "").strip(),
        )


class DueForm(SubjectForm):
    """A moved 受講期限 with its reason."""

    due = DateField(_l("新しい受講期限"), [InputRequired(_l("新しい受講期限を入力してください。"))])
    reason = StringField(
        _l("変える理由"), [DataRequired(_l("期限を変える理由を入力してください。")), Length(max=200)]
    )

    def value(self) -> Decision:
        """What the form says."""
        return Moved(
            self.course.slug,
            "" if self.run is None else self.run.id,
            cast(date, self.due.data),
            clock.today(),
            (self.reason.data or "").strip(),
        )


class AnnulmentForm(FlaskForm):  # type: ignore[misc]
    """Why a completion is annulled."""

    reason = SelectField(
        _l("取消しの理由"),
        [InputRequired(_l("取消しの理由を選んでください。"))],
        choices=[NOT_CHOSEN, *(SelectChoice(r, _l(r)) for r in ANNULMENT_REASONS)],
    )
    document = StringField(
        _l("文書番号"), [DataRequired(_l("文書番号を入力してください。")), Length(max=100)]
    )


FORMS: dict[Kind, type[DeferralForm | ExemptionForm | DueForm]] = {
    Kind.DEFERRAL: DeferralForm,
    Kind.EXEMPTION: ExemptionForm,
    Kind.DUE: DueForm,
}


@bp.get("/hr/decisions")
@requires(Right.SEE_RECORDS)
def index() -> str:
    """List what HR decided, the newest first, found by words and by kind."""
    words, kind = request.args.get("q", "").strip(), request.args.get("kind", "")
    kinds = [Kind(kind)] if kind in set(Kind) else list(Kind)
    ids = find_people(words) if words else None
    found = deciding.count_decided(ids, kinds)
    page, pages = asked_page(found, PER_PAGE)
    shown = deciding.decided(ids, kinds, (page - 1) * PER_PAGE, PER_PAGE)
    filters = {n: v for n, v in (("q", words), ("kind", kind)) if v}
    return render_template(
        "decisions/index.html",
        kinds=list(Kind),
        holding=deciding.still_holding(clock.today()),
        decided=Table(shown, found, page, pages, Order(), "hr_decisions.index", filters),
        filters=filters,
        kind_options=[("", _("すべて")), *((k.value, k.label) for k in Kind)],
        may_write=me().may(Right.DECIDE),
    )


@bp.get("/hr/decisions/<kind>/new")
@requires(Right.DECIDE)
@collecting_nothing
def new(kind: str) -> str:
    """Show the form of a decision; ``?numbers=`` names a person."""
    wanted = _kind(kind)
    form = FORMS[wanted]()
    form.numbers.data = request.args.get("numbers", "")
    today = clock.today()
    if isinstance(form, ExemptionForm):
        start = _day(request.args.get("start", "")) or today
        form.start.data, form.end.data = start, FiscalYear.of(start).last_day
        form.subject.data = request.args.get("subject", form.subject.data)
    return _form_page(wanted, form, find(form, form.course, form.run))


@bp.post("/hr/decisions/<kind>/new")
@requires(Right.DECIDE)
@collecting_nothing
def decide(kind: str) -> Response | str | tuple[str, int]:
    """Preview a decision; written as previewed with the second button, whole or not at all."""
    wanted = _kind(kind)
    form = FORMS[wanted]()
    found = find(form, form.course, form.run)
    if not form.validate():
        return _form_page(wanted, form, found), 422
    decision = form.value()
    problems = [*decision.problems(), *found.picked.problems]
    if form.picking().everybody:
        problems.append(_("だれについて記録するかを、職員番号か条件で選んでください。"))
    elif not found.picked.lines and not problems:
        problems.append(_("条件に合う人はいません。"))
    if problems:
        return _form_page(wanted, form, found, problems), 422
    if request.form.get("step") == "keep" and form.seal.data == found.picked.seal:
        deciding.decide(decision, found.picked.ids, me().name, clock.now())
        count = len(found.picked.ids)
        flash(_("%(n)s人について、%(what)sを記録しました。", n=count, what=wanted.label), "success")
        return see_other(url_for("hr_decisions.index"))
    return render_template(
        "decisions/preview.html",
        kind=wanted,
        form=form,
        decision=decision,
        changed=preview(found.facts, decision, found.picked.ids, found.organisation),
        seal=found.picked.seal,
        moved_on=request.form.get("step") == "keep",
        day=found.organisation.day,
    )


@bp.post("/hr/decisions/<kind>/withdraw")
@requires(Right.DECIDE)
def withdraw(kind: str) -> Response:
    """Take a decision back, or all that were written with it (``batch``)."""
    wanted = _kind(kind)
    batch = request.form.get("batch", "")
    ids = deciding.batch_ids(wanted, batch) if batch else [request.form.get("id", 0, type=whole)]
    count = deciding.withdraw(wanted, ids, me().name, clock.now())
    if not count:
        abort(404)
    flash(_("%(n)s件を取り消しました。取り消した記録も残ります。", n=count), "success")
    person_id = request.form.get("person", "")
    if person_id:
        return see_other(url_for("hr_people.person", person_id=person_id))
    return see_other(url_for("hr_decisions.index"))


@bp.get("/hr/completions/<serial>/annul")
@requires(Right.SEE_RECORDS)
def annulment(serial: str) -> str:
    """Show a completion, what became of it, and the form that annuls it."""
    return _annulment_page(serial, AnnulmentForm(formdata=None))


@bp.post("/hr/completions/<serial>/annul")
@requires(Right.DECIDE)
def annul(serial: str) -> Response | tuple[str, int]:
    """Annul a completion with a reason."""
    form = AnnulmentForm()
    if not form.validate():
        return _annulment_page(serial, form), 422
    try:
        annulling.annul(serial, str(form.reason.data), form.document.data or "", me().name, clock.now())
    except LookupError:
        abort(404)
    except annulling.NotPossible as problem:
        flash(str(problem), "error")
    else:
        flash(_("修了を取り消しました。取り消した修了の記録も残ります。"), "success")
    return see_other(url_for("hr_decisions.annulment", serial=serial))


@bp.post("/hr/completions/<serial>/restore")
@requires(Right.DECIDE)
def restore(serial: str) -> Response:
    """Take an annulment back."""
    try:
        annulling.restore(serial, me().name, clock.now())
    except LookupError:
        abort(404)
    except annulling.NotPossible as problem:
        flash(str(problem), "error")
    else:
        flash(_("取消しを戻しました。修了は、はじめから有効だったものとして数えます。"), "success")
    return see_other(url_for("hr_decisions.annulment", serial=serial))


def _annulment_page(serial: str, form: AnnulmentForm) -> str:
    completion = find_certificate(serial) or abort(404)
    found = annulling.annulments([serial]).get(serial, [])
    return render_template(
        "decisions/annul.html",
        completion=completion,
        annulments=found,
        annulled=any(one.withdrawn_at is None for one in found),
        form=form,
        may_write=me().may(Right.DECIDE),
    )


def _form_page(
    kind: Kind, form: DeferralForm | ExemptionForm | DueForm, found: Found, problems: list[str] | None = None
) -> str:
    form.offer(found)
    return render_template("decisions/form.html", kind=kind, form=form, problems=problems or [])


def _kind(name: str) -> Kind:
    if name not in set(Kind):
        abort(404)
    return Kind(name)


def _day(text: str) -> date | None:
    try:
        return calendar_day(text)
    except ValueError:
        return None
