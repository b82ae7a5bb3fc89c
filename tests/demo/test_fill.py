"""The demonstration city in a database: filled once, kept, complete enough for every page."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from app.access.models import AccountRow
from app.access.sign_in import Entered, sign_in
from app.clock import JST
from app.courses.library import Library
from app.db import db
from app.demo import fill
from app.demo.cast import ACCOUNTS, PROGRESS, Stage
from app.demo.city import build
from app.demo.keeping import keep_learning
from app.demo.learning import misleading
from app.loaded import library
from app.people.directory import load_consultations, load_people
from app.people.models import AbsenceRow, IdentityQuestionRow, RosterImportRow
from app.reports.answered import load_answered
from app.reports.items import by_item
from app.training.duties import duties_of
from app.training.models import AnswerRow, AttemptQuestionRow, AttemptRow, CompletionRow, ReadingRow
from app.training.progress import load_progress
from app.training.records import load_attempt
from app.training.standing import NOTHING_DONE, State, standing
from tests.conftest import settings_in

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=JST)


@pytest.fixture
def some_learned(app: Flask) -> None:
    """The first lists, and what two hundred of their people did."""
    city = build(TODAY, date(2023, 9, 11))
    for file in city.files[:2]:
        fill._import(file, NOW)
    people = sorted(load_people(), key=lambda person: person.appointments[0].number)
    keep_learning(city, people[::5], NOW, TODAY)


def test_what_people_did_reads_like_what_pages_keep(some_learned: None) -> None:
    assert count(CompletionRow) > 120
    assert count(AttemptQuestionRow) >= count(AnswerRow) > 3000
    assert (db.session.scalar(select(func.count()).where(AttemptRow.passed.is_(False))) or 0) > 10
    for attempt_id in db.session.scalars(select(AttemptRow.id).limit(40)).all():
        attempt = load_attempt(attempt_id)
        assert attempt is not None and attempt.questions
        if attempt.passed is not None:
            assert attempt.correct == sum(q.correct is True for q in attempt.questions)


def test_nothing_happens_after_now_or_before_the_course(some_learned: None) -> None:
    moments = (ReadingRow.read_at, AttemptRow.started_at, AnswerRow.answered_at, CompletionRow.confirmed_at)
    for moment in moments:
        first, last = db.session.execute(select(func.min(moment), func.max(moment))).one()
        assert datetime(2023, 9, 11, tzinfo=JST) <= first and last <= NOW


def test_a_site_that_is_no_demonstration_is_left_alone(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["demo", "fill"])
    assert result.exit_code == 1 and count(RosterImportRow) == 0


def test_a_database_with_other_records_is_left_alone(app: Flask) -> None:
    fill._import(build(TODAY, date(2023, 9, 11)).files[0], NOW)
    with pytest.raises(fill.NotDemo):
        fill.is_filled()


def test_the_login_page_shows_the_accounts_only_in_the_demonstration(
    tmp_path: Path, empty_database: Path, library: Library
) -> None:
    (tmp_path / "test.sqlite3").write_bytes(empty_database.read_bytes())
    for demo in (True, False):
        app = create_app(settings_in(tmp_path, demo=demo), library)
        page = app.test_client().get("/login").get_data(as_text=True)
        assert (ACCOUNTS[0].password in page) is demo
        with app.app_context():
            db.engine.dispose()


@pytest.mark.long
def test_the_whole_city(tmp_path: Path, empty_database: Path, library: Library) -> None:
    (tmp_path / "test.sqlite3").write_bytes(empty_database.read_bytes())
    app = create_app(settings_in(tmp_path, demo=True), library)
    with app.app_context():
        fill.fill(NOW, TODAY, lambda sentence: None)
        assert fill.is_filled()
        assert count(IdentityQuestionRow) == 2
        assert count(AbsenceRow) == 3
        check_states()
        check_liveliness()
        check_cast()
        db.session.remove()
        db.engine.dispose()


def check_states() -> None:
    course = library().course("sns-guideline")
    assert course is not None
    progress, consultations = load_progress(course.slug), load_consultations()
    states: Counter[State] = Counter()
    by_number: dict[str, State] = {}
    for person in load_people():
        duties = duties_of(person, course.rules, consultations)
        if person.is_employed(TODAY):
            stands = standing(duties, progress.get(person.id, NOTHING_DONE), TODAY)
            states[stands.state] += 1
            by_number |= {a.number: stands.state for a in person.in_force(TODAY)}
    owing = sum(states.values()) - states[State.NOT_OWED] - states[State.DEFERRED]
    assert 0.9 <= states[State.COMPLETED] / owing <= 0.98
    assert states[State.OVERDUE] >= 10 and states[State.IN_PROGRESS] >= 3 and states[State.NOT_STARTED] >= 3
    expected = {stage: State.IN_PROGRESS for stage in (Stage.UNDER_WAY, Stage.ONE_FAILED)}
    expected[Stage.DONE] = State.COMPLETED
    for number, (stage, _days) in PROGRESS.items():
        if stage in expected and number in by_number:
            assert by_number[number] is expected[stage], number
    assert by_number["9000901"] is State.NOT_STARTED
    assert by_number["0000907"] is State.OVERDUE
    assert by_number["0000905"] is State.DEFERRED
    assert by_number["0008001"] is State.COMPLETED
    assert {by_number[n] for n in ("8000901", "8000902", "0000001")} == {State.NOT_OWED}


def check_liveliness() -> None:
    """There are meetings and paper besides, and one question to look into."""
    course = library().course("sns-guideline")
    assert course is not None
    methods = set(db.session.scalars(select(CompletionRow.method).distinct()))
    assert methods == {"eラーニング", "集合", "紙"}
    this_year = select(func.count()).where(
        CompletionRow.run_id == "", CompletionRow.confirmed_at >= datetime(2026, 4, 1, tzinfo=JST)
    )
    assert (db.session.scalar(this_year) or 0) > 250, "the curve of this year's 修了率 climbs"
    items = by_item(load_answered(course.slug, TODAY).counted, course)
    assert [line.scenario.id for line in items if line.doubts] == [misleading(course)]


def check_cast() -> None:
    for account in ACCOUNTS:
        assert isinstance(sign_in(account.number, account.password, NOW, TODAY), Entered), account
    unusable = select(func.count()).where(AccountRow.password_hash == fill.NOBODY_KNOWS)
    assert (db.session.scalar(unusable) or 0) > 900


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0
