"""Who is asking, and may they: ``@requires(Right...)`` or ``@public`` above every view, else it is closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar, cast
from urllib.parse import SplitResult, urlsplit

from flask import (
    Flask,
    Request,
    Response,
    abort,
    current_app,
    flash,
    has_request_context,
    redirect,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, current_user

from app import clock, shared_terminal
from app.access import policy
from app.access.policy import Reach, Right
from app.access.roles import Role
from app.access.sessions import Found, find_session
from app.loaded import settings

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class SignedIn(UserMixin):  # type: ignore[misc]  # flask-login has no types
    """The account behind this request. ``person_id`` is None for an operator outside every count.

    ``departments`` are the codes a head answers for, all below them included.
    """

    account_id: str
    person_id: str | None
    name: str
    roles: frozenset[Role]
    departments: frozenset[str] = frozenset()
    must_change_password: bool = False
    language: str = "ja"

    def may(self, right: Right) -> bool:
        """True when the account holds ``right``."""
        return self.reach(right) is not None

    def reach(self, right: Right) -> Reach | None:
        """Of how much the account holds ``right``; None for not at all."""
        return policy.reach(self.roles, right)


def me() -> SignedIn:
    """The signed-in account of this request; only for private pages."""
    who = signed_in()
    assert who is not None
    return who


def signed_in() -> SignedIn | None:
    """The signed-in account of this request, or None (public pages, error pages)."""
    if not has_request_context():
        return None
    who = current_user._get_current_object()
    return who if isinstance(who, SignedIn) else None


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Open a page to people who are not signed in."""
    view.__dict__["public"] = True
    return view


def requires(right: Right) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Open a page to accounts that hold ``right`` only; a page that names none is open to nobody."""

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        view.__dict__["right"] = right
        return view

    return mark


def init_app(app: Flask) -> None:
    """Ask who it is before every page; name the cookies."""
    https = app.extensions["kenshu"].settings.https
    app.config.update(
        # Flask's own signed cookie holds only the form token, messages and the language.
        SESSION_COOKIE_NAME="__Host-kenshu-form" if https else "kenshu_form",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    # Who it is stands in our own table, behind our own cookie; flask-login asks once a request.
    login_manager = LoginManager(app)
    login_manager.session_protection = None
    login_manager.request_loader(_load)
    login_manager.unauthorized_handler(to_sign_in)
    app.before_request(_ask_who)


def cookie_name() -> str:
    """The session's cookie: bound to this host where HTTPS allows it."""
    return "__Host-kenshu" if settings().https else "kenshu_session"


def keep_cookie(response: Response, token: str) -> None:
    """Give the browser its session; it forgets it when it is closed."""
    response.set_cookie(cookie_name(), token, httponly=True, samesite="Lax", secure=settings().https)


def drop_cookie(response: Response) -> None:
    """Take the session from the browser."""
    response.delete_cookie(cookie_name(), httponly=True, samesite="Lax", secure=settings().https)


def is_public(endpoint: str) -> bool:
    """True for a page that is open to everybody."""
    return endpoint == "static" or "public" in current_app.view_functions[endpoint].__dict__


def right_of(endpoint: str) -> Right | None:
    """The right a private page asks for; None means that nobody holds it."""
    return cast("Right | None", current_app.view_functions[endpoint].__dict__.get("right"))


def parts_of(address: str) -> SplitResult:
    """The parts of an address a browser sent; none of one that cannot be read."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def page_left() -> str:
    """The path of the page of this site the browser says it comes from; empty for none."""
    came_from = parts_of(request.referrer or "")
    return came_from.path if came_from.netloc == request.host else ""


def local_path(target: str | None) -> str | None:
    """``target`` when it is a path on this site, else None: nobody is sent elsewhere after signing in."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(ord(letter) < 32 for letter in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def _ask_who() -> Response | None:
    """Let in, send to the sign-in page, or refuse."""
    # No endpoint is an address nobody has: the same 404 for everyone.
    if request.endpoint is None or is_public(request.endpoint):
        return None
    who = signed_in()
    if who is None or (who.must_change_password and request.blueprint != "account"):
        return cast(Response, current_app.login_manager.unauthorized())  # type: ignore[attr-defined]
    right = right_of(request.endpoint)
    if right is None or not who.may(right):
        abort(403)
    return None


def forget() -> None:
    """Go on as a stranger: an error page must not ask a database that just failed who it is."""
    login_manager = current_app.login_manager  # type: ignore[attr-defined]
    login_manager._update_request_context_with_user()


def _load(asking: Request) -> SignedIn | None:
    token = asking.cookies.get(cookie_name())
    if not token:
        return None
    found = find_session(token, clock.now(), clock.today(), shared_terminal.is_shared())
    return of_session(found) if found else None


def of_session(found: Found) -> SignedIn:
    """Who a session was found to belong to."""
    rights = found.rights
    return SignedIn(
        found.account_id,
        rights.person_id,
        rights.name,
        rights.roles,
        rights.departments,
        found.must_change_password,
        rights.language,
    )


def to_sign_in() -> Response:
    """Send to the sign-in page, and from there back: to the page asked for, or the one the form stood on.

    Who came in with an initial password is sent to choose one of their own.
    """
    if signed_in() is not None:
        return cast(Response, redirect(url_for("account.password"), 303))
    if cookie_name() in request.cookies:
        flash(_("しばらく操作がなかったため、ログアウトしました。もう一度ログインしてください。"), "info")
    if shared_terminal.is_shared():
        for chosen in ("lang", "ruby"):  # by whoever was here before
            session.pop(chosen, None)
    if request.method in ("GET", "HEAD"):
        asked = request.full_path if request.query_string else request.path
    else:
        asked = page_left()
    target = local_path(request.script_root + asked) if asked not in ("", "/") else None
    return cast(Response, redirect(url_for("account.login", next=target), 303))
