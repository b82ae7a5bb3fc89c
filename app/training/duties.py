"""Who owes the course, from when, by when: pure, from employment facts and the course's rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Protocol

from app.business_days import next_open_day
from app.fiscal_year import FiscalYear
from app.people.employment import (
    FAR_FUTURE,
    Appointment,
    Category,
    Consultation,
    Person,
    Placement,
    Scope,
    ScopeKind,
    ScopeSpan,
    ServiceState,
    Span,
    scope_spans,
)

#: Categories in scope that do not owe the course unless ``course.toml`` lists them.
UNASSIGNED_BY_DEFAULT = frozenset({Category.SPECIAL_PART, Category.FIRE_CORPS})

#: On return from leave at least this many days remain.
DAYS_AFTER_LEAVE = 30


class Obligation(StrEnum):
    """受講区分."""

    REQUIRED = "受講対象"
    OPTIONAL = "任意"
    NONE = "対象外"


class DutyRules(Protocol):
    """What a course says of who owes it and by when (``courses.model.CourseRules``)."""

    @property
    def introduced(self) -> date: ...
    @property
    def due_days(self) -> int: ...
    @property
    def service_gap_days(self) -> int: ...
    @property
    def min_term_days(self) -> int: ...
    @property
    def assigned(self) -> tuple[str, ...] | None: ...


@dataclass(frozen=True, slots=True)
class Service:
    """Owing appointments one after another, with breaks no longer than the course allows."""

    spans: tuple[ScopeSpan, ...]
    start: date
    end: date
    days: int

    def covers(self, day: date) -> bool:
        """True when an owing appointment is in force on ``day`` (days in a break are not counted in)."""
        return any(s.start <= day <= s.end for s in self.spans)


@dataclass(frozen=True, slots=True)
class Duty:
    """What one service owes: the course once, from ``begins``; ``due`` before any leave is counted."""

    service: Service
    begins: date
    due: date

    @property
    def fiscal_year(self) -> FiscalYear:
        """義務年度."""
        return FiscalYear.of(self.begins)


@dataclass(frozen=True, slots=True)
class Post:
    """The one appointment a person stands under on a day, with its 適用区分 and 受講区分."""

    appointment: Appointment
    placement: Placement
    scope: Scope
    obligation: Obligation


@dataclass(frozen=True, slots=True)
class DueChange:
    """A 受講期限 HR moved for one person, with the reason; ``run`` names a refresher, None the course."""

    due: date
    decided_on: date
    reason: str
    run: str | None = None


@dataclass(frozen=True, slots=True)
class Adjustments:
    """What HR decided for one person beside the roster: 猶予 from-to, and moved dates (the last holds)."""

    deferrals: tuple[Span, ...] = ()
    due_changes: tuple[DueChange, ...] = ()


NO_ADJUSTMENTS = Adjustments()


@dataclass(frozen=True, slots=True)
class Duties:
    """Everything a person's employment says about one course, ready to be asked about any day."""

    person: Person
    spans: tuple[ScopeSpan, ...]
    owing: tuple[Duty, ...]
    assigned: frozenset[Category] | None
    closed_days: frozenset[date]
    adjustments: Adjustments = NO_ADJUSTMENTS

    def duty_on(self, day: date) -> Duty | None:
        """The duty whose service is in force on ``day`` and has begun, or None."""
        for duty in self.owing:
            if duty.begins <= day and duty.service.covers(day):
                return duty
        return None

    def post_on(self, day: date, order: dict[str, int]) -> Post | None:
        """The post the person stands under on ``day``: owing before not, 本務 first, earliest start, 建制順.

        ``order`` ranks department codes (``Organisation.order()``). None when no appointment is in force.
        """
        duty = self.duty_on(day)
        current = [s for s in self.spans if s.start <= day <= s.end]
        if not current:
            return None
        if len(current) == 1:
            return self._post(current[0], duty)

        def rank(span: ScopeSpan) -> tuple[bool, bool, date, int, str, str]:
            owes = duty is not None and span in duty.service.spans
            position = order.get(span.placement.department or "", len(order))
            appointment = span.appointment
            return (
                not owes,
                not appointment.main,
                appointment.start,
                position,
                appointment.number,
                appointment.source,
            )

        return self._post(min(current, key=rank), duty)

    def _post(self, span: ScopeSpan, duty: Duty | None) -> Post:
        return Post(span.appointment, span.placement, span.scope, self._obligation(span, duty))

    def _obligation(self, span: ScopeSpan, duty: Duty | None) -> Obligation:
        if duty is not None and span in duty.service.spans:
            return Obligation.REQUIRED
        return Obligation.OPTIONAL if span.scope.kind is ScopeKind.APPLIES else Obligation.NONE

    def on_leave(self, duty: Duty, day: date) -> bool:
        """True when every owing appointment in force on ``day`` is on leave, or HR deferred the person."""
        if any(span.start <= day <= span.end for span in self.adjustments.deferrals):
            return True
        current = [s for s in duty.service.spans if s.start <= day <= s.end]
        return bool(current) and all(s.appointment.state_on(day) is ServiceState.LEAVE for s in current)

    def due_on(self, duty: Duty, day: date) -> date:
        """受講期限 as it stands on ``day``: leave up to then stops the clock."""
        return self.due_after_leave(duty, duty.begins, duty.due, None, day)

    def due_after_leave(self, duty: Duty, begins: date, due: date, run: str | None, day: date) -> date:
        """The date something begun on ``begins`` is due, as it stands on ``day``.

        A date HR moved replaces ``due`` and every leave begun by then. After a leave the days that were left
        remain, but at least ``DAYS_AFTER_LEAVE``, counted from the day of return and moved to an open day.
        """
        counts_from = begins
        change = self.due_change(duty, run)
        if change is not None:
            due, counts_from = change.due, max(begins, change.decided_on)
        for leave in self.leaves(duty):
            if leave.end >= day or leave.start > day:
                break
            if leave.end < counts_from or (change is not None and leave.start <= change.decided_on):
                continue
            began = max(leave.start, begins)
            remaining = max((due - began).days, DAYS_AFTER_LEAVE)
            due = next_open_day(leave.end + timedelta(days=1 + remaining), self.closed_days)
        return due

    def due_change(self, duty: Duty, run: str | None) -> DueChange | None:
        """The last date HR set for this duty; one before the duty began belongs to an earlier service."""
        found = None
        for change in self.adjustments.due_changes:
            if change.run == run and change.due >= duty.begins:
                found = change
        return found

    def leaves(self, duty: Duty) -> list[Span]:
        """Stretches over which every owing appointment in force is on leave, in order.

        A break between appointments inside a leave belongs to it: nobody returned in between.
        """
        deferrals = self.adjustments.deferrals
        if not deferrals and not any(
            state is ServiceState.LEAVE for s in duty.service.spans for _since, state in s.appointment.states
        ):
            return []
        edges = {s.start for s in duty.service.spans}
        edges |= {s.end + timedelta(days=1) for s in duty.service.spans if s.end < FAR_FUTURE}
        for span in duty.service.spans:
            edges |= {d for d, _state in span.appointment.states if span.start <= d <= span.end}
        for deferral in deferrals:
            edges.add(max(deferral.start, duty.service.start))
            if deferral.end < FAR_FUTURE:
                edges.add(max(deferral.end + timedelta(days=1), duty.service.start))
        ordered = sorted(edges)
        leaves: list[Span] = []
        for index, first in enumerate(ordered):
            last = ordered[index + 1] - timedelta(days=1) if index + 1 < len(ordered) else FAR_FUTURE
            away = self.on_leave(duty, first)
            in_break = not duty.service.covers(first)
            if away or (in_break and leaves and leaves[-1].end == first - timedelta(days=1)):
                if leaves and leaves[-1].end == first - timedelta(days=1):
                    leaves[-1] = Span(leaves[-1].start, last)
                else:
                    leaves.append(Span(first, last))
        return leaves


