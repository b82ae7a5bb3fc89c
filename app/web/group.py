"""/hr/group: 集合研修 and paper, printed and entered; /department/group hands a list in."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app import clock
from app.access.policy import Right
from app.auth import me, requires
from app.people.directory import load_departments
from app.reports import group
from app.reports.collecting import collecting_nothing
from app.reports.group import GroupList
from app.training.corrections_models import GroupListRow
from app.training.group_plan import METHODS, Held
from app.training.paper_test import load_test, make_test, tests_made
from app.web.picking import SubjectForm, find

bp = Blueprint("group", __name__)

WORDS = {"集合": _l("集合研修"), "紙": _l("紙での受講")}


class SheetForm(SubjectForm):
    """An attendance sheet or a paper test: of what, when, where."""

    held_on = DateField(_l("実施する日"), [Optional()])
    place = StringField(_l("場所"), [Optional(), Length(max=100)])
    questions = IntegerField(
        _l("出題数"), [Optional(), NumberRange(1, 50, _l("出題数は、1から50までにしてください。"))]
    )


class ListForm(SubjectForm):
    """A list of who took part."""

    method = SelectField(_l("受講方法"), choices=[SelectChoice(m, WORDS[m]) for m in METHODS])
    held_on = DateField(_l("実施した日"), [InputRequired(_l("実施した日を入力してください。"))])
    signed_by = StringField(_l("署名した人(講師や確認者)"), [Length(max=100)])
    evidence_number = StringField(_l("名簿や答案の文書番号"), [Length(max=100)])
    paper_test = SelectField(_l("使った紙のテスト"), [Optional()], validate_choice=False)
    lines = TextAreaField(_l("受講した人"), [InputRequired(_l("受講した人の職員番号を入力してください。"))])

    def value(self, within: frozenset[str] | None = None) -> GroupList:
        """What the form says."""
        test = load_test(self.paper_test.data) if self.paper_test.data else None
        held = Held(
            str(self.method.data),
            cast(date, self.held_on.data),
            (self.signed_by.data or "").strip(),
            (self.evidence_number.data or "").strip(),
            len(test.questions) if test else 0,
            test.pass_mark if test else 0,
        )
        lines = str(self.lines.data or "")
        return GroupList(self.course, self.run, held, lines, test.id if test else None, within)


@bp.get("/hr/group")
@requires(Right.SEE_RECORDS)
def index() -> str:
    """Show the lists that wait, the tests made, the lists entered."""
    return render_template(
        "group/index.html",
        waiting=group.lists(waiting=True),
        decided=group.lists(waiting=False),
        tests=tests_made(),
        may_write=me().may(Right.DECIDE),
    )


@bp.get("/hr/group/sheet")
@requires(Right.SEE_RECORDS)
@collecting_nothing
def sheet() -> str:
    """Print an attendance sheet with places to sign for a group."""
    form = SheetForm(request.args)
    if not form.held_on.data:
        form.held_on.data = clock.today()
    found = find(form, form.course, form.run)
    form.offer(found)
    chosen = not form.picking().everybody
    return render_template(
        "group/sheet.html",
        form=form,
        lines=found.picked.lines if chosen else [],
        problems=found.picked.problems,
        chosen=chosen,
        title=form.course.title if form.run is None else form.run.title,
        state=found.facts,
    )


@bp.post("/hr/group/tests")
@requires(Right.DECIDE)
def draw() -> Response:
    """Draw a paper test and show it."""
    form = SheetForm()
    title = form.course.title if form.run is None else form.run.title
    run_id = "" if form.run is None else form.run.id
    day = form.held_on.data or clock.today()
    questions = min(max(form.questions.data or 10, 1), 50)
    made = make_test(form.course, run_id, title, day, questions, me().name, clock.now())
    return _see_other(url_for("group.test", test_id=made))


@bp.get("/hr/group/tests/<test_id>")
@requires(Right.SEE_RECORDS)
def test(test_id: str) -> str:
    """Print a paper test, or (``?key=1``) its answers."""
    found = load_test(test_id) or abort(404)
    return render_template("group/test.html", test=found, key=request.args.get("key") == "1")


@bp.get("/hr/group/entry")
@requires(Right.DECIDE)
def entry() -> str:
    """Show the form for a list."""
    form = ListForm()
    form.held_on.data = clock.today()
    form.paper_test.data = request.args.get("test", "")
    return _entry_page(form, "group.enter")


@bp.post("/hr/group/entry")
@requires(Right.DECIDE)
@collecting_nothing
def enter() -> Response | str | tuple[str, int]:
    """Preview a list line by line, then enter it, whole or not at all."""
    form = ListForm()
    if not form.validate():
        return _entry_page(form, "group.enter"), 422
    wanted = form.value()
    if request.form.get("step") == "keep":
        planned = group.enter(wanted, me().name, me().person_id, clock.now())
        if planned.good:
            flash(_("%(n)s人の受講を記録しました。", n=len(planned.entries)), "success")
            return _see_other(url_for("group.index"))
    else:
        planned = group.plan(wanted, clock.today())
    page = _preview_page(form, planned, "group.enter")
    return page if planned.good else (page, 422)


@bp.get("/hr/group/lists/<list_id>")
@requires(Right.SEE_RECORDS)
@collecting_nothing
def handed_in(list_id: str) -> str:
    """Show a list as it was handed in, and what entering it would do."""
    row = _list_or_404(list_id)
    planned = group.plan(group.as_list(row), clock.today()) if row.approved is None else None
    return render_template("group/list.html", row=row, planned=planned, may_write=me().may(Right.DECIDE))


@bp.post("/hr/group/lists/<list_id>")
@requires(Right.DECIDE)
@collecting_nothing
def decide(list_id: str) -> Response:
    """Enter a handed-in list, or send it back with an answer."""
    _list_or_404(list_id)
    try:
        if request.form.get("do") == "decline":
            group.decline(list_id, request.form.get("answer", "").strip()[:500], me().name, clock.now())
            flash(_("一覧を差し戻しました。"), "success")
        else:
            planned = group.approve(list_id, me().name, clock.now())
            if planned.good:
                flash(_("%(n)s人の受講を記録しました。", n=len(planned.entries)), "success")
            else:
                flash(_("記録できない行があるため、何も記録していません。"), "error")
    except LookupError:
        flash(_("この一覧は、もう決まっています。"), "info")
    return _see_other(url_for("group.handed_in", list_id=list_id))


@bp.get("/department/group")
@requires(Right.LEAD_DEPARTMENT)
def department_list() -> str:
    """Show a 所属長 the form for a list of their own people, and what became of earlier ones."""
    form = ListForm()
    form.held_on.data = clock.today()
    return _entry_page(form, "group.hand_in")


@bp.post("/department/group")
@requires(Right.LEAD_DEPARTMENT)
@collecting_nothing
def hand_in() -> Response | str | tuple[str, int]:
    """Preview a 所属長's list, then hand it in to HR."""
    form = ListForm()
    if not form.validate():
        return _entry_page(form, "group.hand_in"), 422
    wanted = form.value(me().departments)
    planned = group.plan(wanted, clock.today())
    if planned.good and request.form.get("step") == "keep":
        group.hand_in(wanted, _own_departments(), me().name, me().person_id, clock.now())
        flash(_("人事担当へ提出しました。確かめた後に、修了として記録されます。"), "success")
        return _see_other(url_for("group.department_list"))
    page = _preview_page(form, planned, "group.hand_in")
    return page if planned.good else (page, 422)


def _own_departments() -> str:
    """The topmost of the 所属 this 所属長 heads, by name."""
    mine = me().departments
    here = [d for d in load_departments() if d.code in mine and d.in_force(clock.today())]
    tops = sorted((d for d in here if d.parent not in mine), key=lambda d: d.position)
    return "、".join(d.name for d in tops)


def _entry_page(form: ListForm, action: str) -> str:
    """The form; the tests to choose from are those made lately."""
    form.paper_test.choices = [
        ("", _("使っていない")),
        *((t.id, f"{t.held_on.isoformat()} {t.title}") for t in tests_made()),
    ]
    mine = group.lists(of=me().person_id) if action == "group.hand_in" and me().person_id else []
    return render_template("group/entry.html", form=form, action=action, mine=mine)


def _preview_page(form: ListForm, planned: group.Plan, action: str) -> str:
    return render_template(
        "group/preview.html", form=form, planned=planned, action=action, wanted=form.value()
    )


def _list_or_404(list_id: str) -> GroupListRow:
    return group.find_list(list_id) or abort(404)


def _see_other(target: str) -> Response:
    return cast(Response, redirect(target, 303))
