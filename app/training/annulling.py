"""Annul a completion, with a reason; take an annulment back. The completion itself is never edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.db import begin_writing, db, held
from app.training import witness
from app.training.corrections_models import AnnulmentRow
from app.training.decision import ANNULMENT_REASONS
from app.training.models import CompletionRow


class NotPossible(Exception):
    """It cannot be done so; the message says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Annulled:
    """An annulment on record."""

    serial: str
    reason: str
    document: str
    recorded_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None


def annul(serial: str, reason: str, document: str, by: str, now: datetime) -> None:
    """Annul a completion: it never counted, and stays readable. Raises LookupError, NotPossible."""
    if reason not in ANNULMENT_REASONS:
        raise NotPossible("取消しの理由を選んでください。")
    if not document.strip():
        raise NotPossible("文書番号を入力してください。")
    begin_writing()
    completion = _completion(serial)
    if _standing(completion) is not None:
        db.session.rollback()
        raise NotPossible("この修了は、もう取り消されています。")
    row = AnnulmentRow(
        completion_id=completion.id, reason=reason, document=document.strip(), recorded_by=by, recorded_at=now
    )
    db.session.add(row)
    witness.completion_annulled(completion, reason, row.document, by, now)
    db.session.commit()


def restore(serial: str, by: str, now: datetime) -> None:
    """Take an annulment back. Raises LookupError, NotPossible when there is none or another one counts."""
    begin_writing()
    completion = _completion(serial)
    row = _standing(completion)
    if row is None:
        db.session.rollback()
        raise NotPossible("この修了は、取り消されていません。")
    row.withdrawn_at = now
    witness.completion_restored(completion, by, now)
    db.session.commit()


def annulments(serials: Sequence[str]) -> dict[str, list[Annulled]]:
    """The annulments of these completions, withdrawn ones too, oldest first, by serial."""
    found: dict[str, list[Annulled]] = {}
    rows = db.session.execute(
        select(AnnulmentRow, CompletionRow.serial)
        .join(CompletionRow, CompletionRow.id == AnnulmentRow.completion_id)
        .where(CompletionRow.serial.in_(serials))
        .order_by(AnnulmentRow.id)
    )
    for row, serial in rows:
        found.setdefault(serial, []).append(
            Annulled(serial, row.reason, row.document, row.recorded_by, row.recorded_at, row.withdrawn_at)
        )
    return found


def is_annulled(completion: CompletionRow) -> bool:
    """Whether the completion does not count."""
    return _standing(completion) is not None


def _completion(serial: str) -> CompletionRow:
    completion = db.session.scalar(select(CompletionRow).where(CompletionRow.serial == serial))
    if completion is None:
        db.session.rollback()
        raise LookupError(serial)
    return completion


def _standing(completion: CompletionRow) -> AnnulmentRow | None:
    return db.session.scalar(
        select(AnnulmentRow).where(AnnulmentRow.completion_id == completion.id, held(AnnulmentRow))
    )
