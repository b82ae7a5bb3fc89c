"""An answer to every question of every test of the measured city: some questions are harder than others."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select

from app.courses.model import Course, Scenario
from app.db import begin_writing, db
from app.training.models import AnswerRow, AttemptQuestionRow, AttemptRow
from tests.bench.city import SEED

CHUNK = 5_000


def give_answers(course: Course) -> None:
    """Fill the finished tests; their outcomes, which were made up first, stay."""
    random = Random(SEED)
    sections = {section.slug: section for section in course.sections}
    wrong = {s.id: random.uniform(0.03, 0.45) for section in course.sections for s in section.scenarios}
    questions: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    tests = db.session.execute(
        select(AttemptRow.id, AttemptRow.section, AttemptRow.finished_at)
        .where(AttemptRow.finished_at.is_not(None))
        .order_by(AttemptRow.id)
    )
    for attempt, slug, finished in tests:
        assert finished is not None
        section = sections[slug]
        for position, scenario in enumerate(random.sample(section.scenarios, section.questions), start=1):
            place = {"attempt_id": attempt, "position": position}
            order = ",".join(str(n) for n in range(len(scenario.choices)))
            questions.append(place | {
                "scenario": scenario.id, "scenario_revision": scenario.revision, "choice_order": order,
                "clauses": ",".join(scenario.clauses),
            })  # fmt: skip
            correct = random.random() > wrong[scenario.id]
            answers.append(place | {
                "chosen": _chosen(scenario, correct), "correct": correct, "half": False,
                "answered_at": finished - timedelta(minutes=20 - position),
            })  # fmt: skip
    begin_writing()
    for table, rows in ((AttemptQuestionRow, questions), (AnswerRow, answers)):
        for start in range(0, len(rows), CHUNK):
            db.session.execute(insert(table.__table__), rows[start : start + CHUNK])  # type: ignore[arg-type]
    db.session.commit()


def _chosen(scenario: Scenario, correct: bool) -> str:
    """The right choices, or the first wrong one."""
    if correct and scenario.right:
        return ",".join(str(place) for place in sorted(scenario.right))
    return str(next(n for n, choice in enumerate(scenario.choices) if not choice.right))
