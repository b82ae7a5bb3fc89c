"""The course and section an address names, in the language and with the readings this reader wants."""

from __future__ import annotations

from flask import abort
from flask_babel import gettext as _

from app.auth import me
from app.courses.model import Course, Section
from app.loaded import library
from app.training.refresher import Run
from app.web.furigana import readings
from app.web.surroundings import language


def course_or_404(slug: str) -> Course:
    """The course with this slug, or 404."""
    course = library().course(slug, language(), readings())
    return course if course is not None else abort(404)


def official(course: Course) -> Course:
    """The course in Japanese, the authoritative text: what is confirmed, recorded and certified."""
    return library().course(course.slug) or course


def run_title(run: Run, course: Course) -> str:
    """What a year's run is called: HR's own words, and in English what they say."""
    if course.language == "ja":
        return run.title
    return str(_("%(course)s(%(year)s年度の年度研修)", course=course.title, year=run.fiscal_year))


def section_or_404(course: Course, slug: str) -> Section:
    """The section of the course with this slug, or 404."""
    section = course.section(slug)
    return section if section is not None else abort(404)


def learner_or_403() -> str:
    """The id of the person who is signed in; an operator's account records nothing and gets 403."""
    person_id = me().person_id
    return person_id if person_id is not None else abort(403)
