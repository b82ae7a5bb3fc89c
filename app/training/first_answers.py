"""How people answered each scenario the first time they met it: how hard it is, what the city gets wrong."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Subquery, case, func, select

from app.db import db
from app.training.models import AnswerRow, AttemptQuestionRow, AttemptRow


def first_answers(course: str, until: datetime) -> dict[str, tuple[int, int]]:
    """Right and all first answers given by a moment, by scenario id: one a person and scenario."""
    first = given_first(course, until)
    rows = db.session.execute(
        select(first.c.scenario, func.sum(case((first.c.correct, 1), else_=0)), func.count()).group_by(
            first.c.scenario
        )
    )
    return {scenario: (int(right), int(asked)) for scenario, right, asked in rows}


def given_first(course: str, until: datetime) -> Subquery:
    """The first answer of each person to each scenario of a course, of those given by a moment.

    Two records of one human being are two here: a merge, or a split, changes no number drawn from it.
    """
    every = (
        select(
            AttemptRow.person_id,
            AttemptRow.passed,
            AttemptQuestionRow.scenario,
            AttemptQuestionRow.scenario_revision.label("revision"),
            AttemptQuestionRow.clauses,
            AnswerRow.attempt_id,
            AnswerRow.chosen,
            AnswerRow.correct,
            AnswerRow.answered_at,
            func.row_number()
            .over(
                partition_by=(AttemptRow.person_id, AttemptQuestionRow.scenario),
                order_by=(AnswerRow.answered_at, AnswerRow.attempt_id),
            )
            .label("place"),
        )
        .join(AttemptQuestionRow, AttemptRow.id == AttemptQuestionRow.attempt_id)
        .join(
            AnswerRow,
            (AnswerRow.attempt_id == AttemptQuestionRow.attempt_id)
            & (AnswerRow.position == AttemptQuestionRow.position),
        )
        .where(AttemptRow.course == course, AnswerRow.answered_at <= until)
        .subquery()
    )
    return select(every).where(every.c.place == 1).subquery()
