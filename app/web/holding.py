"""No answer is lost at the door: without a session it is held, with an old form token it is taken.

An answer is one POST to a view marked ``@takes_answer`` (its address names ``attempt`` and ``position``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar
from urllib.parse import urlencode

from flask import Flask, Response, current_app, flash, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app import auth, clock
from app.loaded import settings
from app.training import held
from app.web.given import whole
from app.web.onward import see_other

P = ParamSpec("P")
R = TypeVar("R")

#: Bytes of a form that answers a question; a real one has a few hundred.
LARGEST = 4_096


def takes_answer(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that keeps an answer: what is sent to it is never lost to a session or a token."""
    view.__dict__["takes_answer"] = True
    return view


def init_app(app: Flask) -> None:
    """Stand at the door of the views that take answers."""
    for view in app.view_functions.values():
        if "takes_answer" in view.__dict__:
            # Looked at here instead, more closely: see ``_ours``.
            app.extensions["csrf"].exempt(view)
    app.login_manager.unauthorized_handler(_turned_away)  # type: ignore[attr-defined]
    app.before_request(_only_our_forms)


def is_answer() -> bool:
    """Whether this request answers a question."""
    view = current_app.view_functions.get(request.endpoint or "")
    return view is not None and request.method == "POST" and "takes_answer" in view.__dict__


def same_origin() -> bool | None:
    """Whether the browser says the form was sent from a page of this site; None when it says nothing."""
    said = request.headers.get("Origin") or request.referrer
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    if not said:
        return None
    came_from = auth.parts_of(said)
    if settings().https and came_from.scheme != "https":
        return False
    ours = (request.host, auth.parts_of(settings().address).netloc)
    return bool(came_from.netloc) and came_from.netloc in ours


def _from_another_site() -> bool:
    """Whether the browser names another host: a port may have been lost on the way through a proxy."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return True
    said = request.headers.get("Origin", "null")
    if said == "null":
        return False
    ours = {auth.parts_of(f"//{request.host}").hostname, auth.parts_of(settings().address).hostname}
    return auth.parts_of(said).hostname not in ours - {None}


def to_send_again() -> dict[str, object] | None:
    """The answer in this request as a form to send again with a fresh token; None without one.

    Needs no database; never offered for what another site sent.
    """
    if not is_answer() or same_origin() is False:
        return None
    try:
        values = request.form.getlist("choice")
    except HTTPException:
        return None
    query = f"?{request.query_string.decode('ascii', 'replace')}" if request.query_string else ""
    return {"action": request.script_root + request.path + query, "values": values} if values else None


def release(person_id: str | None, response: Response) -> str | None:
    """Give who has just signed in their held answer, and delete anybody else's unread.

    Returns the address that shows how it was judged, None when there was none.
    """
    token = request.cookies.get(_cookie_name())
    if not token:
        return None
    given = held.release(token, person_id, clock.now())
    _drop_cookie(response)
    if given is None:
        return None
    if given.stands:
        flash(_("お預かりした解答を保存しました。"), "success")
    query: dict[str, int] = {} if given.ended else {"after": given.step}
    if not given.stands:
        query["kept"] = 1
    return request.script_root + given.path + (f"?{urlencode(query)}" if query else "")


def drop(response: Response) -> None:
    """Delete what this browser holds (somebody signs out)."""
    token = request.cookies.get(_cookie_name())
    if token:
        held.drop(token)
        _drop_cookie(response)


def _only_our_forms() -> None:
    """Refuse what another site sent, whatever token it brought; an answer's token may be old."""
    if request.method == "POST" and _from_another_site():
        raise CSRFError("sent by another site")
    if not is_answer():
        return
    request.max_content_length = LARGEST
    if not _token_fits() and not (request.form.get("csrf_token") and same_origin()):
        raise CSRFError("not a form of ours")


def _turned_away() -> Response:
    """Send somebody without a session to the sign-in page; their answer waits for them."""
    if is_answer():
        request.max_content_length = LARGEST
        if (same_origin() or _token_fits()) and (response := _held()) is not None:
            return response
    return auth.to_sign_in()


def _held() -> Response | None:
    view = request.view_args or {}
    sent = held.Sent(
        request.path,
        str(view.get("attempt", "")),
        int(view.get("position", 0)),
        request.args.get("step", 1, type=whole),
        tuple(request.form.getlist("choice")),
    )
    token = held.hold(request.cookies.get(_cookie_name()), sent, clock.now())
    if token is None:
        return None
    if auth.signed_in() is None:
        flash(_("解答をお預かりしました。ログインすると保存されます。"), "info")
        target = url_for("account.login")
    else:
        flash(_("解答をお預かりしました。パスワードを変えると保存されます。"), "info")
        target = url_for("account.password")
    # The address says nothing of the test: somebody else may be the next to sign in here.
    response = see_other(target)
    response.set_cookie(
        _cookie_name(), token, max_age=int(held.KEPT_FOR.total_seconds()),
        httponly=True, samesite="Lax", secure=settings().https,
    )  # fmt: skip
    return response


def _token_fits() -> bool:
    if not current_app.config.get("WTF_CSRF_ENABLED", True):
        return True
    try:
        current_app.extensions["csrf"].protect()
    except CSRFError:
        return False
    return True


def _cookie_name() -> str:
    return "__Host-kenshu-held" if settings().https else "kenshu_held"


def _drop_cookie(response: Response) -> None:
    response.delete_cookie(_cookie_name(), httponly=True, samesite="Lax", secure=settings().https)
