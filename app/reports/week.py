"""What was recorded lately: rosters, decisions, annulments, merges, as numbers with a page behind each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.db import db
from app.people.models import MergeRow, RosterImportRow
from app.training.corrections_models import AnnulmentRow
from app.training.deciding import TABLES


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


def _since(column: InstrumentedAttribute[Any], moment: datetime) -> int:
    return db.session.scalar(select(func.count()).where(column >= moment)) or 0
