"""What an editor sees in one scenario, and in a translation beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.courses.draft import Draft, SectionDraft
from app.courses.parse import FIND, SCENE, ChoiceSource, ScenarioSource
from app.courses.posts import MARK
from app.courses.render import POST, without_ruby
from app.courses.scenes import shape
from app.courses.source import Problems

FEWEST, MOST = 3, 4
FEWEST_IN_SCENE = 2
STANDS_OUT = 1.6
LEAST_DIFFERENCE = 12
_MARKUP = re.compile(r"\]\([^)]*\)+|[*`\[\]]")
_ALL_OF_THEM = re.compile(r"(?:どれも|いずれも|上の(?:どれも|すべて)|None of|All of)")
_CHOOSE_ALL = re.compile(r"すべて(?:を)?(?:選|お選)|(?:choose|select) all", re.IGNORECASE)
_NEGATIVE = re.compile(
    r"(?:ない|ません|できぬ)(?:もの|の|発信|投稿|行動|考え(?:方)?|対応|理由|組合せ)?(?:は|を|が)"
)
_ASKS_WHICH = re.compile(r"どれ|どちら|選ん|選び")
_BOLD = re.compile(r"\*\*.+?\*\*")
_CITATION = re.compile(r"\]\(\s*#")


def check_scenarios(draft: Draft, found: Problems) -> None:
    """Every scenario and scene on its own."""
    for section in draft.sections:
        for scenario in (*section.scenarios, *section.scenes):
            for line, sentence in _scenario(draft, section, scenario):
                found.add(scenario.path, line, sentence)


def _scenario(draft: Draft, section: SectionDraft, scenario: ScenarioSource) -> Iterator[tuple[int, str]]:
    if not scenario.title:
        yield scenario.line, "事例に題がありません。「## 題 {#…}」の形で付けてください。"
    main = scenario.clauses[0] if scenario.clauses else None
    home = draft.homes.get(main) if main else None
    if home and home != section.slug:
        yield (
            scenario.line,
            f"初めの項「{main}」は「{home}」の節のものです。事例を移すか、項の順を直してください。",
        )
    if scenario.damaged:
        return
    yield from _situation(scenario)
    if scenario.kind == FIND:
        for phrase in scenario.choices:
            yield from _choice(phrase)
    elif any(choice.right or choice.half for choice in scenario.choices):
        yield from _choices(scenario)


def _situation(scenario: ScenarioSource) -> Iterator[tuple[int, str]]:
    if not scenario.situation:
        return
    last = scenario.situation_line + len(scenario.situation) - 1
    if POST.match(scenario.situation[-1]):
        yield last, "問いの文がありません。状況の終わりに「どう考えますか。」のような文を置いてください。"
        return
    for at, line in enumerate(scenario.situation, start=scenario.situation_line):
        if scenario.kind != FIND and line.count(MARK) > 1:
            yield at, "「==」は kind=find の事例だけで使います。見出しに kind=find と書くか、消してください。"
    question = question_of(scenario)
    if _ASKS_WHICH.search(question) and _NEGATIVE.search(_BOLD.sub("", question)):
        yield (
            last,
            "打消しの問いは読み違えやすいので、「**適切でない**」のように太字にするか、問いを裏返してください。",
        )
    if scenario.kind == FIND:
        return
    rights = sum(choice.right for choice in scenario.choices)
    asks_all = bool(_CHOOSE_ALL.search(question))
    if rights > 1 and not asks_all:
        yield last, "正答が複数あるので、問いに「当てはまるものをすべて選んでください。」と書いてください。"
    if rights == 1 and asks_all:
        yield last, "「すべて選んでください」とありますが、正答は1つです。印か問いを直してください。"


def question_of(scenario: ScenarioSource) -> str:
    """The situation's last paragraph, without readings."""
    return without_ruby("\n".join(scenario.situation).rsplit("\n\n", 1)[-1])


def _choices(scenario: ScenarioSource) -> Iterator[tuple[int, str]]:
    choices = scenario.choices
    fewest = FEWEST_IN_SCENE if scenario.kind == SCENE else FEWEST
    if not fewest <= len(choices) <= MOST:
        yield scenario.line, f"選択肢が{len(choices)}つです。{fewest}つから{MOST}つにしてください。"
    if all(choice.right for choice in choices):
        yield scenario.line, "すべての選択肢が正答です。当てはまらない選択肢を入れてください。"
    texts: dict[str, int] = {}
    for choice in choices:
        if texts.setdefault(without_ruby(choice.text), choice.line) != choice.line:
            yield choice.line, "同じ文の選択肢があります。書き分けてください。"
    for choice in choices:
        yield from _choice(choice)
        if choice is not choices[-1] and _ALL_OF_THEM.match(without_ruby(choice.text)):
            yield choice.line, "「どれも…」の選択肢は最後に置いてください。"
    yield from _standing_out(choices)


