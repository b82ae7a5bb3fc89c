"""/hr/report/fixed: 確定報告, kept as made, and what came to be different afterwards."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask import Blueprint, Response, abort, flash, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from app import clock
from app.access.policy import Right
from app.auth import me, requires
from app.loaded import library
from app.reports import fixing
from app.reports.collecting import collecting_nothing
from app.reports.fixed_models import FixedReportRow
from app.training.runs import find_run
from app.web.fields import Fields
from app.web.handing import hand_out
from app.web.onward import see_other
from app.web.picking import subjects

bp = Blueprint("hr_fixed", __name__)


class FixForm(Fields):
    """What to fix: the training, the 基準日, the 決裁番号."""

    subject = SelectField(_l("研修"))
    as_of = DateField(_l("基準日"), [InputRequired(_l("基準日を入力してください。"))])
    document = StringField(_l("決裁番号"), [Optional(), Length(max=100)])

    def __init__(self) -> None:
        super().__init__()
        self.subject.choices = subjects()


@bp.get("/hr/report/fixed")
@requires(Right.SEE_RECORDS)
def index() -> str:
    """List the fixed reports, and the form that fixes one."""
    form = FixForm()
    form.as_of.data = clock.today()
    return _list(form)


@bp.post("/hr/report/fixed")
@requires(Right.DECIDE)
@collecting_nothing
def fix() -> Response | tuple[str, int]:
    """Fix a report."""
    form = FixForm()
    if not form.validate():
        return _list(form), 422
    slug, _bar, run_id = str(form.subject.data).partition("|")
    course = library().course(slug) or abort(404)
    run = find_run(run_id) if run_id else None
    document = (form.document.data or "").strip()
    number = fixing.fix_report(course, run, cast(date, form.as_of.data), document, me().name, clock.now())
    flash(_("%(number)sとして確定しました。", number=number), "success")
    return see_other(url_for("hr_fixed.fixed", number=number))


@bp.get("/hr/report/fixed/<number>")
@requires(Right.SEE_RECORDS)
@collecting_nothing
def fixed(number: str) -> str:
    """Show a fixed report, its files, and 確定後の変動."""
    row = _row(number)
    return render_template(
        "report/fixed.html", row=row, files=fixing.file_names(row), differences=fixing.differences(row)
    )


@bp.get("/hr/report/fixed/<number>/<name>")
@requires(Right.SEE_RECORDS)
def file(number: str, name: str) -> Response:
    """Give one file, byte for byte as it was fixed."""
    row = _row(number)
    content = fixing.file_of(row, name)
    if content is None:
        abort(404)
    return hand_out(content, name, f"{number}_{name}", "fixed", number, row.as_of, 0)


def _list(form: FixForm) -> str:
    return render_template(
        "report/fixed_list.html", form=form, reports=fixing.fixed_reports(), may_write=me().may(Right.DECIDE)
    )


def _row(number: str) -> FixedReportRow:
    return fixing.find_fixed(number) or abort(404)
