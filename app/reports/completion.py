"""How everybody stands on a day, counted: by person, department, category, authority. Pure.

Facts and a day go in, lines and tallies come out; what is shown of them stands in ``columns``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.fiscal_year import FiscalYear
from app.people.employment import Category, Department, Organisation, Person, ScopeKind
from app.training.duties import Duties, Post
from app.training.refresher import Run, run_standing
from app.training.standing import NOTHING_DONE, Opening, Progress, Standing, State, standing

NO_DEPARTMENT = "所属なし"
NO_AUTHORITY = "任命権者なし"
TOTAL = "合計"


class Count(StrEnum):
    """The one column of the tables in which a person is counted: 状況, with 要協議 set apart from 対象外."""

    NOT_OWED = "対象外"
    CONSULT = "要協議"
    EXEMPT = "免除"
    DEFERRED = "猶予"
    COMPLETED = "修了"
    IN_PROGRESS = "受講中"
    NOT_STARTED = "未着手"
    OVERDUE = "期限超過"


#: Who makes up 対象者数, and who of them has not completed.
REQUIRED = frozenset({Count.COMPLETED, Count.IN_PROGRESS, Count.NOT_STARTED, Count.OVERDUE})
UNFINISHED = REQUIRED - {Count.COMPLETED}

_COUNT_OF: dict[State, Count] = {state: Count(state.value) for state in State}


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a report is computed from, as known when it was read.

    ``progress`` is by person id; ``roster_days`` is the 基準日 of the last roster applied, by 名簿区分.
    With a ``run`` the facts speak of that year's run, and ``done`` is what was done in it. ``openings`` are
    the material amendments of the course.
    """

    people: Sequence[Duties]
    progress: Mapping[str, Progress]
    departments: Sequence[Department] = ()
    roster_days: Mapping[str, date] = field(default_factory=dict)
    run: Run | None = None
    done: Mapping[str, Progress] = field(default_factory=dict)
    openings: Sequence[Opening] = ()

    def standing(self, duties: Duties, day: date) -> Standing:
        """How a person stands in the course, or in the run, on a day."""
        of_course = self.progress.get(duties.person.id, NOTHING_DONE)
        if self.run is None:
            return standing(duties, of_course, day, self.openings)
        return run_standing(duties, of_course, self.run, self.done.get(duties.person.id, NOTHING_DONE), day)

    def duty_year(self, stands: Standing) -> int | None:
        """義務年度: that in which the duty began, of a run its own; None when nothing is owed."""
        if stands.duty is None:
            return None
        if self.run is not None:
            return self.run.fiscal_year
        if stands.opening is not None:
            return FiscalYear.of(stands.opening.opened_on).year
        return stands.duty.fiscal_year.year


@dataclass(frozen=True, slots=True)
class Line:
    """One person in force on the day, under the one post they stand under.

    ``department`` is None when the post names none that is in force that day.
    """

    person: Person
    post: Post
    standing: Standing
    department: Department | None
    count: Count
    duty_year: int | None = None

    @property
    def code(self) -> str:
        """所属コード, or nothing."""
        return "" if self.department is None else self.department.code

    @property
    def on_time(self) -> bool:
        """Completed within the 期限."""
        return self.count is Count.COMPLETED and self.standing.on_time is True


def lines_on(facts: Facts, organisation: Organisation) -> list[Line]:
    """Everybody with an appointment in force on the organisation's day, by 建制順 then number."""
    day = organisation.day
    order = organisation.order()
    departments = organisation.by_code()
    lines: list[Line] = []
    for duties in facts.people:
        post = duties.post_on(day, order)
        if post is None:
            continue
        stands = facts.standing(duties, day)
        code = post.placement.department
        department = None if code is None else departments.get(code)
        year = facts.duty_year(stands)
        lines.append(Line(duties.person, post, stands, department, count_of(stands, post), year))
    last = len(order)
    lines.sort(
        key=lambda line: (
            last if line.department is None else order[line.department.code],
            line.post.appointment.number,
            line.post.appointment.source,
            line.person.id,
        )
    )
    return lines


