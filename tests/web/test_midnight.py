"""A deadline passes while a test is open: the rule is told before, answers stay, what is late is called late.

Every row happens within seconds of 24:00 in Japan, on the pages a learner and HR see.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.roles import Role
from app.clock import JST
from app.db import db
from app.training.models import AnswerRow, AttemptRow, CompletionRow
from tests.people_builder import hire
from tests.signing_in import enter, give_operator, sign_in
from tests.web.learner import COURSE, SECTIONS, Learner, link, text_of
from tests.web.running import a_run, completed

RUN = f"{COURSE}refresher/sns-guideline-2026/"
DUE_OF_COURSE, DUE_OF_RUN, CLOSES = date(2026, 5, 1), date(2026, 7, 31), date(2026, 12, 28)
LAST_OF_YEAR = date(2027, 3, 31)
BEGUN = -10
Clock = Callable[[date, int], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stop the clock so many seconds before (-) or after 24:00 of a day in Japan."""

    def stop(day: date, seconds: int) -> None:
        midnight = datetime(day.year, day.month, day.day, tzinfo=JST) + timedelta(days=1)
        monkeypatch.setattr("app.clock.now", lambda: midnight + timedelta(seconds=seconds))

    return stop


def reported(app: Flask, as_of: date, run: str = "") -> tuple[str, str, str, str]:
    """状況, 修了日, 期限内, 期限 in HR's report by person."""
    hr = app.test_client()
    enter(hr, give_operator(f"hr{as_of}{run}", Role.HR))
    address = f"/hr/report.csv?by=person&bare=1&as_of={as_of}" + (f"&run={run}" if run else "")
    rows = csv.DictReader(hr.get(address).get_data().decode("utf-8-sig").splitlines())
    row = next(row for row in rows if row["職員番号"] == "0001234")
    return row["状況"], row["修了日"], row["期限内"], row["期限"]


def answer_rest(learner: Learner, right: bool = True) -> str:
    """Answer what is left of the open test; the page with its outcome."""
    page = ""
    while "data-outcome" not in page:
        page = learner.get(link(learner.answer(right), "次へ"))
    return page


def answer_but_one(learner: Learner) -> int:
    """Answer every question of the open test but the last; how many that were."""
    asked = len(learner.attempt.questions)
    for _ in range(asked - 1):
        learner.get(link(learner.answer(), "次へ"))
    assert learner.question.position == asked
    return asked - 1


@dataclass(frozen=True)
class Pressed:
    """When the last answer and 確認しました came, in seconds from 24:00 of the due day, and what that is."""

    last_answer: int
    confirmed: int
    on: date
    on_time: str


COURSE_ROWS = {
    "everything before": Pressed(-1, -1, date(2026, 5, 1), "期限内"),
    "confirmed at 0:00:00": Pressed(-1, 0, date(2026, 5, 2), "期限後"),
    "confirmed a second after": Pressed(-1, 1, date(2026, 5, 2), "期限後"),
    "the last answer at 0:00:00": Pressed(0, 1, date(2026, 5, 2), "期限後"),
    "the last answer a second after": Pressed(1, 1, date(2026, 5, 2), "期限後"),
}


@pytest.mark.parametrize("name", COURSE_ROWS)
def test_the_course_at_the_end_of_its_due_day(
    app: Flask, client: FlaskClient, clock: Clock, name: str
) -> None:
    row = COURSE_ROWS[name]
    clock(DUE_OF_COURSE, -3600)
    sign_in(client, hire("0001234", start=date(2026, 4, 1)))
    hana = Learner(client)
    assert "24時までに修了すると、期限内です。" in text_of(hana.get("/"))
    assert "その日の24時までに押すと、期限内です。過ぎても、解答は残り、あとから押せます。" in text_of(
        hana.get(COURSE)
    )
    for section in SECTIONS:
        hana.read(section)
    for section in SECTIONS[:-1]:
        hana.take(section)
    clock(DUE_OF_COURSE, BEGUN)
    hana.begin(SECTIONS[-1])
    kept = answer_but_one(hana)
    assert db.session.query(AnswerRow).filter_by(attempt_id=hana.attempt.id).count() == kept
    clock(DUE_OF_COURSE, row.last_answer)
    late = row.last_answer >= 0
    assert ("期限を過ぎていますが、いまからでも受講できます。" in text_of(client.get("/").text)) is late
    assert 'data-outcome="passed"' in answer_rest(hana)
    assert hana.attempt.correct == kept + 1
    clock(DUE_OF_COURSE, row.confirmed)
    before = "受講中" if row.confirmed < 0 else "期限超過"
    assert before in text_of(hana.get("/"))
    assert "研修を修了しました。" in hana.confirm()
    assert db.session.query(CompletionRow).one().confirmed_at == (
        datetime(2026, 5, 2, tzinfo=JST) + timedelta(seconds=row.confirmed)
    )
    wanted = ("修了", row.on.isoformat(), row.on_time, DUE_OF_COURSE.isoformat())
    assert reported(app, date(2026, 5, 2)) == wanted
    on_the_day = wanted if row.on == DUE_OF_COURSE else ("受講中", "", "", DUE_OF_COURSE.isoformat())
    assert reported(app, DUE_OF_COURSE) == on_the_day


@dataclass(frozen=True)
class Ended:
    """Midnight of which day, when the last answer came in seconds from it, and what the report says."""

    day: date
    last_answer: int
    on: date
    on_time: str
    closes: date = CLOSES


