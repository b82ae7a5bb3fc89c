"""A small city that answers questions over two years, made by lot, and who stands behind each number.

The reading here is naive and of its own: it goes through every answer for every number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert

from app.clock import end_of
from app.courses.model import Course, Scenario
from app.db import begin_writing, db
from app.fiscal_year import FiscalYear
from app.people.employment import Category
from app.training.models import AnswerRow, AttemptQuestionRow, AttemptRow
from app.training.revisions import keep_revision
from tests.people_builder import add_appointment, add_department, add_person

OPENING = date(2024, 4, 1)
START = datetime(2024, 4, 1, tzinfo=UTC)
CATEGORIES = (Category.REGULAR, Category.FISCAL_YEAR_PART, Category.FIXED_TERM)
DEPARTMENTS = ("10", "20", "30")


@dataclass(frozen=True)
class Given:
    """One answer of a person to a question."""

    id: str
    person: str
    scenario: Scenario
    correct: bool
    at: datetime

    @property
    def label(self) -> str:
        """The clause it is about."""
        return self.scenario.clauses[0]


@dataclass(frozen=True)
class World:
    """Everything that was answered, everybody's 職員区分 and 所属, and who left in the first year."""

    answers: tuple[Given, ...]
    posts: dict[str, tuple[str, str]]
    leavers: frozenset[str]

    def first(self, until: datetime) -> list[Given]:
        """One answer a person and scenario: the earliest."""
        found: dict[tuple[str, str], Given] = {}
        for one in sorted(self.answers, key=lambda a: (a.at, a.id)):
            if one.at < until:
                found.setdefault((one.person, one.scenario.id), one)
        return list(found.values())

    def lines(self, until: datetime) -> dict[str, list[Given]]:
        """First answers by scenario, in the order they came."""
        found: dict[str, list[Given]] = defaultdict(list)
        for one in self.first(until):
            found[one.scenario.id].append(one)
        return found


def make_world(course: Course, seed: int, people: int = 90) -> World:
    """People, their posts and answers by lot: the same for the same seed."""
    random = Random(seed)
    posts, leavers, answers = {}, set(), []
    for number in range(people):
        person = f"試験 {number}"
        posts[person] = (random.choices(CATEGORIES, (6, 3, 1))[0].value, random.choice(DEPARTMENTS))
        if random.random() < 0.1:
            leavers.add(person)
        for scenario in _scenarios(course):
            for _again in range(random.choices((0, 1, 2), (1, 8, 1))[0]):
                at = START + timedelta(days=random.randrange(730), seconds=random.randrange(80_000))
                name = f"{random.getrandbits(128):032x}"
                answers.append(Given(name, person, scenario, random.random() < 0.6, at))
    return World(tuple(answers), posts, frozenset(leavers))


def _scenarios(course: Course) -> list[Scenario]:
    """Four questions about three clauses: two about one, as clauses are told apart by their questions."""
    by_label: dict[str, list[Scenario]] = defaultdict(list)
    for section in course.sections:
        for scenario in section.scenarios:
            if not scenario.multiple and not scenario.goes_on:
                by_label[scenario.clauses[0]].append(scenario)
    labels = [label for label, of in by_label.items() if len(of) > 1]
    return [*by_label[labels[0]][:2], by_label[labels[1]][0], by_label[labels[2]][0]]


def keep_world(course: Course, world: World) -> None:
    """Put people, posts and answers into the empty database, every answer as a finished test of its own."""
    for code in DEPARTMENTS:
        add_department(code, f"第{code}課", valid_from=OPENING)
    ids = {}
    for number, (person, (category, department)) in enumerate(world.posts.items()):
        ids[person] = add_person(person)
        end = OPENING + timedelta(days=200) if person in world.leavers else None
        add_appointment(ids[person], f"{number:07}", OPENING, end, Category(category), department)
    begin_writing()
    section_of = {s.id: section for section in course.sections for s in section.scenarios}
    for section in course.sections:
        keep_revision(course, section, START)
    rows: dict[Any, list[dict[str, Any]]] = {AttemptRow: [], AttemptQuestionRow: [], AnswerRow: []}
    for one in world.answers:
        section, choices = section_of[one.scenario.id], one.scenario.choices
        chosen = next(n for n, choice in enumerate(choices) if choice.right is one.correct)
        rows[AttemptRow].append({
            "id": one.id, "person_id": ids[one.person], "course": course.slug, "section": section.slug,
            "revision": section.revision, "seed": "0" * 32, "pass_mark": 80, "started_at": one.at,
            "finished_at": one.at, "correct": int(one.correct), "passed": one.correct,
        })  # fmt: skip
        rows[AttemptQuestionRow].append({
            "attempt_id": one.id, "position": 0, "scenario": one.scenario.id,
            "scenario_revision": one.scenario.revision, "choice_order": "0,1,2",
            "clauses": ",".join(one.scenario.clauses),
        })  # fmt: skip
        rows[AnswerRow].append({
            "attempt_id": one.id, "position": 0, "chosen": str(chosen), "correct": one.correct,
            "answered_at": one.at,
        })  # fmt: skip
    for table, values in rows.items():
        db.session.execute(insert(table.__table__), values)
    db.session.commit()


