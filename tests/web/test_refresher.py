"""A year's run as people meet it: who sees it, takes it, fails, reads again, passes."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.roles import Role
from app.db import db
from app.training.drawing import Drawn
from app.training.models import AttemptRow, CompletionRow
from app.training.yearly import redraw
from tests.people_builder import hire
from tests.signing_in import enter, give_operator, sign_in
from tests.web.learner import COURSE, Learner, link, text_of
from tests.web.running import a_run, completed

RUN = f"{COURSE}refresher/sns-guideline-2026/"


@pytest.fixture(autouse=True)
def tenth_of_june(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 10 June 2026, noon."""
    monkeypatch.setenv("KENSHU_NOW", "2026-06-10T12:00")


@pytest.fixture
def veteran(client: FlaskClient) -> Learner:
    """Somebody in service for years who completed the course last year; this year's run is open."""
    person = hire("0001234", start=date(2020, 4, 1))
    completed(person, date(2025, 5, 1))
    a_run()
    sign_in(client, person)
    return Learner(client)


def later(learner: Learner, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Move the clock; the session has run out by then, so she signs in again."""
    monkeypatch.setenv("KENSHU_NOW", moment)
    sign_in(learner.client, db.session.query(CompletionRow.person_id).limit(1).scalar())


def take(learner: Learner, wrong: int = 0) -> str:
    """Take the run's test, the first ``wrong`` questions wrongly."""
    learner.post(RUN)
    page = learner.get(learner.at)
    while "data-outcome" not in page:
        answered = learner.answer(right=wrong <= 0)
        wrong -= 1
        page = learner.get(link(answered, "次へ"))
    return page


def test_a_replay_shows_every_section_s_lesson(veteran: Learner, app: Flask) -> None:
    """Their headings have the same names: no id twice, which the client looks after."""
    take(veteran)
    hr = app.test_client()
    enter(hr, give_operator("jinji", Role.HR))
    page = hr.get(f"/hr/evidence/{veteran.attempt.id}").get_data(as_text=True)
    assert 'id="1-definition-この節のまとめ"' in page and 'id="5-city-information-この節のまとめ"' in page


def test_the_run_stands_beside_last_years_completion(veteran: Learner) -> None:
    page = veteran.get("/")
    words = text_of(page)
    assert "令和8年度 ソーシャルメディア利用ガイドライン研修(年度研修)" in words
    assert "令和8年7月31日(2026年)" in words and "全員に共通の期限です。" in words
    assert "修了した研修" in words and "令和7年5月1日に修了しました。" in words
    assert page.count("button-primary") == 1
    assert link(page, "テストへ") == RUN


def test_a_pass_completes_the_run_at_once_and_stays(veteran: Learner) -> None:
    page = take(veteran)
    assert 'data-outcome="passed"' in page
    assert "この年度研修を修了しました。" in text_of(page)
    certificate = text_of(veteran.get(link(page, "修了証")))
    assert "令和8年度" in certificate and "確認した文" not in certificate
    home = text_of(veteran.get("/"))
    assert "令和8年6月10日に修了しました。" in home and "令和7年5月1日に修了しました。" in home
    assert "すべて修了しています" in home
    rows = db.session.query(CompletionRow).order_by(CompletionRow.confirmed_at).all()
    assert [(row.run_id, row.asked) for row in rows] == [("", 22), ("sns-guideline-2026", 10)]
    veteran.post(RUN)
    assert db.session.query(AttemptRow).count() == 1
    assert "この結果は、あとから変わりません。" in text_of(veteran.get(RUN))


def test_ten_questions_of_every_section_that_draw_the_same_again(veteran: Learner) -> None:
    veteran.post(RUN)
    attempt = veteran.attempt
    assert len(attempt.questions) == 10
    homes = {s.slug for s in attempt.text.sections for q in attempt.questions if s.scenario(q.scenario.id)}
    assert len(homes) == 5
    assert redraw(attempt.id) == [Drawn(q.scenario.id, q.order) for q in attempt.questions]


def test_a_test_under_way_goes_on(veteran: Learner) -> None:
    veteran.post(RUN)
    first = veteran.attempt.id
    veteran.get(veteran.at)
    veteran.answer()
    veteran.get(link(veteran.get("/"), "テストの続きへ(10問中の2問目)"))
    assert (veteran.attempt.id, veteran.question.position) == (first, 2)
    assert "受講中" in text_of(veteran.get("/"))


def test_failed_the_lessons_missed_are_read_before_the_next_draw(veteran: Learner) -> None:
    page = take(veteran, wrong=5)
    assert 'data-outcome="failed"' in page
    failed = veteran.attempt if "/refresher/" in veteran.at else None
    assert failed is not None
    sections = {failed.text.guideline.clauses[c].section_slug for c in failed.missed_clauses} - {None}
    assert "確認テストを始める" not in veteran.get(RUN)
    # Pressing the button all the same draws nothing.
    answer = veteran.client.post(RUN, follow_redirects=True).get_data(as_text=True)
    assert "いまはこのテストを始められません。" in answer
    assert db.session.query(AttemptRow).count() == 1
    for section in sorted(s for s in sections if s):
        assert "確認テストを始める" not in veteran.get(RUN)
        veteran.post(COURSE + section)
        assert veteran.at == RUN
    assert "確認テストを始める" in veteran.get(RUN)
    again = take(veteran)
    assert 'data-outcome="passed"' in again
    attempts = db.session.query(AttemptRow).order_by(AttemptRow.started_at).all()
    assert [a.passed for a in attempts] == [False, True]


def test_reading_a_lesson_leads_to_its_own_test_when_nothing_waits(veteran: Learner) -> None:
    veteran.post(COURSE + "3-scope")
    assert veteran.at.endswith("/3-scope/quiz")


def test_a_second_form_repeats_nothing(veteran: Learner) -> None:
    take(veteran, wrong=10)
    first = {q.scenario.id for q in veteran.attempt.questions}
    for section in ("1-definition", "2-purpose", "3-scope", "4-basics", "5-city-information"):
        veteran.post(COURSE + section)
    veteran.post(RUN)
    assert not first & {q.scenario.id for q in veteran.attempt.questions}


def test_who_owes_the_course_owes_that(client: FlaskClient) -> None:
    a_run()
    new = hire("0001234", start=date(2026, 6, 1))
    sign_in(client, new)
    learner = Learner(client)
    assert "年度研修" not in text_of(learner.get("/"))
    page = learner.get(RUN)
    assert "先に、研修そのものを修了してください" in text_of(page)
    learner.post(RUN)
    assert db.session.query(AttemptRow).count() == 0


def test_completed_this_year_needs_no_refresher(client: FlaskClient) -> None:
    a_run()
    person = hire("0001234", start=date(2026, 4, 1))
    completed(person, date(2026, 4, 20))
    sign_in(client, person)
    assert "年度研修" not in text_of(Learner(client).get("/"))
    assert "今年度は受ける必要がありません" in text_of(Learner(client).get(RUN))


def test_before_it_opens_and_after_it_closed(veteran: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KENSHU_NOW", "2026-05-31T09:00")
    assert "まだ始まっていません" in text_of(veteran.get(RUN))
    assert "年度研修" not in text_of(veteran.get("/"))
    later(veteran, monkeypatch, "2026-12-29T00:00")
    assert "この実施は終わりました" in text_of(veteran.get(RUN))


def test_two_years_runs_live_side_by_side(veteran: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    take(veteran)
    a_run(2027)
    later(veteran, monkeypatch, "2027-06-10T12:00")
    words = text_of(veteran.get("/"))
    assert "令和9年度" in words and "令和8年6月10日に修了しました。" in words
    veteran.post(RUN.replace("2026", "2027"))
    assert veteran.attempt.run_id == "sns-guideline-2027"


def test_an_operator_and_strangers(client: FlaskClient, app: Flask, veteran: Learner) -> None:
    veteran.post(RUN)
    mine = veteran.at
    sign_in(client, hire("0009999", "試験 他人", start=date(2020, 4, 1)))
    assert client.get(mine).status_code == 404
    assert client.get(RUN.replace("2026", "1999")).status_code == 404
    enter(client, give_operator("admin", Role.ADMIN))
    assert client.post(RUN).status_code == 403
    assert "受けられません" in client.get(RUN).get_data(as_text=True)
