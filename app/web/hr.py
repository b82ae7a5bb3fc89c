"""/hr/: how the city stands at a glance, and what to do next."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, redirect, render_template, url_for

from app import clock
from app.access.policy import Right
from app.auth import me, requires
from app.loaded import site
from app.reports.collecting import collecting_nothing
from app.reports.columns import FORMULA
from app.reports.facts import load_facts
from app.reports.glance import glance
from app.reports.report import make_report
from app.reports.tasks import tasks
from app.web.asked import chosen_course, course_options

bp = Blueprint("hr", __name__)


@bp.get("/hr/")
@requires(Right.SEE_RECORDS)
@collecting_nothing
def index() -> str | Response:
    """Show the numbers of today and what waits; an empty site leads to the first steps."""
    today = clock.today()
    course = chosen_course()
    facts = load_facts(course, site().closed_days)
    report = make_report(facts, course, today)
    if not facts.people:
        return cast(Response, redirect(url_for("hr_start.show"), 303))
    waiting = tasks([duties.person for duties in facts.people], today)
    return render_template(
        "hr/index.html",
        course=course,
        courses=course_options(),
        report={"gap": report.gap},
        glance=glance(report),
        tasks=waiting,
        today=today,
        formula=FORMULA,
        may_write=me().may(Right.DECIDE),
    )
