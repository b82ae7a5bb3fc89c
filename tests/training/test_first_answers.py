"""The first answer of a person to a scenario, once, on both databases; counted where it is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.courses.model import Course
from app.db import db
from app.people.employment import Category
from app.people.models import PlacementRow
from app.reports import item_groups, items
from app.reports.answered import load_answered
from app.reports.kept import forget
from app.training.attempts import keep_answer, load_attempt, start_attempt
from app.training.first_answers import first_answers, line_up
from tests.answering import answer_all
from tests.people_builder import add_appointment, add_person

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
APRIL = date(2026, 4, 1)


def pass_section(course: Course, person: str, when: datetime, wrong: int = 0) -> set[str]:
    """Take the first section's test; return the scenarios asked."""
    attempt = load_attempt(start_attempt(person, course, course.sections[0], when), person, course)
    assert attempt is not None
    answer_all(attempt, when, wrong)
    return {question.scenario.id for question in attempt.questions}


def test_only_the_first_answer_counts(either: Flask, course: Course) -> None:
    either.config["GUARD_WRITES"] = False
    person = add_person("試験 花子")
    asked: set[str] = set()
    while len(asked) < len(course.sections[0].scenarios):
        asked |= pass_section(course, person, NOW, len(course.sections[0].scenarios))
    pass_section(course, person, NOW + DAY)
    found = first_answers(course.slug, NOW + DAY)
    assert found == {scenario: (0, 1) for scenario in asked}


def test_a_number_grows_by_whole_blocks_and_groups_leave_the_first_out(
    either: Flask, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blocks of three with one set aside: of five answers three count, and two of these in a group."""
    either.config["GUARD_WRITES"] = False
    monkeypatch.setattr(items, "BLOCK", 3)
    monkeypatch.setattr(item_groups, "BLOCK", 3)
    monkeypatch.setattr(item_groups, "SET_ASIDE", 1)
    for number in range(5):
        person = add_person(f"試験 {number}")
        add_appointment(
            person, f"{number:07}", date(2020, 4, 1), None, Category.FISCAL_YEAR_PART, department="2"
        )
        add_appointment(person, f"{number:07}", date(2021, 4, 1), department="1", category=Category.REGULAR,
                        source="兼", main=True)  # fmt: skip
        pass_section(course, person, NOW + timedelta(minutes=number), wrong=1 if number == 1 else 0)
    lined = line_up(course.slug, NOW + DAY, NOW + timedelta(minutes=1), NOW + DAY)
    lines = {scenario: [one.kind.correct for one in line] for (scenario, _revision), line in lined.items()}
    earlier = [one for line in lined.values() for one in line if not one.within]
    assert len(earlier) == course.sections[0].questions
    found = load_answered(course.slug, APRIL)
    now = found.counted
    assert {(one.scenario, one.correct): one.people for one in now} == {
        (scenario, kind): line[:3].count(kind)
        for scenario, line in lines.items()
        for kind in (True, False)
        if len(line) >= 3 and kind in line[:3]
    }
    assert all(one.passed for one in now)
    (part,) = found.parts
    grouped = [correct for line in lines.values() for place, correct in enumerate(line) if place % 3]
    assert (part.label, part.category, part.department) == ("1", Category.FISCAL_YEAR_PART.value, "2")
    assert (part.cell.answers, part.cell.wrong) == (len(grouped), grouped.count(False))


def test_what_is_corrected_after_the_year_moves_nobody(either: Flask, course: Course) -> None:
    either.config["GUARD_WRITES"] = False
    for number in range(30):
        person = add_person(f"試験 {number}")
        add_appointment(person, f"{number:07}", date(2020, 4, 1), department="1")
        pass_section(course, person, NOW)
    before = load_answered(course.slug, APRIL).parts
    assert before
    row = db.session.scalars(select(PlacementRow).order_by(PlacementRow.id)).first()
    assert row is not None
    row.withdrawn_at = NOW + 60 * DAY
    db.session.add(
        PlacementRow(appointment_id=row.appointment_id, since=row.since, department="9",
                     category=Category.FIXED_TERM.value, recorded_at=NOW + 60 * DAY)
    )  # fmt: skip
    db.session.commit()
    forget()
    assert sorted(load_answered(course.slug, APRIL).parts, key=repr) == sorted(before, key=repr)


def test_an_open_test_says_no_outcome(either: Flask, course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    either.config["GUARD_WRITES"] = False
    monkeypatch.setattr(items, "BLOCK", 1)
    person = add_person("試験 花子")
    attempt = load_attempt(start_attempt(person, course, course.sections[0], NOW), person, course)
    assert attempt is not None
    keep_answer(attempt, attempt.questions[0], frozenset({0}), NOW)
    assert load_answered(course.slug, NOW.date()).counted == []
    (only,) = load_answered(course.slug, NOW.date() + DAY).counted
    assert (only.scenario, only.chosen, only.passed) == (attempt.questions[0].scenario.id, (0,), None)
