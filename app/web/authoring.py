"""While somebody writes: changed lessons are read again, what is to be mended stands beside them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, request

from app import auth
from app.access.policy import Right
from app.courses.check import Finding
from app.loaded import editor, library, settings

#: Pages that show what the content says.
SHOWING = ("courses", "quiz", "room")


@dataclass(frozen=True, slots=True)
class Notes:
    """What is to be mended on the page that is open; ``place`` is the folder it shows, inside content."""

    place: str
    findings: tuple[Finding, ...]


def init_app(app: Flask) -> None:
    """Read again what changed, where the site is a writer's own (``KENSHU_AUTHORING``)."""
    app.context_processor(lambda: {"notes": notes()})
    with app.app_context():
        if settings().authoring:
            app.before_request(read_again)


def read_again() -> None:
    """Take up what was written since the last page; a mistake leaves what was understood before."""
    if request.endpoint != "static" and editor().changed():
        library().reload()


def notes() -> Notes | None:
    """The notes beside this page; None on other pages, for other people, on a site nobody writes on."""
    if not settings().authoring or request.blueprint not in SHOWING:
        return None
    who = auth.signed_in()
    values = request.view_args or {}
    if who is None or not who.may(Right.CHECK_CONTENT) or "course" not in values:
        return None
    place = "/".join(values[name] for name in ("course", "section") if name in values)
    return Notes(place, tuple(one for one in editor().findings() if one.path.startswith(f"{place}/")))
