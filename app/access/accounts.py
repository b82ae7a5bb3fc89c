"""Accounts: made for people who have none, given new initial passwords, given passwords of their own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select

from app import clock
from app.access import known_browsers, limits, looks, passwords
from app.access.looks import Looker
from app.access.models import AccountEventRow, AccountRow
from app.access.rights import sign_in_open
from app.access.sessions import add_session, end_sessions
from app.access.sign_in import accounts_of
from app.access.slips import Slip, at_work, in_order, slip_for, slips_csv
from app.db import begin_writing, db
from app.loaded import settings, site
from app.people.directory import load_departments, load_people, load_person, merged_into
from app.people.employment import Organisation, Person

__all__ = [
    "PasswordRefused",
    "Slip",
    "change_password",
    "create_missing",
    "expired_slips",
    "issue_slip",
    "renew_expired",
    "slips_csv",
    "without_account",
]


#: What is noted of an account whenever a slip is handed out for it.
HANDED_OUT = ("created", "slip issued")
#: In the content folder, a password a line: what a city keeps of the passwords most in use.
COMMON_PASSWORDS = "common-passwords.txt"


class PasswordRefused(Exception):
    """A new password can't be taken; ``field`` is ``current`` or ``new``, ``sentence`` says why."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


class SignInClosed(Exception):
    """The person's sign-in is closed: a slip would open nothing."""


class AlreadyIssued(Exception):
    """Another slip was issued since the form was shown: a further one would make it useless."""


def without_account(today: date, people: Iterable[Person] | None = None) -> list[Person]:
    """Everybody whose sign-in is open, who is at work and has no account yet."""
    taken = _persons_with_account()
    return _to_be_handed(today, people, lambda person: person.id not in taken)


def expired_slips(today: date, people: Iterable[Person] | None = None) -> list[Person]:
    """Everybody whose sign-in is open, who is at work and let their initial password run out."""
    merges = merged_into()
    before = clock.end_of(today - timedelta(days=1))
    ids = db.session.scalars(select(AccountRow.person_id).where(AccountRow.initial_until <= before))
    expired = {merges.get(person, person) for person in ids if person is not None}
    return _to_be_handed(today, people, lambda person: person.id in expired)


def _to_be_handed(
    today: date, people: Iterable[Person] | None, wanting: Callable[[Person], bool]
) -> list[Person]:
    """Those among ``people`` (None: everybody) who are ``wanting`` a slip and to whom it is of use today."""
    grace = site().signin_grace_days
    everyone = load_people() if people is None else people
    # Few want one of the many whose appointments would be looked through.
    return [p for p in everyone if wanting(p) and sign_in_open(p, today, grace) and at_work(p, today)]


def create_missing(
    now: datetime, today: date, by: str = "", department: str | None = None, looker: Looker | None = None
) -> list[Slip]:
    """Make accounts for everybody without one and return their slips in 建制順.

    ``department`` limits it to people addressed under that 所属コード or below; ``by`` is who asked,
    ``looker`` whoever sees the slips: each person is told.
    """
    return _hand_out(without_account, _add_account, load_people(), department, now, today, by, looker)


def renew_expired(
    person_ids: Collection[str], now: datetime, today: date, by: str, looker: Looker
) -> list[Slip]:
    """Give new initial passwords to those of these people whose last one ran out; their slips in 建制順.

    Sent again (a reload), it finds nobody and makes no slip useless. ``looker`` sees the slips: each
    person is told.
    """
    return _hand_out(expired_slips, _renew_accounts, load_people(person_ids), None, now, today, by, looker)


def _hand_out(
    wanting: Callable[[date, Iterable[Person]], list[Person]],
    put: Callable[[str, str, date, datetime, str], None],
    people: list[Person],
    department: str | None,
    now: datetime,
    today: date,
    by: str,
    looker: Looker | None,
) -> list[Slip]:
    """``put`` new initial passwords in place for those ``wanting`` one, asked again once nobody writes."""
    organisation = Organisation.on(today, load_departments())
    codes = organisation.descendants(department) if department else None
    slips = {person.id: _new_slip(person, organisation) for person in wanting(today, people)}
    wanted = {id_: slip for id_, slip in slips.items() if codes is None or slip.department in codes}
    hashes = passwords.hash_all([passwords.plain_initial(slip.password) for slip in wanted.values()])
    begin_writing()
    still = {person.id for person in wanting(today, people)}
    made = {id_: slip for id_, slip in wanted.items() if id_ in still}
    for (id_, slip), password_hash in zip(wanted.items(), hashes, strict=True):
        if id_ in made:
            put(id_, password_hash, slip.valid_through, now, by)
    if looker is not None:
        looks.add(made, looks.What.SLIP, looker, today)
    db.session.commit()
    return in_order(made.values(), organisation)


def issue_slip(person_id: str, now: datetime, today: date, by: str, issued: int | None = None) -> Slip:
    """Give one person a new initial password, and an account when they have none.

    What they used until now ends at once. ``issued`` is how many slips there were when it was asked for.
    Raises LookupError for nobody, SignInClosed for somebody who left, AlreadyIssued.
    """
    person = load_person(person_id)
    if person is None:
        raise LookupError(person_id)
    if not sign_in_open(person, today, site().signin_grace_days):
        raise SignInClosed(person_id)
    slip = _new_slip(person, Organisation.on(today, load_departments()))
    password_hash = passwords.hash_password(passwords.plain_initial(slip.password))
    begin_writing()
    theirs = accounts_of([person.id], locked=True)
    if issued not in (None, slips_issued(person.id)):
        db.session.rollback()
        raise AlreadyIssued(person_id)
    put = _renew_accounts if theirs else _add_account
    put(person.id, password_hash, slip.valid_through, now, by)
    db.session.commit()
    return slip


