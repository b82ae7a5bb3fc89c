"""/login, /logout, /password: coming in, going out, a password of one's own."""

from __future__ import annotations

from datetime import datetime

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from app import clock, shared_terminal
from app.access import accounts, journal, sessions
from app.access.alarm import Alarm
from app.access.passwords import MAX_LENGTH, MIN_LENGTH
from app.access.policy import Right
from app.access.sessions import find_session
from app.access.sign_in import Refusal, sign_in
from app.auth import (
    SignedIn,
    cookie_name,
    drop_cookie,
    keep_cookie,
    local_path,
    me,
    of_session,
    public,
    requires,
    signed_in,
)
from app.loaded import settings, site
from app.wareki import english_day, wareki
from app.web import holding, known_browser
from app.web.fields import Fields
from app.web.onward import see_other
from app.web.texts import language, spoken_to

bp = Blueprint("account", __name__)


class LoginForm(Fields):
    """職員番号 and パスワード."""

    number = StringField(
        _l("職員番号"),
        [
            InputRequired(_l("職員番号を入力してください。")),
            Length(max=64, message=_l("職員番号が長すぎます。")),
        ],
    )
    password = PasswordField(
        _l("パスワード"),
        [
            InputRequired(_l("パスワードを入力してください。")),
            Length(max=MAX_LENGTH, message=_l("パスワードが長すぎます。")),
        ],
    )


class NewPasswordForm(Fields):
    """A new password, twice; ``current`` is left out right after an initial password was typed."""

    current = PasswordField(
        _l("いまのパスワード"), [InputRequired(_l("いまのパスワードを入力してください。"))]
    )
    new = PasswordField(_l("新しいパスワード"), [InputRequired(_l("新しいパスワードを入力してください。"))])
    again = PasswordField(
        _l("新しいパスワード(もう一度)"),
        [
            InputRequired(_l("同じパスワードを、もう一度入力してください。")),
            EqualTo("new", _l("2回の入力が同じではありません。")),
        ],
    )


@bp.get("/login")
@public
def login() -> str | Response:
    """Show the sign-in page; who is signed in already goes home."""
    who = signed_in()
    if who is not None:
        return see_other(local_path(request.args.get("next")) or home(who))
    return _login_page(LoginForm())


@bp.post("/login")
@public
def enter() -> str | Response | tuple[str, int]:
    """Sign in."""
    form = LoginForm()
    if not form.validate():
        return _login_page(form), 422
    now = clock.now()
    outcome = sign_in(
        form.number.data or "", form.password.data or "", now, clock.today(), known_browser.asking()
    )
    if isinstance(outcome, Refusal):
        current_app.extensions.setdefault("kenshu-alarm", Alarm()).failed(now, request.remote_addr or "")
        return _login_page(form, outcome), 429 if outcome is Refusal.WAITING else 401
    if cookie_name() in request.cookies:
        sessions.end_session(request.cookies[cookie_name()], now)
    found = find_session(outcome.token, clock.now(), clock.today())
    if outcome.last_login is not None:
        with force_locale(spoken_to(found.rights.language if found else None)):
            flash(_("前回のログイン: %(moment)s", moment=_moment(outcome.last_login)), "info")
    start = home(of_session(found)) if found else request.script_root + "/"
    response = see_other(local_path(request.args.get("next")) or start)
    keep_cookie(response, outcome.token)
    known_browser.keep(response, outcome.known)
    response.location = _held_answer(found.rights.person_id if found else None, response)
    return response


@bp.post("/logout")
@public
def logout() -> Response:
    """Sign out; also a browser whose session ended already."""
    who, token = signed_in(), request.cookies.get(cookie_name())
    if token:
        sessions.end_session(token, clock.now())
    if who is not None:
        journal.signed_out(who.account_id)
    spoken = language()
    session.clear()
    if spoken != "ja" and not shared_terminal.is_shared():  # at one's own phone the next person is oneself
        session["lang"] = spoken
    flash(_("ログアウトしました。"), "success")
    response = see_other(url_for("account.login"))
    drop_cookie(response)
    holding.drop(response)
    return response


