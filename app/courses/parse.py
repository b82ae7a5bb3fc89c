"""Scenarios from Markdown. Read line by line: every mistake has its line, nothing is lost unseen."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from app.courses.posts import MARK
from app.courses.source import ContentError as ContentError
from app.courses.source import Page, Problems

CHOICE, SCENE, FIND = "choice", "scene", "find"
KINDS = (CHOICE, SCENE, FIND)
LEVELS = (1, 2, 3)
_HEADING = re.compile(r" {0,3}##(?!#)\s*(?P<title>.*?)\s*(?P<attrs>\{[^{}]*\})?\s*$")
_OTHER_HEADING = re.compile(r" {0,3}#{1,6}(?!#)\s*\S")
_ATTRIBUTE = re.compile(
    r"\s*(?:#(?P<id>[^\s}]+)|(?P<key>[A-Za-z_]+)\s*=\s*(?:\"(?P<quoted>[^\"]*)\"|(?P<bare>[^\s\"}]+)))"
)
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CHOICE = re.compile(r" {0,3}-\s+\[(?P<mark>[ xX~])\]\s+(?P<text>\S.*)$")
_PHRASE = re.compile(r" {0,3}-\s+(?P<text>\S.*)$")
# `[続き](#id)` in a choice: where it leads.
NEXT = re.compile(
    r"\s*\[\s*(?:続き|続く|つづき|[Cc]ontinued?|[Nn]ext|[Gg]o on)\s*\]\(\s*#(?P<id>[^\s()]*)\s*\)\s*"
)
# Whatever an author may have meant as a choice: other bullets, wide brackets, marks we don't know.
LIKE_CHOICE = re.compile(r"\s*[-*+・‐−–ー－]\s*[\[［]\s*[^\]］]{0,2}\s*[\]］](?!\()")
_QUOTE = re.compile(r"\s*>\s?(?P<text>.*)$")


@dataclass(slots=True)
class ChoiceSource:
    """A choice as written: `text` and `feedback` are Markdown, `mark` what stands between the brackets.

    `next` is the scene it leads to ("" at the end of a way). In `kind=find` a phrase is one, without a mark.
    """

    line: int
    mark: str
    text: str
    feedback: list[str] = field(default_factory=list)
    feedback_line: int = 0
    feedback_indented: bool = True
    next: str = ""

    @property
    def right(self) -> bool:
        """Whether it is marked as right."""
        return self.mark in ("x", "X")

    @property
    def half(self) -> bool:
        """Whether it is marked as repairing what went wrong."""
        return self.mark == "~"


@dataclass(slots=True)
class ScenarioSource:
    """A scenario as written; `line` is its heading's, `situation` starts at `situation_line`.

    `damaged` says that choices were lost, so that nobody judges what is left. In `kind=find` the phrases
    explained below the question stand in `choices`.
    """

    path: str
    line: int
    title: str
    id: str = ""
    clauses: tuple[str, ...] = ()
    level: int = 0
    kind: str = KINDS[0]
    situation: list[str] = field(default_factory=list)
    situation_line: int = 0
    choices: list[ChoiceSource] = field(default_factory=list)
    revision: str = ""
    damaged: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether a choice leads to a scene."""
        return any(choice.next for choice in self.choices)


def scenarios_of(page: Page, problems: Problems) -> list[ScenarioSource]:
    """Every scenario of a file, in order; what can't be understood is noted and the rest still read."""
    found = []
    for start, end in _blocks(page, problems):
        found.append(_scenario(page, start, end, problems))
    return found


def _blocks(page: Page, problems: Problems) -> Iterator[tuple[int, int]]:
    starts = [at for at, line in enumerate(page.lines) if _HEADING.match(line)]
    for at in range(starts[0] if starts else len(page.lines)):
        if page.lines[at].strip():
            problems.add(
                page.path,
                page.line(at),
                "最初の「## 題」より前に文があります。事例の中に移すか、消してください。",
            )
            break
    yield from pairwise([*starts, len(page.lines)])


