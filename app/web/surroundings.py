"""What surrounds every page: menus, language, headers that keep other sites out and pages unstored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from flask import Flask, Response, request
from markupsafe import Markup

from app import auth, clock, shared_terminal
from app.access.policy import Right
from app.access.sessions import SHARED_IDLE_MINUTES
from app.loaded import library, settings, site
from app.wareki import MONTHS, english_day, wareki_with_year
from app.web import shown, texts
from app.web.furigana import readings
from app.web.navigation import navigation, subnavigation
from app.web.readings import with_readings
from app.web.showing import place
from app.web.texts import language as language

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: What values are called in the page's language.
_WORDS: dict[str, Callable[..., str]] = {
    "called": shown.title_of,
    "fiscal_year": shown.fiscal_year,
    "word": shown.word,
    "scope_words": shown.scope_words,
    "scope": shown.scope,
}
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def init_app(app: Flask) -> None:
    """Give templates their surroundings and responses their headers."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(_surroundings)
    texts.init_app(app)
    app.add_template_filter(jst)
    app.add_template_filter(texts.shown_day, "wareki")
    app.add_template_filter(_formal_day, "wareki_with_year")
    app.add_template_filter(wareki_with_year, "certificate_day")
    app.add_template_filter(_month, "month")
    app.add_template_filter(_unbroken, "unbroken")
    app.add_template_filter(_with_readings, "readings")
    for name, words in _WORDS.items():
        app.add_template_filter(words, name)
    # Before anybody is asked who they are.
    app.before_request_funcs.setdefault(None, []).insert(0, _our_host)
    app.after_request(_headers)


def jst(moment: datetime) -> str:
    """A moment as people in Japan read it: 2026-04-01 09:30."""
    return moment.astimezone(clock.JST).strftime("%Y-%m-%d %H:%M")


def _formal_day(day: date) -> str:
    return wareki_with_year(day) if language() == "ja" else english_day(day)


def _month(day: date) -> str:
    """4月, Apr."""
    return f"{day.month}月" if language() == "ja" else MONTHS[day.month - 1][:3]


def _unbroken(text: str) -> Markup:
    """A date or the like that stays on one line."""
    return Markup('<span class="nowrap">{}</span>').format(text)


def _with_readings(html: str) -> str:
    """The page with ふりがな where this browser wants them."""
    if not readings() or language() != "ja":
        return Markup(html)
    return with_readings(html)


def _surroundings() -> dict[str, object]:
    who = auth.signed_in()
    hr = who is not None and who.may(Right.KEEP_ROSTER)
    return {
        "lang": language(),
        "ruby_shown": readings(),
        "shown_place": place(),
        "shared_terminal": shared_terminal.is_shared(),
        "idle_minutes": SHARED_IDLE_MINUTES,
        "site": site().spoken(language()),
        "issuer": site().city,
        "signed_in": who,
        "navigation": navigation(who),
        "subnavigation": subnavigation(who),
        "rehearsal": _rehearsal(),
        "content_problem": library().problem if hr else None,
    }


def _rehearsal() -> str | None:
    """The moved clock's time, to be said on every page; None in real life."""
    if clock.rehearsal_start() is None:
        return None
    return jst(clock.now())


def _our_host() -> Response | None:
    """Refuse a request that names another host: no link or redirect is ever made from a stranger's name.

    Only where the site was told its address; this machine may always ask whether it is well.
    """
    ours = auth.parts_of(settings().address).hostname
    asked = auth.parts_of(f"//{request.host}").hostname
    if not ours or asked in (ours, *THIS_MACHINE):
        return None
    return Response("このサイトのアドレスではありません。\n", 400, mimetype="text/plain")


def _headers(response: Response) -> Response:
    headers = response.headers
    # Only a shared terminal's script asks anything: whether to stay signed in.
    policy = POLICY + "; connect-src 'self'" if shared_terminal.is_shared() else POLICY
    headers.setdefault("Content-Security-Policy", policy)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["X-Frame-Options"] = "DENY"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if settings().https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    return response
