"""/guide/learners, /guide/heads: the one-page 手引 HR writes in docs/hr, for those they are written for."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from markupsafe import Markup

from app import clock
from app.access.policy import Right
from app.auth import requires
from app.courses.source import ContentError
from app.loaded import library
from app.reminders.drafts import read_draft, words_of
from app.reminders.outbox import house
from app.web.texts import text

bp = Blueprint("guides", __name__, url_prefix="/guide")


@bp.get("/learners")
@requires(Right.READ_COURSES)
def learners() -> str:
    """Show 受講の手引."""
    return _page("受講の手引")


@bp.get("/heads")
@requires(Right.LEAD_DEPARTMENT)
def heads() -> str:
    """Show 所属長の手引."""
    return _page("所属長の手引")


def _page(name: str) -> str:
    """The handbook as HR's file says it now; 404 when HR took it away or it can't be read."""
    try:
        draft = read_draft(name, words_of(library().courses()[0], clock.today(), house()))
    except (LookupError, ContentError):
        abort(404)
    # Cleaned of everything but text and tables by read_draft.
    return render_template("guides/guide.html", title=text(name), html=Markup(draft.html))
