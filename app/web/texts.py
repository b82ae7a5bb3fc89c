"""The language of a page, and the texts of templates and menus in it.

A page asks for dozens of texts: each is translated once a language and kept, not looked up anew every time.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import flask_babel
from flask import Flask, has_request_context, request, session
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from app import auth
from app.wareki import english_day, wareki

LANGUAGES = ("ja", "en")
_KNOWN = "kenshu.language"


def init_app(app: Flask) -> None:
    """Let ``_()`` in templates be ours."""
    app.jinja_env.globals["_"] = _in_template


def language() -> str:
    """The language of this page: chosen in this browser, else the person's own, else Japanese."""
    if not has_request_context():
        return "ja"
    known: str | None = request.environ.get(_KNOWN)
    if known is None:
        known = request.environ[_KNOWN] = _language()
    return known


def _language() -> str:
    who = auth.signed_in()
    # 発信前チェック keeps nothing of a stranger: the language stands in the address as the answers do.
    if who is None and request.blueprint == "check" and request.args.get("lang") in LANGUAGES:
        return request.args["lang"]
    return spoken_to(who.language if who else None)


def spoken_to(own: str | None) -> str:
    """The language chosen in this browser, else the person's ``own``, else Japanese."""
    for wanted in (session.get("lang"), own):
        if wanted in LANGUAGES:
            return str(wanted)
    return "ja"


def shown_day(day: date) -> str:
    """A date as the page's language writes it: 令和8年4月1日, 1 April 2026."""
    return wareki(day) if language() == "ja" else english_day(day)


def text(message: str) -> str:
    """``message`` in the page's language."""
    return _translated(language(), message)


@pass_eval_context
def _in_template(context: EvalContext, message: str, /, **variables: object) -> str:
    """As Jinja's own: what is put into a text is escaped, and ``%%`` stands for ``%``."""
    if not context.autoescape:
        return _translated(language(), str(message)) % variables
    if variables:
        return _safe(language(), str(message)) % variables
    return _whole(language(), str(message))


@lru_cache(10_000)
def _translated(language: str, message: str) -> str:
    # What is kept for a language must not depend on the one Babel met first in this context.
    with flask_babel.force_locale(language):
        return str(flask_babel.gettext(message))


@lru_cache(10_000)
def _safe(language: str, message: str) -> Markup:
    return Markup(_translated(language, message))


@lru_cache(10_000)
def _whole(language: str, message: str) -> Markup:
    return _safe(language, message) % {}
