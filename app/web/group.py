"""/hr/group: 集合研修 and paper, printed and entered; lists of 所属長 decided."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask_babel import gettext as _

from app import clock
from app.access.policy import Right
from app.auth import me, requires
from app.reports import group_check, group_entering, group_lists
from app.reports.collecting import collecting_nothing
from app.training.corrections_models import GroupListRow
from app.training.paper_test import load_test, make_test, tests_made
from app.web.group_forms import ListForm, SheetForm, offer_tests
from app.web.onward import see_other
from app.web.picking import find

bp = Blueprint("group", __name__)


@bp.get("/hr/group")
@requires(Right.SEE_RECORDS)
def index() -> str:
    """Show the lists that wait, the tests made, the lists entered."""
    return render_template(
        "group/index.html",
        waiting=group_lists.lists(waiting=True),
        decided=group_lists.lists(waiting=False),
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
    return see_other(url_for("group.test", test_id=made))


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
    return _entry_page(form)


@bp.post("/hr/group/entry")
@requires(Right.DECIDE)
@collecting_nothing
def enter() -> Response | str | tuple[str, int]:
    """Preview a list line by line, then enter it, whole or not at all."""
    form = ListForm()
    if not form.validate():
        return _entry_page(form), 422
    wanted = form.value()
    if request.form.get("step") == "keep":
        planned = group_entering.enter(wanted, me().name, me().person_id, clock.now())
        if planned.good:
            flash(_("%(n)s人の受講を記録しました。", n=len(planned.entries)), "success")
            return see_other(url_for("group.index"))
    else:
        planned = group_check.plan(wanted, clock.today())
    if not planned.good or request.form.get("step") == "edit":
        return _entry_page(form, planned), 200 if planned.good else 422
    return render_template(
        "group/preview.html", form=form, planned=planned, action="group.enter", wanted=wanted
    )


@bp.get("/hr/group/lists/<list_id>")
@requires(Right.SEE_RECORDS)
@collecting_nothing
def handed_in(list_id: str) -> str:
    """Show a list as it was handed in, and what entering it would do."""
    row = _list_or_404(list_id)
    planned = group_check.plan(group_lists.as_list(row), clock.today()) if row.approved is None else None
    return render_template("group/list.html", row=row, planned=planned, may_write=me().may(Right.DECIDE))


@bp.post("/hr/group/lists/<list_id>")
@requires(Right.DECIDE)
@collecting_nothing
def decide(list_id: str) -> Response:
    """Enter a handed-in list, or send it back with an answer."""
    _list_or_404(list_id)
    try:
        if request.form.get("do") == "decline":
            group_entering.decline(
                list_id, request.form.get("answer", "").strip()[:500], me().name, clock.now()
            )
            flash(_("一覧を差し戻しました。"), "success")
        else:
            number = request.form.get("evidence_number", "").strip()[:100]
            planned = group_entering.approve(list_id, me().name, clock.now(), number)
            if planned.good:
                flash(_("%(n)s人の受講を記録しました。", n=len(planned.entries)), "success")
            else:
                flash(_("記録できない行があるため、何も記録していません。"), "error")
    except LookupError:
        flash(_("この一覧は、もう決まっています。"), "info")
    return see_other(url_for("group.handed_in", list_id=list_id))


def _entry_page(form: ListForm, planned: group_check.Plan | None = None) -> str:
    """The form, with what a plan of it found wrong."""
    offer_tests(form)
    return render_template("group/entry.html", form=form, planned=planned)


def _list_or_404(list_id: str) -> GroupListRow:
    return group_lists.find_list(list_id) or abort(404)
