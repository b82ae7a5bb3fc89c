"""Withdraw a wrong question, with everything that follows from it, in one transaction."""

from __future__ import annotations

from datetime import datetime

from app.db import db
from app.training.regrading import withdraw_question
from app.training.yearly import complete_passed


def withdraw(course: str, scenario: str, reason: str, by: str, now: datetime) -> int:
    """Withdraw a question; return how many tests pass because of it. Raises regrading.NotPossible."""
    passed = withdraw_question(course, scenario, reason, by, now)
    for attempt in passed:
        if attempt.run_id:
            complete_passed(attempt, now)
    db.session.commit()
    return len(passed)
