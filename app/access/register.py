"""The list of accounts: who has one, who still holds an unused slip, who has none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select

from app.access import limits
from app.access.models import AccountRow, RoleGrantRow
from app.access.rights import heads_on, sign_in_open
from app.access.roles import Role
from app.access.slips import at_work, post_of
from app.db import db
from app.loaded import site
from app.people.directory import load_departments, load_people, merged_into
from app.people.employment import Organisation, Person


class AccountState(StrEnum):
    """How far an account has come."""

    NONE = "アカウントなし"
    SLIP = "初期パスワードのまま"
    EXPIRED = "初期パスワードの期限切れ"
    IN_USE = "利用中"


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One person whose sign-in is open, with the state of their account."""

    person_id: str
    number: str
    name: str
    kana: str
    department: str | None
    department_name: str
    state: AccountState
    initial_until: datetime | None
    last_login_at: datetime | None
    roles: frozenset[Role]
    #: Codes of the 所属 they head by the departments' file, and of those HR named them 所属担当者 of.
    heads: frozenset[str]
    named_for: frozenset[str]
    #: Not on leave: a slip would be used.
    at_work: bool
    #: Too many wrong passwords: only a known browser or a slip gets in at this moment.
    waiting: bool

    @property
    def titles(self) -> list[str]:
        """What the person is on the site besides a learner."""
        named = ["所属担当者" if role is Role.HEAD else role.label for role in sorted(self.roles)]
        return (["所属長"] if self.heads else []) + named

    @property
    def answers_for(self) -> frozenset[str]:
        """Codes of the 所属 they lead, however they came to it; all below come with them."""
        return self.heads | self.named_for


@dataclass(frozen=True, slots=True)
class Register:
    """Every line in 建制順, then number, and the organisation they are ordered by."""

    lines: tuple[AccountLine, ...]
    organisation: Organisation

    def under(self, code: str) -> Register:
        """Only people addressed under ``code`` or below."""
        codes = self.organisation.descendants(code)
        return Register(tuple(line for line in self.lines if line.department in codes), self.organisation)

    def count(self, state: AccountState) -> int:
        """How many stand in ``state``."""
        return sum(line.state is state for line in self.lines)


def register(now: datetime, today: date) -> Register:
    """Read the list of accounts as it stands."""
    organisation = Organisation.on(today, load_departments())
    grace = site().signin_grace_days
    people = [person for person in load_people() if sign_in_open(person, today, grace)]
    return Register(tuple(_lines(people, organisation, now)), organisation)


def people_of(departments: frozenset[str], now: datetime, today: date) -> Register:
    """The people a 所属長 answers for: posted, as 本務 or 兼務, in one of ``departments``."""
    organisation = Organisation.on(today, load_departments())
    grace = site().signin_grace_days
    people = [p for p in load_people() if sign_in_open(p, today, grace) and _posts(p, today) & departments]
    return Register(tuple(_lines(people, organisation, now)), organisation)


def signed_in_ever() -> frozenset[str]:
    """Ids of everybody who has signed in at least once (kept ids)."""
    merges = merged_into()
    used = select(AccountRow.person_id).where(AccountRow.last_login_at.is_not(None))
    return frozenset(merges.get(id_, id_) for id_ in db.session.scalars(used) if id_ is not None)


def _posts(person: Person, day: date) -> set[str]:
    """Codes of the posts in force; of the one still to begin when none is."""
    appointments = person.in_force(day) or (post_of(person, day),)
    codes = {a.placement_on(max(day, a.start)).department for a in appointments}
    return {code for code in codes if code}


def _lines(people: Iterable[Person], organisation: Organisation, now: datetime) -> list[AccountLine]:
    accounts, grants, waiting = _accounts(), _grants(), limits.waiting(now)
    names, rank = organisation.by_code(), organisation.order()
    heads: dict[str, set[str]] = defaultdict(set)
    for headed, head in heads_on(organisation.day).items():
        heads[head.id].add(headed)
    lines = []
    for person in people:
        post = post_of(person, organisation.day)
        code = post.placement_on(max(organisation.day, post.start)).department
        theirs = accounts.get(person.id, [])
        account = next(iter(theirs), None)
        given = [grant for one in theirs for grant in grants.get(one.id, ())]
        lines.append(
            AccountLine(
                person_id=person.id,
                number=post.number,
                name=person.name,
                kana=person.kana,
                department=code,
                department_name=names[code].name if code and code in names else "",
                state=_state(account, now),
                initial_until=account.initial_until if account else None,
                last_login_at=account.last_login_at if account else None,
                roles=frozenset(role for role, _department in given),
                heads=frozenset(heads[person.id]),
                named_for=frozenset(d for role, d in given if role is Role.HEAD and d in names),
                at_work=at_work(person, organisation.day),
                waiting=any(one.id in waiting for one in theirs),
            )
        )
    return sorted(lines, key=lambda line: (rank.get(line.department or "", len(rank)), line.number))


def _accounts() -> dict[str, list[AccountRow]]:
    """Everybody's accounts by person (kept ids), the oldest first: a merged record may have had its own."""
    merges = merged_into()
    found: dict[str, list[AccountRow]] = defaultdict(list)
    query = select(AccountRow).where(AccountRow.person_id.is_not(None))
    for row in db.session.scalars(query.order_by(AccountRow.created_at, AccountRow.id)):
        assert row.person_id is not None
        found[merges.get(row.person_id, row.person_id)].append(row)
    return found


def _grants() -> dict[str, list[tuple[Role, str]]]:
    """The roles of each account, each with the 所属 it was given for."""
    found: dict[str, list[tuple[Role, str]]] = defaultdict(list)
    for row in db.session.execute(
        select(RoleGrantRow.account_id, RoleGrantRow.role, RoleGrantRow.department).where(
            RoleGrantRow.withdrawn_at.is_(None)
        )
    ):
        found[row.account_id].append((Role(row.role), row.department))
    return found


def _state(account: AccountRow | None, now: datetime) -> AccountState:
    if account is None:
        return AccountState.NONE
    if account.initial_until is None:
        return AccountState.IN_USE
    return AccountState.SLIP if account.initial_until > now else AccountState.EXPIRED
