"""/hr/start: the way from an empty site to the first report, step by step."""

from __future__ import annotations

from flask import Blueprint, render_template

from app import clock
from app.access.policy import Right
from app.auth import me, requires
from app.loaded import library
from app.reports.collecting import collecting_nothing
from app.reports.first_steps import Step, beginning

bp = Blueprint("hr_start", __name__)


@bp.get("/hr/start")
@requires(Right.SEE_RECORDS)
@collecting_nothing
def show() -> str:
    """Show which steps are done and what comes next."""
    return render_template(
        "hr/start.html",
        steps=list(Step),
        beginning=beginning(clock.today()),
        courses=library().courses(),
        may_write=me().may(Right.KEEP_ROSTER),
    )
