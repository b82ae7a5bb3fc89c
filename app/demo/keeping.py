"""Write what the people of the demonstration did, many rows at a time, as the pages would have written it."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert

from app.clock import day_of
from app.courses.model import Course
from app.db import Base, begin_writing, db
from app.demo.cast import HR_PERSON
from app.demo.city import City
from app.demo.doing import Moment, what_was_done
from app.demo.learning import ENTERED_AFTER, Learned, Test
from app.fiscal_year import FiscalYear
from app.loaded import library, site
from app.people.directory import load_consultations, load_departments
from app.people.employment import Department, Organisation, Person
from app.training.drawing import choice_order
from app.training.duties import Duties, duties_of
from app.training.models import (
    AnswerRow,
    AnswerStepRow,
    AttemptQuestionRow,
    AttemptRow,
    CompletionRow,
    ReadingRow,
)
from app.training.records import ELEARNING, SERIAL_ALPHABET
from app.training.revisions import keep_revision

Rows = dict[type[Base], list[dict[str, Any]]]
CHUNK = 5_000
TABLES: tuple[type[Base], ...] = (
    ReadingRow,
    AttemptRow,
    AttemptQuestionRow,
    AnswerRow,
    AnswerStepRow,
    CompletionRow,
)


def keep_learning(city: City, people: Sequence[Person], now: datetime, today: date) -> dict[str, datetime]:
    """Write everybody's readings, tests and completions; return when each person was last seen."""
    moment = Moment(now, today, city.years.opening)
    chronicle = Chronicle(city.years.seed, load_departments())
    consultations, closed_days = load_consultations(), site().closed_days
    for course in library().courses():
        english = library().course(course.slug, "en") or course
        for person in sorted(people, key=lambda p: (p.appointments[0].number, p.kana)):
            duties = duties_of(person, course.rules, consultations, closed_days)
            text = english if person.language == "en" else course
            chronicle.note(duties, text, what_was_done(duties, text, moment, city.years.seed))
    begin_writing()
    _keep_texts(chronicle.rows[ReadingRow] + chronicle.rows[AttemptRow])
    for table in TABLES:
        insert_all(table, chronicle.rows[table])
    db.session.commit()
    return chronicle.last_seen