def count_of(stands: Standing, post: Post) -> Count:
    """The column a person counts in: whoever owes nothing because a 要協議 is open counts there alone."""
    if stands.state is State.NOT_OWED and post.scope.kind is ScopeKind.CONSULT:
        return Count.CONSULT
    return _COUNT_OF[stands.state]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many people of a group count where. The identities of a line hold by construction."""

    not_owed: int = 0
    consult: int = 0
    exempt: int = 0
    deferred: int = 0
    completed: int = 0
    in_progress: int = 0
    not_started: int = 0
    overdue: int = 0
    on_time: int = 0

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Tally:
        """Count these lines."""
        numbers: dict[Count, int] = dict.fromkeys(Count, 0)
        on_time = 0
        for line in lines:
            numbers[line.count] += 1
            on_time += line.on_time
        return cls(
            not_owed=numbers[Count.NOT_OWED],
            consult=numbers[Count.CONSULT],
            exempt=numbers[Count.EXEMPT],
            deferred=numbers[Count.DEFERRED],
            completed=numbers[Count.COMPLETED],
            in_progress=numbers[Count.IN_PROGRESS],
            not_started=numbers[Count.NOT_STARTED],
            overdue=numbers[Count.OVERDUE],
            on_time=on_time,
        )

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.not_owed + other.not_owed,
            self.consult + other.consult,
            self.exempt + other.exempt,
            self.deferred + other.deferred,
            self.completed + other.completed,
            self.in_progress + other.in_progress,
            self.not_started + other.not_started,
            self.overdue + other.overdue,
            self.on_time + other.on_time,
        )

    @property
    def required(self) -> int:
        """対象者数."""
        return self.completed + self.in_progress + self.not_started + self.overdue

    @property
    def unfinished(self) -> int:
        """対象者 who have not completed."""
        return self.required - self.completed

    @property
    def employed(self) -> int:
        """在籍者数."""
        return self.required + self.not_owed + self.consult + self.exempt + self.deferred

    @property
    def tenths(self) -> int | None:
        """修了率 in tenths of a percent, cut; None when nobody owes."""
        return self.completed * 1000 // self.required if self.required else None

    @property
    def rate(self) -> str:
        """修了率 as written: 99.6, or - when nobody owes."""
        return "-" if self.tenths is None else f"{self.tenths // 10}.{self.tenths % 10}"


NOBODY = Tally()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of groups: 所属, 職員区分 or 任命権者. ``key`` names the group in an address.

    ``level`` is the 階層 (0 where there is none).
    """

    name: str
    tally: Tally
    key: str = ""
    code: str = ""
    level: int = 0


def by_department(lines: Sequence[Line], organisation: Organisation) -> list[Row]:
    """Every 所属 in force with its descendants in 建制順, then 所属なし and 合計."""
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        groups[line.code].append(line)
    own = {code: Tally.of(group) for code, group in groups.items()}
    rows = [
        Row(
            d.name,
            sum((own[c] for c in organisation.descendants(d.code) if c in own), NOBODY),
            key=d.code,
            code=d.code,
            level=organisation.level(d.code),
        )
        for d in organisation.departments
    ]
    rows.append(Row(NO_DEPARTMENT, own.get("", NOBODY), key=NO_DEPARTMENT))
    return [*rows, Row(TOTAL, sum(own.values(), NOBODY))]


def by_category(lines: Sequence[Line]) -> list[Row]:
    """All 職員区分 in their order, then 合計."""
    named = [(line.post.placement.category.value, line) for line in lines]
    return _by_name(named, [category.value for category in Category])


def by_authority(lines: Sequence[Line], authorities: Sequence[str]) -> list[Row]:
    """``authorities`` in their order, others that occur by name, 任命権者なし, then 合計."""
    named = [(line.post.placement.authority or NO_AUTHORITY, line) for line in lines]
    others = {name for name, _line in named} - set(authorities) - {NO_AUTHORITY}
    return _by_name(named, [*authorities, *sorted(others), NO_AUTHORITY])


def _by_name(named: Iterable[tuple[str, Line]], names: Sequence[str]) -> list[Row]:
    groups: dict[str, list[Line]] = {name: [] for name in names}
    for name, line in named:
        groups[name].append(line)
    tallies = {name: Tally.of(group) for name, group in groups.items()}
    rows = [Row(name, tally, key=name) for name, tally in tallies.items()]
    return [*rows, Row(TOTAL, sum(tallies.values(), NOBODY))]