def _scenario(page: Page, start: int, end: int, problems: Problems) -> ScenarioSource:
    block = [line.expandtabs(4).rstrip() for line in page.lines[start:end]]
    heading = _HEADING.match(block[0])
    assert heading is not None
    scenario = ScenarioSource(page.path, page.line(start), heading["title"])
    scenario.revision = hashlib.sha256("\n".join(block).rstrip().encode()).hexdigest()
    _read_attributes(scenario, heading["attrs"], problems)
    _read_body(scenario, block[1:], problems)
    _check_choices(scenario, block, problems)
    if scenario.kind == FIND:
        _check_marks(scenario, problems)
    return scenario


def _read_attributes(scenario: ScenarioSource, attributes: str | None, problems: Problems) -> None:
    def wrong(sentence: str) -> None:
        problems.add(scenario.path, scenario.line, sentence)

    if not attributes:
        wrong('見出しの後ろに {#id clauses="3(2)" level=1} の形の指定がありません。半角で書いてください。')
        return
    given, rest = _attributes(attributes[1:-1])
    if rest:
        wrong(
            f'見出しの指定「{rest}」を読み取れません。{{#id clauses="3(2)" level=1}} の形で書いてください。'
        )
    for key in given.keys() - {"id", "clauses", "level", "kind"}:
        wrong(f"見出しの指定「{key}」はありません。使えるのは #id、clauses、level、kind です。")
    scenario.id = given.get("id", "")
    if not scenario.id:
        wrong("事例に id がありません。{#short-english-name …} の形で付けてください。")
    elif not _ID.fullmatch(scenario.id):
        wrong(f"id「{scenario.id}」は使えません。半角の英小文字、数字とハイフンで書いてください。")
    scenario.clauses = tuple(label.strip() for label in given.get("clauses", "").split(",") if label.strip())
    scenario.kind = given.get("kind", scenario.kind)
    if scenario.kind not in KINDS:
        wrong(f"kind「{scenario.kind}」の事例はまだ扱えません。使えるのは {'、'.join(KINDS)} です。")
    optional = scenario.kind == SCENE
    if not scenario.clauses and not (optional and "clauses" not in given):
        wrong(
            '事例に clauses がありません。clauses="3(2), 4(1)" のように、判断のもとになる項を書いてください。'
        )
    if given.get("level", "") in {str(level) for level in LEVELS}:
        scenario.level = int(given["level"])
    elif not (optional and "level" not in given):
        wrong("事例の level は 1、2、3 のどれかを半角で書いてください。")


def _attributes(text: str) -> tuple[dict[str, str], str]:
    """What `{#id key="value"}` says, and the rest that says nothing."""
    given: dict[str, str] = {}
    at = 0
    while match := _ATTRIBUTE.match(text, at):
        at = match.end()
        if match["id"] is not None:
            given["id"] = match["id"]
        else:
            given[match["key"]] = match["quoted"] if match["quoted"] is not None else match["bare"]
    return given, text[at:].strip()


def _read_body(scenario: ScenarioSource, lines: Sequence[str], problems: Problems) -> None:
    for line_number, line in enumerate(lines, start=scenario.line + 1):
        choice = _CHOICE.match(line)
        phrase = _PHRASE.match(line) if scenario.kind == FIND and not LIKE_CHOICE.match(line) else None
        if choice:
            scenario.choices.append(ChoiceSource(line_number, choice["mark"], choice["text"].strip()))
        elif phrase:
            scenario.choices.append(ChoiceSource(line_number, "", phrase["text"].replace(MARK, "").strip()))
        elif scenario.choices:
            _read_under_choice(scenario, line_number, line, problems)
        elif _OTHER_HEADING.match(line):
            problems.add(
                scenario.path,
                line_number,
                "事例の見出しは「## 題」だけです。ほかの見出しは文にしてください。",
            )
        else:
            if line.strip() and not scenario.situation:
                scenario.situation_line = line_number
            if scenario.situation or line.strip():
                scenario.situation.append(line)
    while scenario.situation and not scenario.situation[-1].strip():
        scenario.situation.pop()
    for one in scenario.choices:
        if leads := NEXT.search(one.text):
            one.next = leads["id"]
            one.text = (one.text[: leads.start()] + one.text[leads.end() :]).strip()


