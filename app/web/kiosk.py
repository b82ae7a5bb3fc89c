"""/kiosk: this browser as a shared terminal; /kiosk/here: somebody is still there; /qr.svg: the address."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

import segno
from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _

from app import shared_terminal
from app.access.policy import Right
from app.auth import requires
from app.loaded import settings
from app.web.onward import see_other

bp = Blueprint("kiosk", __name__)


@bp.get("/kiosk")
@requires(Right.SET_UP_TERMINAL)
def show() -> str:
    """Say whether this browser is a shared terminal, and offer to change it."""
    return render_template("kiosk/kiosk.html", shared=shared_terminal.is_shared())


@bp.post("/kiosk")
@requires(Right.SET_UP_TERMINAL)
def change() -> Response:
    """Make this browser a shared terminal, or an ordinary one."""
    response = see_other(url_for("kiosk.show"))
    if request.form.get("shared") == "1":
        shared_terminal.make_shared(response)
        flash(_("このブラウザーを、共用の端末にしました。"), "success")
    else:
        shared_terminal.make_own(response)
        flash(_("このブラウザーを、ふつうの端末に戻しました。"), "success")
    return response


@bp.get("/kiosk/here")
@requires(Right.OWN_ACCOUNT)
def here() -> Response:
    """Note, by being asked, that somebody is at the terminal."""
    return Response(status=204)


@bp.get("/qr.svg")
@requires(Right.SET_UP_TERMINAL)
def qr() -> Response:
    """Draw the site's address (never a password) as a QR code."""
    return Response(_drawn(settings().address or request.url_root), mimetype="image/svg+xml")


@lru_cache(8)
def _drawn(address: str) -> bytes:
    picture = BytesIO()
    segno.make(address, error="m", micro=False).save(
        picture, kind="svg", border=2, xmldecl=False, omitsize=True, dark="#000", light="#fff"
    )
    return picture.getvalue()
