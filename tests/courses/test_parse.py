"""Scenarios are read as their author meant them, from whatever editor; what is lost is named."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.courses.parse import LIKE_CHOICE, ScenarioSource, scenarios_of
from app.courses.source import Problems, page_of

TWO = """\
+++
title = "事例"
+++

## 休日の個人アカウント {#weekend-account clauses="3(2), 4(1)" level=2}

図書館の職員の話です。

> 明日の読み聞かせ会は
> #たのしみ _です_

どう考えますか。

- [ ] 関係ない。
  > 適用されます。[3(2)](#3(2))
- [x] 適用される。
  > そのとおりです。
  > [3(2)](#3(2))を見ます。

## もう一つ {#second clauses="4(1)" level=1}
状況。

- [x] 長い選択肢は
  次の行に続けられる。

  > 解説。
- [x] 二つ目も正しい。
  > 解説。
- [ ] 違う。
  > 解説。
"""


def read(text: str | bytes) -> tuple[list[ScenarioSource], list[tuple[int, str]]]:
    problems = Problems()
    data = text if isinstance(text, bytes) else text.encode()
    found = scenarios_of(page_of("q.md", data, problems), problems)
    return found, [(error.line, error.sentence) for error in problems.errors]


def test_a_scenario_is_read_whole() -> None:
    (first, second), problems = read(TWO)
    assert problems == []
    assert (first.id, first.title, first.level) == ("weekend-account", "休日の個人アカウント", 2)
    assert first.clauses == ("3(2)", "4(1)")
    assert (first.line, first.situation_line) == (5, 7)
    assert first.situation[0] == "図書館の職員の話です。"
    assert first.situation[-1] == "どう考えますか。"
    assert [choice.right for choice in first.choices] == [False, True]
    assert [choice.line for choice in first.choices] == [14, 16]
    assert first.choices[1].feedback == ["そのとおりです。", "[3(2)](#3(2))を見ます。"]
    assert second.choices[0].text == "長い選択肢は\n次の行に続けられる。"
    assert [choice.right for choice in second.choices] == [True, True, False]


@pytest.mark.parametrize(
    "saved",
    [
        TWO.replace("\n", "\r\n").encode(),
        TWO.replace("\n", "\r").encode(),
        b"\xef\xbb\xbf" + TWO.encode(),
        TWO.rstrip("\n").encode(),
        (TWO + "\n\n\n").encode(),
        TWO.replace("  > ", "\t> ").encode(),
        TWO.replace("- [ ]", "-\t[ ]").encode(),
        TWO.replace("\n", "  \n").encode(),
    ],
    ids=[
        "CRLF",
        "CR",
        "BOM",
        "no last line end",
        "blank lines at the end",
        "tabs",
        "tab after dash",
        "spaces",
    ],
)
def test_editors_differ_and_nothing_changes(saved: bytes) -> None:
    plain, _ = read(TWO)
    other, problems = read(saved)
    assert problems == []
    for one, two in zip(plain, other, strict=True):
        assert (one.id, one.title, one.clauses, one.level, one.line) == (
            two.id,
            two.title,
            two.clauses,
            two.level,
            two.line,
        )
        assert [(c.line, c.right, c.text, c.feedback) for c in one.choices] == [
            (c.line, c.right, c.text, c.feedback) for c in two.choices
        ]


def test_a_revision_follows_the_words_and_not_the_line_ends() -> None:
    plain, _ = read(TWO)
    windows, _ = read(b"\xef\xbb\xbf" + TWO.replace("\n", "\r\n").encode())
    reworded, _ = read(TWO.replace("そのとおりです", "そうです"))
    assert [one.revision for one in windows] == [one.revision for one in plain]
    assert reworded[0].revision != plain[0].revision
    assert reworded[1].revision == plain[1].revision


@pytest.mark.parametrize(
    ("heading", "id", "clauses", "level"),
    [
        ('## 題 {#a clauses="1" level=1}', "a", ("1",), 1),
        ('##題{#a clauses="1" level=1}', "a", ("1",), 1),
        ('## 題 { #a  clauses = "1"  level = 3 }', "a", ("1",), 3),
        ('## 題 {clauses="4(5)ア,5(1)" level="2" #a-b-1}', "a-b-1", ("4(5)ア", "5(1)"), 2),
        ("## 題 {#a clauses=1 level=1 kind=choice}  ", "a", ("1",), 1),
    ],
)
def test_headings_may_be_written_freely(heading: str, id: str, clauses: tuple[str, ...], level: int) -> None:
    (found,), problems = read(f"{heading}\n状況。\n\n- [x] はい。\n- [ ] いいえ。\n")
    assert problems == []
    assert (found.title, found.id, found.clauses, found.level) == ("題", id, clauses, level)


@pytest.mark.parametrize(
    "written",
    [
        *("* [x] はい", "+ [ ] はい", "-[x] はい", "- [] はい", "- [x]はい", "- [x]", "-  [ x ] はい"),
        *("‐ [x] はい", "- [ｘ] はい", "- ［x］ はい", "- [×] はい", "- [✓] はい", "・[x] はい"),
        *("    - [ ] はい", "  * [x] はい", "> - [x] はい"),
    ],
)
def test_what_was_meant_as_a_choice_is_never_lost_unseen(written: str) -> None:
    text = (
        f'## 題 {{#a clauses="1" level=1}}\n状況。\n\n- [x] 一つ目。\n  > 解説。\n{written}\n- [ ] 三つ目。\n'
    )
    (found,), problems = read(text)
    if len(found.choices) == 3:
        return
    if written.startswith(">"):
        assert "はい" in "".join(found.choices[0].feedback)
        return
    assert [line for line, _ in problems] == [6]


@pytest.mark.parametrize("text", ["[ ] は空欄です", "- [資料](#4(1)) を見る", "- 普通の箇条書き", "(-)[ ]"])
def test_other_brackets_are_not_taken_for_choices(text: str) -> None:
    assert not LIKE_CHOICE.match(text)


BITS = st.sampled_from(
    ["## 題 {#a clauses=\"1\" level=1}", "- [x] はい", "- [ ] いいえ", "  > 解説", "> 投稿", "", "状況。",
     "* [x] ?", "- [] ?", "### 見出し", "+++", "\t- [x] 深い", "{{clause 1}}", "《", "｜"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(BITS, st.text(max_size=20)), max_size=25), st.sampled_from(["\n", "\r\n"]))
def test_every_line_that_looks_like_a_choice_is_one_or_is_named(lines: list[str], end: str) -> None:
    text = '## 題 {#a clauses="1" level=1}\n' + end.join(lines)
    found, problems = read(text.encode("utf-8", "replace"))
    named = {line for line, _ in problems}
    read_as = {choice.line for scenario in found for choice in scenario.choices}
    plain = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(plain, start=1):
        if LIKE_CHOICE.match(line):
            assert number in read_as or number in named


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_can_break_the_reader(data: bytes) -> None:
    read(data)
