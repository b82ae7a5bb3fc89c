"""Whatever people and HR do in whatever order: no pass turns into a fail unannulled, nothing is lost."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from app.courses.library import Library
from app.courses.model import Course
from app.db import db
from app.evidence import ledger
from app.evidence.chain import first_break
from app.evidence.models import EvidenceRow
from app.people import merging
from app.people.models import MergeRow
from app.reports.group import GroupList, enter
from app.training import annulling, deciding, regrading, withdrawing
from app.training.attempts import start_attempt
from app.training.corrections_models import AnnulmentRow, GroupListRow, RegradeRow, WithdrawnQuestionRow
from app.training.decision import ANNULMENT_REASONS, EXEMPTION_REASONS, Deferral, Exemption, Moved
from app.training.decisions import DeferralRow, DueChangeRow, ExemptionRow
from app.training.group_plan import Held
from app.training.models import AnswerRow, AttemptQuestionRow, AttemptRow, CompletionRow, ReadingRow
from app.training.overview import holder_on
from app.training.progress import find_completion, section_states
from app.training.records import NotYet, confirm, keep_reading, load_attempt
from tests.answering import answer_all
from tests.people_builder import hire

COURSE = "sns-guideline"
DAY = date(2026, 6, 1)
#: Entries that may only ever become more.
KEPT = (
    EvidenceRow, AttemptRow, AttemptQuestionRow, AnswerRow, ReadingRow, CompletionRow, AnnulmentRow,
    DeferralRow, DueChangeRow, ExemptionRow, MergeRow, WithdrawnQuestionRow, RegradeRow, GroupListRow,
)  # fmt: skip
_numbers = count(1)


class City(RuleBasedStateMachine):
    """Two people with records of their own, HR, and a clock that moves on."""

    course: Course

    def __init__(self) -> None:
        super().__init__()
        self.moment = datetime(2026, 6, 1, 1, tzinfo=UTC)
        numbers = [f"9{next(_numbers):06}" for _n in range(2)]
        self.number = numbers
        self.people = [hire(number, start=date(2024, 4, 1)) for number in numbers]
        self.merged = False
        self.passed: set[tuple[str, str]] = set()
        self.completed: set[str] = set()
        self.counts = dict.fromkeys(KEPT, 0)

    def now(self) -> datetime:
        """A moment later than any before."""
        self.moment += timedelta(minutes=1)
        return self.moment

    @rule(who=st.integers(0, 1), section=st.integers(0, 4), wrong=st.sampled_from([0, 0, 1, 2, 9]))
    def learn(self, who: int, section: int, wrong: int) -> None:
        """Somebody reads a lesson and takes its test, well or badly."""
        chosen = self.course.sections[section]
        keep_reading(self.people[who], self.course, chosen, self.now())
        attempt = load_attempt(start_attempt(self.people[who], self.course, chosen, self.now()))
        assert attempt is not None
        answer_all(attempt, self.now(), wrong)

    @rule(who=st.integers(0, 1))
    def learn_everything(self, who: int) -> None:
        """Somebody does the whole course and presses 確認しました."""
        for section in range(len(self.course.sections)):
            self.learn(who, section, 0)
        self.confirm(who)

    @rule(who=st.integers(0, 1))
    def confirm(self, who: int) -> None:
        """Somebody presses 確認しました, perhaps too early."""
        try:
            confirm(holder_on(self.people[who], self.course, DAY), self.course, self.now())
        except NotYet:
            return

    @rule(who=st.integers(0, 1), section=st.integers(0, 4))
    def leave_open(self, who: int, section: int) -> None:
        """Somebody begins a test and goes home."""
        start_attempt(self.people[who], self.course, self.course.sections[section], self.now())

    @rule(place=st.integers(0, 200))
    def withdraw_question(self, place: int) -> None:
        """HR withdraws a question somebody was asked."""
        asked = db.session.scalars(select(AttemptQuestionRow.scenario).distinct()).all()
        if asked:
            try:
                withdrawing.withdraw(COURSE, sorted(asked)[place % len(asked)], "誤り", "人事", self.now())
            except regrading.NotPossible:
                return

    @rule()
    def reinstate(self) -> None:
        """HR asks every withdrawn question again."""
        for row, _count in regrading.withdrawn_on_record():
            regrading.reinstate(row.id, "人事", self.now())

    @rule(who=st.integers(0, 1), kind=st.integers(0, 2))
    def decide(self, who: int, kind: int) -> None:
        """HR gives 猶予, exempts, or moves a date."""
        decision = (
            Deferral(DAY, None),
            Exemption(COURSE, "", EXEMPTION_REASONS[0], DAY, date(2027, 3, 31), "1号"),
            Moved(COURSE, "", date(2026, 7, 31), DAY, "理由"),
        )[kind]
        deciding.decide(decision, [self.people[who]], "人事", self.now())

    @rule()
    def take_decisions_back(self) -> None:
        """HR takes everything decided about these people back."""
        for one in deciding.decided(self.people):
            deciding.withdraw(one.kind, [one.id], "人事", self.now())

    @rule(who=st.integers(0, 1))
    def enter_paper(self, who: int) -> None:
        """HR enters somebody from a list; refused when they have completed."""
        held = Held("集合", DAY, "講師", "1号")
        enter(GroupList(self.course, None, held, self.number[who]), "人事", None, self.now())

    @rule(who=st.integers(0, 1))
    def annul(self, who: int) -> None:
        """HR annuls a completion: the one way in which a pass may go."""
        done = find_completion(self.people[who], COURSE)
        if done is None:
            return
        annulling.annul(done.serial, ANNULMENT_REASONS[0], "1号", "人事", self.now())
        self.passed = {(p, s) for p, s in self.passed if not self._same(p, who)}
        self.completed = {p for p in self.completed if not self._same(p, who)}

    @rule(who=st.integers(0, 1))
    def restore(self, who: int) -> None:
        """HR takes annulments of somebody back."""
        for row in db.session.scalars(
            select(CompletionRow).where(CompletionRow.person_id == self.people[who])
        ).all():
            if annulling.is_annulled(row):
                annulling.restore(row.serial, "人事", self.now())

    @precondition(lambda self: not self.merged)
    @rule()
    def merge(self) -> None:
        """HR finds that both are one person."""
        merging.merge(self.people[0], self.people[1], "台帳", "人事", self.now())
        self.merged = True

    @precondition(lambda self: self.merged)
    @rule()
    def split(self) -> None:
        """HR finds that they are two."""
        standing = [one for one in merging.merges_of(self.people[0]) if one.withdrawn_at is None]
        merging.split(standing[0].id, "人事", self.now())
        self.merged = False
        # What one did counts for both only as long as they are one.
        self.passed, self.completed = set(), set()

    def _same(self, person_id: str, who: int) -> bool:
        return self.merged or person_id == self.people[who]

    @invariant()
    def no_pass_is_lost(self) -> None:
        """Whoever passed a section, or completed, still has."""
        for person_id in self.people:
            states = section_states(person_id, self.course)
            now_passed = {(person_id, slug) for slug, state in states.items() if state.passed_at is not None}
            assert {pair for pair in self.passed if pair[0] == person_id} <= now_passed
            self.passed |= now_passed
            done = find_completion(person_id, COURSE) is not None
            assert done or person_id not in self.completed
            self.completed |= {person_id} if done else set()
        db.session.rollback()

    @invariant()
    def no_entry_is_lost(self) -> None:
        """Every kind of entry only grows."""
        for table in KEPT:
            number = db.session.scalar(select(func.count()).select_from(table)) or 0
            assert number >= self.counts[table], table.__tablename__
            self.counts[table] = number
        db.session.rollback()

    def teardown(self) -> None:
        """The chain is whole, whatever happened."""
        assert first_break(ledger.entries(), ledger.CHAIN) is None


def run(library: Library, examples: int, steps: int) -> None:
    course = library.course(COURSE)
    assert course is not None
    City.course = course
    run_state_machine_as_test(
        City,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_order_of_actions_takes_a_pass_or_an_entry(app: Flask, library: Library) -> None:
    run(library, examples=4, steps=12)


@pytest.mark.long
def test_many_orders_of_actions(app: Flask, library: Library) -> None:
    run(library, examples=int(os.environ.get("KENSHU_HISTORIES", 300)), steps=30)
