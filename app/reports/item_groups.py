"""What groups of people get wrong, by clause, in a 年度 that is over. Pure.

Every number is a sum of parts, and a part is five people or more of one 職員区分 in one 所属, not all of whom
were wrong. So whatever is worked out from any of these numbers speaks of whole parts, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.reports.items import BLOCK, SET_ASIDE, share
from app.training.first_lines import Lines

#: A part stands for so many people at least.
AT_LEAST = 5
Post = tuple[str, str]
"""The 職員区分 and 所属コード ("" for none) somebody stands under."""

#: A 所属 that is none: people of a 職員区分 who are too few in theirs, taken together.
ELSEWHERE = None


class By(StrEnum):
    """How the people of the city are parted into groups."""

    CATEGORY = "category"
    DEPARTMENT = "department"

    @property
    def label(self) -> str:
        """The parting on screen."""
        return {By.CATEGORY: "職員区分別", By.DEPARTMENT: "所属別"}[self]


@dataclass(frozen=True, slots=True)
class Cell:
    """First answers to one clause: by how many people, how many, and how many wrong.

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
        return share(self.wrong, self.answers)

    def __add__(self, other: Cell) -> Cell:
        return Cell(
            self.people + other.people,
            self.wrong_people + other.wrong_people,
            self.answers + other.answers,
            self.wrong + other.wrong,
        )


NOTHING = Cell(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Part:
    """The answers about one clause by the people of one 職員区分 in one 所属 (its code)."""

    label: str
    category: str
    department: str | None
    cell: Cell


@dataclass(slots=True)
class GroupLine:
    """One clause: all groups together, and each by its name or code; who is missing may not be shown."""

    label: str
    everybody: Cell = NOTHING
    groups: dict[By, dict[str, Cell]] = field(default_factory=lambda: {by: {} for by in By})


def parts_of(lines: Lines, posts: Mapping[str, Post]) -> list[Part]:
    """The answers ``within``, by clause and post: a question is about the clause it names first.

    Who has no post any more is in no part, nor is what is set aside of each block.
    """
    given: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for line in lines.values():
        for place, one in enumerate(line):
            if one.within and place % BLOCK >= SET_ASIDE and one.person_id in posts:
                of_person = given[one.kind.clauses[0], one.person_id]
                of_person[0] += 1
                of_person[1] += not one.kind.correct
    cells: dict[tuple[str, Post], Cell] = defaultdict(lambda: NOTHING)
    for (label, person), (answers, wrong) in given.items():
        cells[label, posts[person]] += Cell(1, int(wrong > 0), answers, wrong)
    return [Part(label, *post, cell) for (label, post), cell in cells.items()]


def by_group(parts: Iterable[Part]) -> list[GroupLine]:
    """Clauses by their 誤答率 in all groups together, the highest first."""
    lines: dict[str, GroupLine] = {}
    for part in large_enough(parts):
        line = lines.setdefault(part.label, GroupLine(part.label))
        line.everybody += part.cell
        for by, key in ((By.CATEGORY, part.category), (By.DEPARTMENT, part.department)):
            if key is not ELSEWHERE:
                line.groups[by][key] = line.groups[by].get(key, NOTHING) + part.cell
    return sorted(lines.values(), key=lambda x: (-x.everybody.wrong / x.everybody.answers, x.label))


def large_enough(parts: Iterable[Part]) -> list[Part]:
    """Parts that may be shown; the others of a clause and 職員区分 together, if they may, else not at all."""
    shown: list[Part] = []
    small: Mapping[tuple[str, str], list[Cell]] = defaultdict(list)
    for part in parts:
        if part.cell.tells_nobody:
            shown.append(part)
        else:
            small[part.label, part.category].append(part.cell)
    pooled = [
        Part(label, category, ELSEWHERE, sum(cells, NOTHING)) for (label, category), cells in small.items()
    ]
    return shown + [part for part in pooled if part.cell.tells_nobody]