def _read_under_choice(scenario: ScenarioSource, line_number: int, line: str, problems: Problems) -> None:
    choice = scenario.choices[-1]
    quote = _QUOTE.match(line)
    if quote:
        if not choice.feedback:
            choice.feedback_line = line_number
        choice.feedback.append(quote["text"].strip())
        choice.feedback_indented = choice.feedback_indented and line.startswith(" ")
    elif not line.strip() or LIKE_CHOICE.match(line):
        return
    elif line.startswith(" ") and not choice.feedback:
        choice.text += "\n" + line.strip()
    else:
        problems.add(
            scenario.path,
            line_number,
            "選択肢の下に、どこにも属さない文があります。解説なら行の初めに「  > 」を付けてください。",
        )


def _check_choices(scenario: ScenarioSource, block: Sequence[str], problems: Problems) -> None:
    parsed = {choice.line for choice in scenario.choices}
    lost = [
        at
        for at, line in enumerate(block, start=scenario.line)
        if LIKE_CHOICE.match(line) and at not in parsed
    ]
    for line_number in lost:
        problems.add(
            scenario.path,
            line_number,
            "選択肢として読み取れません。行の初めに半角で「- [ ] 文」または「- [x] 文」と書いてください。",
        )
    if lost:
        scenario.damaged = True
        return
    if scenario.kind == FIND:
        for choice in scenario.choices:
            if choice.mark:
                problems.add(
                    scenario.path,
                    choice.line,
                    "kind=find の事例には選択肢を書けません。投稿の中の言葉を「==言葉==」で囲んでください。",
                )
                scenario.damaged = True
    elif not scenario.choices:
        problems.add(
            scenario.path,
            scenario.line,
            "事例に選択肢がありません。「- [ ] 文」と「- [x] 文」で書いてください。",
        )
    elif not any(choice.right or (choice.half and scenario.kind == SCENE) for choice in scenario.choices):
        problems.add(
            scenario.path,
            scenario.line,
            "正答の印 [x] がどの選択肢にもありません。正しい選択肢に付けてください。",
        )
    if not scenario.situation:
        problems.add(
            scenario.path, scenario.line, "事例の状況が書かれていません。見出しと選択肢の間に書いてください。"
        )


def _check_marks(scenario: ScenarioSource, problems: Problems) -> None:
    """The risky phrases of `kind=find`: at least one, each closed on its line, all in one post."""
    posts, marked, inside = 0, 0, False
    for line_number, line in enumerate(scenario.situation, start=scenario.situation_line):
        quote = _QUOTE.match(line)
        posts += bool(quote) and not inside
        inside = bool(quote)
        marks = line.count(MARK)
        if marks and not quote:
            sentence = "「==」は投稿(「> 」で始まる行)の中だけで使います。投稿の言葉を囲んでください。"
            problems.add(scenario.path, line_number, sentence)
        elif marks % 2:
            sentence = "「==」が閉じていません。「==言葉==」の形で、1行の中で囲んでください。"
            problems.add(scenario.path, line_number, sentence)
        marked += marks
    if posts != 1:
        problems.add(
            scenario.path,
            scenario.line,
            f"kind=find の事例には、投稿(「> 」の行のまとまり)を1つだけ書いてください。いま{posts}つです。",
        )
    elif not marked:
        problems.add(
            scenario.path,
            scenario.line,
            "気を付けたい言葉がありません。投稿の中で「==言葉==」と囲んでください。",
        )
