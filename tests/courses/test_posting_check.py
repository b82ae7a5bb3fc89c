"""発信前チェック: which question follows which, what the answers lead to, and what an author gets wrong."""

# The tables read as tables.
# ruff: noqa: E501

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from app.courses.check import findings
from app.courses.library import Library
from app.courses.load import load_course
from app.courses.posting_check import PostingCheck, Verdict, paths, walk
from tests.courses.tiny_course import SLUG, as_bytes, tiny_course, write

TINY = """\
title = "確かめる"
lead = "短い質問です。"

[results.post]
title = "よい"

[results.change]
title = "直す"

[results.stop]
title = "しない"

[[questions]]
id = "true"
ask = "｜本当《ほんとう》ですか。"
clauses = ["2"]
answers = [
  { id = "yes", text = "はい" },
  { id = "no", text = "いいえ", result = "change", advice = "[2](#2)のとおり、確かめます。" },
]

[[questions]]
id = "city"
ask = "市のことですか。"
clauses = ["1(1)"]
answers = [
  { id = "no", text = "いいえ" },
  { id = "yes", text = "はい", clauses = ["1(2)"], advice = "気をつけます。" },
]

[[questions]]
id = "secret"
ask = "秘密ですか。"
clauses = ["1(2)"]
only = { city = ["yes"] }
answers = [
  { id = "no", text = "いいえ" },
  { id = "yes", text = "はい", result = "stop", advice = "しません。" },
]
"""
CHECK = "check.ja.toml"


def course_files(text: str = TINY) -> dict[str, str]:
    return {**tiny_course(), CHECK: text}


@pytest.fixture(scope="module")
def check() -> PostingCheck:
    found = load_course(as_bytes(course_files()), SLUG).posting_check
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("given", "asking", "verdict"),
    [
        ({}, "true", "post"),
        ({"true": "yes"}, "city", "post"),
        ({"true": "no"}, "city", "change"),
        ({"true": "perhaps"}, "true", "post"),
        ({"city": "no"}, "true", "post"),
        ({"true": "yes", "city": "no"}, None, "post"),
        ({"true": "yes", "city": "no", "secret": "yes"}, None, "post"),
        ({"true": "yes", "city": "yes"}, "secret", "post"),
        ({"true": "yes", "city": "yes", "secret": "no"}, None, "post"),
        ({"true": "no", "city": "yes", "secret": "no"}, None, "change"),
        ({"true": "no", "city": "yes", "secret": "yes"}, None, "stop"),
        ({"true": "yes", "city": "yes", "secret": "yes", "lang": "en"}, None, "stop"),
    ],
)
def test_answers_lead_to_the_next_question_or_an_end(
    check: PostingCheck, given: dict[str, str], asking: str | None, verdict: str
) -> None:
    way = walk(check.questions, given)
    assert (way.asking.id if way.asking else None, way.verdict) == (asking, verdict)


def test_an_end_says_what_to_do_and_by_which_clauses(check: PostingCheck) -> None:
    way = walk(check.questions, {"true": "no", "city": "yes", "secret": "yes"})
    assert [one.answer.id for one in way.of(Verdict.CHANGE)] == ["no"]
    assert [one.answer.clauses for one in way.of(Verdict.STOP)] == [("1(2)",)]
    assert [one.question.id for one in way.of(Verdict.POST)] == ["city"]
    assert way.clauses == ("2", "1(1)", "1(2)")


def test_a_stop_ends_at_once(check: PostingCheck) -> None:
    assert check.longest == 3
    assert {len(way.taken) for way in paths(check.questions)} == {2, 3}


def test_words_are_rendered_with_and_without_readings(check: PostingCheck) -> None:
    assert check.questions[0].html == "本当ですか。"
    ruby = load_course(as_bytes(course_files()), SLUG, ruby=True).posting_check
    assert ruby is not None and "<rt>ほんとう</rt>" in ruby.questions[0].html
    assert ruby.questions[0].text == "本当ですか。"
    assert "clause-link" in check.questions[0].answers[1].advice_html


