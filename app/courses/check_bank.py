"""What an editor sees over the whole bank: coverage, stories told twice, answers that show by form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations
from math import sqrt

from app.courses.check_scenarios import shown_length
from app.courses.draft import Draft
from app.courses.model import PREAMBLE
from app.courses.outline import PATH as COURSE_FILE
from app.courses.parse import ScenarioSource
from app.courses.render import without_ruby
from app.courses.source import Problems

PER_QUESTION = 3
PER_CLAUSE = 3
ALIKE = 0.4
ENOUGH_TO_JUDGE = 12
LARGEST_SHARE = 0.4
GIVE_AWAY = ("必ず", "絶対", "一切", "どんな")
ONLY_WRONG = 8
_NOT_WORDS = re.compile(r"[\s、。「」『』()（）・…,.!?！？>*_#-]")


def check_bank(draft: Draft, found: Problems) -> None:
    """All scenarios of the course together."""
    scenarios = [scenario for section in draft.sections for scenario in section.scenarios]
    _check_coverage(draft, scenarios, found)
    _check_told_twice(scenarios, found)
    asked = [*scenarios, *(scene for section in draft.sections for scene in section.scenes)]
    single = [
        one for one in asked if sum(choice.right for choice in one.choices) == 1 and len(one.choices) > 1
    ]
    if len(single) >= ENOUGH_TO_JUDGE:
        for sentence in (*_by_length(single), *_by_place(single), *_by_words(asked)):
            found.add(COURSE_FILE, 1, sentence)


def _check_coverage(draft: Draft, scenarios: list[ScenarioSource], found: Problems) -> None:
    for section in draft.sections:
        wanted, have = PER_QUESTION * section.questions, len(section.scenarios)
        if section.quiz is not None and have < wanted:
            found.add(
                section.quiz.path,
                1,
                f"事例が{have}つです。{section.questions}問の{PER_QUESTION}倍、{wanted}以上にしてください。",
            )
    decided = Counter(label for scenario in scenarios for label in dict.fromkeys(scenario.clauses))
    tested = {section.slug for section in draft.sections if section.quiz is not None}
    for label, clause in draft.guideline.clauses.items():
        if label == PREAMBLE or label in draft.outline.untested or draft.homes.get(label) not in tested:
            continue
        if decided[label] < PER_CLAUSE:
            found.add(
                draft.guideline.path,
                clause.line,
                f"項「{label}」で判断する事例が{decided[label]}つです。{PER_CLAUSE}つ以上にしてください。",
            )


def _check_told_twice(scenarios: list[ScenarioSource], found: Problems) -> None:
    shingles = [(scenario, shingles_of("\n".join(scenario.situation))) for scenario in scenarios]
    for (first, one), (second, other) in combinations(shingles, 2):
        if likeness(one, other) >= ALIKE:
            where = f"「{first.title}」({first.path} の{first.line}行目)"
            found.add(
                second.path, second.line, f"状況が{where}とほとんど同じです。場面か人を替えてください。"
            )


def shingles_of(text: str) -> frozenset[str]:
    """The text's runs of three characters, without marks and readings."""
    plain = _NOT_WORDS.sub("", without_ruby(text))
    return frozenset(plain[at : at + 3] for at in range(len(plain) - 2))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard index, 0 to 1."""
    return len(one & other) / len(one | other) if one and other else 0.0


def _by_length(single: list[ScenarioSource]) -> Iterator[str]:
    def stands(scenario: ScenarioSource, compare: Callable[[int, int], bool]) -> bool:
        right = next(shown_length(choice) for choice in scenario.choices if choice.right)
        return all(compare(right, shown_length(choice)) for choice in scenario.choices if not choice.right)

    for word, compare in (("長い", int.__gt__), ("短い", int.__lt__)):
        shown = [scenario for scenario in single if stands(scenario, compare)]
        if len(shown) > LARGEST_SHARE * len(single):
            yield (
                f"正答がいちばん{word}事例が{len(single)}のうち{len(shown)}あります。"
                f"3分の1までにしてください(例: {_some(shown)})。"
            )


def _by_place(single: list[ScenarioSource]) -> Iterator[str]:
    """A place is too frequent when chance would bring it there less than about once in a thousand banks."""
    chances = Counter[int]()
    spread = Counter[int]()
    places: dict[int, list[ScenarioSource]] = {}
    for scenario in single:
        chance = 1 / len(scenario.choices)
        for place, choice in enumerate(scenario.choices, start=1):
            chances[place] += chance  # type: ignore[assignment]  # a Counter of shares, not of whole numbers
            spread[place] += chance * (1 - chance)  # type: ignore[assignment]
            if choice.right:
                places.setdefault(place, []).append(scenario)
    for place, there in sorted(places.items()):
        if len(there) > chances[place] + 3 * sqrt(spread[place]):
            yield (
                f"正答が{place}番目にある事例が{len(single)}のうち{len(there)}あります。"
                f"位置を散らしてください(例: {_some(there)})。"
            )


def _by_words(scenarios: list[ScenarioSource]) -> Iterator[str]:
    for word in GIVE_AWAY:
        uses = [
            (one, choice.right)
            for one in scenarios
            for choice in one.choices
            if word in without_ruby(choice.text)
        ]
        if len(uses) >= ONLY_WRONG and not any(right for _, right in uses):
            shown = _some([one for one, _ in uses])
            yield f"「{word}」が誤答だけに{len(uses)}回出てきます。言い方を替えてください(例: {shown})。"


def _some(scenarios: list[ScenarioSource]) -> str:
    return "、".join(scenario.id for scenario in scenarios[:5])
