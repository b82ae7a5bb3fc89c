"""/hr/people/<id>/merge, /hr/merges: two records of one person put together, and parted when wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask_babel import gettext as _

from app import clock
from app.access import parting
from app.access.policy import Right
from app.auth import me, requires
from app.people import merging
from app.people.directory import load_people, load_person
from app.people.employment import Person
from app.people.finding import find_people
from app.training.overview import CourseStanding, training_of
from app.web.onward import see_other

bp = Blueprint("hr_merging", __name__)


@dataclass(frozen=True, slots=True)
class Side:
    """One record as it stands: the person and how they stand in every course."""

    person: Person
    training: Sequence[CourseStanding]


@bp.get("/hr/people/<person_id>/merge")
@requires(Right.KEEP_ROSTER)
def merge_page(person_id: str) -> str:
    """Ask which other record is the same person, then show both and what would come of it."""
    person = load_person(person_id) or abort(404)
    words = request.args.get("with", "").strip()
    ids = sorted(find_people(words)) if words else []
    found = [other for other in load_people(ids[:20]) if other.id != person.id]
    return render_template("merging/choose.html", person=person, words=words, found=found)


@bp.get("/hr/people/<person_id>/merge/<other_id>")
@requires(Right.KEEP_ROSTER)
def merge_preview(person_id: str, other_id: str) -> str:
    """Show both records, and the one that would come of them."""
    return _preview(person_id, other_id, "")


@bp.post("/hr/people/<person_id>/merge/<other_id>")
@requires(Right.KEEP_ROSTER)
def merge(person_id: str, other_id: str) -> Response | tuple[str, int]:
    """Put the two records together."""
    try:
        kept = merging.merge(person_id, other_id, request.form.get("reason", ""), me().name, clock.now())
    except merging.NotPossible as problem:
        return _preview(person_id, other_id, str(problem)), 422
    flash(_("二つの記録を、一人の記録にまとめました。元のとおりに分けることもできます。"), "success")
    return see_other(url_for("hr_people.person", person_id=kept))


@bp.get("/hr/merges/<int:merge_id>/split")
@requires(Right.KEEP_ROSTER)
def split_preview(merge_id: int) -> str:
    """Show the one record, and the two that would come of it."""
    now, today = clock.now(), clock.today()
    try:
        with merging.as_if_split(merge_id, now) as found:
            after = [_side(i) for i in (found.kept_id, found.merged_id)]
    except LookupError:
        abort(404)
    before = _side(found.kept_id)
    return render_template("merging/split.html", merge=found, before=before, after=after, today=today)


@bp.post("/hr/merges/<int:merge_id>/split")
@requires(Right.KEEP_ROSTER)
def split(merge_id: int) -> Response:
    """Part a wrong merge."""
    try:
        kept = parting.split(merge_id, me().name, clock.now())
    except LookupError:
        abort(404)
    flash(_("二人の記録に分けました。"), "success")
    return see_other(url_for("hr_people.person", person_id=kept))


def _preview(person_id: str, other_id: str, problem: str) -> str:
    try:
        kept, merged = merging.pair(person_id, other_id)
    except merging.NotPossible:
        abort(404)
    before = [_side(kept.id), _side(merged.id)]
    with merging.as_if_merged(kept.id, merged.id, clock.now()):
        after = _side(kept.id)
    return render_template("merging/preview.html", before=before, after=after, problem=problem)


def _side(person_id: str) -> Side:
    person = load_person(person_id) or abort(404)
    return Side(person, training_of(person.id, clock.today()))
