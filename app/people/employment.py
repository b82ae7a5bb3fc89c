"""Who is employed, in what post, on what day; and whom section 3 of the guideline binds.

Everything here is a frozen value or a pure function of values and a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.wareki import wareki

FAR_FUTURE = date.max


class Category(StrEnum):
    """職員区分, in the order in which reports list them."""

    REGULAR = "正規職員"
    FIXED_TERM = "任期付職員"
    REEMPLOYED_SHORT = "定年前再任用短時間勤務職員"
    REEMPLOYED_TRANSITIONAL = "暫定再任用職員"
    REEMPLOYED = "再任用職員"
    FISCAL_YEAR_FULL = "会計年度任用職員(フルタイム)"
    FISCAL_YEAR_PART = "会計年度任用職員(パートタイム)"
    FISCAL_YEAR = "会計年度任用職員"
    TEMPORARY = "臨時的任用職員"
    SPECIAL_FULL = "特別職(常勤)"
    SPECIAL_PART = "特別職(非常勤)"
    FIRE_CORPS = "消防団員"
    ELECTED = "公選職"
    PREFECTURAL_TEACHER = "県費負担教職員"
    EXTERNAL = "市職員以外"


class ServiceState(StrEnum):
    """What the reader keeps of 在職区分; why somebody is away is not stored."""

    ACTIVE = "在職"
    LEAVE = "猶予"
    SECONDED = "派遣"
    RETIRED = "退職"


class ScopeKind(StrEnum):
    """適用区分: whether section 3 of the guideline binds."""

    APPLIES = "適用"
    ELECTED = "適用除外(公選)"
    OUTSIDE = "適用外"
    CONSULT = "要協議"


@dataclass(frozen=True, slots=True)
class Scope:
    """適用区分 with its reason in words, as a person reads it."""

    kind: ScopeKind
    reason: str


@dataclass(frozen=True, slots=True)
class Placement:
    """Where and as what an appointment stands from ``since`` on, until the next placement."""

    since: date
    department: str | None
    category: Category
    authority: str = ""
    title: str = ""
    work_type: str = ""


@dataclass(frozen=True, slots=True)
class Appointment:
    """One 任用: from ``start`` to ``end``, both inclusive (None = open-ended).

    ``placements`` are in order of ``since``, the first at or before ``start``. ``states`` are
    (from, state) in order; before the first, the state is ACTIVE. ``retired`` says the end is a 退職.
    """

    id: int
    source: str
    number: str
    start: date
    end: date | None
    main: bool
    placements: tuple[Placement, ...]
    states: tuple[tuple[date, ServiceState], ...] = ()
    retired: bool = False

    def in_force(self, day: date) -> bool:
        """True from the first to the last day of the appointment."""
        return self.start <= day and (self.end is None or day <= self.end)

    def placement_on(self, day: date) -> Placement:
        """The placement that holds on ``day``; the first one for earlier days."""
        current = self.placements[0]
        for placement in self.placements[1:]:
            if placement.since > day:
                break
            current = placement
        return current

    def state_on(self, day: date) -> ServiceState:
        """在職, 猶予 or 派遣 on ``day``."""
        current = ServiceState.ACTIVE
        for since, state in self.states:
            if since > day:
                break
            current = state
        return current


@dataclass(frozen=True, slots=True)
class Consultation:
    """The recorded outcome of a 要協議, for one person or for a whole category, from ``decided_on`` on."""

    applies: bool
    decided_on: date
    consulted_with: str
    document_number: str
    person_id: str | None = None
    category: Category | None = None

    @property
    def reason(self) -> str:
        """The outcome as a person reads it."""
        outcome = "適用" if self.applies else "適用外"
        source = f"{wareki(self.decided_on)}、{self.document_number}"
        return f"{self.consulted_with}との協議({source})により{outcome}"


@dataclass(frozen=True, slots=True)
class Person:
    """One human being with every appointment known, in order of ``start``."""

    id: str
    name: str
    kana: str
    appointments: tuple[Appointment, ...]
    roman: str = ""
    mail: str = ""
    language: str = "ja"

    def in_force(self, day: date) -> tuple[Appointment, ...]:
        """The appointments in force on ``day``."""
        return tuple(a for a in self.appointments if a.in_force(day))

    def is_employed(self, day: date) -> bool:
        """True when at least one appointment is in force on ``day``."""
        return any(a.in_force(day) for a in self.appointments)


@dataclass(frozen=True, slots=True)
class Span:
    """Days from ``start`` to ``end``, both inclusive."""

    start: date
    end: date


def span_on(spans: Iterable[Span], day: date) -> Span | None:
    """The first of ``spans`` that holds ``day``."""
    return next((span for span in spans if span.start <= day <= span.end), None)


@dataclass(frozen=True, slots=True)
class ScopeSpan:
    """A stretch of one appointment over which placement and 適用区分 do not change."""

    appointment: Appointment
    placement: Placement
    start: date
    end: date
    scope: Scope


_BASE_SCOPE: dict[Category, Scope] = {
    Category.ELECTED: Scope(ScopeKind.ELECTED, "3(1)括弧書: 公職選挙法に基づき選ばれる者"),
    Category.EXTERNAL: Scope(ScopeKind.OUTSIDE, "3(1): 市の職員ではない"),
    Category.PREFECTURAL_TEACHER: Scope(
        ScopeKind.CONSULT, "3(3): 県費負担教職員への適用はガイドラインに定めがなく、協議が必要"
    ),
}
_BOTH_ELECTED = Scope(ScopeKind.CONSULT, "3(3): 公職選挙法に基づき選ばれる者が他の職を兼ねており、協議が必要")

#: Why the guideline does not apply, or must be consulted about, without the clause: as pages say it.
SCOPE_WORDS = tuple(scope.reason.partition(": ")[2] for scope in (*_BASE_SCOPE.values(), _BOTH_ELECTED))

#: Made once for each category: a report asks for everybody's.
_SCOPES = {c: _BASE_SCOPE.get(c) or Scope(ScopeKind.APPLIES, f"3(1): {c}") for c in Category}
#: Only with one of these among the posts can a 要協議 arise.
_QUESTIONABLE = frozenset({Category.ELECTED, Category.PREFECTURAL_TEACHER})


def base_scope(category: Category) -> Scope:
    """適用区分 of a post taken alone, before any consultation."""
    return _SCOPES[category]


def scope_spans(person: Person, consultations: Sequence[Consultation] = ()) -> list[ScopeSpan]:
    """Cut the person's appointments into stretches of one placement and one 適用区分 each.

    ``consultations`` may hold other people's; those are ignored. A person's own outcome goes before
    that of the category, a later one before an earlier one, each from the day it was decided.
    """
    segments = [s for a in person.appointments for s in _segments(a)]
    if not any(s[1].category in _QUESTIONABLE for s in segments):
        # Nearly everybody: nothing to ask about, so nothing to cut.
        return [ScopeSpan(a, p, start, end, _SCOPES[p.category]) for a, p, start, end in segments]
    elected = [
        (start, end) for _a, placement, start, end in segments if placement.category is Category.ELECTED
    ]
    others = [(start, end) for _a, p, start, end in segments if p.category is not Category.ELECTED]
    spans: list[ScopeSpan] = []
    for appointment, placement, start, end in segments:
        rivals = others if placement.category is Category.ELECTED else elected
        for first, last, mixed in _split(start, end, rivals):
            spans.extend(_decide(person.id, appointment, placement, first, last, mixed, consultations))
    return spans


def _segments(appointment: Appointment) -> list[tuple[Appointment, Placement, date, date]]:
    end = appointment.end or FAR_FUTURE
    placements = appointment.placements
    if len(placements) == 1:
        return [(appointment, placements[0], appointment.start, end)] if appointment.start <= end else []
    segments = []
    for index, placement in enumerate(placements):
        first = appointment.start if index == 0 else max(placement.since, appointment.start)
        last = end
        if index + 1 < len(placements):
            last = min(end, _day_before(placements[index + 1].since))
        if first <= last:
            segments.append((appointment, placement, first, last))
    return segments


def _split(start: date, end: date, rivals: list[tuple[date, date]]) -> Iterable[tuple[date, date, bool]]:
    """Cut [start, end] where it begins or ceases to overlap one of ``rivals``."""
    if not rivals:
        return [(start, end, False)]
    cuts = {start}
    for first, last in rivals:
        if start < first <= end:
            cuts.add(first)
        if start <= last < end:
            cuts.add(_day_after(last))
    ordered = sorted(cuts)
    pieces = []
    for index, first in enumerate(ordered):
        last = _day_before(ordered[index + 1]) if index + 1 < len(ordered) else end
        pieces.append((first, last, any(a <= first and last <= b for a, b in rivals)))
    return pieces


def _decide(
    person_id: str,
    appointment: Appointment,
    placement: Placement,
    start: date,
    end: date,
    mixed: bool,
    consultations: Sequence[Consultation],
) -> Iterable[ScopeSpan]:
    base = base_scope(placement.category)
    open_question = _BOTH_ELECTED if mixed else base
    if open_question.kind is not ScopeKind.CONSULT:
        yield ScopeSpan(appointment, placement, start, end, base)
        return
    subject = Category.ELECTED if mixed else placement.category
    answers = _answers(person_id, subject, consultations)
    days = sorted({start} | {c.decided_on for c in answers if start < c.decided_on <= end})
    for index, first in enumerate(days):
        last = _day_before(days[index + 1]) if index + 1 < len(days) else end
        held = [c for c in answers if c.decided_on <= first]
        scope = _answered(held[-1], placement.category) if held else open_question
        yield ScopeSpan(appointment, placement, first, last, scope)


def _answers(person_id: str, subject: Category, consultations: Sequence[Consultation]) -> list[Consultation]:
    """The outcomes that speak for this person, in the order in which a later one replaces an earlier one."""
    mine = [c for c in consultations if c.person_id == person_id]
    general = [c for c in consultations if c.person_id is None and c.category is subject]
    first_own = min((c.decided_on for c in mine), default=FAR_FUTURE)
    return sorted([c for c in general if c.decided_on < first_own] + mine, key=lambda c: c.decided_on)


def _answered(outcome: Consultation, category: Category) -> Scope:
    if category is Category.ELECTED:
        return base_scope(category)
    return Scope(ScopeKind.APPLIES if outcome.applies else ScopeKind.OUTSIDE, outcome.reason)


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _day_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


@dataclass(frozen=True, slots=True)
class Department:
    """One 所属 as it stands over [valid_from, valid_to] (None = open); ``position`` is the 建制順."""

    code: str
    name: str
    short_name: str = ""
    parent: str | None = None
    position: int = 0
    kind: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    head_number: str | None = None

    def in_force(self, day: date) -> bool:
        """True when the department exists on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class Organisation:
    """The departments in force on one day, as a tree in 建制順."""

    day: date
    departments: tuple[Department, ...]
    _children: dict[str | None, tuple[Department, ...]] = field(repr=False)
    _by_code: dict[str, Department] = field(repr=False)

    @classmethod
    def on(cls, day: date, departments: Iterable[Department]) -> Organisation:
        """Pick what is in force on ``day`` and put it in 建制順, children after their parent.

        A department whose parent is not in force stands at the top level.
        """
        current = {d.code: d for d in departments if d.in_force(day)}
        children: dict[str | None, list[Department]] = {}
        for department in current.values():
            parent = department.parent if department.parent in current else None
            children.setdefault(parent, []).append(department)
        for siblings in children.values():
            siblings.sort(key=lambda d: (d.position, d.code))
        ordered: list[Department] = []
        seen: set[str] = set()

        def walk(parent: str | None) -> None:
            for department in children.get(parent, ()):
                if department.code not in seen:
                    seen.add(department.code)
                    ordered.append(department)
                    walk(department.code)

        walk(None)
        # A circle of parents has no top: its members follow at the end rather than vanish.
        ordered.extend(d for code, d in current.items() if code not in seen)
        by_code = {d.code: d for d in ordered}
        return cls(day, tuple(ordered), {k: tuple(v) for k, v in children.items()}, by_code)

    def by_code(self) -> Mapping[str, Department]:
        """Departments by 所属コード."""
        return self._by_code

    def descendants(self, code: str) -> frozenset[str]:
        """``code`` itself and every code below it."""
        found: set[str] = set()
        waiting = [code]
        while waiting:
            current = waiting.pop()
            if current not in found:
                found.add(current)
                waiting.extend(d.code for d in self._children.get(current, ()))
        return frozenset(found)

    def level(self, code: str) -> int:
        """階層: 1 at the top."""
        return len(self.above(code)) + 1

    def above(self, code: str) -> list[Department]:
        """The departments above one, the nearest first."""
        known, found, seen = self._by_code, [], {code}
        parent = known[code].parent if code in known else None
        while parent in known and parent not in seen:
            assert parent is not None
            seen.add(parent)
            found.append(known[parent])
            parent = known[parent].parent
        return found

    def order(self) -> dict[str, int]:
        """Rank of each code in 建制順, from 0."""
        return {d.code: rank for rank, d in enumerate(self.departments)}
