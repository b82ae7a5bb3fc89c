"""/hr/heads: who answers for which 所属, from the departments' file or named by HR."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired

from app import clock
from app.access import grants
from app.access.policy import Right
from app.access.rights import heads_on
from app.auth import me, requires
from app.people.directory import load_departments
from app.people.employment import Organisation
from app.web.onward import see_other
from app.web.slips import department_options

bp = Blueprint("heads", __name__)


class NamingForm(FlaskForm):  # type: ignore[misc]
    """Whom to name 所属担当者, and of what."""

    number = StringField(_l("職員番号"), [InputRequired(_l("職員番号を入力してください。"))])
    department = SelectField(_l("所属"), [InputRequired(_l("所属を選んでください。"))])


@bp.get("/hr/heads")
@requires(Right.NAME_HEADS)
def overview() -> str:
    """List the 所属 with who answers for each."""
    return _page(_form())


@bp.post("/hr/heads")
@requires(Right.NAME_HEADS)
def name() -> Response | tuple[str, int]:
    """Name a 所属担当者."""
    form = _form()
    if not form.validate():
        return _page(form), 422
    try:
        who = grants.name_head(
            form.number.data or "", form.department.data, me().name, clock.now(), clock.today()
        )
    except grants.GrantRefused as refused:
        form.number.errors = [str(refused)]
        return _page(form), 422
    flash(_("%(name)sさんを所属担当者にしました。", name=who), "success")
    return _to_list()


@bp.post("/hr/heads/<int:grant_id>/withdraw")
@requires(Right.NAME_HEADS)
def withdraw(grant_id: int) -> Response:
    """End a naming."""
    try:
        grants.withdraw_head(grant_id, me().name, clock.now())
    except LookupError:
        abort(404)
    flash(_("所属担当者から外しました。"), "success")
    return _to_list()


def _form() -> NamingForm:
    form = NamingForm()
    organisation = Organisation.on(clock.today(), load_departments())
    form.department.choices = [("", _("選んでください")), *department_options(organisation)]
    return form


def _page(form: NamingForm) -> str:
    organisation = Organisation.on(clock.today(), load_departments())
    named: dict[str, list[grants.NamedHead]] = {}
    for head in grants.named_heads():
        named.setdefault(head.department, []).append(head)
    return render_template(
        "heads/overview.html",
        form=form,
        departments=organisation.departments,
        level=organisation.level,
        heads=heads_on(clock.today()),
        named=named,
    )


def _to_list() -> Response:
    return see_other(url_for("heads.overview"))
