"""What every page is drawn with, made once: template globals, addresses, the forms' token."""

from __future__ import annotations

import secrets
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, has_request_context, request, session, url_for
from flask.templating import Environment
from itsdangerous import URLSafeTimedSerializer


def prepare(app: Flask) -> None:
    """Choose how templates are handled; before anything asks for one."""
    app.jinja_environment = Templates


def init_app(app: Flask) -> None:
    """Let templates ask for addresses and form tokens that were made before."""
    app.jinja_env.globals.update(url_for=address, csrf_token=form_token)


class Templates(Environment):
    """Flask's, with each template's globals in one plain dict: every import of a macro looks through them."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals as they are once the site is built; none is added later."""
        return {**self.globals, **(d or {})}


def address(endpoint: str, **values: Any) -> str:
    """``url_for``, remembered."""
    if not has_request_context() or endpoint.startswith("."):
        return url_for(endpoint, **values)
    try:
        return _address(request.script_root, endpoint, **values)
    except TypeError:  # a value that cannot be remembered, a list
        return url_for(endpoint, **values)


@lru_cache(5_000, typed=True)
def _address(_script_root: str, endpoint: str, **values: Any) -> str:
    return url_for(endpoint, **values)


def form_token() -> str:
    """The token of this browser's forms: the same until the browser is closed, signed once."""
    known = session.get("csrf_token")
    if not isinstance(known, str):
        # Flask-WTF would make one by SHA-1.
        known = session["csrf_token"] = secrets.token_urlsafe(32)
    return _signed(str(current_app.secret_key), known)


@lru_cache(5_000)
def _signed(secret: str, known: str) -> str:
    # As Flask-WTF signs it; tests/web/test_templating.py sends one.
    return str(URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(known))
