"""/department/: for a 所属長, how the people of their 所属 and all below it stand. States only, no scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from app import clock
from app.access.policy import Right
from app.access.register import signed_in_ever
from app.auth import me, requires
from app.courses.model import Course
from app.loaded import site
from app.reports.choosing import Choice
from app.reports.collecting import collecting_nothing
from app.reports.completion import UNFINISHED, Count, Line, Tally
from app.reports.facts import load_facts, people_ever_in
from app.reports.group_lists import waiting_numbers
from app.reports.report import make_report
from app.reports.sheets import TO_BE_SEEN, department_sheets
from app.training.passed import sections_passed
from app.training.refresher import Run
from app.web.asked import asked
from app.web.picking import subjects
from app.web.shown import title_of

bp = Blueprint("department", __name__)


@bp.get("/department/")
@requires(Right.LEAD_DEPARTMENT)
@collecting_nothing
def index() -> str:
    """List the head's people by 所属 in 建制順, those of other 所属 who serve here as well marked 兼務."""
    today = clock.today()
    question = asked(today)
    course, run = question.course, question.run
    codes = me().departments
    facts = load_facts(course, site().closed_days, people_ever_in(codes), run)
    report = make_report(facts, course, today, Choice())
    sheets = department_sheets(report.lines, report.organisation, codes)
    only_unfinished = request.args.get("show") == "unfinished"
    shown = [
        (sheet, _late_first([x for x in sheet.lines if not only_unfinished or x.count in TO_BE_SEEN]))
        for sheet in sheets
    ]
    return render_template(
        "department/index.html",
        title=title_of(run or course),
        subjects=_subjects(),
        subject=course.slug if run is None else f"{course.slug}|{run.id}",
        kept={"course": course.slug} if run is None else {"run": run.id},
        today=today,
        sheets=shown,
        total=sum((s.tally for s in sheets), Tally()),
        why=_why([line for _sheet, lines in shown for line in lines], course, run),
        waiting=waiting_numbers(course, run),
        only_unfinished=only_unfinished,
        gap=report.gap,
    )


def _subjects() -> list[tuple[str, str, dict[str, str]]]:
    """Each course and each run of it: its name in a form, its title, its address."""
    found = []
    for value, title in subjects():
        slug, _bar, run = value.partition("|")
        found.append((value, title, {"run": run} if run else {"course": slug}))
    return found


def _late_first(lines: Sequence[Line]) -> list[Line]:
    """期限超過 before everybody else, each in the order they stood."""
    return sorted(lines, key=lambda line: line.count is not Count.OVERDUE)


def _why(lines: Sequence[Line], course: Course, run: Run | None) -> Mapping[str, str]:
    """By person, how far somebody is who has yet to complete; never a score."""
    waiting = [line.person.id for line in lines if line.count in UNFINISHED]
    entered = signed_in_ever()
    passed = sections_passed(course, waiting) if run is None else {}
    words = {}
    for person in waiting:
        done, parts = len(passed.get(person, ())), len(course.sections)
        if person not in entered:
            words[person] = _("まだログインしていません")
        elif done:
            words[person] = _("%(parts)s節のうち%(done)s節が済みました", parts=parts, done=done)
        elif run is None:
            words[person] = _("まだ1節も済んでいません")
    return words