def test_a_course_may_do_without() -> None:
    assert load_course(as_bytes(tiny_course()), SLUG).posting_check is None


@dataclass(frozen=True)
class Plant:
    """Put `new` for the first `old`; `at` is text of the line to be named (or its number)."""

    name: str
    old: str
    new: str
    at: str | int
    says: str


PLANTS = [
    # What can't be understood.
    Plant("not TOML", '"確かめる"', "確かめる", 1, "TOML"),
    Plant("no title", 'title = "確かめる"\n', "", 1, "title がありません"),
    Plant("an ending without words", "[results.change]\ntitle", "[results.chance]\ntitle", 7, "結果「chance」"),
    Plant("key misspelt", "lead =", "led =", 1, "「led」はありません"),
    Plant("question key misspelt", 'ask = "市', 'hin = ""\nask = "市', 22, "「hin」はありません"),
    Plant("id twice", 'id = "city"', 'id = "true"', 22, "2回あります"),
    Plant("id in Japanese", 'id = "secret"', 'id = "秘密"', 31, "使えない字"),
    Plant("id the page needs", 'id = "secret"', 'id = "course"', 31, "「course」は使えません"),
    Plant("answer twice", '{ id = "yes", text = "はい" },', '{ id = "no", text = "はい" },', '{ id = "no"', "2回あります"),
    Plant("no such clause", 'clauses = ["2"]', 'clauses = ["3"]', 13, "「3」はガイドラインに"),
    Plant("no such clause in an answer", 'clauses = ["1(2)"], advice', 'clauses = ["1(9)"], advice', 'id = "yes", text = "はい", clauses', "「1(9)」は"),
    Plant("no clauses", 'clauses = ["1(1)"]\n', "", 22, "clauses がありません"),
    Plant("no such result", '"stop"', '"end"', 'result = "end"', "「end」はありません"),
    Plant("only after a later question", 'only = { city = ["yes"] }', 'only = { later = ["yes"] }', 31, "「later」は"),
    Plant("only after no answer", 'only = { city = ["yes"] }', 'only = { city = ["maybe"] }', 31, "「maybe」は"),
    Plant("one answer", '  { id = "no", text = "いいえ" },\n  { id = "yes", text = "はい", result', '  { id = "yes", text = "はい", result', 31, "2つ以上"),
    Plant("text not text", 'ask = "秘密ですか。"', "ask = 3", 31, "ask は文字"),
    # What a careful editor finds besides.
    Plant("a change without advice", ', advice = "[2](#2)のとおり、確かめます。"', "", 'result = "change"', "advice"),
    Plant("reading in an answer", 'text = "いいえ", result', 'text = "｜否《いな》", result', "｜否", "ボタンにはふりがな"),
    Plant("reading left open", "秘密ですか", "｜秘密ですか", "｜秘密", "閉じていません"),
    Plant("a word we avoid", "秘密ですか", "違反者ですか", "違反者", "受講する人"),
    Plant("nothing stops", ', result = "stop", advice = "しません。"', "", 1, "「発信しない」に着く"),
    Plant("nothing goes on", '{ id = "yes", text = "はい" },', '{ id = "yes", text = "はい", result = "change", advice = "直します。" },', 1, "「発信してよい」に着きません"),
    Plant("never asked", '{ id = "yes", text = "はい", clauses = ["1(2)"], advice', '{ id = "yes", text = "はい", result = "stop", clauses = ["1(2)"], advice', 31, "尋ねられません"),
]  # fmt: skip


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_one_mistake_is_named_with_its_place(plant: Plant, tmp_path: Path) -> None:
    assert plant.old in TINY, plant.name
    text = TINY.replace(plant.old, plant.new, 1)
    found = findings(write(course_files(text), tmp_path))
    at = plant.at
    line = at if isinstance(at, int) else next(n for n, one in enumerate(text.split("\n"), 1) if at in one)
    ours = [one for one in found if one.path.endswith(CHECK)]
    assert any(one.line == line and plant.says in one.sentence for one in ours), [str(one) for one in found]
    assert ours == found and all(one.sentence.endswith("。") for one in ours)


