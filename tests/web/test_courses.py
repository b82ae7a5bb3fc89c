"""The outline, the lessons, the guideline's text, 確認しました."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.courses.library import Library
from app.db import db
from app.training.models import CompletionRow, ReadingRow
from tests.people_builder import add_department, hire
from tests.signing_in import sign_in
from tests.web.learner import COURSE, SECTIONS, Learner, text_of


@pytest.fixture
def hana(client: FlaskClient) -> Learner:
    """A new hire at her browser."""
    add_department("A", "給食センター")
    sign_in(client, hire("0001234", "試験 花子", date(2026, 4, 1), department="A"))
    return Learner(client)


def test_the_outline_says_how_long_and_that_it_is_an_excerpt(hana: Learner) -> None:
    words = text_of(hana.get(COURSE))
    assert "第1節 ソーシャルメディアの定義" in words
    assert words.count("所要時間 およそ") == 5
    assert "公開されているのは本文の抜粋です。" in words
    assert "トラブルへの対応策" in words and "市の業務として運用する際のルール" in words
    assert "確認しました</button>" not in hana.get(COURSE)


def test_a_lesson_is_read_once_and_leads_to_its_test(hana: Learner) -> None:
    page = hana.read("3-scope")
    assert hana.at == f"{COURSE}3-scope/quiz"
    assert "確認テストを始める" in page
    hana.read("3-scope")
    assert db.session.scalar(select(func.count()).select_from(ReadingRow)) == 1
    assert "「読みました」を押しました" in text_of(hana.get(COURSE + "3-scope"))


def test_sections_in_any_order_then_the_sentence_then_the_certificate(hana: Learner) -> None:
    for section in reversed(SECTIONS):
        assert "確認しました</button>" not in hana.get(COURSE)
        hana.take(section)
        assert hana.read(section)
    page = hana.get(COURSE)
    assert "の内容を確認しました。</blockquote>" in page
    assert "おつかれさまでした" in hana.confirm()
    assert hana.at.startswith("/certificates/")
    assert "に修了しました" in text_of(hana.get(COURSE))


def test_pressing_confirm_twice_completes_once(hana: Learner, library: Library) -> None:
    hana.do_everything()
    course = library.course("sns-guideline")
    assert course is not None
    for _ in range(2):
        hana.post(COURSE, {"statement": course.rules.statement})
        assert hana.at.startswith("/certificates/")
    (kept,) = db.session.scalars(select(CompletionRow)).all()
    assert (kept.name, kept.number, kept.department) == ("試験 花子", "0001234", "給食センター")
    assert kept.statement == course.rules.statement


def test_nothing_is_confirmed_before_everything_is_done(hana: Learner, library: Library) -> None:
    course = library.course("sns-guideline")
    assert course is not None
    words = text_of_all(hana.post(COURSE, {"statement": course.rules.statement}))
    assert "まだ終わっていない節があります" in words
    assert db.session.scalar(select(func.count()).select_from(CompletionRow)) == 0


@pytest.mark.parametrize("sentence", [None, "", "別の文"])
def test_only_the_sentence_the_person_saw_is_confirmed(hana: Learner, sentence: str | None) -> None:
    hana.do_everything()
    hana.post(COURSE, {} if sentence is None else {"statement": sentence})
    assert hana.at == COURSE
    assert db.session.scalar(select(func.count()).select_from(CompletionRow)) == 0


def test_the_whole_guideline_stands_on_one_page(hana: Learner, library: Library) -> None:
    course = library.course("sns-guideline")
    assert course is not None
    page = hana.get(COURSE + "guideline")
    for clause in course.guideline.clauses.values():
        assert f'id="{clause.anchor}"' in page


@pytest.mark.parametrize("path", ["/courses/no-such/", COURSE + "9-nothing", COURSE + "9-nothing/quiz",
                                  COURSE + "files/course.toml", COURSE + "files/no.png"])  # fmt: skip
def test_what_is_not_there_is_404(hana: Learner, path: str) -> None:
    hana.get(path, status=404)


def test_reading_pages_changes_nothing(hana: Learner) -> None:
    for path in ("/", COURSE, COURSE + "guideline", COURSE + "3-scope", COURSE + "3-scope/quiz"):
        hana.get(path)
    assert db.session.scalar(select(func.count()).select_from(ReadingRow)) == 0


def test_a_form_without_its_token_is_refused(hana: Learner) -> None:
    hana.client.application.config["WTF_CSRF_ENABLED"] = True
    for path in (COURSE, COURSE + "3-scope", COURSE + "3-scope/quiz"):
        assert hana.client.post(path).status_code == 400


def text_of_all(page: str) -> str:
    """What the whole page says, messages above the main part included."""
    return text_of(page.replace('<main id="main" tabindex="-1">', "").replace("<body", "<main", 1))


def test_a_lesson_opened_from_a_test_leads_back_to_it(client: FlaskClient) -> None:
    sign_in(client, hire("0000001"))
    lesson, question = COURSE + "3-scope", COURSE + "3-scope/quiz/abc/2"
    for came_from in (f"http://localhost{question}", f"http://localhost{COURSE}refresher/r-1/abc"):
        page = client.get(lesson, headers={"Referer": came_from}).get_data(as_text=True)
        assert f'href="{came_from.removeprefix("http://localhost")}">テストに戻る' in page
    for elsewhere in (f"http://evil.example{question}", f"http://localhost{lesson}", "http://localhost/hr/"):
        assert "テストに戻る" not in client.get(lesson, headers={"Referer": elsewhere}).get_data(as_text=True)
    assert client.get(lesson, headers={"Referer": "http://["}).status_code == 200
