"""The text is amended: only the changed section is owed again, by whoever completed the old text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.access.roles import Role
from app.audit.check import check_all
from app.clock import now
from app.courses.amendments import compare
from app.courses.amendments_source import PATH, amendments_of, check_amendment_translation
from app.courses.library import Library
from app.courses.source import Problems
from app.db import db
from app.loaded import library
from app.settings import ROOT
from app.training.amending import open_amendment
from app.training.annulling import annul
from app.training.decision import ANNULMENT_REASONS
from app.training.records import find_completion
from app.training.withdrawing import withdraw
from tests.conftest import settings_in
from tests.house_client import HouseClient
from tests.people_builder import hire
from tests.signing_in import sign_in
from tests.web.learner import COURSE, Learner

TOML = """[[amendment]]
id = "city-2026"
section = "2-purpose"
kind = "material"
date = 2026-06-01
summary = "目的に、災害のときの発信が加わりました。"
"""


ENGLISH = 'summary_en = "The purpose now covers posting in a disaster."\n'


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"2-purpose"', '"9-none"', "節「9-none」はありません"),
        ("material", "big", "kind は"),
        ('"目的に、災害のときの発信が加わりました。"', '" "', "summary に"),
        ("2026-06-01", '"六月"', "date は"),
        ('"city-2026"', '"City"', "id は"),
    ],
)
def test_a_mistake_names_its_line(old: str, new: str, sentence: str) -> None:
    problems = Problems()
    assert (
        amendments_of({"amendments.toml": TOML.replace(old, new).encode()}, ["2-purpose"], "ja", problems)
        == ()
    )
    (found,) = problems.errors
    assert found.line == 1
    assert sentence in found.sentence


def test_an_id_stands_once() -> None:
    problems = Problems()
    found = amendments_of({"amendments.toml": (TOML + TOML).encode()}, ["2-purpose"], "ja", problems)
    assert len(found) == 1
    assert "二つあります" in problems.errors[0].sentence


def test_what_changed_is_said_in_english_where_the_author_wrote_it() -> None:
    for written, language, words in ((TOML + ENGLISH, "en", "The purpose"), (TOML, "ja", "目的に")):
        (found,) = amendments_of({PATH: written.encode()}, ["2-purpose"], "en", Problems())
        assert found.language == language
        assert found.summary.startswith(words)
        (found,) = amendments_of({PATH: written.encode()}, ["2-purpose"], "ja", Problems())
        assert (found.language, found.summary[:3]) == ("ja", "目的に")


def test_a_careful_editor_asks_for_the_english() -> None:
    found = Problems()
    check_amendment_translation({PATH: (TOML + ENGLISH + TOML).encode()}, found)
    assert [(one.path, one.line) for one in found.errors] == [(PATH, 8)]


def test_old_and_new_are_shown_side_by_side() -> None:
    same, changed, added = compare("一。\n\n公務員の倫理を守る。", "一。\n\n公務員の規律を守る。\n\n三。")
    assert not same.changed
    assert ("倫理", True) in changed.before
    assert ("規律", True) in changed.after
    assert added.before == ()
    assert added.after == (("三。", True),)


@pytest.fixture
def amended(app: Flask, tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The site after the author changed a lesson; before, one person completed the older text."""
    monkeypatch.setenv("KENSHU_NOW", "2026-05-20T12:00")
    person = hire("0000001", start=date(2024, 4, 1))
    hire("0000002", start=date(2024, 4, 1))
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    sign_in(client, person)
    learner = Learner(client)
    learner.do_everything()
    learner.confirm()
    db.session.remove()
    import shutil

    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content)
    lesson = content / "sns-guideline" / "2-purpose" / "lesson.ja.md"
    lesson.write_text(lesson.read_text("utf-8") + "\n\n災害のときの発信も、この目的に沿います。\n", "utf-8")
    (content / "sns-guideline" / "amendments.toml").write_text(TOML, "utf-8")
    monkeypatch.setenv("KENSHU_NOW", "2026-06-10T12:00")
    changed = create_app(settings_in(tmp_path, content=content), Library.load(content))
    changed.testing = True
    changed.config["WTF_CSRF_ENABLED"] = False
    changed.test_client_class = HouseClient
    changed.extensions["person"] = person
    with changed.app_context():
        yield changed
        db.session.remove()
        db.engine.dispose()