@bp.get("/password")
@requires(Right.OWN_ACCOUNT)
def password() -> str:
    """Show the form for a new password."""
    return render_template("account/password.html", form=_password_form(), min_length=MIN_LENGTH)


@bp.post("/password")
@requires(Right.OWN_ACCOUNT)
def change_password() -> str | Response | tuple[str, int]:
    """Take a new password; every other browser of this account is signed out."""
    form = _password_form()
    if not form.validate():
        return render_template("account/password.html", form=form, min_length=MIN_LENGTH), 422
    current = form.current.data if "current" in form else None
    try:
        token = accounts.change_password(
            me().account_id, current, form.new.data or "", clock.now(), clock.today(), known_browser.name()
        )
    except accounts.PasswordRefused as refused:
        form[refused.field if refused.field in form else "new"].errors = [refused.sentence]
        return render_template("account/password.html", form=form, min_length=MIN_LENGTH), 422
    journal.password_changed(me().account_id)
    flash(_("新しいパスワードを保存しました。次からは、新しいパスワードでログインしてください。"), "success")
    response = see_other(home(me()))
    keep_cookie(response, token)
    response.location = _held_answer(me().person_id, response)
    return response


def home(who: SignedIn) -> str:
    """Where somebody starts: their training, or, for an operator, their office's first page."""
    root = request.script_root
    if who.person_id is not None:
        return root + "/"
    if who.may(Right.SEE_RECORDS):
        return root + "/hr/"
    return root + ("/department/" if who.may(Right.LEAD_DEPARTMENT) else "/hr/accounts")


def _held_answer(person_id: str | None, response: Response) -> str:
    """Where to go from here: to the answer that waited for this person, or where ``response`` leads."""
    return holding.release(person_id, response) or response.location or ""


def _password_form() -> NewPasswordForm:
    form = NewPasswordForm()
    if me().must_change_password:
        del form.current
    return form


def _login_page(form: LoginForm, refusal: Refusal | None = None) -> str:
    demo_accounts = current_app.extensions.get("demo_accounts") if settings().demo else None
    return render_template(
        "account/login.html",
        form=form,
        refusal=_sentence(refusal) if refusal else None,
        demo_accounts=demo_accounts,
        next=local_path(request.args.get("next")),
    )


def _sentence(refusal: Refusal) -> tuple[str, str]:
    """What happened, and what to do."""
    return {
        Refusal.WRONG: (
            _("職員番号かパスワードがちがいます"),
            _(
                "大文字と小文字のちがいなどを確かめて、もう一度入力してください。分からないときは、所属長か人事担当が再発行できます。"
            ),
        ),
        Refusal.WAITING: (
            _("少し待ってから、もう一度お試しください"),
            _(
                "この職員番号でまちがいが続いたため、いったん止めています。長くても15分で、また試せます。前にログインした端末からは、いまでも入れます。お急ぎのときや、ほかの人が試し続けていて入れないときは、所属長か人事担当が新しいログイン票を出せます。その初期パスワードなら、すぐに入れます。"
            ),
        ),
        Refusal.SLIP_EXPIRED: (
            _("初期パスワードの有効期限が過ぎています"),
            _("所属長か人事担当に、再発行を頼んでください。研修の記録は、そのまま残っています。"),
        ),
        Refusal.CLOSED: (
            _("ログインできる期間が終わっています"),
            _(
                "任用が終わった人は、ログインできません。任用が続いているときは、%(city)sの人事担当にお知らせください。",
                city=site().city,
            ),
        ),
    }[refusal]


def _moment(moment: datetime) -> str:
    here = moment.astimezone(clock.JST)
    day = wareki if get_locale().language == "ja" else english_day
    return f"{day(here.date())} {here:%H:%M}"
