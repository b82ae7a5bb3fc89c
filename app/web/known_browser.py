"""The browser that asks: the cookie it is known by, and what it calls itself."""

from __future__ import annotations

from flask import Response, request

from app import shared_terminal
from app.access.browsers import SHARED, browser_named
from app.access.known_browsers import KEPT
from app.access.sign_in import Browser
from app.loaded import settings


def asking() -> Browser:
    """The browser of this request."""
    return Browser(request.cookies.get(_cookie_name(), ""), name(), shared_terminal.is_shared())


def name() -> str:
    """What kind of browser it is; a shared terminal says so."""
    kind = browser_named(request.user_agent.string)
    return "・".join(filter(None, (SHARED if shared_terminal.is_shared() else "", kind)))


def keep(response: Response, token: str | None) -> None:
    """Let the browser be known next time; None leaves it as it is."""
    if token is not None:
        response.set_cookie(_cookie_name(), token, max_age=KEPT, httponly=True, samesite="Lax",
                            secure=settings().https)  # fmt: skip


def is_own() -> bool:
    """Whether somebody signed in here before and nobody shares it."""
    return bool(request.cookies.get(_cookie_name())) and not shared_terminal.is_shared()


def _cookie_name() -> str:
    return "__Host-kenshu-known" if settings().https else "kenshu_known"
