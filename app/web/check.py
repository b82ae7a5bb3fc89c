"""/check: 発信前チェック, the guideline as a tool for every day. Open to everybody; keeps nothing."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from app.auth import public
from app.courses.model import Course
from app.courses.posting_check import PostingCheck, walk
from app.loaded import library
from app.web.furigana import readings
from app.web.surroundings import language

bp = Blueprint("check", __name__)


@bp.get("/check")
@public
def index() -> str:
    """Ask the next question, or say whether the post may go out; the answers stand in the address alone."""
    course, check = _course_or_404(request.args.get("course"))
    way = walk(check.questions, request.args)
    return render_template(
        "check/question.html" if way.asking else "check/result.html", course=course, check=check, way=way
    )


def _course_or_404(slug: str | None) -> tuple[Course, PostingCheck]:
    """The course named, else the first that has a 発信前チェック."""
    for course in library().courses(language(), readings()):
        if course.posting_check is not None and slug in (None, course.slug):
            return course, course.posting_check
    abort(404)
