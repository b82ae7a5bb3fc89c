"""/room/<course>/: 集合研修 — a booklet to print, and the scenarios one by one for a projector."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request, url_for

from app.access.policy import Right
from app.auth import requires
from app.courses.model import Course
from app.courses.together import Shown, chosen, lettered
from app.loaded import library
from app.web.onward import see_other
from app.web.shown import course_or_404
from app.web.texts import language

bp = Blueprint("room", __name__, url_prefix="/room")

MOST = 20


@bp.get("/")
@requires(Right.HOLD_SESSION)
def first() -> Response:
    """Lead to the first course; the page of a course names the others."""
    slug = next(iter(library().slugs), None) or abort(404)
    return see_other(url_for("room.index", course=slug))


@bp.get("/<course>/")
@requires(Right.HOLD_SESSION)
def index(course: str) -> str:
    """Choose sections and how many scenarios; lead to the booklet and the projector."""
    shown = course_or_404(course)
    wanted = _wanted(shown)
    return render_template("room/index.html", course=shown, found=_found(shown, wanted), wanted=wanted,
                           most=MOST, courses=library().courses(language()))  # fmt: skip


@bp.get("/<course>/booklet")
@requires(Right.HOLD_SESSION)
def booklet(course: str) -> str:
    """Show the booklet: scenarios first, then the answers with their reasons."""
    shown = course_or_404(course)
    wanted = _wanted(shown)
    return render_template("room/booklet.html", course=shown, found=_found(shown, wanted), wanted=wanted,
                           lettered=lettered)  # fmt: skip


@bp.get("/<course>/screen")
@requires(Right.HOLD_SESSION)
def screen(course: str) -> str:
    """Show one scenario large; ``?answer=1`` with its answer, ``?scene=`` where a story has gone on."""
    shown = course_or_404(course)
    wanted = _wanted(shown)
    found = _found(shown, wanted)
    at = request.args.get("at", 1, type=int)
    if not 1 <= at <= len(found):
        abort(404)
    this = found[at - 1]
    scene = this.scenario.scene(request.args.get("scene") or this.scenario.id) or abort(404)

    def address(at: int, **more: object) -> str:
        return url_for("room.screen", course=course, **{**wanted, "at": at, **more})  # type: ignore[arg-type]

    return render_template(
        "room/screen.html",
        course=shown,
        this=this,
        scene=scene,
        choices_of=lettered(scene),
        answered="answer" in request.args,
        at=at,
        all=len(found),
        wanted=wanted,
        address=address,
    )


def _wanted(course: Course) -> dict[str, object]:
    """What the address asks for: a section ("" = all), scenarios a section (0 = as in the quiz)."""
    slug = request.args.get("section", "")
    each = request.args.get("each", 0, type=int)
    return {"section": slug if course.section(slug) else "", "each": min(max(0, each), MOST)}


def _found(course: Course, wanted: dict[str, object]) -> tuple[Shown, ...]:
    return chosen(course, str(wanted["section"]), int(str(wanted["each"])))
