"""What the city gets wrong: clauses by wrong first answers, choices taken, questions that seem broken.

Nobody can be told from it: a number stands for five people or more, and what is left out cannot be worked
out from what is shown. Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.courses.model import Course, Scenario
from app.people.employment import Category, Organisation
from app.reports.columns import Column, Sheet, sheet
from app.reports.completion import Line
from app.training.first_answers import FirstAnswer

#: A number stands for so many people at least.
AT_LEAST = 5
#: Questions are judged from so many first answers on, and from so many in tests passed and failed each.
JUDGED_FROM, EACH_FROM = 20, 10
#: By so much the right share of those who failed exceeds that of those who passed, in a doubtful question.
DOUBTFUL = 0.1
CITY = "市全体"
OTHERS = "そのほか"


@dataclass(frozen=True, slots=True)
class Cell:
    """First answers to one clause in one group: by how many people, how many, and how many wrong.

    ``wrong_people`` gave at least one wrong answer.
    """

    people: int
    wrong_people: int
    answers: int
    wrong: int

    @property
    def tells_nobody(self) -> bool:
        """Whether it may be shown: enough people, and not every one of them wrong."""
        return self.people >= AT_LEAST and self.wrong_people < self.people

    @property
    def rate(self) -> str:
        """誤答率, a percentage cut to one decimal."""
        tenths = self.wrong * 1000 // self.answers if self.answers else 0
        return f"{tenths // 10}.{tenths % 10}"

    def __add__(self, other: Cell) -> Cell:
        return Cell(
            self.people + other.people,
            self.wrong_people + other.wrong_people,
            self.answers + other.answers,
            self.wrong + other.wrong,
        )


NOTHING = Cell(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """One clause: the city's cell and those of the groups, None where nothing may be shown."""

    label: str
    city: Cell | None
    groups: Mapping[str, Cell | None]


#: Whether each answer was right, by group and person.
_Given = dict[str, dict[str, list[bool]]]


def by_clause(
    answers: Iterable[FirstAnswer], group_of: Mapping[str, str], groups: Sequence[str], labels: Sequence[str]
) -> list[ClauseLine]:
    """Clauses by their 誤答率, the highest first; ``groups`` are shown in their order.

    ``group_of`` names everybody's one group; who has left counts in the city and among the others.
    """
    given: dict[str, _Given] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for answer in answers:
        group = group_of.get(answer.person_id, OTHERS)
        for label in answer.clauses:
            given[label][group][answer.person_id].append(answer.correct)
    lines = []
    for label in labels:
        cells = {group: _cell(people.values()) for group, people in given[label].items()}
        city = sum(cells.values(), NOTHING)
        if not city.answers:
            continue
        shown = shown_of(cells) if city.tells_nobody else {}
        lines.append(
            ClauseLine(label, city if city.tells_nobody else None, {g: shown.get(g) for g in groups})
        )
    return sorted(lines, key=lambda line: -(line.city.wrong / line.city.answers) if line.city else 1)


def _cell(people: Iterable[list[bool]]) -> Cell:
    each = list(people)
    answers = sum(map(len, each))
    return Cell(len(each), sum(not all(one) for one in each), answers, answers - sum(map(sum, each)))


def shown_of(cells: Mapping[str, Cell]) -> dict[str, Cell]:
    """The cells that may be shown beside their sum: what is hidden together tells nobody either.

    Else the smallest of the others is hidden, too, until it does or nothing is left.
    """
    shown = {name: cell for name, cell in cells.items() if cell.tells_nobody}
    hidden = sum((cell for name, cell in cells.items() if name not in shown), NOTHING)
    while shown and hidden.people and not hidden.tells_nobody:
        smallest = min(shown, key=lambda name: (shown[name].people, name))
        hidden = hidden + shown.pop(smallest)
    return shown


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
        tenths = self.right * 1000 // self.people if self.people else 0
        return f"{tenths // 10}.{tenths % 10}"


