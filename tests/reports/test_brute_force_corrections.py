"""What HR set right, read slowly from lists of what was held when: every report at every moment equals it.

Exemptions, 猶予, moved dates, annulments, merges, amendments and corrected appointments, each recorded at one
moment and perhaps withdrawn at another; asked about any day as known at any moment.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings

from app.courses.model import Course
from app.reports.choosing import Choice
from app.reports.completion import Count, Facts, Line
from app.reports.denominator import denominator
from app.reports.facts import load_facts
from app.reports.report import make_report
from app.training.standing import Completed, Progress
from tests.reports.brute_force import Stands, World
from tests.reports.corrections import Case, cases, moment
from tests.reports.corrections_kept import COURSE, keep
from tests.reports.corrections_slow import Serving, known_at, stands_on
from tests.reports.tables import tables_agree

QUICK, LONG = 40, 10_000


def compare(app: Flask, case: Case) -> None:
    keep(case)
    found = app.extensions["kenshu"].library.course(COURSE)
    assert found is not None
    rules = replace(found.rules, introduced=case.world.introduced, assigned=None)
    course = replace(found, rules=rules)
    served: Serving = {}
    for at in sorted({at for _day, at in case.asked}):
        facts = load_facts(course, frozenset(), known_at=moment(at))
        known = known_at(case, at, served)
        for day in sorted({day for day, asked_at in case.asked if asked_at == at}):
            compare_day(course, facts, known.world, stands_on(known, day), day)


def compare_day(course: Course, facts: Facts, world: World, stands: list[Stands], day: date) -> None:
    """The lines by person, the tables by group, and the denominator's ledger, each as read slowly."""
    report = make_report(facts, course, day, Choice())
    expected = {s.person.id: (s.state, s.due, s.completed, s.on_time, s.year, s.post.number) for s in stands}
    assert {line.person.id: told(line) for line in report.lines} == expected, day
    tables_agree(world, report.lines, report.organisation, stands)
    ledger = denominator(facts, report, course.rules)
    counted = Counter("要協議" if s.state == "対象外" and s.scope == "要協議" else s.state for s in stands)
    assert [(count, counted[count.value]) for count in Count] == [(c, n) for c, _in, n in ledger.sums]
    for entry in ledger.entries:
        assert entry.reason and (entry.since is None or entry.since <= day), entry


def told(line: Line) -> tuple[object, ...]:
    """A line of the report by person as the slow reading says it."""
    stands = line.standing
    on_time = {None: "", True: "期限内", False: "期限後"}[stands.on_time]
    completed = None if stands.completed is None else stands.completed.on
    return stands.state.value, stands.due, completed, on_time, line.duty_year, line.post.appointment.number


@settings(max_examples=QUICK, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases())
def test_any_report_at_any_moment_equals_the_slow_reading(app: Flask, case: Case) -> None:
    compare(app, case)


@pytest.mark.long
@settings(
    max_examples=int(os.environ.get("KENSHU_HISTORIES", LONG)),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(case=cases())
def test_ten_thousand_corrected_histories(app: Flask, case: Case) -> None:
    compare(app, case)


def test_an_annulled_completion_never_counted() -> None:
    """As a value: what is annulled is simply not there, on any day."""
    stands = Progress(completions=(Completed(date(2026, 5, 1), 90, "紙", "版", "S"),))
    assert stands.completed_by(date(2026, 6, 1)) is not None
    assert Progress().completed_by(date(2026, 6, 1)) is None
