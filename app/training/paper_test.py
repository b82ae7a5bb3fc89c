"""A test on paper for a group: drawn from the bank with one seed, kept, printed again whenever asked."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from app.courses.model import Course, Scenario
from app.db import begin_writing, db
from app.training.blueprint import NEVER_ASKED, Item, blueprint, draw_form
from app.training.corrections_models import PaperTestRow
from app.training.drawing import choice_order
from app.training.revisions import course_at, keep_course
from app.training.withdrawn import withdrawn_scenarios

#: Letters before the choices, in print and in the answer key.
LETTERS = "アイウエオカキクケコサシスセソ"


@dataclass(frozen=True, slots=True)
class PaperQuestion:
    """One printed question: the choices in the order printed, each with its letter."""

    number: int
    scenario: Scenario
    order: tuple[int, ...]

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """Letter, HTML, whether right."""
        return [
            (LETTERS[place], self.scenario.choices[of].html, self.scenario.choices[of].right)
            for place, of in enumerate(self.order)
        ]

    @property
    def answer(self) -> str:
        """The letters of the right choices."""
        return "・".join(letter for letter, _, right in self.choices if right)


@dataclass(frozen=True, slots=True)
class PaperTest:
    """A kept test with its questions in the text it was drawn from."""

    id: str
    course: str
    run_id: str
    title: str
    held_on: date
    seed: str
    pass_mark: int
    questions: tuple[PaperQuestion, ...]
    made_at: datetime
    made_by: str


def printable(course: Course) -> tuple[Item, ...]:
    """The scenarios that can stand on paper: no stories that go on, no posts to search, none withdrawn."""
    gone = withdrawn_scenarios(course.slug)
    return tuple(
        Item(scenario.id, section.slug, scenario.clauses, scenario.level)
        for section in course.sections
        for scenario in section.scenarios
        if scenario.kind == "choice" and not scenario.goes_on and scenario.id not in gone
    )


def make_test(
    course: Course, run_id: str, title: str, held_on: date, questions: int, by: str, now: datetime
) -> str:
    """Draw a test of so many questions (fewer when the bank is smaller), keep it, return its id."""
    bank = printable(course)
    seed = secrets.token_hex(16)
    form = draw_form(bank, blueprint(bank, questions, course.revision), NEVER_ASKED, seed)
    orders = []
    for identifier in form:
        scenario = course.scenario(identifier)
        assert scenario is not None
        orders.append([identifier, list(choice_order(scenario, seed))])
    begin_writing()
    row = PaperTestRow(
        course=course.slug,
        run_id=run_id,
        title=title,
        held_on=held_on,
        revision=keep_course(course, now),
        seed=seed,
        pass_mark=course.rules.pass_mark,
        form=json.dumps(orders, ensure_ascii=False),
        made_at=now,
        made_by=by,
    )
    db.session.add(row)
    db.session.flush()
    identifier = row.id
    db.session.commit()
    return identifier


def load_test(test_id: str) -> PaperTest | None:
    """A kept test, in its own text; None when there is none."""
    row = db.session.get(PaperTestRow, test_id)
    if row is None:
        return None
    text = course_at(row.course, row.revision)
    questions = []
    for number, (identifier, order) in enumerate(json.loads(row.form), start=1):
        scenario = text.scenario(identifier)
        assert scenario is not None
        questions.append(PaperQuestion(number, scenario, tuple(order)))
    return PaperTest(
        row.id, row.course, row.run_id, row.title, row.held_on, row.seed, row.pass_mark, tuple(questions),
        row.made_at, row.made_by,
    )  # fmt: skip


def tests_made(limit: int = 50) -> list[PaperTestRow]:
    """The tests drawn for groups, newest first."""
    return list(
        db.session.scalars(
            select(PaperTestRow).order_by(PaperTestRow.made_at.desc(), PaperTestRow.id).limit(limit)
        )
    )
