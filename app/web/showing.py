"""/showing: ふりがな and 言語 of this browser, switched where one is."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request, session

from app.auth import local_path, public
from app.web import furigana
from app.web.onward import see_other
from app.web.texts import LANGUAGES

bp = Blueprint("showing", __name__)

#: Pages that stand once: whoever leaves them does not see them again.
ONLY_ONCE = {"slips.create", "slips.reissue", "slips.department_reissue"}


@bp.post("/showing")
@public
def switch() -> Response:
    """Show this browser ふりがな, or another language, and go back to the page the form stood on."""
    if request.form.get("ruby") in ("on", "off"):
        session["ruby"] = request.form["ruby"] == "on"
    if request.form.get("lang") in LANGUAGES:
        session["lang"] = request.form["lang"]
    response = see_other(local_path(request.form.get("next")) or request.script_root + "/")
    if "ruby" in session:
        furigana.keep(response, session["ruby"])
    return response


def place() -> str | None:
    """The address that shows this page again; None where leaving would lose it."""
    if request.method in ("GET", "HEAD"):
        return request.script_root + request.full_path.rstrip("?")
    adapter = current_app.create_url_adapter(request)
    if adapter is None or request.endpoint in ONLY_ONCE or not adapter.test(method="GET"):
        return None
    return request.script_root + request.full_path.rstrip("?")
