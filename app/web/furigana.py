"""Whether this reader wants ふりがな: chosen for the session, and remembered by a browser of one's own."""

from __future__ import annotations

from flask import Response, request, session

from app.access.known_browsers import KEPT
from app.loaded import settings
from app.web import known_browser


def readings() -> bool:
    """Whether ふりがな are shown: as chosen in this session, else as kept on a browser of one's own."""
    chosen = session.get("ruby")
    if chosen is None:
        return request.cookies.get(_cookie_name()) == "on" and known_browser.is_own()
    return chosen is True


def keep(response: Response, on: bool) -> None:
    """Let a browser of one's own remember the choice; a shared terminal remembers nothing."""
    if known_browser.is_own():
        value = "on" if on else "off"
        response.set_cookie(_cookie_name(), value, max_age=KEPT, httponly=True, samesite="Lax",
                            secure=settings().https)  # fmt: skip


def _cookie_name() -> str:
    return "__Host-kenshu-ruby" if settings().https else "kenshu_ruby"