def test_only_the_changed_section_is_owed_again(amended: Flask) -> None:
    person = amended.extensions["person"]
    hr = amended.test_client()
    sign_in(hr, hire("0000009", name="見本 人事", start=date(2026, 6, 1)), Role.HR)
    shown = hr.get("/hr/amendments/city-2026").get_data(as_text=True)
    assert "対象になる人(1人)" in shown
    assert "0000001" in shown
    early = hr.post("/hr/amendments/city-2026", data={"opened_on": "2026-05-01"})
    assert early.status_code == 422
    form = {"opened_on": "2026-06-10", "due": "2026-07-10"}
    assert hr.post("/hr/amendments/city-2026", data=form).status_code == 303
    assert hr.post("/hr/amendments/city-2026", data=form).status_code == 422
    client = amended.test_client()
    sign_in(client, person)
    learner = Learner(client)
    before = find_completion(person, "sns-guideline")
    assert before is not None
    home = learner.get("/")
    assert "改定されました" in home and f'href="/certificates/{before.serial}"' in home
    page = learner.get(COURSE + "amendments/city-2026")
    assert "災害のときの発信も、この目的に沿います。" in page
    learner.post(COURSE + "amendments/city-2026")
    assert find_completion(person, "sns-guideline", "", "city-2026") is None
    learner.read("2-purpose")
    assert 'data-outcome="passed"' in learner.take("2-purpose")
    assert "確認しました" in learner.get(COURSE + "amendments/city-2026")
    learner.post(COURSE + "amendments/city-2026")
    assert find_completion(person, "sns-guideline", "", "city-2026") is not None
    assert "改定されました" not in learner.get("/")
    first = find_completion(person, "sns-guideline")
    assert first is not None
    assert first.confirmed_at.date() == date(2026, 5, 20)
    assert check_all().findings == []


def again(amended: Flask) -> tuple[Learner, str]:
    """Who completed the older text, asked to learn the changed section again, has read it."""
    course, person = library().course("sns-guideline"), amended.extensions["person"]
    assert course is not None
    (amendment,) = course.amendments
    open_amendment(course, amendment, date(2026, 6, 10), date(2026, 7, 10), "人事", now())
    sign_in(client := amended.test_client(), person)
    learner = Learner(client)
    learner.read("2-purpose")
    return learner, person


def test_a_test_that_passes_since_a_question_was_withdrawn_counts_with_its_new_marks(amended: Flask) -> None:
    learner, person = again(amended)
    assert 'data-outcome="failed"' in learner.take("2-purpose", wrong=2)
    questions = learner.attempt.questions
    assert withdraw("sns-guideline", questions[0].scenario.id, "正答が二つある", "人事", now()) == 1
    learner.post(COURSE + "amendments/city-2026")
    completion = find_completion(person, "sns-guideline", "", "city-2026")
    assert completion is not None
    assert (completion.correct, completion.asked) == (len(questions) - 2, len(questions) - 1)
    assert check_all().findings == []


def test_what_an_annulled_completion_rested_on_does_not_count_again(amended: Flask) -> None:
    learner, person = again(amended)
    learner.take("2-purpose")
    learner.post(COURSE + "amendments/city-2026")
    done = find_completion(person, "sns-guideline", "", "city-2026")
    assert done is not None
    annul(done.serial, ANNULMENT_REASONS[0], "8人第1号", "人事", now())
    learner.post(COURSE + "amendments/city-2026")
    assert find_completion(person, "sns-guideline", "", "city-2026") is None
    assert "確認テストへ" in learner.get(COURSE + "amendments/city-2026")
    learner.take("2-purpose")
    learner.post(COURSE + "amendments/city-2026")
    assert find_completion(person, "sns-guideline", "", "city-2026") is not None
    assert find_completion(person, "sns-guideline") is not None
    assert check_all().findings == []


def test_an_opening_is_taken_back(amended: Flask) -> None:
    hr = amended.test_client()
    sign_in(hr, hire("0000009", name="見本 人事", start=date(2026, 6, 1)), Role.HR)
    hr.post("/hr/amendments/city-2026", data={"opened_on": "2026-06-10", "due": "2026-07-10"})
    client = amended.test_client()
    sign_in(client, amended.extensions["person"])
    assert "改定されました" in client.get("/").get_data(as_text=True)
    assert hr.post("/hr/amendments/openings/1/withdraw").status_code == 303
    assert "改定されました" not in client.get("/").get_data(as_text=True)
    assert hr.post("/hr/amendments/openings/1/withdraw").status_code == 404
    assert client.get("/hr/amendments").status_code == 403