def slips_issued(person_id: str) -> int:
    """How many slips a person's account has had: a form shown before the last one is an old form."""
    ids = [account.id for account in accounts_of([person_id])]
    query = select(func.count()).select_from(AccountEventRow)
    handed = AccountEventRow.kind.in_(HANDED_OUT)
    return db.session.scalar(query.where(AccountEventRow.account_id.in_(ids), handed)) or 0


def change_password(
    account_id: str, current: str | None, new: str, now: datetime, today: date, browser: str = ""
) -> str:
    """Take a password of the person's own, sign every browser out, and return a new session's token.

    ``current`` None is for somebody who has just typed an initial password. Raises PasswordRefused.
    """
    account = db.session.get_one(AccountRow, account_id)
    person = load_person(account.person_id) if account.person_id else None
    old_hash, initial = account.password_hash, account.initial_until is not None
    if not initial:
        _ask_current(account_id, old_hash, current, now)
    problem = passwords.problem_with(new, _known_of(account, person, today), _listed())
    if problem:
        raise PasswordRefused("new", problem)
    if passwords.verify(old_hash, passwords.plain_initial(new) if initial else new):
        raise PasswordRefused("new", _("いままでのパスワードとちがうものにしてください。"))
    password_hash = passwords.hash_password(new)
    begin_writing()
    account = db.session.get_one(AccountRow, account_id)
    if account.password_hash != old_hash:
        raise PasswordRefused(
            "new", _("パスワードがほかの画面で変えられました。もう一度ログインしてください。")
        )
    account.password_hash = password_hash
    account.initial_until = None
    log_event(account_id, "password changed", now)
    end_sessions(account_id, now)
    token = add_session(account, now, today, browser)
    db.session.commit()
    return token


def _ask_current(account_id: str, stored: str, typed: str | None, now: datetime) -> None:
    """Make sure that whoever holds the session knows the password, too; guesses count as at signing in."""
    key = limits.key_of_change(account_id)
    if not limits.admit([key], now):
        raise PasswordRefused(
            "current", _("まちがいが続いたため、いったん止めています。長くても15分で、また試せます。")
        )
    if typed is None or not passwords.verify(stored, typed):
        raise PasswordRefused("current", _("いまのパスワードがちがいます。"))
    begin_writing()
    limits.forget(key)
    db.session.commit()


def _known_of(account: AccountRow, person: Person | None, today: date) -> list[str]:
    """What anybody knows of an account's owner: no password is made of it alone."""
    if person is None:
        return [account.login or "", account.name, site().city]
    names = Organisation.on(today, load_departments()).by_code()
    codes = {a.placement_on(max(today, a.start)).department or "" for a in person.appointments}
    posts = [names[code].name for code in codes if code in names]
    numbers = [a.number for a in person.appointments]
    return [*numbers, person.name, person.kana, person.roman, person.mail, site().city, *posts]


def _listed() -> list[str]:
    """The common passwords the city laid beside its courses; none when it laid no such file."""
    path = settings().content / COMMON_PASSWORDS
    return path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []


def replace_password(account: AccountRow, password_hash: str, until: date, now: datetime, by: str) -> None:
    """Put an initial password in place of whatever was, inside the caller's transaction."""
    account.password_hash = password_hash
    account.initial_until = clock.end_of(until)
    limits.forget(account.id)
    known_browsers.forget(account.id)
    end_sessions(account.id, now)
    log_event(account.id, "slip issued", now, by)


def unlock(person_id: str, now: datetime, by: str) -> None:
    """Let somebody try at once whom too many wrong passwords keep waiting."""
    begin_writing()
    for account in accounts_of([person_id]):
        limits.forget(account.id)
        log_event(account.id, "unlocked", now, by)
    db.session.commit()


def sign_out_everywhere(person_id: str, now: datetime, by: str) -> None:
    """Sign somebody out on every browser; their password stays."""
    begin_writing()
    for account in accounts_of([person_id]):
        end_sessions(account.id, now)
        log_event(account.id, "signed out", now, by)
    db.session.commit()


def log_event(account_id: str, kind: str, now: datetime, by: str = "", detail: str = "") -> None:
    """Note what happened to an account, inside the caller's transaction."""
    db.session.add(AccountEventRow(account_id=account_id, kind=kind, detail=detail, by=by, at=now))


def _renew_accounts(person_id: str, password_hash: str, until: date, now: datetime, by: str) -> None:
    for account in accounts_of([person_id]):
        replace_password(account, password_hash, until, now, by)


def _add_account(person_id: str, password_hash: str, until: date, now: datetime, by: str) -> None:
    account = AccountRow(
        person_id=person_id,
        password_hash=password_hash,
        initial_until=clock.end_of(until),
        created_at=now,
    )
    db.session.add(account)
    db.session.flush()
    log_event(account.id, "created", now, by)


def _persons_with_account() -> set[str]:
    merges = merged_into()
    ids: Sequence[str | None] = db.session.scalars(db.select(AccountRow.person_id)).all()
    return {merges.get(person, person) for person in ids if person is not None}


def _new_slip(person: Person, organisation: Organisation) -> Slip:
    return slip_for(person, passwords.new_initial_password(), organisation, site().slip_valid_days)
