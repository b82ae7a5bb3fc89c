"""/courses/<course>/: the outline, its lessons, the guideline's text, 確認しました."""

from __future__ import annotations

import re
from io import BytesIO
from mimetypes import guess_type
from pathlib import PurePosixPath

from flask import Blueprint, Response, abort, flash, render_template, request, send_file, url_for
from flask_babel import gettext as _

from app import clock
from app.access.policy import Right
from app.auth import me, page_left, requires
from app.courses.source import IMAGE_SUFFIXES
from app.training.overview import holder_on
from app.training.records import (
    NotYet,
    confirm,
    find_completion,
    first_reading,
    keep_reading,
    section_states,
)
from app.training.rereading import waiting_for
from app.training.way import NOTHING_YET, next_step
from app.web.onward import see_other
from app.web.shown import course_or_404, learner_or_403, official, section_or_404

bp = Blueprint("courses", __name__, url_prefix="/courses")
#: Addresses of a question or of an outcome: of a section's 確認テスト, of a year's run.
_OF_A_TEST = re.compile(r"/courses/[\w-]+/(?:[\w-]+/quiz|refresher/[\w-]+)/[\w-]+(?:/\d+)?", re.ASCII)

bp.add_app_template_filter(clock.day_of)


@bp.get("/<course>/")
@requires(Right.READ_COURSES)
def outline(course: str) -> str:
    """Show the sections of a course and, when all are done, the sentence to confirm."""
    shown = course_or_404(course)
    person_id = me().person_id
    states = section_states(person_id, shown) if person_id else {s.slug: NOTHING_YET for s in shown.sections}
    completion = find_completion(person_id, shown.slug) if person_id else None
    return render_template(
        "courses/outline.html",
        course=shown,
        states=states,
        done=sum(state.done for state in states.values()),
        step=next_step(states, completion is not None),
        completion=completion,
        statement=official(shown).rules.statement,
    )


@bp.post("/<course>/")
@requires(Right.TAKE_COURSES)
def confirm_course(course: str) -> Response:
    """Complete the course under the sentence the person saw, whichever language stood beside it."""
    shown = official(course_or_404(course))
    person_id = learner_or_403()
    if request.form.get("statement") != shown.rules.statement:
        flash(_("確認する文が新しくなりました。もう一度お読みください。"), "info")
        return see_other(url_for("courses.outline", course=course, _anchor="confirm"))
    try:
        completion = confirm(holder_on(person_id, shown, clock.today()), shown, clock.now())
    except NotYet:
        flash(_("まだ終わっていない節があります。終わってから、もう一度押してください。"), "info")
        return see_other(url_for("courses.outline", course=course))
    flash(_("研修を修了しました。おつかれさまでした。"), "success")
    return see_other(url_for("certificates.certificate", serial=completion.serial))


@bp.get("/<course>/guideline")
@requires(Right.READ_COURSES)
def guideline(course: str) -> str:
    """Show every clause of the guideline with its plain rewording."""
    return render_template("courses/guideline.html", course=course_or_404(course))


@bp.get("/<course>/files/<path:path>")
@requires(Right.READ_COURSES)
def picture(course: str, path: str) -> Response:
    """Send a picture of a lesson."""
    body = course_or_404(course).files.get(path)
    if body is None or PurePosixPath(path).suffix.lower() not in IMAGE_SUFFIXES:
        abort(404)
    return send_file(BytesIO(body), mimetype=guess_type(path)[0])


@bp.get("/<course>/<section>")
@requires(Right.READ_COURSES)
def lesson(course: str, section: str) -> str:
    """Show a lesson."""
    shown = course_or_404(course)
    this = section_or_404(shown, section)
    person_id = me().person_id
    read_at = first_reading(person_id, shown.slug, this.slug) if person_id else None
    return render_template(
        "courses/lesson.html", course=shown, section=this, read_at=read_at, back=_test_left()
    )


@bp.post("/<course>/<section>")
@requires(Right.TAKE_COURSES)
def read(course: str, section: str) -> Response:
    """Record that the lesson was read and lead on to its 確認テスト, or back to the run that asked for it."""
    shown = course_or_404(course)
    this = section_or_404(shown, section)
    person_id = learner_or_403()
    run = waiting_for(person_id, shown, this)
    keep_reading(person_id, shown, this, clock.now())
    if run is not None:
        return see_other(url_for("refresher.start_page", course=course, run=run))
    return see_other(url_for("quiz.start_page", course=course, section=section))


def _test_left() -> str | None:
    """The page of a test whose link led here, by the browser's own word."""
    left = page_left()
    return left if _OF_A_TEST.fullmatch(left.removeprefix(request.script_root)) else None
