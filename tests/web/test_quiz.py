"""The 確認テスト: one scenario a page, explained at once, the first answer stands, nothing given away."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import clock
from app.access.roles import Role
from app.courses.library import Library
from app.courses.load import load_course
from app.courses.model import Choice
from app.db import begin_writing, db
from app.loaded import Loaded
from app.people.models import TermRow
from app.training.models import AnswerRow, AttemptRow
from tests.people_builder import hire
from tests.signing_in import sign_in
from tests.web.learner import COURSE, SECTIONS, Learner, link, text_of


@pytest.fixture
def hana(app: Flask, client: FlaskClient) -> Learner:
    """A new hire at her browser."""
    sign_in(client, hire("0001234", "試験 花子", date(2026, 4, 1)))
    return Learner(client)


def another(hana: Learner, name: str, number: str, *roles: Role) -> Learner:
    """Somebody else at a browser of their own."""
    client = hana.client.application.test_client()
    sign_in(client, hire(number, name), *roles)
    return Learner(client)


def answers() -> int:
    return db.session.scalar(select(func.count()).select_from(AnswerRow)) or 0


def test_a_test_from_start_to_pass(hana: Learner) -> None:
    page = hana.get(COURSE + "1-definition/quiz")
    assert "確認テストを始める" in page
    page = hana.begin("1-definition")
    assert "3問中の1問目" in text_of(page)
    assert page.count('name="choice"') == len(hana.question.order)
    explained = hana.answer()
    question = hana.question
    assert 'data-result="correct"' in explained
    for choice in question.scenario.choices:
        assert choice.feedback_html in explained
    for label in question.scenario.clauses:
        assert hana.attempt.text.guideline.clauses[label].html in explained
        assert f"ガイドライン {label} を読む" in explained
    hana.get(link(explained, "次へ"))
    assert hana.question.position == 2
    passed = hana.take("1-definition")
    assert 'data-outcome="passed"' in passed
    assert "3問中3問 正解" in text_of(passed)
    assert "もう一度受ける</button>" not in passed


def test_one_wrong_passes_and_says_what_to_read_again(hana: Learner) -> None:
    passed = hana.take("3-scope", wrong=1)
    assert 'data-outcome="passed"' in passed
    for label in hana.attempt.missed_clauses:
        assert f">ガイドライン {label}</a>" in passed


def test_failing_offers_another_draw_and_passing_then_leads_on(hana: Learner) -> None:
    hana.read("1-definition")
    failed = hana.take("1-definition", wrong=2)
    first = hana.attempt
    assert 'data-outcome="failed"' in failed
    assert "もう一度受ける</button>" in failed
    assert "前回の結果" in hana.get(COURSE + "1-definition/quiz")
    hana.begin("1-definition")
    assert hana.attempt.id != first.id
    passed = hana.take("1-definition")
    assert 'data-outcome="passed"' in passed
    assert "第2節を読む" in passed


def test_after_the_last_section_the_result_leads_to_the_confirmation(hana: Learner) -> None:
    for section in SECTIONS[:-1]:
        hana.read(section)
        hana.take(section)
    hana.read(SECTIONS[-1])
    page = hana.take(SECTIONS[-1])
    assert "確認しました</button>" in hana.get(link(page, "内容を確認して修了する"))


@pytest.mark.parametrize("section", SECTIONS)
def test_before_the_answer_no_byte_tells_the_right_one(hana: Learner, section: str) -> None:
    """Taking any other choice for the right one would give the same page."""
    page = hana.begin(section)
    while "data-outcome" not in page:
        scenario = hana.question.scene
        values = re.findall(r'name="choice" value="(\d+)"', page)
        assert values == [str(n) for n in range(len(scenario.choices))]
        for choice in scenario.choices:
            assert not choice.feedback or (choice.feedback not in page and choice.feedback_html not in page)
        assert "<mark" not in page and "==" not in page
        assert scenario.id not in page and "data-result" not in page
        assert not re.search(r"correct|right|wrong|正解|checked", page[page.index("<form method") :])
        lines = {re.sub(r"\d+", "", c.replace(t.html, "")) for c, t in choices_of(page, hana)}
        assert len(lines) == 1, "choices differ in more than their words and number"
        page = hana.get(link(hana.answer(), "次へ"))


def choices_of(page: str, hana: Learner) -> list[tuple[str, Choice]]:
    """The markup of each choice, with the choice."""
    markup = r'<div class="choice choice-\w+">.*?</div>|<span class="phrase">.*?</span>'
    shown = re.findall(markup, page, re.S)
    question = hana.question
    return [(html, question.scene.choices[p]) for html, p in zip(shown, question.scene_order, strict=True)]


def test_nothing_chosen_goes_back_to_the_form(hana: Learner) -> None:
    hana.begin("2-purpose")
    for data in ({}, {"choice": "99"}, {"choice": "x"}):
        answer = hana.client.post(hana.at, data=data)
        assert answer.status_code == 422
        page = answer.get_data(as_text=True)
        assert "答えを選んでから" in page and 'name="choice"' in page
    assert answers() == 0


def test_the_first_answer_stands_in_two_tabs_and_after_going_back(hana: Learner) -> None:
    hana.begin("1-definition")
    here, right, wrong = hana.at, hana.values(True), hana.values(False)
    hana.post(here, {"choice": wrong})
    again = hana.post(here, {"choice": right})
    assert 'data-result="wrong"' in again
    assert "先の解答が記録されています" in again
    assert answers() == 1
    same = hana.post(here, {"choice": wrong})
    assert "先の解答が記録されています" not in same
    assert 'data-result="wrong"' in hana.post(here, {})
    assert 'data-result="wrong"' in hana.get(here)


def test_stop_and_go_on_elsewhere_at_the_same_question(hana: Learner) -> None:
    hana.begin("3-scope")
    hana.answer()
    stopped = hana.attempt
    elsewhere = hana.client.application.test_client()
    sign_in(elsewhere, stopped.person_id)
    phone = Learner(elsewhere)
    page = phone.get(COURSE + "3-scope/quiz")
    assert "4問中の2問目" in text_of(page)
    assert phone.attempt.id == stopped.id
    assert phone.question.scenario == stopped.questions[1].scenario


def test_questions_come_in_turn(hana: Learner) -> None:
    hana.begin("3-scope")
    first = hana.at
    hana.get(first[:-1] + "3")
    assert hana.at == first
    hana.get(first.rsplit("/", 1)[0])
    assert hana.at == first
    hana.get(first[:-1] + "9", status=404)


def test_pressing_start_twice_begins_one_test(hana: Learner) -> None:
    hana.begin("1-definition")
    first = hana.at
    hana.begin("1-definition")
    assert hana.at == first
    assert db.session.scalar(select(func.count()).select_from(AttemptRow)) == 1


def test_somebody_elses_attempt_is_not_there(hana: Learner) -> None:
    hana.begin("1-definition")
    here = hana.at
    for other in (another(hana, "試験 太郎", "0005678"), another(hana, "見本 人事", "0000002", Role.HR)):
        other.get(here, status=404)
        other.get(here.rsplit("/", 1)[0], status=404)
        assert other.client.post(here, data={"choice": "0"}).status_code == 404
    hana.get(here.replace("1-definition", "2-purpose"), status=404)
    hana.get(f"{COURSE}1-definition/quiz/{'0' * 32}/1", status=404)
    assert answers() == 0


def test_who_leaves_in_the_middle_of_a_test_keeps_what_was_answered(hana: Learner) -> None:
    hana.begin("3-scope")
    hana.answer()
    here, attempt = hana.at, hana.attempt
    begin_writing()
    term = db.session.scalars(select(TermRow)).one()
    term.withdrawn_at = clock.now()
    left = date(2026, 4, 2)
    db.session.add(
        TermRow(appointment_id=term.appointment_id, end=left, retired=True, recorded_at=clock.now())
    )
    db.session.commit()
    assert hana.client.get(here).location.startswith("/login")
    assert hana.client.post(here, data={"choice": "0"}).location == "/login"
    assert answers() == 1
    office = another(hana, "見本 人事", "0000002", Role.HR)
    assert hana.client.get("/").status_code == 303
    assert "試験 花子" in office.get(f"/hr/evidence/{attempt.id}")
    office.get("/hr/report?by=person")


def test_a_pass_is_not_lost_by_a_later_try(hana: Learner) -> None:
    hana.read("1-definition")
    hana.take("1-definition")
    assert "合格しています" in hana.get(COURSE + "1-definition/quiz")
    failed = hana.take("1-definition", wrong=3)
    assert "前の合格は、なくなりません。" in failed
    assert "第2節を読む" in failed
    assert "5つのうち1つが済みました" in text_of(hana.get("/"))


def test_the_content_changes_in_the_middle_of_a_test(app: Flask, hana: Learner, library: Library) -> None:
    hana.begin("3-scope")
    asked = [q.scenario for q in hana.attempt.questions]
    course = library.course("sns-guideline")
    assert course is not None
    path = "3-scope/scenarios.ja.md"
    text = course.files[path].decode()
    for scenario in asked:
        text = text.replace(scenario.title, "書きかえた題")
    changed = load_course({**course.files, path: text.encode()}, course.slug)
    loaded: Loaded = app.extensions["kenshu"]
    app.extensions["kenshu"] = replace(
        loaded, library=Library({(course.slug, "ja", False): changed, (course.slug, "en", False): changed})
    )
    page = hana.get(hana.at)
    assert asked[0].title in page and "書きかえた題" not in page
    assert 'data-outcome="passed"' in hana.take("3-scope")
    assert [q.scenario.title for q in hana.attempt.questions] == [s.title for s in asked]
    titles = [q.scenario.title for q in hana.attempt.questions]
    hana.begin("3-scope")
    assert [q.scenario.title for q in hana.attempt.questions] != titles
