"""What is measured on: one city, one database in copies, people signed in, tests to answer."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import Flask, render_template_string
from sqlalchemy import select

from app import clock, create_app
from app.access.models import AccountRow, RoleGrantRow
from app.access.roles import Role
from app.access.sessions import add_session
from app.courses.model import Course, Scenario, Section
from app.db import begin_writing, db
from app.loaded import library, site
from app.people.employment import Category
from app.people.models import AppointmentRow, PlacementRow, TermRow
from app.settings import ROOT, Settings
from app.training.models import AttemptQuestionRow, AttemptRow, ReadingRow
from app.training.revisions import keep_revision
from tests.bench import city
from tests.bench.answers import give_answers
from tests.bench.one_sql import prepare_days

COURSE = "sns-guideline"
SECRET = "only for measuring"
OURS, BY_HAND, KEEPING = "ours.sqlite3", "minimal.sqlite3", "keeping.sqlite3"
CONTENT = "content.json"


@dataclass(frozen=True)
class Test:
    """A test under way: its address, and for each question what a browser would send."""

    __test__ = False

    section: str
    path: str
    answers: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Browser:
    """Somebody signed in, with a test of every section under way."""

    token: str
    tests: tuple[Test, ...]


@dataclass(frozen=True)
class Ground:
    """Where everything lies, who measures, who asks for reports."""

    folder: Path
    browsers: tuple[Browser, ...]
    hr: str
    sections: tuple[str, ...]

    def settings(self) -> Settings:
        """The settings of our site on this ground."""
        return settings_in(self.folder)


def settings_in(folder: Path) -> Settings:
    """The settings of our site in a folder that was prepared."""
    return Settings(
        database_url=f"sqlite:///{(folder / OURS).as_posix()}",
        content=ROOT / "content",
        instance=folder,
        secret_key=SECRET,
    )


def prepare(folder: Path, people: int, browsers: int, answers: bool = False) -> Ground:
    """Make the city (with ``answers`` in its tests), sign people and somebody of HR in, copy the database."""
    app = create_app(settings_in(folder))
    with app.app_context():
        db.create_all()
        course = library().course(COURSE)
        assert course is not None
        city.build(people, course)
        if answers:
            give_answers(course)
        # First, as every session's rights rest on the newest role given.
        hr = _sign_in_hr()
        ready = _sign_in(course, browsers)
        (folder / CONTENT).write_text(json.dumps(_content(app, course), ensure_ascii=False), encoding="utf-8")
        sections = tuple(section.slug for section in course.sections)
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    for copy in (BY_HAND, KEEPING):
        shutil.copy(folder / OURS, folder / copy)
        with closing(sqlite3.connect(folder / copy)) as connection:
            prepare_days(connection)
    return Ground(folder, tuple(ready), hr, sections)


def _sign_in(course: Course, count: int) -> list[Browser]:
    """People in service today who did nothing yet."""
    begin_writing()
    began = select(ReadingRow.person_id)
    accounts = db.session.scalars(
        select(AccountRow)
        .join(AppointmentRow, AppointmentRow.person_id == AccountRow.person_id)
        .join(TermRow, TermRow.appointment_id == AppointmentRow.id)
        .join(PlacementRow, PlacementRow.appointment_id == AppointmentRow.id)
        .where(
            AccountRow.person_id.not_in(began), TermRow.end.is_(None),
            TermRow.withdrawn_at.is_(None), PlacementRow.category != Category.ELECTED.value,
        )
        .order_by(AccountRow.id)
        .distinct()
        .limit(count)
    ).all()  # fmt: skip
    if len(accounts) < count:
        raise SystemExit(f"解答する人が足りません({len(accounts)}/{count}人)。--people を増やしてください。")
    now, today = clock.now(), clock.today()
    found = []
    for account in accounts:
        token = add_session(account, now, today)
        found.append(Browser(token, tuple(_tests(account.person_id or "", course))))
    db.session.commit()
    return found


def _sign_in_hr() -> str:
    begin_writing()
    account = db.session.scalars(
        select(AccountRow)
        .join(AppointmentRow, AppointmentRow.person_id == AccountRow.person_id)
        .join(TermRow, TermRow.appointment_id == AppointmentRow.id)
        .where(TermRow.end.is_(None), TermRow.withdrawn_at.is_(None))
        .order_by(AccountRow.id.desc())
    ).first()
    assert account is not None
    db.session.add(RoleGrantRow(account_id=account.id, role=Role.HR.value, recorded_at=city.RECORDED))
    db.session.flush()
    token = add_session(account, clock.now(), clock.today())
    db.session.commit()
    return token


def _tests(person: str, course: Course) -> Iterator[Test]:
    for section in course.sections:
        scenarios = [s for s in section.scenarios if s.kind == "choice" and not s.scenes][: section.questions]
        row = AttemptRow(
            person_id=person, course=course.slug, section=section.slug,
            revision=keep_revision(course, section, clock.now()), seed="0" * 32, pass_mark=80,
            started_at=clock.now(),
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        for position, scenario in enumerate(scenarios, start=1):
            db.session.add(
                AttemptQuestionRow(
                    attempt_id=row.id, position=position, scenario=scenario.id,
                    scenario_revision=scenario.revision, choice_order=",".join(map(str, _order(scenario))),
                    clauses=",".join(scenario.clauses),
                )
            )  # fmt: skip
        path = f"/courses/{course.slug}/{section.slug}/quiz/{row.id}"
        yield Test(section.slug, path, tuple(_answers(scenarios)))


def _order(scenario: Scenario) -> tuple[int, ...]:
    """The order in which the choices are shown; here the text's own, turned round."""
    return tuple(reversed(range(len(scenario.choices))))


def _answers(scenarios: Sequence[Scenario]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Right answers, but the first of every test wrong where one choice is asked for."""
    for position, scenario in enumerate(scenarios, start=1):
        order = _order(scenario)
        wanted = scenario.right
        if position == 1 and not scenario.multiple:
            wanted = frozenset([next(place for place in order if place not in scenario.right)])
        yield position, tuple(str(n) for n, place in enumerate(order) if place in wanted)


def _content(app: Flask, course: Course) -> dict[str, object]:
    """The course's text for the app by hand: rendered once, as ours is."""
    with app.test_request_context():
        sprite = render_template_string("{% from 'components/icons.html' import sprite %}{{ sprite() }}")
    rules = course.rules
    # A teacher paid by the prefecture owes only after a consultation; this city recorded none.
    assigned = [name for name in rules.assigned or () if name != Category.PREFECTURAL_TEACHER.value]
    return {
        "slug": course.slug, "title": course.title, "city": site().city,
        "consult_office": site().consult_office, "sprite": sprite,
        "introduced": _iso(rules.introduced), "due_days": rules.due_days,
        "service_gap_days": rules.service_gap_days, "min_term_days": rules.min_term_days,
        "assigned": assigned, "sections": {s.slug: _section(s) for s in course.sections},
    }  # fmt: skip


def _section(section: Section) -> dict[str, object]:
    return {
        "number": section.number, "title": section.title, "minutes": section.lesson.minutes,
        "questions": section.questions, "html": section.lesson.html,
        "headings": [[h.anchor, h.text] for h in section.lesson.headings if h.level == 2],
        "scenarios": {
            s.id: {"right": sorted(s.right), "multiple": s.multiple} for s in section.scenarios
        },
    }  # fmt: skip


def _iso(day: date) -> str:
    return day.isoformat()