def by_item(answers: Iterable[FirstAnswer], course: Course) -> list[ItemLine]:
    """Scenarios answered by enough people in their present wording, the least often right first."""
    given: dict[str, list[FirstAnswer]] = defaultdict(list)
    for answer in answers:
        given[answer.scenario].append(answer)
    lines = []
    for section in course.sections:
        for scenario in section.scenarios:
            now = [one for one in given[scenario.id] if one.revision == scenario.revision]
            if len(now) >= JUDGED_FROM or (len(now) >= AT_LEAST and any(one.correct for one in now)):
                lines.append(_item(scenario, section.title, now, len(given[scenario.id]) - len(now)))
    return sorted(lines, key=lambda line: (line.right / line.people, line.scenario.id))


def _item(scenario: Scenario, section: str, answers: Sequence[FirstAnswer], earlier: int) -> ItemLine:
    taken = Counter(place for answer in answers for place in answer.chosen)
    choices = [
        ChoiceTaken(choice.text, choice.right, taken[place]) for place, choice in enumerate(scenario.choices)
    ]
    right = sum(answer.correct for answer in answers)
    return ItemLine(
        scenario, section, len(answers), right, choices, earlier, _doubts(scenario, answers, choices)
    )


def _doubts(scenario: Scenario, answers: Sequence[FirstAnswer], choices: Sequence[ChoiceTaken]) -> list[str]:
    """Why a question may be broken; nothing is said of one with few answers."""
    if len(answers) < JUDGED_FROM:
        return []
    doubts = []
    if not scenario.multiple and not scenario.goes_on:
        right = sum(choice.taken for choice in choices if choice.right)
        if any(choice.taken > right for choice in choices if not choice.right):
            doubts.append("正答より多く選ばれた選択肢があります。")
    shares = {}
    for passed in (True, False):
        group = [answer.correct for answer in answers if answer.passed is passed]
        if len(group) >= EACH_FROM:
            shares[passed] = sum(group) / len(group)
    if len(shares) == 2 and shares[False] >= shares[True] + DOUBTFUL:
        doubts.append("テストに不合格だった人のほうが、正しく答えています。")
    return doubts


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """One line of the file: a clause in the city or in a group."""

    kind: str
    group: str
    label: str
    cell: Cell | None


COLUMNS: tuple[Column[ClauseRow], ...] = (
    Column("集計", lambda row: row.kind),
    Column("名称", lambda row: row.group),
    Column("項", lambda row: row.label),
    Column("解答した人", lambda row: row.cell.people if row.cell else None, "number"),
    Column("最初の解答", lambda row: row.cell.answers if row.cell else None, "number"),
    Column("誤答", lambda row: row.cell.wrong if row.cell else None, "number"),
    Column("誤答率", lambda row: row.cell.rate if row.cell else "-", "rate"),
)


def clause_sheet(lines: Sequence[ClauseLine], kind: str, groups: Mapping[str, str]) -> Sheet:
    """The clauses as cells: the city, then each group (key -> name); "-" where nothing may be shown."""
    rows = [ClauseRow(CITY, CITY, line.label, line.city) for line in lines]
    rows += [
        ClauseRow(kind, name, line.label, line.groups[key]) for key, name in groups.items() for line in lines
    ]
    return sheet(COLUMNS, rows)


class By(StrEnum):
    """How the people of the city are parted into groups."""

    CATEGORY = "category"
    DEPARTMENT = "department"

    @property
    def label(self) -> str:
        """The parting on screen."""
        return {By.CATEGORY: "職員区分別", By.DEPARTMENT: "所属別"}[self]


@dataclass(frozen=True, slots=True)
class Groups:
    """The city parted: everybody's group (by its key), and the names of the groups in their order."""

    of: Mapping[str, str]
    names: Mapping[str, str]


def groups_of(by: By, lines: Sequence[Line], organisation: Organisation) -> Groups:
    """Part everybody in service; a 所属 of fewer than five people is among the others."""
    if by is By.CATEGORY:
        of = {line.person.id: line.post.placement.category.value for line in lines}
        names = {category.value: category.value for category in Category}
    else:
        of = {line.person.id: line.code for line in lines}
        names = {department.code: department.name for department in organisation.departments}
    sizes = Counter(of.values())
    large = {key: name for key, name in names.items() if sizes[key] >= AT_LEAST}
    of = {person: key if key in large else OTHERS for person, key in of.items()}
    return Groups(of, {**large, OTHERS: OTHERS})