@dataclass(frozen=True)
class Rule:
    """How the numbers are said to be counted (docs/hr.md); the test takes parts of it out."""

    block: int = 20
    aside: int = 5
    at_least: int = 5


def behind_questions(world: World, until: datetime, rule: Rule) -> dict[str, frozenset[Given]]:
    """Whose answers the number of each question counts."""
    found = {}
    for scenario, line in world.lines(until).items():
        whole = len(line) // rule.block * rule.block
        if whole:
            found[scenario] = frozenset(line[:whole])
    return found


def behind_groups(
    world: World, begins: datetime, ended: datetime, rule: Rule
) -> dict[tuple[str, str], frozenset[Given]]:
    """Whose answers the number of each (group, clause) counts; "" is all groups together."""
    cells: dict[tuple[str, str, str], set[Given]] = defaultdict(set)
    for line in world.lines(ended).values():
        for place, one in enumerate(line):
            if place % rule.block >= rule.aside and one.at >= begins and one.person not in world.leavers:
                cells[(one.label, *world.posts[one.person])].add(one)
    found: dict[tuple[str, str], set[Given]] = defaultdict(set)
    small: dict[tuple[str, str], set[Given]] = defaultdict(set)
    for (label, category, department), given in cells.items():
        if _may_be_shown(given, rule):
            for group in ("", category, department):
                found[group, label] |= given
        else:
            small[label, category] |= given
    for (label, category), given in small.items():
        if _may_be_shown(given, rule):
            for group in ("", category):
                found[group, label] |= given
    return {key: frozenset(given) for key, given in found.items()}


def _may_be_shown(given: set[Given], rule: Rule) -> bool:
    people = {one.person for one in given}
    wrong = {one.person for one in given if not one.correct}
    return len(people) >= rule.at_least and wrong != people


#: Days on which somebody looks: twice in a row, month by month, after each 年度.
LOOKS = [
    date(2024, 6, 1), date(2024, 6, 2), date(2024, 8, 1), date(2024, 11, 15), date(2025, 3, 31),
    date(2025, 4, 1), date(2025, 4, 2), date(2025, 9, 1), date(2026, 4, 1), date(2026, 6, 1),
]  # fmt: skip


def behind_a_look(
    world: World, day: date, rule: Rule
) -> tuple[dict[str, frozenset[Given]], dict[tuple[str, str], frozenset[Given]], FiscalYear]:
    """Whose answers the numbers of questions and of groups count on a day, and the 年度 of the groups."""
    year = FiscalYear(FiscalYear.of(day).year - 1)
    questions = behind_questions(world, end_of(day - timedelta(days=1)), rule)
    begins = end_of(year.first_day - timedelta(days=1))
    return questions, behind_groups(world, begins, end_of(year.last_day), rule), year


def all_looks(world: World, rule: Rule) -> dict[Hashable, frozenset[Given]]:
    """Every number anybody saw on any page on any of the days."""
    seen: dict[Hashable, frozenset[Given]] = {}
    for day in LOOKS:
        questions, groups, year = behind_a_look(world, day, rule)
        seen |= {("question", name, day): given for name, given in questions.items()}
        seen |= {("clause", label, day): given for label, given in by_label(questions).items()}
        seen |= {("group", year, *key): given for key, given in groups.items()}
    return seen


def by_label(questions: dict[str, frozenset[Given]]) -> dict[str, frozenset[Given]]:
    """Whose answers the numbers of clauses count: those of the questions shown."""
    found: dict[str, frozenset[Given]] = {}
    for given in questions.values():
        label = next(iter(given)).label
        found[label] = found.get(label, frozenset()) | given
    return found
