"""Open a year's run for tests of pages, and let people complete the course in an earlier year."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from app.db import begin_writing, db
from app.loaded import library
from app.training.models import CompletionRow
from app.training.records import new_serial
from app.training.refresher import Run
from app.training.runs import open_run, suggested

SLUG = "sns-guideline"
OPENED = datetime(2026, 5, 20, 1, 0, tzinfo=UTC)


def a_run(fiscal_year: int = 2026, **changes: Any) -> Run:
    """A run as HR opens it with what ``course.toml`` suggests."""
    course = library().course(SLUG)
    assert course is not None
    return open_run(course, replace(suggested(course, fiscal_year), **changes), "試験 人事", OPENED)


def completed(person_id: str, on: date, run_id: str = "", at: datetime | None = None) -> str:
    """Somebody completed the course (or a run) on a day, or at a moment; return the serial."""
    course = library().course(SLUG)
    assert course is not None
    serial = new_serial()
    begin_writing()
    db.session.add(
        CompletionRow(
            serial=serial,
            person_id=person_id,
            course=SLUG,
            run_id=run_id,
            version=course.guideline.version,
            statement="" if run_id else course.rules.statement,
            method="eラーニング",
            correct=20,
            halves=0,
            asked=22,
            title=course.title,
            name="試験 花子",
            number="0001234",
            confirmed_at=at or datetime(on.year, on.month, on.day, 3, tzinfo=UTC),
        )
    )
    db.session.commit()
    return serial