def test_a_check_without_a_mistake_is_left_alone(tmp_path: Path) -> None:
    assert findings(write(course_files(), tmp_path)) == []


def test_too_long_for_a_minute(tmp_path: Path) -> None:
    more = "".join(
        f'\n[[questions]]\nid = "q{n}"\nask = "次は。"\nclauses = ["2"]\nanswers = [{{ id = "a", text = "は" }}, {{ id = "b", text = "ひ" }}]\n'
        for n in range(6)
    )
    found = findings(write(course_files(TINY + more), tmp_path))
    assert [one.line for one in found] == [1] and "9問" in found[0].sentence


def test_a_translation_asks_the_same(tmp_path: Path) -> None:
    english = TINY.replace("市のことですか。", "Is it about the city?")
    files = course_files() | {"check.en.toml": english}
    assert findings(write(files, tmp_path)) == []
    found = load_course(as_bytes(files), SLUG, "en").posting_check
    assert found is not None and (found.language, found.questions[1].html) == ("en", "Is it about the city?")
    files["check.en.toml"] = english.replace('"change"', '"stop"')
    assert "結果" in findings(write(files, tmp_path))[0].sentence
    files["check.en.toml"] = english.replace('id = "city"', 'id = "town"').replace("{ city", "{ town")
    assert "id か順" in findings(write(files, tmp_path))[0].sentence


def ours(library: Library) -> PostingCheck:
    course = library.course("sns-guideline")
    assert course is not None and course.posting_check is not None
    return course.posting_check


PRIVATE = {"role": "personal", "rights": "no", "facts": "yes", "harm": "no", "lasting": "yes", "city": "no"}
OWN = PRIVATE | {"city": "own", "own-duty": "no"}
OTHER = PRIVATE | {"city": "other", "other-duty": "no", "view": "yes"}


@pytest.mark.parametrize(
    ("given", "verdict", "clause"),
    [
        (PRIVATE, Verdict.POST, None),
        (PRIVATE | {"role": "working-hours"}, Verdict.CHANGE, "4(4)"),
        (PRIVATE | {"role": "duty"}, Verdict.POST, "3(2)"),
        (PRIVATE | {"rights": "yes"}, Verdict.CHANGE, "4(2)"),
        (PRIVATE | {"rights": "cleared"}, Verdict.POST, None),
        (PRIVATE | {"facts": "unsure"}, Verdict.CHANGE, "4(5)オ"),
        (PRIVATE | {"harm": "yes"}, Verdict.STOP, "4(5)イ"),
        (PRIVATE | {"lasting": "partly"}, Verdict.CHANGE, "4(3)"),
        (OWN, Verdict.POST, None),
        (OWN | {"own-duty": "yes"}, Verdict.STOP, "5(4)"),
        (OWN | {"own-duty": "unsure"}, Verdict.STOP, "5(6)"),
        (OTHER, Verdict.POST, None),
        (OTHER | {"view": "no"}, Verdict.CHANGE, "5(5)ア"),
        (OTHER | {"other-duty": "yes"}, Verdict.STOP, "5(5)ウ"),
        (OTHER | {"role": "duty", "view": "no"}, Verdict.POST, "3(2)"),
    ],
)
def test_our_own_questions_end_as_the_guideline_says(
    library: Library, given: dict[str, str], verdict: Verdict, clause: str | None
) -> None:
    way = walk(ours(library).questions, given)
    assert way.asking is None and way.verdict is verdict
    said = [label for kind in Verdict for one in way.of(kind) for label in one.answer.clauses]
    assert clause in said if clause else not said


def test_our_own_questions_take_a_minute_and_walk_every_clause_of_4_and_5(library: Library) -> None:
    check = ours(library)
    assert check.longest <= 8
    walked = {label for way in paths(check.questions) for label in way.clauses}
    course = library.course("sns-guideline")
    assert course is not None
    wanted = {label for label in course.guideline.clauses if label[0] in "45" and label != "4(5)"}
    assert wanted <= walked
