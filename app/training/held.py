"""Answers that came in when nobody was signed in: held, and given to the test's owner alone.

An address of a test is a random word only its owner has seen, so only answers to a test under way are held,
and of them a bounded number for a bounded time.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select

from app.db import begin_writing, db
from app.training.attempts import keep_answer, load_attempt
from app.training.grading import UnreadableAnswer, parse_answer
from app.training.held_models import HeldAnswerRow
from app.training.models import AttemptRow
from app.training.yearly import keep_run_answer

KEPT_FOR = timedelta(hours=12)
MOST_A_BROWSER = 20
MOST_A_TEST = 40
#: A burst in which everybody's session ended at once (a restored backup) still fits.
MOST_AN_HOUR = 2_000
#: Letters of an answer and of its address; a real one has a few dozen.
LONGEST = 256


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer as it was sent: to which question (and step of a story), and what the form said."""

    path: str
    attempt: str
    position: int
    step: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Released:
    """What became of a held answer: where its question stands, and whether it is the one that counts."""

    path: str
    step: int
    stands: bool
    ended: bool


def hold(token: str | None, sent: Sent, now: datetime) -> str | None:
    """Hold an answer under the browser's word (``token``, or a new one) and return the word.

    None when it is not held: no such test under way, nothing chosen, or a bound is reached. The first answer
    to a question stands here too.
    """
    values = ",".join(sent.values)
    if not values or len(values) > LONGEST or len(sent.path) > LONGEST:
        return None
    token = token or secrets.token_urlsafe(32)
    begin_writing()
    db.session.execute(delete(HeldAnswerRow).where(HeldAnswerRow.held_at < now - KEPT_FOR))
    browser = _hash(token)
    known = _count(
        HeldAnswerRow.browser == browser,
        HeldAnswerRow.attempt_id == sent.attempt,
        HeldAnswerRow.position == sent.position,
        HeldAnswerRow.step == sent.step,
    )
    if not known and not _fits(browser, sent, now):
        db.session.commit()
        return None
    if not known:
        db.session.add(
            HeldAnswerRow(
                browser=browser,
                attempt_id=sent.attempt,
                position=sent.position,
                step=sent.step,
                choices=values,
                path=sent.path,
                held_at=now,
            )
        )
    db.session.commit()
    return token


def _fits(browser: str, sent: Sent, now: datetime) -> bool:
    """Whether the test is under way and no bound is reached."""
    under_way = db.session.scalar(
        select(AttemptRow.id).where(AttemptRow.id == sent.attempt, AttemptRow.finished_at.is_(None))
    )
    return (
        under_way is not None
        and _count(HeldAnswerRow.browser == browser) < MOST_A_BROWSER
        and _count(HeldAnswerRow.attempt_id == sent.attempt) < MOST_A_TEST
        and _count(HeldAnswerRow.held_at > now - timedelta(hours=1)) < MOST_AN_HOUR
    )


def _count(*which: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(HeldAnswerRow).where(*which)) or 0


def release(token: str, person_id: str | None, now: datetime) -> Released | None:
    """Keep what this browser holds for tests of ``person_id``, delete the rest unread.

    Returns what became of the last answer of theirs, None when there was none. Safe to repeat.
    """
    rows = db.session.scalars(
        select(HeldAnswerRow)
        .where(HeldAnswerRow.browser == _hash(token), HeldAnswerRow.held_at >= now - KEPT_FOR)
        .order_by(HeldAnswerRow.id)
    ).all()
    held = [
        Sent(row.path, row.attempt_id, row.position, row.step, tuple(row.choices.split(","))) for row in rows
    ]
    found = [_keep(sent, person_id, now) for sent in held] if person_id else []
    drop(token)
    return next((one for one in reversed(found) if one is not None), None)


def drop(token: str) -> None:
    """Delete what a browser holds, unread."""
    begin_writing()
    db.session.execute(delete(HeldAnswerRow).where(HeldAnswerRow.browser == _hash(token)))
    db.session.commit()


def _keep(sent: Sent, person_id: str, now: datetime) -> Released | None:
    attempt = load_attempt(sent.attempt, person_id)
    asked = attempt.question(sent.position) if attempt else None
    if attempt is None or asked is None:
        return None
    if asked.chosen is not None or sent.step != len(asked.steps) + 1:
        return Released(sent.path, sent.step, False, asked.chosen is not None)
    try:
        chosen = parse_answer(asked.scene, asked.scene_order, sent.values)
        keep = keep_run_answer if attempt.run_id else keep_answer
        answer = keep(attempt, asked, chosen, now)
    except (UnreadableAnswer, LookupError):
        return None
    return Released(sent.path, sent.step, answer.chosen == chosen, answer.ended)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
