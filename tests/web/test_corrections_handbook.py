"""The tables of HR's handbook on corrections, row by row against the product."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.courses.amendments import AmendmentKind
from app.courses.model import Course
from app.settings import ROOT
from app.training.attempts import keep_answer, load_attempt, start_attempt
from app.training.grading import percentage
from app.training.passed import first_passes
from app.training.progress import find_completion
from app.training.regrading import news_for
from app.training.withdrawing import withdraw
from tests.answering import wanted
from tests.people_builder import hire
from tests.test_docs import table_under
from tests.web.hr_city import complete

CORRECTIONS = ROOT / "docs" / "hr" / "corrections.md"
COURSE = "sns-guideline"
NUMBER = "0012345"
HELD_ON = "2026-05-25"
NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)
SECTION = "4-basics"


@pytest.mark.parametrize("row", table_under(CORRECTIONS, "入力"), ids=lambda row: row[0])
def test_what_is_typed_for_a_group(hr: FlaskClient, row: list[str]) -> None:
    typed, result = row
    person = hire(NUMBER, department="012")
    if "もう修了した人" in typed:
        complete(person, date(2025, 5, 1))
    paper = _paper_test(hr, int(asked[1])) if (asked := re.search(r"(\d+)問のテスト", typed)) else ""
    (line,) = re.findall(r"`(.+)`", typed)
    form = {
        "subject": COURSE, "method": "紙" if paper else "集合", "held_on": HELD_ON, "signed_by": "見本 講師",
        "evidence_number": "8総人第34号", "paper_test": paper, "lines": line,
    }  # fmt: skip
    shown = hr.post("/hr/group/entry", data=form)
    kept = hr.post("/hr/group/entry", data={**form, "step": "keep"})
    done = find_completion(person, COURSE)
    if result.startswith("記録できます。"):
        assert (shown.status_code, kept.status_code) == (200, 303)
        assert done is not None and done.method == form["method"]
        score = f"得点は{percentage(done.correct or 0, done.asked)}%" if done.asked else "得点はありません"
        assert result.endswith(score)
    else:
        said, refused = re.fullmatch(r"「(.+)」と出て、(記録できません)", result).groups()  # type: ignore[union-attr]
        assert said in shown.text and refused
        assert (shown.status_code, kept.status_code) == (422, 422)
        assert done is None or done.confirmed_at.year == 2025


def _paper_test(hr: FlaskClient, questions: int) -> str:
    made = hr.post("/hr/group/tests", data={"subject": COURSE, "held_on": HELD_ON, "questions": questions})
    return made.location.rsplit("/", 1)[1]


#: By the first cell of a row: the places answered wrongly, and how many questions are answered.
TAKEN = {
    "合格していた": ({2}, 99),
    "その問題のほかは合格点": ({1, 2}, 99),
    "その問題を除いても届かない": ({1, 2, 3, 4}, 99),
    "受けている途中で、まだ答えていない": (set[int](), 0),
}
#: By the second one: whether the test was passed before and is after, and whether the person is told.
AFTER = {
    "合格のまま(得点もそのまま)": (True, True, False),
    "合格に変わり、本人の画面にお知らせが出ます": (False, True, True),
    "不合格のまま": (False, False, False),
    "その問題を飛ばして続きます": (None, None, False),
}


@pytest.mark.parametrize("row", table_under(CORRECTIONS, "その問題を含むテスト"), ids=lambda row: row[0])
def test_what_becomes_of_a_test_whose_question_is_withdrawn(
    app: Flask, course: Course, row: list[str]
) -> None:
    (wrong, upto), (before, after, told) = TAKEN[row[0]], AFTER[row[1]]
    person, section = hire(NUMBER), course.section(SECTION)
    assert section is not None
    attempt = load_attempt(identifier := start_attempt(person, course, section, NOW))
    assert attempt is not None
    gone = attempt.questions[0].scenario.id
    while (question := attempt.next_question) is not None and question.position <= upto:
        keep_answer(attempt, question, wanted(question, question.position not in wrong), NOW)
        attempt = load_attempt(identifier)
        assert attempt is not None
    assert attempt.passed is before
    score = first_passes(person, COURSE)
    withdraw(COURSE, gone, "正答が二つある", "人事", NOW + timedelta(hours=1))
    attempt = load_attempt(identifier)
    assert attempt is not None and attempt.passed is after
    assert bool(news_for(person, NOW + timedelta(hours=2))) is told
    if before:
        assert first_passes(person, COURSE) == score
    if after is None:
        assert attempt.next_question is not None and attempt.next_question.position == 2


def test_every_kind_of_amendment_is_in_the_table() -> None:
    rows = table_under(CORRECTIONS, "種類")
    assert [re.findall(r"\((\w+)\)", name)[0] for name, _who in rows] == [
        kind.value for kind in AmendmentKind
    ]
    assert [who.startswith("だれもいません") for _name, who in rows] == [
        kind is not AmendmentKind.MATERIAL for kind in AmendmentKind
    ]
