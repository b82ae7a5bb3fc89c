"""Material amendments HR opened: kept, read, and what one person has to learn again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.db import db, held
from app.training.corrections_models import AmendmentOpeningRow
from app.training.standing import Opening


def load_openings(course: str, known_at: datetime | None = None) -> tuple[Opening, ...]:
    """The amendments of a course that ask to learn a section again, in the order in which they began."""
    rows = db.session.scalars(
        select(AmendmentOpeningRow)
        .where(AmendmentOpeningRow.course == course, held(AmendmentOpeningRow, known_at))
        .order_by(AmendmentOpeningRow.opened_on, AmendmentOpeningRow.id)
    )
    return tuple(Opening(row.amendment, row.section, row.opened_on, row.due) for row in rows)
