"""Who looked at whose record: noted when somebody in office opens it, shown to whom it is about."""

from __future__ import annotations

from collections.abc import Sequence
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
    which = {"person_id": person_id, "account_id": looker.account_id, "what": what.value, "day": day}
    if db.session.scalar(select(LookRow.id).filter_by(**which)) is not None:
        return
    role = next((role for role in _CAPACITIES if role in looker.roles), Role.LEARNER)
    begin_writing()
    db.session.add(LookRow(**which, role=role.value, by=looker.name))
    try:
        db.session.commit()
    except IntegrityError:  # the same look, in another tab, at the same moment
        db.session.rollback()


def looks_at(person_ids: Sequence[str]) -> list[Look]:
    """Who looked at a person's record, the newest first."""
    rows = db.session.scalars(
        select(LookRow)
        .where(LookRow.person_id.in_(person_ids))
        .order_by(LookRow.day.desc(), LookRow.id.desc())
    )
    return [Look(row.day, What(row.what), Role(row.role), row.by) for row in rows]
