"""Who looked at whose record: noted when somebody in office opens it, shown to whom it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.access.models import LookRow
from app.access.roles import Role
from app.db import begin_writing, db


class What(StrEnum):
    """What was opened."""

    RECORD = "record"
    POSTS = "posts"
    ANSWERS = "answers"
    CERTIFICATE = "certificate"
    SLIP = "slip"

    @property
    def label(self) -> str:
        """The thing on screen."""
        return {
            What.RECORD: "受講の記録",
            What.POSTS: "任用の記録",
            What.ANSWERS: "テストの回答",
            What.CERTIFICATE: "修了証",
            What.SLIP: "ログイン票の発行",
        }[self]


#: In which capacity somebody looked, when they have several.
_CAPACITIES = (Role.HR, Role.AUDITOR, Role.ADMIN, Role.HEAD)


@dataclass(frozen=True, slots=True)
class Looker:
    """Who looks: an account, under a name, with its roles."""

    account_id: str
    name: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody in a ``role`` opened ``what`` on a day."""

    day: date
    what: What
    role: Role
    by: str


def note(person_id: str, what: What, looker: Looker, day: date) -> None:
    """Note, once a day, that somebody looked at something of a person."""
    if person_id in _noted(what, looker, day):
        return
    begin_writing()
    add([person_id], what, looker, day)
    try:
        db.session.commit()
    except IntegrityError:  # the same look, in another tab, at the same moment
        db.session.rollback()


def add(people: Iterable[str], what: What, looker: Looker, day: date) -> None:
    """Note it of each of these people, inside the caller's transaction."""
    noted = _noted(what, looker, day)
    role = next((role for role in _CAPACITIES if role in looker.roles), Role.LEARNER)
    which = {"account_id": looker.account_id, "what": what.value, "day": day}
    db.session.add_all(
        LookRow(person_id=person, role=role.value, by=looker.name, **which)
        for person in people
        if person not in noted
    )


def _noted(what: What, looker: Looker, day: date) -> set[str]:
    """Of whom this look is noted already."""
    which = {"account_id": looker.account_id, "what": what.value, "day": day}
    return set(db.session.scalars(select(LookRow.person_id).filter_by(**which)))


def looks_at(person_ids: Sequence[str]) -> list[Look]:
    """Who looked at a person's record, the newest first."""
    rows = db.session.scalars(
        select(LookRow)
        .where(LookRow.person_id.in_(person_ids))
        .order_by(LookRow.day.desc(), LookRow.id.desc())
    )
    return [Look(row.day, What(row.what), Role(row.role), row.by) for row in rows]
