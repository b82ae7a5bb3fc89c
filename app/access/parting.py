"""Two people merged by mistake are parted: neither keeps a way into the other's account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from app import clock
from app.access import known_browsers
from app.access.accounts import HANDED_OUT, log_event
from app.access.models import AccountEventRow, AccountRow
from app.access.sessions import end_sessions
from app.access.sign_in import accounts_of
from app.db import db
from app.people import merging
from app.people.directory import merged_into
from app.people.roster import questions


def split(merge_id: int, by: str, now: datetime) -> str:
    """Part a wrong merge; return the kept id. Raises LookupError when it does not stand."""
    merge = merging.part(merge_id, by, now)
    _shut([merge.kept_id, merge.merged_id], merge.recorded_at, by, now)
    db.session.commit()
    return merge.kept_id


def undo(question_id: int, by: str, now: datetime) -> bool:
    """Take back an answer that two records are one person or not; False when there is none."""
    merges = questions.reopen(question_id, by, now)
    if merges is None:
        return False
    for merge in merges:
        _shut([merge.kept_id, merge.merged_id], merge.recorded_at, by, now)
    db.session.commit()
    return True


def _shut(person_ids: Sequence[str], since: datetime, by: str, now: datetime) -> None:
    """Sign both out, and let no password stand that came of a slip handed out while they were one.

    Nobody knows to which of the two it was handed: the same one opened every account of theirs.
    """
    merges = merged_into()
    accounts = accounts_of([merges.get(one, one) for one in person_ids], locked=True)
    for account in accounts:
        end_sessions(account.id, now)
        log_event(account.id, "signed out", now, by)
        if _handed_out(account.id, since):
            _run_out(account, by, now)


def _handed_out(account_id: str, since: datetime) -> bool:
    return (
        db.session.scalar(
            select(AccountEventRow.id)
            .where(
                AccountEventRow.account_id == account_id,
                AccountEventRow.kind.in_(HANDED_OUT),
                AccountEventRow.at >= since,
            )
            .limit(1)
        )
        is not None
    )


def _run_out(account: AccountRow, by: str, now: datetime) -> None:
    # Run out by yesterday, so that HR finds it among the slips to be made anew.
    account.initial_until = clock.end_of(clock.day_of(now) - timedelta(days=1))
    known_browsers.forget(account.id)
    log_event(account.id, "slip ended", now, by)
