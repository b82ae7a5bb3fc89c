"""/certificates/<serial>: the 修了証, one A4 page made to be printed."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from app import clock
from app.access.looks import What
from app.access.policy import Reach, Right
from app.auth import me, requires
from app.loaded import library
from app.people.directory import merged_into
from app.training.annulling import is_annulled
from app.training.records import find_certificate, same_person
from app.web.looking import note_look
from app.web.texts import language

bp = Blueprint("certificates", __name__)


@bp.get("/certificates/<serial>")
@requires(Right.SEE_CERTIFICATE)
def certificate(serial: str) -> str:
    """Show a certificate to its owner, HR and the auditor; to others it is not there."""
    completion = find_certificate(serial)
    who = me()
    if completion is None:
        abort(404)
    mine = who.person_id is not None and completion.person_id in same_person(who.person_id)
    if not mine and who.reach(Right.SEE_CERTIFICATE) is not Reach.ALL:
        abort(404)
    if not mine:
        note_look(completion.person_id, What.CERTIFICATE)
    return render_template(
        "certificates/certificate.html",
        completion=completion,
        course=library().course(completion.course, language()),
        day=clock.day_of(completion.confirmed_at),
        mine=mine,
        holder=None if mine else merged_into().get(completion.person_id, completion.person_id),
        annulled=is_annulled(completion),
    )
