"""What the city gets wrong: questions, how their choices were taken, which seem broken, and clauses. Pure.

Nobody can be told from it. The first answers to a question are counted in blocks of twenty people, in the
order in which they came, so that neither a number nor what it grew by speaks of fewer; the numbers of
clauses are sums of those of questions. Why nothing can be worked out together with the numbers of groups
(``item_groups``) either, is said in docs/decisions/0011.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.courses.model import Course, Scenario
from app.training.first_lines import Lines

#: First answers to a question are counted when so many more people have given them.
BLOCK = 20
#: So many of each block, the earliest, count in no group.
SET_ASIDE = 5
#: A question is judged by tests passed and failed from so many in each on.
EACH_FROM = 10
#: By so much the right share of those who failed exceeds that of those who passed, in a doubtful question.
DOUBTFUL = 0.1


@dataclass(frozen=True, slots=True)
class Counted:
    """So many first answers alike: to one wording, with the same choices, in tests that ended alike."""

    scenario: str
    revision: str
    chosen: tuple[int, ...]
    correct: bool
    passed: bool | None
    people: int


@dataclass(frozen=True, slots=True)
class ChoiceTaken:
    """How often one choice was taken in first answers."""

    text: str
    right: bool
    taken: int


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One scenario: first answers to it as it stands now, how many to earlier wordings, what seems wrong."""

    scenario: Scenario
    section: str
    people: int
    right: int
    choices: Sequence[ChoiceTaken]
    earlier: int
    doubts: Sequence[str]

    @property
    def rate(self) -> str:
        """正答率, a percentage cut to one decimal."""
        return share(self.right, self.people)


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """One clause in the city: first answers to the questions that are about it, and how many were wrong."""

    label: str
    answers: int
    wrong: int

    @property
    def rate(self) -> str:
        """誤答率, a percentage cut to one decimal."""
        return share(self.wrong, self.answers)


def share(part: int, whole: int) -> str:
    """A percentage cut to one decimal."""
    tenths = part * 1000 // whole
    return f"{tenths // 10}.{tenths % 10}"


def whole_blocks(lines: Lines) -> list[Counted]:
    """Count what came in whole blocks."""
    return [
        Counted(scenario, revision, kind.chosen, kind.correct, kind.passed, people)
        for (scenario, revision), line in lines.items()
        for kind, people in Counter(one.kind for one in line[: len(line) // BLOCK * BLOCK]).items()
    ]


def by_item(counted: Iterable[Counted], course: Course) -> list[ItemLine]:
    """Scenarios answered in their present wording, the least often right first."""
    given: dict[str, list[Counted]] = defaultdict(list)
    for one in counted:
        given[one.scenario].append(one)
    lines = [
        _item(scenario, section.title, given[scenario.id])
        for section in course.sections
        for scenario in section.scenarios
        if any(one.revision == scenario.revision for one in given[scenario.id])
    ]
    return sorted(lines, key=lambda line: (line.right / line.people, line.scenario.id))


def by_clause(items: Iterable[ItemLine]) -> list[ClauseLine]:
    """Clauses by their 誤答率, the highest first, from the questions shown and nothing else.

    A question counts once: for the clause it names first.
    """
    found: dict[str, list[ItemLine]] = defaultdict(list)
    for item in items:
        found[item.scenario.clauses[0]].append(item)
    lines = [
        ClauseLine(label, sum(x.people for x in of), sum(x.people - x.right for x in of))
        for label, of in found.items()
    ]
    return sorted(lines, key=lambda line: (-line.wrong / line.answers, line.label))


def _item(scenario: Scenario, section: str, given: Sequence[Counted]) -> ItemLine:
    now = [one for one in given if one.revision == scenario.revision]
    choices = [
        ChoiceTaken(choice.text, choice.right, sum(one.people for one in now if place in one.chosen))
        for place, choice in enumerate(scenario.choices)
    ]
    people = sum(one.people for one in now)
    right = sum(one.people for one in now if one.correct)
    earlier = sum(one.people for one in given) - people
    return ItemLine(scenario, section, people, right, choices, earlier, _doubts(scenario, now, choices))


def _doubts(scenario: Scenario, now: Sequence[Counted], choices: Sequence[ChoiceTaken]) -> list[str]:
    """Why a question may be broken."""
    doubts = []
    if not scenario.multiple and not scenario.goes_on:
        right = sum(choice.taken for choice in choices if choice.right)
        if any(choice.taken > right for choice in choices if not choice.right):
            doubts.append("正答より多く選ばれた選択肢があります。")
    shares = {}
    for passed in (True, False):
        people = sum(one.people for one in now if one.passed is passed)
        if people >= EACH_FROM:
            right = sum(one.people for one in now if one.passed is passed and one.correct)
            shares[passed] = right / people
    if len(shares) == 2 and shares[False] >= shares[True] + DOUBTFUL:
        doubts.append("テストに不合格だった人のほうが、正しく答えています。")
    return doubts
