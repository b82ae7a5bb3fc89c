"""How people answered each scenario the first time they met it: how hard it is, what the city gets wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Subquery, case, func, select

from app.db import db
from app.training.models import AnswerRow, AttemptQuestionRow, AttemptRow


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """The first answer of one person to one scenario.

    ``chosen`` are places in the text of ``revision`` (of a story those of its first scene); ``passed`` tells
    whether the test it stood in was passed, None while it is open.
    """

    person_id: str
    scenario: str
    revision: str
    clauses: tuple[str, ...]
    chosen: tuple[int, ...]
    correct: bool
    passed: bool | None


def first_answers(course: str, until: datetime) -> dict[str, tuple[int, int]]:
    """Right and all first answers given by a moment, by scenario id: one a person and scenario."""
    ranked = _ranked(course, until)
    rows = db.session.execute(
        select(ranked.c.scenario, func.sum(case((ranked.c.correct, 1), else_=0)), func.count())
        .where(ranked.c.place == 1)
        .group_by(ranked.c.scenario)
    )
    return {scenario: (int(right), int(asked)) for scenario, right, asked in rows}


def load_first_answers(
    course: str, since: datetime, until: datetime, merges: Mapping[str, str]
) -> list[FirstAnswer]:
    """First answers given from ``since`` to ``until``; ``merges`` leads from a record to the one kept.

    What somebody had answered before ``since`` is no first answer any more.
    """
    ranked = _ranked(course, until)
    query = (
        select(
            ranked.c.person_id, ranked.c.scenario, ranked.c.revision, ranked.c.clauses,
            ranked.c.chosen, ranked.c.correct, ranked.c.passed, ranked.c.answered_at,
        )
        .where(ranked.c.place == 1)
        .order_by(ranked.c.answered_at, ranked.c.scenario)
    )  # fmt: skip
    met: set[tuple[str, str]] = set()
    found = []
    for person_id, scenario, revision, clauses, chosen, correct, passed, at in db.session.execute(query):
        kept = merges.get(person_id, person_id)
        if (kept, scenario) in met:
            continue
        met.add((kept, scenario))
        if at >= since:
            labels = tuple(clauses.split(",")) if clauses else ()
            places = tuple(int(place) for place in chosen.split(",") if place)
            found.append(FirstAnswer(kept, scenario, revision, labels, places, correct, passed))
    return found


def _ranked(course: str, until: datetime) -> Subquery:
    """Every answer of a course by a moment; ``place`` 1 is the first of its person and scenario."""
    return (
        select(
            AttemptRow.person_id,
            AttemptRow.passed,
            AttemptQuestionRow.scenario,
            AttemptQuestionRow.scenario_revision.label("revision"),
            AttemptQuestionRow.clauses,
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
