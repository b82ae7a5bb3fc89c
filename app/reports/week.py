"""What was recorded lately: rosters, decisions, annulments, merges, as numbers with a page behind each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.db import db, held
from app.people.models import MergeRow, ProfileRow, RosterImportRow
from app.training.corrections_models import AnnulmentRow
from app.training.deciding import TABLES
from app.training.models import CompletionRow


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many of each were recorded in a stretch of time; taking one back later changes nothing here."""

    rosters: int
    decisions: int
    annulments: int
    merges: int


def recorded_since(moment: datetime) -> Recorded:
    """Count what was recorded at ``moment`` or after it."""
    return Recorded(
        rosters=_since(RosterImportRow.imported_at, moment),
        decisions=sum(_since(table.recorded_at, moment) for table in TABLES.values()),
        annulments=_since(AnnulmentRow.recorded_at, moment),
        merges=_since(MergeRow.recorded_at, moment),
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One of them: whose it is, the certificate's number or the person's id, by whom, and whether undone."""

    key: str
    name: str
    recorded_at: datetime
    recorded_by: str
    withdrawn: bool


def annulled_since(moment: datetime) -> list[Entry]:
    """Completions annulled at ``moment`` or after it, the newest first."""
    return _entries(
        select(
            CompletionRow.serial, CompletionRow.name, AnnulmentRow.recorded_at, AnnulmentRow.recorded_by,
            AnnulmentRow.withdrawn_at,
        )
        .join(CompletionRow, CompletionRow.id == AnnulmentRow.completion_id)
        .where(AnnulmentRow.recorded_at >= moment)
        .order_by(AnnulmentRow.recorded_at.desc())
    )  # fmt: skip


def merged_since(moment: datetime) -> list[Entry]:
    """Records merged at ``moment`` or after it, the newest first, under the name of the merged one."""
    return _entries(
        select(
            MergeRow.merged_id, ProfileRow.name, MergeRow.recorded_at, MergeRow.recorded_by,
            MergeRow.withdrawn_at,
        )
        .join(ProfileRow, (ProfileRow.person_id == MergeRow.merged_id) & held(ProfileRow))
        .where(MergeRow.recorded_at >= moment)
        .order_by(MergeRow.recorded_at.desc())
    )  # fmt: skip


def _entries(query: Select[*tuple[Any, ...]]) -> list[Entry]:
    return [
        Entry(key, name, at, by, withdrawn is not None)
        for key, name, at, by, withdrawn in db.session.execute(query)
    ]


def _since(column: InstrumentedAttribute[Any], moment: datetime) -> int:
    return db.session.scalar(select(func.count()).where(column >= moment)) or 0
