"""What HR set right, read slowly from lists of what was held when: every report at every moment equals it.

Exemptions, 猶予, moved dates, annulments, merges, amendments and corrected appointments, each recorded at one
moment and perhaps withdrawn at another; asked about any day as known at any moment.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.db import begin_writing, db
from app.people.employment import Appointment, Organisation, Person, Span
from app.people.models import (
    AppointmentRow,
    DepartmentRow,
    MergeRow,
    PersonRow,
    PlacementRow,
    ProfileRow,
    ServiceStateRow,
    TermRow,
)
from app.reports.completion import lines_on
from app.reports.facts import load_facts
from app.training.corrections_models import AmendmentOpeningRow, AnnulmentRow
from app.training.decisions import DeferralRow, DueChangeRow, ExemptionRow
from app.training.models import CompletionRow, ContentRevisionRow
from app.training.standing import Completed, Opening, Progress
from tests.reports import brute_force as slow
from tests.reports.brute_force import ONE, World
from tests.reports.histories import START, TERMS, days, departments, person

QUICK, LONG = 25, 10_000
MOMENTS = 6
COURSE = "sns-guideline"
SECTION = "2-purpose"


def moment(number: int) -> datetime:
    """The moments at which something comes to be known; all after everything that happened."""
    return datetime(2030, 1, 1 + number, 3, tzinfo=UTC)


@dataclass(frozen=True)
class When:
    """Recorded at one moment, withdrawn at a later one or never."""

    recorded: int
    withdrawn: int | None

    def known(self, at: int) -> bool:
        return self.recorded <= at and (self.withdrawn is None or self.withdrawn > at)

    @property
    def columns(self) -> dict[str, datetime | None]:
        gone = None if self.withdrawn is None else moment(self.withdrawn)
        return {"recorded_at": moment(self.recorded), "withdrawn_at": gone}


@dataclass(frozen=True)
class Done:
    """A completion entered at a moment, with its annulment."""

    person: str
    on: date
    entered: int
    amendment: str
    annulled: When | None


@dataclass(frozen=True)
class Case:
    """Everything there is, with when it was held."""

    world: World
    entered: dict[str, int]
    corrected: dict[str, tuple[int, date]]
    done: tuple[Done, ...]
    exemptions: tuple[tuple[str, Span, When], ...]
    deferrals: tuple[tuple[str, Span, When], ...]
    moved: tuple[tuple[str, date, date, When], ...]
    merges: tuple[tuple[str, str, When], ...]
    openings: tuple[tuple[Opening, When], ...]
    asked: tuple[tuple[date, int], ...]


@st.composite
def whens(draw: st.DrawFn) -> When:
    recorded = draw(st.integers(1, MOMENTS - 2))
    gone = draw(st.none() | st.integers(recorded + 1, MOMENTS))
    return When(recorded, gone)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    people = tuple(draw(person(n)) for n in (1, 2))
    ids = st.sampled_from([p.id for p in people])
    near = days(START - timedelta(days=30), START + timedelta(days=700))
    spans = st.builds(lambda first, n: Span(first, first + timedelta(days=n)), near, TERMS)
    opened = draw(st.lists(st.builds(lambda d, n, w: (d, n, w), near, TERMS, whens()), max_size=2))
    openings = [
        (Opening(f"a{n}", SECTION, first, first + timedelta(days=length)), when)
        for n, (first, length, when) in enumerate(opened)
    ]
    amendments = st.sampled_from(["", "", *(o.amendment for o, _ in openings)])
    done = tuple(
        Done(draw(ids), draw(near), draw(st.integers(1, 4)), draw(amendments), draw(st.none() | whens()))
        for _ in range(draw(st.integers(0, 4)))
    )
    corrected = {}
    for one in people:
        if draw(st.booleans()):
            start = one.appointments[-1].start
            corrected[one.id] = (draw(st.integers(2, 5)), start + timedelta(days=draw(TERMS)))
    merge = draw(st.none() | whens())
    edges = {a.start for p in people for a in p.appointments}
    edges |= {o.opened_on for o, _ in openings} | {o.due + ONE for o, _ in openings} | {d.on for d in done}
    asked = draw(
        st.lists(
            st.tuples(st.builds(lambda e, n: e + timedelta(days=n), st.sampled_from(sorted(edges)),
                                st.sampled_from([0, 1, -1, 30, 31, 32, 90])), st.integers(0, MOMENTS)),
            min_size=3, max_size=6,
        )
    )  # fmt: skip
    world = World(
        people, {}, departments(draw), (),
        introduced=draw(st.sampled_from([date(2023, 9, 11), START])), assigned=None, closed=frozenset(),
    )  # fmt: skip
    return Case(
        world,
        {p.id: draw(st.integers(0, 2)) for p in people},
        corrected,
        done,
        tuple(draw(st.lists(st.tuples(ids, spans, whens()), max_size=2))),
        tuple(draw(st.lists(st.tuples(ids, spans, whens()), max_size=2))),
        tuple(draw(st.lists(st.tuples(ids, near, near, whens()), max_size=2))),
        () if merge is None else (("p1", "p2", merge),),
        tuple(openings),
        tuple(asked),
    )


# ---- the same in the database


def keep(case: Case) -> None:
    """Put the case into an emptied database."""
    begin_writing()
    for table in reversed(db.metadata.sorted_tables):
        db.session.execute(table.delete())
    revision = ContentRevisionRow(
        digest="r", course=COURSE, section=SECTION, manifest="{}", first_used_at=moment(0)
    )
    db.session.add(revision)
    for d in case.world.departments:
        db.session.add(
            DepartmentRow(code=d.code, name=d.name, parent=d.parent, position=d.position,
                          valid_from=d.valid_from, valid_to=d.valid_to, recorded_at=moment(0))
        )  # fmt: skip
    db.session.add_all(PersonRow(id=one.id, created_at=moment(0)) for one in case.world.people)
    db.session.flush()
    for one in case.world.people:
        _keep_person(one, case)
    for number, done in enumerate(case.done):
        row = CompletionRow(
            serial=f"S{number}", person_id=done.person, course=COURSE, amendment=done.amendment, again=number,
            version="版", statement="", method="紙", name="", number="",
            confirmed_at=datetime(done.on.year, done.on.month, done.on.day, 3, tzinfo=UTC),
            recorded_at=moment(done.entered),
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        if done.annulled is not None:
            db.session.add(
                AnnulmentRow(completion_id=row.id, reason="", document="", **done.annulled.columns)
            )
    for person_id, span, when in case.exemptions:
        db.session.add(
            ExemptionRow(person_id=person_id, course=COURSE, reason="", document="", start=span.start,
                         end=span.end, **when.columns)
        )  # fmt: skip
    for person_id, span, when in case.deferrals:
        db.session.add(DeferralRow(person_id=person_id, start=span.start, end=span.end, **when.columns))
    for person_id, due, decided, when in case.moved:
        db.session.add(
            DueChangeRow(person_id=person_id, course=COURSE, due=due, decided_on=decided, reason="",
                         **when.columns)
        )  # fmt: skip
        db.session.flush()
    for kept, merged, when in case.merges:
        db.session.add(MergeRow(kept_id=kept, merged_id=merged, **when.columns))
    for o, when in case.openings:
        db.session.add(
            AmendmentOpeningRow(course=COURSE, amendment=o.amendment, section=o.section, after="r",
                                opened_on=o.opened_on, due=o.due, **when.columns)
        )  # fmt: skip
    db.session.commit()


def _keep_person(one: Person, case: Case) -> None:
    at = {"recorded_at": moment(case.entered[one.id])}
    db.session.add(ProfileRow(person_id=one.id, name=one.name, **at))
    for place, a in enumerate(one.appointments):
        db.session.add(
            AppointmentRow(id=a.id, person_id=one.id, source=a.source, number=a.number, start=a.start,
                           main=a.main, post=str(a.id), **at)
        )  # fmt: skip
        db.session.flush()
        db.session.add_all(
            PlacementRow(appointment_id=a.id, since=p.since, department=p.department, category=p.category,
                         authority=p.authority, **at)
            for p in a.placements
        )  # fmt: skip
        db.session.add_all(
            ServiceStateRow(appointment_id=a.id, since=since, state=state, **at) for since, state in a.states
        )
        change = case.corrected.get(one.id) if place == len(one.appointments) - 1 else None
        if change is None or change[0] <= case.entered[one.id]:
            db.session.add(TermRow(appointment_id=a.id, end=a.end, **at))
        else:
            later = moment(change[0])
            db.session.add(TermRow(appointment_id=a.id, end=a.end, withdrawn_at=later, **at))
            db.session.add(TermRow(appointment_id=a.id, end=change[1], recorded_at=later))


# ---- the slow reading


def known_people(case: Case, at: int) -> tuple[Person, ...]:
    """Everybody as known at a moment, merged records as one person."""
    merged = {m: k for k, m, when in case.merges if when.known(at)}
    found: dict[str, list[Appointment]] = {}
    for one in case.world.people:
        if case.entered[one.id] > at:
            continue
        mine = list(one.appointments)
        change = case.corrected.get(one.id)
        if change is not None and case.entered[one.id] < change[0] <= at:
            mine[-1] = replace(mine[-1], end=change[1])
        found.setdefault(merged.get(one.id, one.id), []).extend(mine)
    return tuple(
        Person(i, "", "", tuple(sorted(a, key=lambda x: (x.start, not x.main, x.source, x.number, x.id))))
        for i, a in found.items()
        if case.entered[i] <= at  # a kept record nobody knows yet names nobody
    )


def expected(case: Case, day: date, at: int) -> dict[str, tuple[object, ...]]:
    """状況, 期限, 修了日, 期限内, 義務年度 of everybody in force, by person."""
    merged = {m: k for k, m, when in case.merges if when.known(at)}
    world = replace(case.world, people=known_people(case, at))
    found = {}
    for one in world.people:

        def mine(person_id: str, of: str = one.id) -> bool:
            return merged.get(person_id, person_id) == of

        if not any(slow.there(a, day) for a in one.appointments):
            continue
        done = [
            (d.amendment, d.on) for d in case.done
            if mine(d.person) and d.entered <= at and not (d.annulled and d.annulled.known(at))
        ]  # fmt: skip
        exempt = [s for p, s, w in case.exemptions if mine(p) and w.known(at)]
        deferred = [s for p, s, w in case.deferrals if mine(p) and w.known(at)]
        moved = sorted(
            ((w.recorded, n, due, on) for n, (p, due, on, w) in enumerate(case.moved)
             if mine(p) and w.known(at))
        )  # fmt: skip
        openings = [o for o, w in case.openings if w.known(at)]
        openings.sort(key=lambda o: (o.opened_on, o.amendment))
        changes = [(due, on) for _r, _n, due, on in moved]
        found[one.id] = _stands(world, one, day, done, exempt, deferred, changes, openings)
    return found


def _stands(
    world: World,
    one: Person,
    day: date,
    done: list[tuple[str, date]],
    exempt: list[Span],
    deferred: list[Span],
    changes: list[tuple[date, date]],
    openings: list[Opening],
) -> tuple[object, ...]:
    served = slow.services(world, one)
    current = next((s for s in served if day in s.posts and s.begins(world) <= day), None)
    completed = min((on for amendment, on in done if not amendment and on <= day), default=None)
    if current is None:
        return ("対象外", None, completed, None, None)

    def away(of: slow.Served, on: date) -> bool:
        return on in of.leave or any(s.start <= on <= s.end for s in deferred)

    def due_of(of: slow.Served, begins: date, due: date, on: date, may_move: bool) -> date:
        change = next((c for c in reversed(changes) if c[0] >= of.begins(world)), None) if may_move else None
        if change is not None:
            due = change[0]
        covered, left, walk = set(of.days), None, of.days[0]
        while walk <= on:
            gone = away(of, walk) if walk in covered or left is None else True
            if walk not in covered and left is None:
                gone = any(s.start <= walk <= s.end for s in deferred)
            if gone:
                left = left or walk
            elif left is not None:
                counts = begins if change is None else max(begins, change[1])
                if walk - ONE >= counts and not (change and left <= change[1]):
                    due = slow.open_day(world, walk + timedelta(max((due - max(left, begins)).days, 30)))
                left = None
            walk += ONE
        return due

    def first_due(of: slow.Served) -> date:
        return slow.open_day(world, of.begins(world) + timedelta(days=world.due_days))

    begins, due, owed = current.begins(world), first_due(current), None
    year = slow.fiscal(begins)
    if completed is not None:
        met = {amendment for amendment, on in done if on <= day}
        owed = next((o for o in openings if completed < o.opened_on <= day and o.amendment not in met), None)
        if owed is None:
            begun = [s for s in served if s.days[0] <= completed]
            of = begun[-1] if begun else served[0]
            stood = due_of(of, of.begins(world), first_due(of), completed, True)
            timely = completed <= stood or away(of, completed)
            return ("修了", stood, completed, timely, slow.fiscal(of.begins(world)))
        year = slow.fiscal(owed.opened_on)
        if begins > owed.opened_on:
            due = max(owed.due, due)
        else:
            begins, due = owed.opened_on, owed.due
    due = due_of(current, begins, due, day, owed is None)
    if any(s.start <= day <= s.end for s in exempt):
        return ("免除", due, None, None, year)
    if away(current, day):
        return ("猶予", None, None, None, year)
    return ("期限超過" if day > due else "未着手", due, None, None, year)


def compare(app: Flask, case: Case) -> None:
    keep(case)
    found = app.extensions["kenshu"].library.course(COURSE)
    assert found is not None
    rules = replace(found.rules, introduced=case.world.introduced, assigned=None)
    course = replace(found, rules=rules)
    for day, at in case.asked:
        facts = load_facts(course, frozenset(), known_at=moment(at))
        got = {
            line.person.id: (
                line.standing.state.value, line.standing.due,
                None if line.standing.completed is None else line.standing.completed.on,
                line.standing.on_time, line.duty_year,
            )
            for line in lines_on(facts, Organisation.on(day, facts.departments))
        }  # fmt: skip
        assert got == expected(case, day, at), (day, at)
        counted = [line.count for line in lines_on(facts, Organisation.on(day, facts.departments))]
        assert len(counted) == len(got)


NO_CHECKS = list(HealthCheck)


@settings(max_examples=QUICK, deadline=None, suppress_health_check=NO_CHECKS)
@given(case=cases())
def test_any_report_at_any_moment_equals_the_slow_reading(app: Flask, case: Case) -> None:
    compare(app, case)


@pytest.mark.long
@settings(
    max_examples=int(os.environ.get("KENSHU_HISTORIES", LONG)), deadline=None, suppress_health_check=NO_CHECKS
)
@given(case=cases())
def test_ten_thousand_corrected_histories(app: Flask, case: Case) -> None:
    compare(app, case)


def test_an_annulled_completion_never_counted() -> None:
    """As a value: what is annulled is simply not there, on any day."""
    stands = Progress(completions=(Completed(date(2026, 5, 1), 90, "紙", "版", "S"),))
    assert stands.completed_by(date(2026, 6, 1)) is not None
    assert Progress().completed_by(date(2026, 6, 1)) is None
