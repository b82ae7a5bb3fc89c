"""How people answered each scenario the first time they met it: what its difficulty is judged by."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import case, func, select

from app.db import db
from app.training.models import AnswerRow, AttemptQuestionRow, AttemptRow


def first_answers(course: str, until: datetime) -> dict[str, tuple[int, int]]:
    """Right and all first answers given by a moment, by scenario id: one a person and scenario."""
    ranked = (
        select(
            AttemptQuestionRow.scenario.label("scenario"),
            AnswerRow.correct.label("correct"),
            func.row_number()
            .over(
                partition_by=(AttemptRow.person_id, AttemptQuestionRow.scenario),
                order_by=(AnswerRow.answered_at, AnswerRow.attempt_id),
            )
            .label("place"),
        )
        .join(AttemptRow, AttemptRow.id == AttemptQuestionRow.attempt_id)
        .join(
            AnswerRow,
            (AnswerRow.attempt_id == AttemptQuestionRow.attempt_id)
            & (AnswerRow.position == AttemptQuestionRow.position),
        )
        .where(AttemptRow.course == course, AnswerRow.answered_at <= until)
        .subquery()
    )
    rows = db.session.execute(
        select(ranked.c.scenario, func.sum(case((ranked.c.correct, 1), else_=0)), func.count())
        .where(ranked.c.place == 1)
        .group_by(ranked.c.scenario)
    )
    return {scenario: (int(right), int(asked)) for scenario, right, asked in rows}
