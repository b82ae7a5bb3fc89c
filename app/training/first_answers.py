"""How people answered each scenario the first time they met it: how hard it is, what the city gets wrong."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, select

from app.db import db
from app.training.first_lines import FirstAnswer, Kind, Lines
from app.training.models import AnswerRow, AttemptQuestionRow, AttemptRow


def first_answers(course: str, until: datetime) -> dict[str, tuple[int, int]]:
    """Right and all first answers given by a moment, by scenario id: one a person and scenario."""
    ranked = _answers(
        course,
        until,
        AttemptQuestionRow.scenario,
        AnswerRow.correct,
        func.row_number()
        .over(
            partition_by=(AttemptRow.person_id, AttemptQuestionRow.scenario),
            order_by=(AnswerRow.answered_at, AnswerRow.attempt_id),
        )
        .label("place"),
    ).subquery()
    rows = db.session.execute(
        select(ranked.c.scenario, func.sum(case((ranked.c.correct, 1), else_=0)), func.count())
        .where(ranked.c.place == 1)
        .group_by(ranked.c.scenario)
    )
    return {scenario: (int(right), int(asked)) for scenario, right, asked in rows}


def line_up(course: str, until: datetime, since: datetime, before: datetime) -> Lines:
    """Everybody's first answers given by a moment; ``within`` are those from ``since`` on ``before`` another.

    Two records of one human being are two here: a merge, or a split, changes no number drawn from it. The
    database would take twice as long to sort the same by itself (it groups by long texts).
    """
    query = _answers(
        course, until, AttemptRow.person_id, AttemptQuestionRow.scenario,
        AttemptQuestionRow.scenario_revision, AttemptQuestionRow.clauses, AnswerRow.chosen, AnswerRow.correct,
        AttemptRow.passed, (AnswerRow.answered_at >= since) & (AnswerRow.answered_at < before),
    ).order_by(AnswerRow.answered_at, AnswerRow.attempt_id)  # fmt: skip
    met: set[tuple[str, str]] = set()
    kinds: dict[tuple[str, str, bool, bool | None], Kind] = {}
    lines: dict[tuple[str, str], list[FirstAnswer]] = defaultdict(list)
    for (
        person,
        scenario,
        revision,
        clauses,
        chosen,
        correct,
        passed,
        within,
    ) in db.session.connection().execute(query.execution_options(yield_per=10_000)):
        if (person, scenario) in met:
            continue
        met.add((person, scenario))
        key = (clauses, chosen, correct, passed)
        if key not in kinds:
            places = tuple(int(place) for place in chosen.split(",") if place)
            kinds[key] = Kind(tuple(clauses.split(",")), places, correct, passed)
        lines[scenario, revision].append(FirstAnswer(person, kinds[key], bool(within)))
    return lines


def _answers(course: str, until: datetime, *columns: Any) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = (
        select(*columns)
        .join_from(AttemptRow, AttemptQuestionRow, AttemptRow.id == AttemptQuestionRow.attempt_id)
        .join(
            AnswerRow,
            (AnswerRow.attempt_id == AttemptQuestionRow.attempt_id)
            & (AnswerRow.position == AttemptQuestionRow.position),
        )
        .where(AttemptRow.course == course, AnswerRow.answered_at <= until)
    )
    return query
