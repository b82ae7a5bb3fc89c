"""/hr/drafts: 通知文 and 手引 HR can edit, filled with today's figures to print or copy."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from markupsafe import Markup

from app import clock
from app.access.policy import Right
from app.auth import requires
from app.courses.source import ContentError
from app.loaded import site
from app.reminders.drafts import DRAFTS, Draft, figures_of, read_draft
from app.reminders.outbox import house
from app.reports.choosing import Choice
from app.reports.facts import load_report
from app.web.asked import asked, course_options, run_options

bp = Blueprint("drafts", __name__)


@bp.get("/hr/drafts")
@requires(Right.SEE_RECORDS)
def index() -> str:
    """List the drafts."""
    return render_template("drafts/index.html", names=DRAFTS)


@bp.get("/hr/drafts/<name>")
@requires(Right.SEE_RECORDS)
def show(name: str) -> str:
    """Show one draft, filled with the figures of today."""
    if name not in DRAFTS:
        abort(404)
    today = clock.today()
    question = asked(today)
    report = load_report(question.course, site().closed_days, today, Choice(), question.run)
    figures = figures_of(report, house(), site().authorities)
    problem = ""
    try:
        draft = read_draft(name, figures)
    except LookupError:
        abort(404)
    except ContentError as error:
        draft, problem = Draft(name, "", "", ()), str(error)
    return render_template(
        "drafts/draft.html",
        draft=draft,
        problem=problem,
        # Cleaned of everything but text and tables by read_draft.
        html=Markup(draft.html),
        run=question.run.id if question.run else "",
        course=question.course.slug,
        runs=run_options(),
        courses=course_options(),
        today=today,
        figures=sorted(figures),
    )
