"""Regular employees over the years: hired, moved, promoted, on leave, retired and re-employed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from app.demo.cast import FIXED, FixedPost
from app.demo.names import Human
from app.demo.organisation import BY_CODE, SUCCESSORS, Unit, units_on
from app.demo.posts import DAY, Place, Post
from app.demo.years import Years
from app.fiscal_year import FiscalYear

SOURCE = "職員"
REGULAR = "正規"
RETIRES_AFTER = 38
#: Titles by 職種, and the years of service from which each is held.
RANKS = {
    "事務": ("主事", "主任", "主査", "係長", "課長補佐"),
    "技術": ("技師", "主任技師", "主査", "係長", "課長補佐"),
    "保育": ("保育士", "保育士", "主任保育士", "主任保育士", "副所長"),
    "保健": ("保健師", "主任保健師", "主査", "係長", "課長補佐"),
    "調理": ("調理員", "調理員", "主任調理員", "主任調理員", "主任調理員"),
}
STEPS = (0, 5, 11, 19, 27)
HEADS_FROM = 22


@dataclass(slots=True)
class Employee:
    """A regular employee: ``entered`` is a 年度, ``away_until`` the end of a leave."""

    post: Post
    trade: str
    entered: int
    fixed: bool = False
    away_until: date | None = None

    def rank(self, year: int) -> str:
        """The title after the years of service."""
        served = year - self.entered
        return RANKS[self.trade][sum(served >= step for step in STEPS) - 1]

    @property
    def department(self) -> str:
        return self.post.places[-1].department

    @property
    def is_head(self) -> bool:
        return self.post.places[-1].title == BY_CODE[self.department].head

    def is_away(self, day: date) -> bool:
        return self.away_until is not None and self.away_until >= day


class Regulars:
    """Plays the years through; ``posts`` is what came of it."""

    def __init__(self, years: Years, people: Iterator[Human]) -> None:
        self.years = years
        self.people = people
        self.random = years.random("regulars")
        self.posts: list[Post] = []
        self.staff: list[Employee] = []
        self.retired: list[tuple[date, Employee]] = []
        self.next_number = 1001

    def play(self) -> list[Post]:
        """From the opening to today."""
        self._open()
        self._pass_year(self.years.opening, FiscalYear.of(self.years.opening).last_day)
        for day in self.years.aprils:
            self._april(day)
            self._pass_year(day, FiscalYear.of(day).last_day)
        return self.posts

    # -- the first list ------------------------------------------------------------------------

    def _open(self) -> None:
        day = self.years.opening
        year = FiscalYear.of(day).year
        for fixed in FIXED:
            self._add_fixed(fixed)
        places: list[tuple[int, Unit, bool]] = []
        for unit in units_on(day, self.years.reform):
            missing = self._wanted(unit) - self._count(unit.code)
            for index in range(missing):
                heads = index == 0 and bool(unit.head) and not self._has_head(unit.code)
                low, high = (HEADS_FROM + 2, 36) if heads else (0, 37)
                places.append((year - self.random.randint(low, high), unit, heads))
        for entered, unit, heads in sorted(places, key=lambda p: p[0]):
            start = date(entered, 4, 1)
            title = unit.head if heads else None
            self._hire(start, unit, entered, title)

    def _add_fixed(self, fixed: FixedPost) -> None:
        start = fixed.start(self.years)
        post = Post(
            fixed.human, SOURCE, fixed.number, REGULAR, start, None,
            [Place(start, fixed.department, fixed.title)], mail=_mail(fixed.number),
        )  # fmt: skip
        fixed.shape(post, self.years)
        self.posts.append(post)
        if post.end is None and start <= self.years.opening:
            trade = BY_CODE[fixed.department].trade
            self.staff.append(Employee(post, trade, FiscalYear.of(start).year, fixed=True))

    # -- 1 April -------------------------------------------------------------------------------

    def _april(self, day: date) -> None:
        self._retire(day)
        if day == self.years.reform:
            self._reorganise(day)
        self._transfer(day, share=0.17)
        self._fill_heads(day)
        self._promote(day)
        self._second(day)
        self._fill(day)

    def _retire(self, day: date) -> None:
        last, year = day - DAY, day.year
        young = [e for e in self.staff if year - e.entered < 14 and not self._kept(e, day)]
        resigning = self.random.sample(young, 6)
        for employee in list(self.staff):
            old = year - employee.entered >= RETIRES_AFTER and not employee.fixed
            if old or employee in resigning:
                employee.post.leave(last)
                self.staff.remove(employee)
                if old:
                    self.retired.append((day, employee))

    def _reorganise(self, day: date) -> None:
        turn: dict[str, int] = defaultdict(int)
        for employee in self.staff:
            successors = SUCCESSORS.get(employee.department)
            if successors:
                code = successors[turn[employee.department] % len(successors)]
                turn[employee.department] += 1
                keeps = employee.is_head and not self._has_head(code)
                employee.post.move(day, code, BY_CODE[code].head if keeps else employee.rank(day.year))

    def _transfer(self, day: date, share: float) -> None:
        """Exchange some people of one trade among their departments; and some heads of 課."""
        for trade in RANKS:
            pool = [e for e in self.staff if e.trade == trade and not e.is_head and not self._kept(e, day)]
            self._exchange(day, self.random.sample(pool, int(len(pool) * share)))
        heads = [
            e for e in self.staff
            if e.is_head and not self._kept(e, day)
            and e.post.places[-1].title == "課長" and e.trade == "事務"
        ]  # fmt: skip
        self._exchange(day, self.random.sample(heads, min(len(heads), int(30 * share))))

    def _exchange(self, day: date, group: list[Employee]) -> None:
        goals = [(e.department, e.is_head) for e in group]
        for employee, (code, heads) in zip(group, goals[1:] + goals[:1], strict=True):
            if code != employee.department:
                employee.post.move(day, code, BY_CODE[code].head if heads else employee.rank(day.year))

    def _fill_heads(self, day: date) -> None:
        for unit in units_on(day, self.years.reform):
            if not unit.head or not self._wanted(unit) or self._has_head(unit.code):
                continue
            able = [
                e for e in self.staff
                if not e.is_head and not self._kept(e, day) and day.year - e.entered >= HEADS_FROM
            ]  # fmt: skip
            able = [e for e in able if e.trade == unit.trade] or [e for e in able if e.trade == "事務"]
            chosen = max(able, key=lambda e: (e.department == unit.code, -e.entered, e.post.number))
            chosen.post.move(day, unit.code, unit.head)

    def _promote(self, day: date) -> None:
        for employee in self.staff:
            title = employee.rank(day.year)
            free = not employee.is_head and not self._kept(employee, day)
            if free and employee.post.places[-1].title != title:
                employee.post.move(day, employee.department, title)

    def _second(self, day: date) -> None:
        """Send one or two to the prefecture or an association for two years."""
        able = [e for e in self.staff if e.trade == "事務" and not e.is_head and not self._kept(e, day)]
        for employee in self.random.sample([e for e in able if 3 <= day.year - e.entered < 15], 2):
            back = date(day.year + 2, 4, 1)
            employee.post.states += [(day, "派遣(転出)"), (back, "在職")]
            employee.away_until = back

    def _fill(self, day: date) -> None:
        for unit in units_on(day, self.years.reform):
            for _ in range(self._wanted(unit) - self._count(unit.code)):
                self._hire(day, unit, FiscalYear.of(day).year)

    # -- within a year -------------------------------------------------------------------------

    def _pass_year(self, first: date, last: date) -> None:
        self._leaves(first, last)
        autumn = date(FiscalYear.of(first).year, 10, 1)
        if first < autumn:
            able = [e for e in self.staff if not e.is_head and not self._kept(e, autumn)]
            for employee in self.random.sample([e for e in able if autumn.year - e.entered < 10], 3):
                employee.post.leave(autumn - DAY)
                self.staff.remove(employee)
            for trade in ("事務", "保育"):
                pool = [e for e in able if e.trade == trade and e in self.staff]
                self._exchange(autumn, self.random.sample(pool, 3))
            self._fill(autumn)

    def _leaves(self, first: date, last: date) -> None:
        able = [
            e for e in self.staff
            if not e.is_head and not self._kept(e, first) and 1 <= first.year - e.entered < 18
        ]  # fmt: skip
        chosen = self.random.sample(able, 13)
        for employee in chosen[:9]:
            start = self._day_between(first + 10 * DAY, last - 40 * DAY)
            back = start + timedelta(days=self.random.randint(220, 480))
            employee.post.states += [(start, "産休"), (start + 98 * DAY, "育休"), (back, "在職")]
            employee.away_until = back
        for employee in chosen[9:]:
            start = self._day_between(first + 10 * DAY, last - 40 * DAY)
            back = start + timedelta(days=self.random.randint(40, 170))
            word = self.random.choice(("休職", "休暇(長期)", "休業"))
            employee.post.states += [(start, word), (back, "在職")]
            employee.away_until = back

    # -- small things --------------------------------------------------------------------------

    def _hire(self, start: date, unit: Unit, entered: int, title: str | None = None) -> None:
        number = f"{self.next_number:07d}"
        self.next_number += 1
        employee = Employee(
            Post(next(self.people), SOURCE, number, REGULAR, start, None, [], mail=_mail(number)),
            unit.trade, entered,
        )  # fmt: skip
        year = FiscalYear.of(max(start, self.years.opening)).year
        employee.post.places.append(Place(start, unit.code, title or employee.rank(year)))
        self.posts.append(employee.post)
        self.staff.append(employee)

    def _wanted(self, unit: Unit) -> int:
        if unit.trade == "消防":
            return 0
        return 1 if unit.kind == "部" else unit.staff

    def _count(self, code: str) -> int:
        return sum(e.department == code for e in self.staff)

    def _has_head(self, code: str) -> bool:
        return any(e.department == code and e.is_head for e in self.staff)

    def _kept(self, employee: Employee, day: date) -> bool:
        """True for those nothing may happen to: demonstration people and people on leave."""
        return employee.fixed or employee.is_away(day)

    def _day_between(self, first: date, last: date) -> date:
        return first + timedelta(days=self.random.randint(0, max((last - first).days, 0)))


def _mail(number: str) -> str:
    return f"s{number}@kenshu.example"
