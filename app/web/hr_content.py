"""/hr/content: what the lessons and scenarios hold, and what a careful editor would mend."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, render_template

from app.access.policy import Right
from app.auth import requires
from app.courses.model import PREAMBLE, Course
from app.loaded import editor, library, settings

bp = Blueprint("hr_content", __name__)


@bp.get("/hr/content")
@requires(Right.CHECK_CONTENT)
def index() -> str:
    """Show every section's size, how often each clause is decided, and what is to be mended."""
    return render_template(
        "hr/content.html",
        courses=[(course, decided(course)) for course in library().courses()],
        findings=editor().findings(),
        authoring=settings().authoring,
        folder=editor().root.name,
    )


def decided(course: Course) -> list[tuple[str, str, int]]:
    """Every clause's label, the section that teaches it, and how many scenarios decide it."""
    counts = Counter(
        label for section in course.sections for one in section.scenarios for label in set(one.clauses)
    )
    titles = {section.slug: section.title for section in course.sections}
    return [
        (label, titles.get(clause.section_slug or "", ""), counts[label])
        for label, clause in course.guideline.clauses.items()
        if label != PREAMBLE
    ]
