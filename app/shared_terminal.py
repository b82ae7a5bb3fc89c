"""A browser that many people share, one after another: known again by a signed cookie of its own."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from app.loaded import settings

_KEPT = timedelta(days=5 * 365)


def cookie_name() -> str:
    """The terminal's own cookie; it outlives every session."""
    return "__Host-kenshu-shared" if settings().https else "kenshu_shared"


def is_shared() -> bool:
    """Whether this request comes from a shared terminal."""
    sealed = request.cookies.get(cookie_name())
    if not sealed:
        return False
    try:
        return bool(_seal().loads(sealed) == "shared")
    except BadSignature:
        return False


def make_shared(response: Response) -> None:
    """Make the browser that gets this response a shared terminal."""
    response.set_cookie(cookie_name(), str(_seal().dumps("shared")), max_age=_KEPT, httponly=True,
                        samesite="Lax", secure=settings().https)  # fmt: skip


def make_own(response: Response) -> None:
    """Make the browser that gets this response an ordinary one again."""
    response.delete_cookie(cookie_name(), httponly=True, samesite="Lax", secure=settings().https)


def _seal() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="kenshu-shared-terminal")
