"""The course and section an address names, in the language and with the readings this reader wants."""

from __future__ import annotations

from flask import abort
from flask_babel import gettext as _

from app.auth import me
from app.courses.model import Course, Section
from app.fiscal_year import FiscalYear
from app.loaded import library
from app.people.employment import Scope
from app.training.refresher import Run
from app.web.furigana import readings
from app.web.texts import language, text


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


def title_of(thing: Course | Run) -> str:
    """What a course, or a year's run of it, is called in the page's language."""
    course = library().course(thing.course if isinstance(thing, Run) else thing.slug, language())
    if course is None:
        return thing.title
    return run_title(thing, course) if isinstance(thing, Run) else course.title


def fiscal_year(year: FiscalYear) -> str:
    """令和8年度, FY2026."""
    return year.label if language() == "ja" else f"FY{year.year}"


def word(value: str) -> str:
    """A value of a fixed list (a 職員区分, a 状況, a heading of a report) in the page's language."""
    # The catalogue keeps its own head under the empty text.
    return text(str(value)) if value and language() != "ja" else str(value)


def scope_words(reason: str) -> str:
    """Why the guideline applies or does not: 3(1): 正規職員."""
    label, colon, words = reason.partition(": ")
    return f"{label}{colon}{word(words)}"


def scope(found: Scope) -> str:
    """適用区分 with its reason, in one line."""
    return str(_("%(kind)s(%(reason)s)", kind=word(found.kind), reason=scope_words(found.reason)))


def section_or_404(course: Course, slug: str) -> Section:
    """The section of the course with this slug, or 404."""
    section = course.section(slug)
    return section if section is not None else abort(404)


def learner_or_403() -> str:
    """The id of the person who is signed in; an operator's account records nothing and gets 403."""
    person_id = me().person_id
    return person_id if person_id is not None else abort(403)