def _choice(choice: ChoiceSource) -> Iterator[tuple[int, str]]:
    if choice.mark == "X":
        yield choice.line, "正答の印が大文字の X です。小文字で [x] と書いてください。"
    if not "".join(choice.feedback).strip():
        what = "選択肢" if choice.mark else "言葉"
        yield choice.line, f"{what}に解説がありません。次の行に「  > 」で理由と項を書いてください。"
        return
    if not choice.feedback_indented:
        yield (
            choice.feedback_line,
            "解説の行が字下げされていません。行の初めに半角の空白を2つ入れてください。",
        )
    if not _CITATION.search("\n".join(choice.feedback)):
        yield (
            choice.feedback_line,
            "解説に項がありません。「[4(1)](#4(1))」の形で、もとになる項を示してください。",
        )


def _standing_out(choices: list[ChoiceSource]) -> Iterator[tuple[int, str]]:
    right = [choice for choice in choices if choice.right]
    wrong = [choice for choice in choices if not choice.right]
    if len(right) != 1 or not wrong:
        return
    length, others = shown_length(right[0]), [shown_length(choice) for choice in wrong]
    if length > STANDS_OUT * max(others) and length - max(others) >= LEAST_DIFFERENCE:
        yield (
            right[0].line,
            f"正答だけが長く({length}字、ほかは{max(others)}字まで)、目立ちます。長さをそろえてください。",
        )
    if length * STANDS_OUT < min(others) and min(others) - length >= LEAST_DIFFERENCE:
        yield (
            right[0].line,
            f"正答だけが短く({length}字、ほかは{min(others)}字から)、目立ちます。長さをそろえてください。",
        )
    stops = {choice.text.endswith(("。", ".")) for choice in wrong}
    if len(wrong) > 1 and stops == {not right[0].text.endswith(("。", "."))}:
        yield right[0].line, "正答だけ、文の終わりの句点がほかと違います。そろえてください。"


def shown_length(choice: ChoiceSource) -> int:
    """Characters of a choice as a learner sees it."""
    return len("".join(_MARKUP.sub("", without_ruby(choice.text)).split()))


def check_translation(japanese: SectionDraft, other: SectionDraft, found: Problems) -> None:
    """A translation has the same ids, in the same order, with the same marks, clauses and levels."""
    page = other.quiz
    if page is None or other.quiz_language == "ja":
        return
    ours = {scenario.id: scenario for scenario in (*japanese.scenarios, *japanese.scenes)}
    theirs = {scenario.id: scenario for scenario in (*other.scenarios, *other.scenes)}
    for id in ours.keys() - theirs.keys():
        found.add(page.path, 1, f"日本語にある事例「{id}」がありません。訳を加えてください。")
    for id, scenario in theirs.items():
        if id not in ours:
            found.add(
                page.path,
                scenario.line,
                f"事例「{id}」は日本語にありません。id を日本語と同じにしてください。",
            )
        else:
            _same(ours[id], scenario, found)
    shared = [id for id in ours if id in theirs]
    for expected, scenario in zip(shared, (one for id, one in theirs.items() if id in ours), strict=True):
        if scenario.id != expected:
            found.add(
                page.path,
                scenario.line,
                f"事例の順が日本語と違います。ここには「{expected}」を置いてください。",
            )
            break


def _same(ours: ScenarioSource, theirs: ScenarioSource, found: Problems) -> None:
    if ours.kind == FIND == theirs.kind and shape(ours) != shape(theirs):
        found.add(
            theirs.path,
            theirs.line,
            "投稿の区切りの数か、印のある所が日本語と違います。句読点と印をそろえてください。",
        )
    elif ours.kind == theirs.kind and shape(ours) != shape(theirs):
        found.add(
            theirs.path,
            theirs.line,
            "選択肢の数か、正答や続きの印が日本語と違います。同じ順、同じ印にしてください。",
        )
    if (ours.clauses, ours.level, ours.kind) != (theirs.clauses, theirs.level, theirs.kind):
        found.add(theirs.path, theirs.line, "clauses、kind か level が日本語と違います。同じにしてください。")
