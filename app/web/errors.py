"""Pages for what went wrong: what happened, that nothing was lost, what to do next."""

from __future__ import annotations

import logging

from flask import Flask, Response, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from app import auth
from app.access import journal
from app.db import db
from app.web import holding
from app.web.onward import see_other

log = logging.getLogger(__name__)

Page = tuple[str, int]


def init_app(app: Flask) -> None:
    """Answer every mistake with one of our pages."""
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(PoolTimeout, _database_away)
    app.register_error_handler(500, _our_mistake)


def page(code: int, title: str, paragraphs: list[str], retry: bool = False, again: bool = False) -> Page:
    """One calm page; ``retry`` offers the same address again, ``again`` an answer that was not kept."""
    back = request.full_path.rstrip("?") if retry and request.method == "GET" else None
    return render_template(
        "errors/error.html",
        code=code,
        heading=title,
        paragraphs=paragraphs,
        back=back,
        again=holding.to_send_again() if again else None,
    ), code


def _refused(error: HTTPException) -> Page | HTTPException:
    code = error.code or 500
    if code < 400:
        return error
    if code == 403:
        _note("not for this role")
    title, paragraphs = _words(code)
    return page(code, title, paragraphs, retry=code in (429, 503), again=code >= 500)


def _words(code: int) -> tuple[str, list[str]]:
    if code == 403:
        return _("このページは開けません"), [
            _("このページは、担当の人だけが開けるページです。"),
            _("これまでの記録は、そのまま残っています。"),
            _("仕事で必要なときは、人事担当にご相談ください。"),
        ]
    if code in (404, 410):
        return _("ページが見つかりません"), [
            _("アドレスがまちがっているか、ページがなくなったようです。"),
            _("これまでの記録は、そのまま残っています。"),
        ]
    if code == 405:
        return _("この操作はできません"), [
            _("画面のボタンから、もう一度操作してください。これまでの記録は、そのまま残っています。")
        ]
    if code == 413:
        return _("ファイルが大きすぎます"), [
            _("送られたものが大きすぎるため、受け取りませんでした。何も変わっていません。"),
            _("ファイルをまちがえていないか、確かめてください。"),
        ]
    if code == 429:
        return _("少し待ってから、もう一度お試しください"), [
            _("続けて多くの操作があったため、いったん止めています。何も失われていません。")
        ]
    if code == 503:
        return _("いま、つながりにくくなっています"), _unavailable_words()
    if code >= 500:
        return _our_words()
    return _("送られた内容を受け取れませんでした"), [
        _("何も変わっていません。前のページに戻って、もう一度お試しください。")
    ]


def _note(why: str) -> None:
    who, rule = auth.signed_in(), request.url_rule
    journal.turned_away(who.account_id if who else None, request.method, rule.rule if rule else "", why)


def _unavailable_words() -> list[str]:
    return [
        _(
            "記録を読み書きできないため、この操作は行われていません。「保存しました」と出たものは、残っています。"
        ),
        _("少し待ってから、もう一度お試しください。"),
    ]


def _our_words() -> tuple[str, list[str]]:
    return _("うまく動きませんでした"), [
        _("このサイトの側で問題が起きました。「保存しました」と出たものは、残っています。"),
        _("少し待ってから、もう一度お試しください。続くときは、人事担当にお知らせください。"),
    ]


def _stale_form(_error: CSRFError) -> Page | Response:
    """A form from before the last sign-in, or from a browser that keeps no cookies."""
    _note("not a form of ours")
    if request.endpoint == "account.logout" and auth.signed_in() is None:
        # The button was pressed twice, or in another tab: whoever wanted to be out is out.
        return see_other(url_for("account.login"))
    if holding.to_send_again() is not None:
        return page(
            400,
            _("もう一度、お願いします"),
            [_("このページを開いてから時間がたったため、確認できませんでした。")],
            again=True,
        )
    return page(
        400,
        _("もう一度、お願いします"),
        [
            _("このページを開いてから時間がたったか、別のタブでログインし直したため、確認できませんでした。"),
            _(
                "これまでの記録は、そのまま残っています。前のページに戻り、読み込み直してから、もう一度ボタンを押してください。"
            ),
        ],
    )


def _database_away(error: Exception) -> Page:
    log.error("database unavailable: %s", str(getattr(error, "orig", error)).replace("\n", " "))
    _let_go()
    return page(503, _("いま、つながりにくくなっています"), _unavailable_words(), retry=True, again=True)


def _our_mistake(_error: Exception) -> Page:
    """Flask has written the traceback to the log already."""
    _let_go()
    title, paragraphs = _our_words()
    return page(500, title, paragraphs, again=True)


def _let_go() -> None:
    """Leave the broken transaction and show the page as to a stranger: it must not ask the database again."""
    auth.forget()
    try:
        db.session.rollback()
    except SQLAlchemyError:
        log.warning("the broken transaction could not be rolled back")
