"""Sign people in for tests without typing a password; or give them one to type."""

from __future__ import annotations

import re
from functools import cache

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import clock
from app.access import passwords
from app.access.accounts import issue_slip
from app.access.models import AccountRow, RoleGrantRow
from app.access.roles import Role
from app.access.sessions import open_session
from app.access.sign_in import accounts_of
from app.auth import cookie_name
from app.db import begin_writing, db

PASSWORD = "春のはじまりの試験です"


def give_account(person_id: str, *roles: Role, department: str | None = None) -> str:
    """Give a person an account in use (password ``PASSWORD``) with ``roles``; return the account's id."""
    return _account(AccountRow(person_id=person_id), roles, department)


def give_operator(login: str, *roles: Role, name: str = "操作 担当") -> str:
    """Make an operator's account (password ``PASSWORD``); return its id."""
    return _account(AccountRow(login=login, name=name), roles, None)


def sign_in(client: FlaskClient, person_id: str, *roles: Role, department: str | None = None) -> str:
    """Sign a person in on ``client``, making an account when there is none; return the account's id."""
    existing = accounts_of([person_id])
    account_id = existing[0].id if existing else give_account(person_id, *roles, department=department)
    enter(client, account_id)
    return account_id


def enter(client: FlaskClient, account_id: str) -> str:
    """Give ``client`` a session of an account; return its token."""
    token = open_session(account_id, clock.now(), clock.today())
    client.set_cookie(cookie_name(), token)
    return token


def issue(client: FlaskClient, address: str) -> TestResponse:
    """Let whoever is signed in press 再発行する on the page that asks first; return the slip's page."""
    asked = client.get(address).get_data(as_text=True)
    return client.post(address, data=dict(re.findall(r'name="(issued)" value="(\d+)"', asked)))


def slip_password(person_id: str) -> str:
    """Issue a slip and return the initial password on it."""
    return issue_slip(person_id, clock.now(), clock.today(), "試験").password


@cache
def password_hash() -> str:
    """The hash of ``PASSWORD`` at the site's own cost, made once: hashing is the dearest thing it does."""
    return passwords.hash_password(PASSWORD)


def _account(account: AccountRow, roles: tuple[Role, ...], department: str | None) -> str:
    made = password_hash()
    begin_writing()
    account.password_hash, account.created_at = made, clock.now()
    db.session.add(account)
    db.session.flush()
    for role in roles:
        db.session.add(
            RoleGrantRow(
                account_id=account.id,
                role=role.value,
                department=(department or "") if role is Role.HEAD else "",
                recorded_at=clock.now(),
            )
        )
    db.session.commit()
    return account.id