class Chronicle:
    """Collects rows, as the pages would have written them."""

    def __init__(self, seed: int, departments: Sequence[Department]) -> None:
        self.random = Random(f"{seed}:chronicle")
        self.organisations = _Organisations(departments)
        self.rows: Rows = defaultdict(list)
        self.last_seen: dict[str, datetime] = {}
        self.serials: set[str] = set()

    def note(self, duties: Duties, course: Course, learned: Learned) -> None:
        """Turn what somebody did into rows."""
        person = duties.person.id
        known = {"person_id": person, "course": course.slug, "language": course.language}
        self.rows[ReadingRow] += [
            known | {"section": section.slug, "revision": section.revision, "read_at": at}
            for section, at in learned.readings
        ]
        for test in learned.tests:
            assert test.section is not None
            of_section = {"section": test.section.slug, "revision": test.section.revision}
            self.note_test(test, known | of_section, course)
        if learned.confirmed_at is not None:
            self.rows[CompletionRow].append(self.completion(duties, course, learned, learned.confirmed_at))
        self.see(person, learned)

    def see(self, person: str, learned: Learned) -> None:
        """Remember when somebody was last on the site."""
        if learned.last_at is not None and not learned.method:
            self.last_seen[person] = max(learned.last_at, self.last_seen.get(person, learned.last_at))

    def note_test(self, test: Test, known: dict[str, str], course: Course) -> str:
        """Turn a test into rows and return its id; ``known`` says whose it is and of what."""
        attempt = f"{self.random.getrandbits(128):032x}"
        finished = test.passed is not None
        self.rows[AttemptRow].append(
            known
            | {
                "id": attempt, "run_id": known.get("run_id", ""), "inputs": known.get("inputs", ""),
                "seed": test.seed, "pass_mark": course.rules.pass_mark, "started_at": test.started_at,
                "finished_at": test.finished_at, "correct": test.correct if finished else None,
                "halves": test.halves if finished else 0, "passed": test.passed,
            }
        )  # fmt: skip
        for position, question in enumerate(test.questions, start=1):
            place = {"attempt_id": attempt, "position": position}
            scenario = question.scenario
            self.rows[AttemptQuestionRow].append(
                place
                | {
                    "scenario": scenario.id, "scenario_revision": scenario.revision,
                    "choice_order": _joined(question.order), "clauses": ",".join(scenario.clauses),
                }
            )  # fmt: skip
            if question.chosen is not None:
                self.rows[AnswerRow].append(
                    place
                    | {
                        "chosen": _joined(sorted(question.chosen)), "correct": question.correct,
                        "half": question.half, "answered_at": question.at,
                    }
                )  # fmt: skip
            for number, step in enumerate(question.steps, start=1):
                scene = scenario.scene(step.scene)
                assert scene is not None
                order = question.order if scene is scenario else choice_order(scene, test.seed)
                self.rows[AnswerStepRow].append(
                    place
                    | {
                        "step": number, "scene": scene.id, "choice_order": _joined(order),
                        "chosen": step.chosen, "answered_at": question.at,
                    }
                )  # fmt: skip
        return attempt

    def completion(
        self, duties: Duties, course: Course, learned: Learned, confirmed_at: datetime
    ) -> dict[str, Any]:
        """The row of a completion of the course; a year's run changes some of it."""
        day = day_of(confirmed_at)
        organisation = self.organisations.on(day)
        post = duties.post_on(day, organisation.order())
        department = organisation.by_code().get(post.placement.department or "") if post else None
        correct, halves, asked = learned.score if not learned.method else (None, 0, None)
        entered: dict[str, Any] = {
            "method": ELEARNING,
            "signed_by": "",
            "evidence_number": "",
            "recorded_by": "",
            "recorded_at": None,
        }
        if learned.method:
            entered = {
                "method": learned.method, "signed_by": "所属長",
                "evidence_number": f"{FiscalYear.of(day).label[2:]}人研第{day.month * 100 + day.day}号",
                "recorded_by": HR_PERSON.name, "recorded_at": confirmed_at + ENTERED_AFTER,
            }  # fmt: skip
        return entered | {
            "serial": self._serial(), "person_id": duties.person.id, "course": course.slug, "run_id": "",
            "version": course.guideline.version, "statement": course.rules.statement,
            "correct": correct, "halves": halves, "asked": asked, "title": course.title,
            "issuer": course.rules.certificate_issuer or site().city, "name": duties.person.name,
            "number": post.appointment.number if post else "",
            "department": department.name if department else "",
            "category": post.placement.category.value if post else "", "confirmed_at": confirmed_at,
        }  # fmt: skip

    def _serial(self) -> str:
        while True:
            letters = "".join(self.random.choices(SERIAL_ALPHABET, k=8))
            if letters not in self.serials:
                self.serials.add(letters)
                return f"{letters[:4]}-{letters[4:]}"


class _Organisations:
    """The organisation of each day, worked out once for each stretch over which it does not change."""

    def __init__(self, departments: Sequence[Department]) -> None:
        self.departments = departments
        days = {d.valid_from for d in departments if d.valid_from}
        days |= {d.valid_to + timedelta(days=1) for d in departments if d.valid_to}
        self.changes = sorted(days)
        self.known: dict[int, Organisation] = {}

    def on(self, day: date) -> Organisation:
        stretch = bisect_right(self.changes, day)
        if stretch not in self.known:
            self.known[stretch] = Organisation.on(day, self.departments)
        return self.known[stretch]


def _keep_texts(rows: Iterable[dict[str, Any]]) -> None:
    """Keep each section's text under the moment it was first read or asked about."""
    first: dict[tuple[str, str], datetime] = {}
    for row in rows:
        key, at = (row["course"], row["section"]), row.get("read_at") or row["started_at"]
        first[key] = min(at, first.get(key, at))
    for (slug, section_slug), at in sorted(first.items()):
        course = library().course(slug)
        section = course.section(section_slug) if course else None
        if course is not None and section is not None:
            keep_revision(course, section, at)


def insert_all(table: type[Base], rows: list[dict[str, Any]]) -> None:
    """Write rows, many at a time. Does not commit."""
    for first in range(0, len(rows), CHUNK):
        db.session.execute(insert(table.__table__), rows[first : first + CHUNK])  # type: ignore[arg-type]


def _joined(places: Iterable[int]) -> str:
    return ",".join(map(str, places))