def duties_of(
    person: Person,
    rules: DutyRules,
    consultations: Sequence[Consultation] = (),
    closed_days: Collection[date] = (),
    adjustments: Adjustments = NO_ADJUSTMENTS,
) -> Duties:
    """Work out what ``person`` owes of a course, over the whole known history and future."""
    assigned = None if rules.assigned is None else _categories(rules.assigned)
    closed = frozenset(closed_days)
    spans = tuple(scope_spans(person, consultations))
    owing = [s for s in spans if s.scope.kind is ScopeKind.APPLIES and _is_assigned(s, assigned)]
    duties = tuple(
        duty
        for service in services_of(owing, rules.service_gap_days)
        if service.days >= rules.min_term_days and (duty := _duty(service, rules, closed)) is not None
    )
    return Duties(person, spans, duties, assigned, closed, adjustments)


@cache
def _categories(names: tuple[str, ...]) -> frozenset[Category]:
    return frozenset(Category(name) for name in names)


def _is_assigned(span: ScopeSpan, assigned: frozenset[Category] | None) -> bool:
    category = span.placement.category
    return category not in UNASSIGNED_BY_DEFAULT if assigned is None else category in assigned


def services_of(spans: Sequence[ScopeSpan], gap_days: int) -> list[Service]:
    """Join owing stretches into services: a break longer than ``gap_days`` days begins a new one."""
    if len(spans) == 1:
        (only,) = spans
        return [Service((only,), only.start, only.end, (only.end - only.start).days + 1)]
    services: list[Service] = []
    group: list[ScopeSpan] = []
    reach = date.min
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        if group and (span.start - reach).days - 1 > gap_days:
            services.append(_service(group))
            group = []
            reach = date.min
        group.append(span)
        reach = max(reach, span.end)
    if group:
        services.append(_service(group))
    return services


def _service(group: list[ScopeSpan]) -> Service:
    days = 0
    reach = date.min
    for span in group:
        first = span.start if reach == date.min else max(span.start, reach + timedelta(days=1))
        if span.end >= first:
            days += (span.end - first).days + 1
            reach = max(reach, span.end)
        if reach == FAR_FUTURE:
            break
    return Service(tuple(group), group[0].start, max(s.end for s in group), days)


def _duty(service: Service, rules: DutyRules, closed_days: frozenset[date]) -> Duty | None:
    begins = max(service.start, rules.introduced)
    if begins > service.end:
        return None
    return Duty(service, begins, next_open_day(begins + timedelta(days=rules.due_days), closed_days))
