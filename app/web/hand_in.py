"""/department/group: a 所属長 hands in who took part in a meeting, sees what became of it, takes it back."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask_babel import gettext as _

from app import clock
from app.access.policy import Right
from app.auth import me, requires
from app.people.directory import load_departments
from app.reports import group_check, group_entering, group_lists
from app.reports.collecting import collecting_nothing
from app.reports.completion import Line
from app.training.corrections_models import GroupListRow
from app.training.group_plan import read_lines
from app.training.paper_test import tests_made
from app.web.group_forms import HandInForm, offer_tests
from app.web.onward import see_other
from app.web.picking import subjects

bp = Blueprint("hand_in", __name__)


@bp.get("/department/group")
@requires(Right.LEAD_DEPARTMENT)
@collecting_nothing
def form() -> str:
    """Show the form for a list of the head's own people, and what became of earlier ones."""
    empty = HandInForm()
    empty.subject.data = request.args.get("subject", "")
    empty.held_on.data = clock.today()
    return _form_page(empty)


@bp.post("/department/group")
@requires(Right.LEAD_DEPARTMENT)
@collecting_nothing
def hand_in() -> Response | str | tuple[str, int]:
    """Preview a list, then hand it in to HR."""
    form = HandInForm()
    form.gather(_ticked())
    if not form.validate():
        return _form_page(form), 422
    wanted = form.value(me().departments)
    planned = group_check.plan(wanted, clock.today())
    step = request.form.get("step")
    if not planned.good or step == "edit":
        return _form_page(form, planned), 200 if planned.good else 422
    if step == "keep":
        group_entering.hand_in(wanted, _own_departments(), me().name, me().person_id, clock.now())
        flash(_("人事担当へ提出しました。確かめた後に、修了として記録されます。"), "success")
        return see_other(url_for("hand_in.form"))
    return render_template(
        "group/preview.html", form=form, planned=planned, action="hand_in.hand_in", wanted=wanted
    )


@bp.get("/department/group/lists/<list_id>")
@requires(Right.LEAD_DEPARTMENT)
def handed_in(list_id: str) -> str:
    """Show a list the head handed in."""
    return render_template("group/handed_in.html", row=_own_or_404(list_id))


@bp.post("/department/group/lists/<list_id>/withdraw")
@requires(Right.LEAD_DEPARTMENT)
def withdraw(list_id: str) -> Response:
    """Take back a list HR has yet to decide."""
    try:
        group_entering.withdraw(_own_or_404(list_id).id, me().name, clock.now())
        flash(_("提出した一覧を取り下げました。"), "success")
    except LookupError:
        flash(_("この一覧は、もう決まっています。"), "info")
    return see_other(url_for("hand_in.handed_in", list_id=list_id))


def _ticked() -> list[str]:
    """The people ticked as lines: 職員番号 and, with a paper test, the right answers."""
    numbers = request.form.getlist("who")
    return [f"{number} {request.form.get(f'right-{number}', '')}".strip() for number in numbers]


def _form_page(form: HandInForm, planned: group_check.Plan | None = None) -> str:
    """The whole form: people still to complete as ticks, what is left of the lines as typed."""
    offer_tests(form)
    people = group_check.open_people(form.course, form.run, me().departments, clock.today())
    waiting = group_lists.waiting_numbers(form.course, form.run)
    open_numbers = {line.post.appointment.number for line in people} - waiting
    ticked: dict[str, str] = {}
    rest = []
    for raw in str(form.lines.data or "").splitlines():
        one = next(iter(read_lines(raw)), None)
        if one and one.number in open_numbers and one.number not in ticked and not one.unreadable:
            ticked[one.number] = "" if one.correct is None else str(one.correct)
        elif one:
            rest.append(raw)
    form.lines.data = "\n".join(rest)
    groups: dict[str, list[Line]] = {}
    for line in people:
        groups.setdefault(line.department.name if line.department else "", []).append(line)
    return render_template(
        "group/hand_in.html",
        form=form,
        planned=planned,
        subjects=subjects(),
        groups=groups,
        waiting=waiting,
        ticked=ticked,
        with_tests=bool(tests_made()),
        mine=group_lists.lists(of=me().person_id) if me().person_id else [],
    )


def _own_or_404(list_id: str) -> GroupListRow:
    row = group_lists.find_list(list_id)
    if row is None or me().person_id is None or row.submitted_by_person != me().person_id:
        abort(404)
    return row


def _own_departments() -> str:
    """The topmost of the 所属 this 所属長 heads, by name."""
    mine = me().departments
    here = [d for d in load_departments() if d.code in mine and d.in_force(clock.today())]
    tops = sorted((d for d in here if d.parent not in mine), key=lambda d: d.position)
    return "、".join(d.name for d in tops)
