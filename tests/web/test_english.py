"""An ALT at her browser: the course in English, the switch in the middle, records in Japanese."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from app.audit.replay import replay
from app.courses.library import Library
from app.db import begin_writing, db
from app.people.models import ProfileRow
from app.settings import ROOT
from app.training.models import CompletionRow
from tests.people_builder import add_department, hire
from tests.signing_in import PASSWORD, give_account, sign_in
from tests.web.learner import COURSE, SECTIONS, Learner, link, text_of

NOTE = "Reference translation. The Japanese text is authoritative."
QUIZ = "1-definition"


@pytest.fixture
def emily(client: FlaskClient) -> Learner:
    add_department("A", "学校教育課")
    sign_in(client, hire("9000001", "Sample Emily", date(2026, 4, 1), department="A"))
    return Learner(client)


def switch(learner: Learner, language: str) -> str:
    """Press the other language where one is."""
    return learner.post("/showing", {"next": learner.at, "lang": language})


def choices(page: str) -> list[str]:
    return re.findall(r'<label for="choice-\d+">(.*?)</label>', page)


def answer_to_the_end(learner: Learner) -> str:
    page = learner.get(learner.at)
    while "data-outcome" not in page:
        answered = learner.post(learner.at, {"choice": learner.values(right=True)})
        assert 'data-result="correct"' in answered
        page = learner.get(link(answered, "Next" if 'lang="en"' in answered[:200] else "次へ"))
    return page


def test_begun_in_one_language_and_finished_in_the_other(emily: Learner, library: Library) -> None:
    japanese, english = library.course("sns-guideline"), library.course("sns-guideline", "en")
    assert japanese and english
    before = emily.begin(QUIZ)
    where, shown = emily.at, emily.question
    after = switch(emily, "en")
    assert emily.at == where and NOTE in after and NOTE not in before
    ours, theirs = japanese.scenario(shown.scenario.id), english.scenario(shown.scenario.id)
    assert ours and theirs
    assert choices(before) == [ours.choices[place].html for place in shown.order]
    assert choices(after) == [theirs.choices[place].html for place in shown.order]
    assert 'data-outcome="passed"' in answer_to_the_end(emily)
    attempt = emily.attempt
    assert (attempt.correct, attempt.passed, attempt.language) == (len(attempt.questions), True, "ja")
    assert [one.scenario.language for one in attempt.questions] == ["ja"] * len(attempt.questions)


def test_a_wrong_answer_is_wrong_in_either_language(emily: Learner) -> None:
    emily.begin(QUIZ)
    switch(emily, "en")
    page = emily.post(emily.at, {"choice": emily.values(right=False)})
    assert 'data-result="wrong"' in page
    assert 'data-result="wrong"' in switch(emily, "ja")


def test_a_replay_shows_the_language_a_test_was_begun_in(emily: Learner, library: Library) -> None:
    switch(emily, "en")
    emily.begin(QUIZ)
    answer_to_the_end(emily)
    found = replay(emily.attempt.id)
    english = library.course("sns-guideline", "en")
    assert found and found.attempt and english
    assert found.row.language == "en" and found.agrees
    for question in found.attempt.questions:
        assert question.scenario == english.scenario(question.scenario.id)


def test_a_test_begun_before_there_was_english_says_so(
    app: Flask, emily: Learner, library: Library, tmp_path: Path
) -> None:
    shutil.copytree(
        ROOT / "content", tmp_path / "content", ignore=lambda _, names: [n for n in names if ".en." in n]
    )
    whole = app.extensions["kenshu"]
    app.extensions["kenshu"] = replace(whole, library=Library.load(tmp_path / "content"))
    emily.begin(QUIZ)
    app.extensions["kenshu"] = whole
    asked = switch(emily, "en")
    assert NOTE not in asked and "no English translation" in asked
    assert '<span class="question-title" lang="ja">' in asked
    assert '<legend class="label">Choose' in asked
    answered = emily.post(emily.at, {"choice": emily.values(right=False)})
    assert NOTE not in answered and 'class="answer-text" lang="ja"' in answered
    emily.get(link(answered, "Next"))
    result = answer_to_the_end(emily)
    assert NOTE not in result and "no English translation" in result
    found = replay(emily.attempt.id)
    assert found and found.attempt and found.attempt.told_in == "ja"


def test_whoever_confirms_in_english_confirms_the_japanese(emily: Learner, library: Library) -> None:
    official, english = library.course("sns-guideline"), library.course("sns-guideline", "en")
    assert official and english
    for section in SECTIONS:
        emily.read(section)
        emily.take(section)
    emily.at = COURSE
    page = switch(emily, "en")
    assert f'lang="ja">{official.rules.statement}</blockquote>' in page
    assert english.rules.statement in page
    certificate = emily.confirm()
    row = db.session.query(CompletionRow).one()
    assert (row.title, row.statement) == (official.title, official.rules.statement)
    assert row.version == official.guideline.version
    words = text_of(certificate)
    assert NOTE in words and official.rules.statement in words and english.title in words


def test_every_page_of_the_course_says_what_the_english_is(emily: Learner) -> None:
    emily.at = "/"
    switch(emily, "en")
    for path in ("", "guideline", *SECTIONS, *(f"{section}/quiz" for section in SECTIONS)):
        page = emily.get(COURSE + path)
        assert page.count(NOTE) == 1, path
    assert emily.get("/check").count(NOTE) == 1
    assert NOTE in emily.get("/check?role=personal&rights=yes&facts=yes&harm=no&lasting=yes&city=no")


def test_the_last_sign_in_is_told_in_the_language_of_the_person(client: FlaskClient) -> None:
    person_id = hire("9000002", "Sample Rose", date(2026, 4, 1))
    begin_writing()
    db.session.execute(update(ProfileRow).where(ProfileRow.person_id == person_id).values(language="en"))
    db.session.commit()
    give_account(person_id)
    for _ in range(2):
        client.post("/logout")
        client.post("/login", data={"number": "9000002", "password": PASSWORD})
    assert re.search(r"Last sign-in: \d+ \w+ \d{4} \d\d:\d\d", text_of(client.get("/").text))