RUN_ROWS = {
    "due: a second before": Ended(DUE_OF_RUN, -1, date(2026, 7, 31), "期限内"),
    "due: at 0:00:00": Ended(DUE_OF_RUN, 0, date(2026, 8, 1), "期限後"),
    "due: a second after": Ended(DUE_OF_RUN, 1, date(2026, 8, 1), "期限後"),
    "close: a second before": Ended(CLOSES, -1, date(2026, 12, 28), "期限後"),
    "close: at 0:00:00": Ended(CLOSES, 0, date(2026, 12, 29), "期限後"),
    "close: a second after": Ended(CLOSES, 1, date(2026, 12, 29), "期限後"),
    "31 March: a second before": Ended(LAST_OF_YEAR, -1, date(2027, 3, 31), "期限後", LAST_OF_YEAR),
    "31 March: at 0:00:00": Ended(LAST_OF_YEAR, 0, date(2027, 4, 1), "期限後", LAST_OF_YEAR),
    "31 March: a second after": Ended(LAST_OF_YEAR, 1, date(2027, 4, 1), "期限後", LAST_OF_YEAR),
}


def veteran(client: FlaskClient, clock: Clock, day: date, closes: date = CLOSES) -> Learner:
    """Somebody in this year's run, an hour before the end of a day."""
    clock(day, -3600)
    person = hire("0001234", start=date(2020, 4, 1))
    completed(person, date(2025, 5, 1))
    a_run(closes=closes)
    sign_in(client, person)
    return Learner(client)


@pytest.mark.parametrize("name", RUN_ROWS)
def test_a_years_run_at_midnight(app: Flask, client: FlaskClient, clock: Clock, name: str) -> None:
    row = RUN_ROWS[name]
    hana = veteran(client, clock, row.day, row.closes)
    told = "受講期限の日の24時までに最後の問題に答えて合格すると、期限内です。" in text_of(hana.get(RUN))
    assert told is (row.day == DUE_OF_RUN), "the rule is told while it can still be kept"
    clock(row.day, BEGUN)
    hana.post(RUN)
    attempt = hana.attempt.id
    kept = answer_but_one(hana)
    clock(row.day, row.last_answer)
    home = hana.get("/")
    assert "期限超過" in text_of(home) or row.last_answer < 0
    hana.get(link(home, f"テストの続きへ({kept + 1}問中の{kept + 1}問目)"))
    assert (hana.attempt.id, hana.question.position) == (attempt, kept + 1)
    page = answer_rest(hana)
    assert 'data-outcome="passed"' in page and "この年度研修を修了しました。" in text_of(page)
    assert db.session.query(AnswerRow).filter_by(attempt_id=attempt).count() == kept + 1
    shown = f"令和{row.on.year - 2018}年{row.on.month}月{row.on.day}日に修了しました。"
    assert shown in text_of(hana.get("/"))
    done = ("修了", row.on.isoformat(), row.on_time, DUE_OF_RUN.isoformat())
    assert reported(app, row.on, "sns-guideline-2026") == done
    if row.on > row.day:
        state = "受講中" if row.day == DUE_OF_RUN else "期限超過"
        assert reported(app, row.day, "sns-guideline-2026") == (state, "", "", DUE_OF_RUN.isoformat())


@pytest.mark.parametrize(("seconds", "begins"), [(-1, True), (0, False), (1, False)])
@pytest.mark.parametrize("closes", [CLOSES, LAST_OF_YEAR])
def test_no_new_test_begins_after_the_close(
    client: FlaskClient, clock: Clock, closes: date, seconds: int, begins: bool
) -> None:
    hana = veteran(client, clock, closes, closes)
    hana.get(RUN)
    clock(closes, seconds)
    hana.post(RUN)
    assert db.session.query(AttemptRow).count() == begins
    if not begins:
        assert "この実施は終わりました" in text_of(hana.get(RUN))
        assert "年度研修" not in text_of(hana.get("/"))


def test_failed_after_the_close_nothing_is_offered_that_cannot_be_done(
    client: FlaskClient, clock: Clock
) -> None:
    hana = veteran(client, clock, CLOSES)
    clock(CLOSES, BEGUN)
    hana.post(RUN)
    clock(CLOSES, 1)
    page = answer_rest(hana, right=False)
    assert 'data-outcome="failed"' in page
    words = text_of(page)
    assert "この実施は終わりました。受講については、" in words
    assert "合格点に届きませんでした" in words and "もう一度受けましょう" not in page
    assert (
        "もう一度受けられます" not in words
        and "先に読み直すところ" not in words
        and "もう一度受ける" not in words
    )
    assert "読み直すところ" in words and "年度研修" not in text_of(hana.get("/"))


@pytest.mark.parametrize(("seconds", "year"), [(-1, 2026), (0, 2027), (1, 2027)])
def test_the_course_confirmed_on_the_last_day_of_the_year(
    app: Flask, client: FlaskClient, clock: Clock, seconds: int, year: int
) -> None:
    """Of which 年度 a completion is decides whether next year's run is owed."""
    clock(LAST_OF_YEAR, -3600)
    sign_in(client, hire("0001234", start=date(2027, 3, 1)))
    hana = Learner(client)
    hana.do_everything()
    clock(LAST_OF_YEAR, seconds)
    hana.confirm()
    a_run(2027)
    on = LAST_OF_YEAR if year == 2026 else date(2027, 4, 1)
    on_time = "期限内" if year == 2026 else "期限後"
    assert reported(app, date(2027, 4, 1)) == ("修了", on.isoformat(), on_time, "2027-03-31")
    clock(date(2027, 6, 1), 1)
    sign_in(client, db.session.query(CompletionRow).one().person_id)
    assert ("年度研修" in text_of(hana.get("/"))) is (year == 2026)
