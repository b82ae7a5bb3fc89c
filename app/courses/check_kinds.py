"""What an editor sees in scenarios that go on (`続き`) and in posts to search (`kind=find`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.courses.draft import Draft, SectionDraft
from app.courses.parse import FIND, ScenarioSource
from app.courses.posts import MARK, Phrase, crossing, phrases
from app.courses.render import without_ruby
from app.courses.scenes import following, post_lines, post_of, ways
from app.courses.source import Problems
from app.courses.telling import explains

MOST_STEPS = 4
FEWEST_PHRASES, MOST_PHRASES = 4, 14
_HOW_MANY = re.compile(r"(?P<number>[0-9０-９一二三四五])\s*(?:つ|か所|カ所|箇所|ヶ所)")
_ROWS = ("0123456789", "０１２３４５６７８９", "〇一二三四五")
_DIGITS = {digit: at for row in _ROWS for at, digit in enumerate(row)}


def check_kinds(draft: Draft, found: Problems) -> None:
    """Every scenario of the two kinds on its own."""
    for section in draft.sections:
        for scene in _unreached(section):
            sentence = f"場面「{scene.id}」に、どこからも続いていません。選択肢に [続き] を置いてください。"
            found.add(scene.path, scene.line, sentence)
        for scenario in section.scenarios:
            if scenario.damaged:
                continue
            here = _find(scenario) if scenario.kind == FIND else _going_on(section, scenario)
            for line, sentence in here:
                found.add(scenario.path, line, sentence)


def _unreached(section: SectionDraft) -> list[ScenarioSource]:
    reached = {scene.id for one in section.scenarios for scene in following(one, section.scenes)}
    return [scene for scene in section.scenes if scene.id and scene.id not in reached]


def _going_on(section: SectionDraft, scenario: ScenarioSource) -> Iterator[tuple[int, str]]:
    if not scenario.goes_on:
        return
    every = list(ways(scenario, section.scenes))
    if not any(all(choice.right for choice in way) for way in every):
        yield scenario.line, "[x] だけを選んで終わる道がありません。いちばんよい道に [x] を付けてください。"
    longest = max(map(len, every))
    if longest > MOST_STEPS:
        yield scenario.line, f"{longest}回選ぶ道があります。{MOST_STEPS}回までにしてください。"


def _find(scenario: ScenarioSource) -> Iterator[tuple[int, str]]:
    first = _first_post_line(scenario)
    marked = [(number, line) for number, line in enumerate(post_lines(scenario), start=first) if MARK in line]
    for number, line in marked:
        for stretch in crossing(line):
            yield number, f"「{stretch}」が読点や句点をまたいでいます。1つの区切りの中で囲んでください。"
    cut = [one for said in post_of(scenario).said for line in said.lines for one in phrases(line)]
    risky = sum(bool(one.marks) for one in cut)
    if not FEWEST_PHRASES <= len(cut) <= MOST_PHRASES:
        wanted = f"{FEWEST_PHRASES}から{MOST_PHRASES}まで"
        yield first, f"投稿の区切り(読点、句点、行)が{len(cut)}あります。{wanted}にしてください。"
    elif risky == len(cut):
        yield first, "投稿のすべての区切りに印があります。問題のない言葉も入れてください。"
    yield from _explanations(scenario, marked)
    asked = _HOW_MANY.search(scenario.situation[-1]) if scenario.situation else None
    if asked and risky and _DIGITS[asked["number"]] != risky:
        last = scenario.situation_line + len(scenario.situation) - 1
        yield last, f"問いは「{asked[0]}」ですが、印のある区切りは{risky}です。そろえてください。"


def _first_post_line(scenario: ScenarioSource) -> int:
    posts = (at for at, line in enumerate(scenario.situation) if line.lstrip().startswith(">"))
    return scenario.situation_line + next(posts, 0)


def _explanations(scenario: ScenarioSource, marked: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    for number, line in marked:
        for phrase in phrases(line):
            if phrase.marks and not explains(phrase, scenario.choices):
                cure = "問いの下に「- 言葉」「  > 理由」と書いてください。"
                yield number, f"「{_risky(phrase)}」の解説がありません。{cure}"
    text = without_ruby(post_of(scenario).text.replace(MARK, ""))
    for choice in scenario.choices:
        if without_ruby(choice.text) not in text:
            yield choice.line, f"「{choice.text}」は投稿にありません。投稿と同じ字で書いてください。"


def _risky(phrase: Phrase) -> str:
    start, end = phrase.marks[0]
    return phrase.text[start:end]
