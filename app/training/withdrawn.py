"""Questions HR withdrew: which are drawn no more."""

from __future__ import annotations

from sqlalchemy import select

from app.db import db, held
from app.training.corrections_models import WithdrawnQuestionRow


def withdrawn_scenarios(course: str) -> frozenset[str]:
    """Ids of the scenarios of a course that are withdrawn now."""
    return frozenset(
        db.session.scalars(
            select(WithdrawnQuestionRow.scenario).where(
                WithdrawnQuestionRow.course == course, held(WithdrawnQuestionRow)
            )
        )
    )
