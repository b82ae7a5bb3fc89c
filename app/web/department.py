"""/department/: for a 所属長, how the people of their 所属 and all below it stand. States only, no scores."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from app import clock
from app.access.policy import Right
from app.auth import me, requires
from app.loaded import site
from app.reports.choosing import Choice
from app.reports.collecting import collecting_nothing
from app.reports.completion import Tally
from app.reports.facts import load_facts, people_ever_in
from app.reports.report import make_report
from app.reports.sheets import TO_BE_SEEN, department_sheets
from app.web.asked import chosen_course, course_options

bp = Blueprint("department", __name__)


@bp.get("/department/")
@requires(Right.LEAD_DEPARTMENT)
@collecting_nothing
def index() -> str:
    """List the head's people by 所属 in 建制順, those of other 所属 who serve here as well marked 兼務."""
    today = clock.today()
    course = chosen_course()
    codes = me().departments
    facts = load_facts(course, site().closed_days, people_ever_in(codes))
    report = make_report(facts, course, today, Choice())
    sheets = department_sheets(report.lines, report.organisation, codes)
    only_unfinished = request.args.get("show") == "unfinished"
    return render_template(
        "department/index.html",
        course=course,
        courses=course_options(),
        today=today,
        sheets=[(s, [x for x in s.lines if not only_unfinished or x.count in TO_BE_SEEN]) for s in sheets],
        total=sum((s.tally for s in sheets), Tally()),
        tops=min((s.level for s in sheets), default=1),
        only_unfinished=only_unfinished,
        gap=report.gap,
    )
