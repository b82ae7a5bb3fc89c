"""Roles given to accounts beyond learner, and accounts of operators who stand outside every count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from app import clock
from app.access import passwords, witness
from app.access.accounts import log_event, replace_password
from app.access.models import AccountRow, RoleGrantRow
from app.access.rights import sign_in_open
from app.access.roles import Role
from app.access.sessions import end_sessions
from app.access.sign_in import accounts_of, normal_number, persons_with
from app.db import begin_writing, db
from app.loaded import site
from app.people.directory import load_departments, load_people, merged_into


class GrantRefused(Exception):
    """A role or password can't be given; the message says why, in Japanese."""


@dataclass(frozen=True, slots=True)
class Granted:
    """Whose account it is, and the one-time password when it was made just now."""

    name: str
    password: str | None


@dataclass(frozen=True, slots=True)
class _Holder:
    """Whom a number means: a person (id), or an operator's login."""

    person_id: str | None
    login: str | None
    name: str

    def account(self) -> AccountRow | None:
        if self.person_id is not None:
            return next(iter(accounts_of([self.person_id])), None)
        return db.session.scalar(select(AccountRow).where(AccountRow.login == self.login))


def grant(
    number: str, role: Role, department: str | None, name: str | None, by: str, now: datetime, today: date
) -> Granted:
    """Give ``role``; ``department`` is a head's, ``name`` makes an operator's account. (GrantRefused)"""
    if department is not None and role is not Role.HEAD:
        raise GrantRefused("--department は head のときだけ使えます。")
    if department is not None and department not in {d.code for d in load_departments()}:
        raise GrantRefused(f"所属コード {department} の所属がありません。")
    holder = _operator(number, name) if name is not None else _holder(number, today)
    if role is Role.LEARNER and holder.person_id is None:
        raise GrantRefused("受講者になれるのは、名簿にある人だけです。")
    password = passwords.new_initial_password()
    password_hash = passwords.hash_password(passwords.plain_initial(password))
    begin_writing()
    account = holder.account()
    made = account is None
    if account is None:
        account = _new_account(holder, password_hash, now, today, by)
    # Every person is a learner already: that grant only makes sure of the account.
    if role is not Role.LEARNER:
        _give(account, role, department, by, now)
    db.session.commit()
    return Granted(holder.name, password if made else None)


def reset_password(number: str, by: str, now: datetime, today: date) -> Granted:
    """Give an account a new one-time password. Raises GrantRefused."""
    holder = _holder(number, today)
    password = passwords.new_initial_password()
    password_hash = passwords.hash_password(passwords.plain_initial(password))
    begin_writing()
    account = holder.account()
    if account is None:
        account = _new_account(holder, password_hash, now, today, by)
    else:
        replace_password(account, password_hash, _until(today), now, by)
    db.session.commit()
    return Granted(holder.name, password)


@dataclass(frozen=True, slots=True)
class NamedHead:
    """A 所属担当者: somebody HR named to answer for a 所属 beside its 所属長."""

    grant_id: int
    department: str
    name: str


def named_heads() -> list[NamedHead]:
    """Every 所属担当者 whose naming stands."""
    rows = db.session.execute(
        select(RoleGrantRow.id, RoleGrantRow.department, AccountRow.person_id, AccountRow.name)
        .join(AccountRow, AccountRow.id == RoleGrantRow.account_id)
        .where(
            RoleGrantRow.role == Role.HEAD.value,
            RoleGrantRow.department.is_not(None),
            RoleGrantRow.withdrawn_at.is_(None),
        )
        .order_by(RoleGrantRow.id)
    ).all()
    names = {p.id: p.name for p in load_people([row.person_id for row in rows if row.person_id])}
    merges = merged_into()
    return [
        NamedHead(row.id, row.department, names.get(merges.get(row.person_id, row.person_id), row.name))
        for row in rows
    ]


def name_head(number: str, department: str, by: str, now: datetime, today: date) -> str:
    """Name somebody with an account 所属担当者 of a 所属 and return their name. Raises GrantRefused."""
    holder = _holder(number, today)
    if department not in {d.code for d in load_departments()}:
        raise GrantRefused("所属を選んでください。")
    begin_writing()
    account = holder.account()
    if account is None:
        raise GrantRefused(
            f"{holder.name} さんにはアカウントがありません。先にログイン票を発行してください。"
        )
    _give(account, Role.HEAD, department, by, now)
    db.session.commit()
    return holder.name


def withdraw_head(grant_id: int, by: str, now: datetime) -> None:
    """End a naming as 所属担当者. Raises LookupError when none stands under that id."""
    begin_writing()
    row = db.session.get(RoleGrantRow, grant_id)
    if row is None or row.withdrawn_at is not None or row.role != Role.HEAD.value:
        raise LookupError(grant_id)
    row.withdrawn_at = now
    witness.role_changed(row, "taken", by, now)
    log_event(row.account_id, "role taken", now, by, f"{row.role} {row.department or ''}".strip())
    end_sessions(row.account_id, now)
    db.session.commit()


def _operator(number: str, name: str) -> _Holder:
    login = normal_number(number)
    if not login or not name.strip():
        raise GrantRefused("ログインに使う番号と、名前を書いてください。")
    if persons_with(login):
        raise GrantRefused(
            f"{login} は名簿の職員番号です。--name を付けずに実行するか、別の番号にしてください。"
        )
    return _Holder(None, login, name.strip())


def _holder(number: str, today: date) -> _Holder:
    login = normal_number(number)
    operator = db.session.scalar(select(AccountRow).where(AccountRow.login == login))
    if operator is not None:
        return _Holder(None, login, operator.name)
    found = load_people(persons_with(login)) if login else []
    if not found:
        raise GrantRefused(f"職員番号 {login} の人が名簿にいません。")
    current = [p for p in found if sign_in_open(p, today, site().signin_grace_days)]
    if not current:
        raise GrantRefused(f"職員番号 {login} の人は、任用が終わっているためログインできません。")
    if len(current) > 1:
        names = "、".join(p.name for p in current)
        raise GrantRefused(f"職員番号 {login} の人が複数います({names})。ほかの番号を使ってください。")
    return _Holder(current[0].id, None, current[0].name)


def _new_account(holder: _Holder, password_hash: str, now: datetime, today: date, by: str) -> AccountRow:
    account = AccountRow(
        person_id=holder.person_id,
        login=holder.login,
        name=holder.name if holder.login else "",
        password_hash=password_hash,
        initial_until=clock.end_of(_until(today)),
        created_at=now,
    )
    db.session.add(account)
    db.session.flush()
    log_event(account.id, "created", now, by)
    return account


def _give(account: AccountRow, role: Role, department: str | None, by: str, now: datetime) -> None:
    standing = db.session.scalars(
        select(RoleGrantRow).where(
            RoleGrantRow.account_id == account.id,
            RoleGrantRow.role == role.value,
            RoleGrantRow.withdrawn_at.is_(None),
        )
    )
    if any(row.department == (department or "") for row in standing):
        return
    grant = RoleGrantRow(
        account_id=account.id,
        role=role.value,
        department=department or "",
        recorded_by=by,
        recorded_at=now,
    )
    db.session.add(grant)
    witness.role_changed(grant, "given", by, now)
    log_event(account.id, "role given", now, by, f"{role.value} {department or ''}".strip())
    end_sessions(account.id, now)


def _until(today: date) -> date:
    return today + timedelta(days=site().slip_valid_days)
