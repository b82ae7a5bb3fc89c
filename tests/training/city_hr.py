"""What HR and the 所属長 of the city do."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy import select

from app.access import parting
from app.db import begin_writing, db
from app.people import merging
from app.people.employment import ServiceState
from app.people.models import AppointmentRow, ServiceStateRow
from app.reports import fixing, group_entering
from app.reports.group_lists import GroupList, lists
from app.training import amending, annulling, deciding, regrading, runs, withdrawing
from app.training.decision import ANNULMENT_REASONS, EXEMPTION_REASONS, Deferral, Exemption, Moved
from app.training.group_plan import Held
from app.training.models import AttemptQuestionRow, CompletionRow
from app.training.progress import find_completion
from tests.training.city import AMENDMENT, COURSE, NUMBERS, WHO, City


class HR(City):
    """Everything HR may set right, and take back."""

    @rule(place=st.integers(0, 200))
    def withdraw_question(self, place: int) -> None:
        asked = db.session.scalars(select(AttemptQuestionRow.scenario).distinct()).all()
        if asked:
            try:
                withdrawing.withdraw(COURSE, sorted(asked)[place % len(asked)], "誤り", "人事", self.now())
            except regrading.NotPossible:
                return

    @rule()
    def reinstate(self) -> None:
        for row, _count in regrading.withdrawn_on_record():
            regrading.reinstate(row.id, "人事", self.now())

    @rule(who=WHO, kind=st.integers(0, 2), of_run=st.booleans())
    def decide(self, who: int, kind: int, of_run: bool) -> None:
        """猶予, 免除, or a moved date."""
        run_id = self.run.id if of_run else ""
        decision = (
            Deferral(self.today, None),
            Exemption(COURSE, run_id, EXEMPTION_REASONS[0], self.today, date(2027, 3, 31), "1号"),
            Moved(COURSE, run_id, self.today + timedelta(days=40), self.today, "理由"),
        )[kind]
        deciding.decide(decision, [self.people[who]], "人事", self.now())

    @rule()
    def take_decisions_back(self) -> None:
        for one in deciding.decided(self.people):
            deciding.withdraw(one.kind, [one.id], "人事", self.now())

    @rule(who=WHO, of_run=st.booleans(), by_head=st.booleans())
    def list_on_paper(self, who: int, of_run: bool, by_head: bool) -> None:
        """HR enters a list, or a 所属長 hands one in; refused when they have completed."""
        held = Held("集合", self.today, "講師", "1号")
        wanted = GroupList(self.course, self.run if of_run else None, held, NUMBERS[who])
        if by_head:
            group_entering.hand_in(wanted, "010", "課長", None, self.now())
        else:
            group_entering.enter(wanted, "人事", None, self.now())

    @rule(approved=st.booleans())
    def answer_lists(self, approved: bool) -> None:
        for row in lists(waiting=True):
            if approved:
                group_entering.approve(row.id, "人事", self.now())
            else:
                group_entering.decline(row.id, "書き直してください。", "人事", self.now())

    @rule(who=WHO, of_run=st.booleans())
    def annul(self, who: int, of_run: bool) -> None:
        """The one way in which a pass may go."""
        of = self.run.id if of_run else ""
        done = find_completion(self.people[who], COURSE, of)
        if done is not None:
            annulling.annul(done.serial, ANNULMENT_REASONS[0], "1号", "人事", self.now())
            self.passed = {one for one in self.passed if not self._same(one[0], who)}
            self.apart = ()

    @rule(who=WHO)
    def restore(self, who: int) -> None:
        mine = select(CompletionRow).where(CompletionRow.person_id == self.people[who])
        for row in db.session.scalars(mine).all():
            if annulling.is_annulled(row):
                annulling.restore(row.serial, "人事", self.now())

    @precondition(lambda self: not self.merged)
    @rule()
    def merge(self) -> None:
        merging.merge(self.people[0], self.people[1], "台帳", "人事", self.now())
        self.merged, self.apart = True, (set(self.passed),)

    @precondition(lambda self: self.merged)
    @rule()
    def split(self) -> None:
        """They are two again; each has at least what was theirs before."""
        (standing, *_) = [one for one in merging.merges_of(self.people[0]) if one.withdrawn_at is None]
        parting.split(standing.id, "人事", self.now())
        self.merged, self.passed = False, self.apart[0] if self.apart else set()

    @rule()
    def amend(self) -> None:
        """A section is owed again; or no more."""
        if amending.load_openings(COURSE):
            for row in amending.openings_on_record(COURSE):
                amending.withdraw_opening(row.id, "人事", self.now())
        else:
            due = self.today + timedelta(days=30)
            amending.open_amendment(self.course, AMENDMENT, self.today, due, "人事", self.now())

    @rule()
    def close_the_run(self) -> None:
        try:
            runs.close_run(self.run.id, self.today + timedelta(days=60), "理由", "人事", self.now())
        except runs.Refused:
            return

    @rule(of_run=st.booleans())
    def fix_a_report(self, of_run: bool) -> None:
        run = self.run if of_run else None
        fixing.fix_report(self.course, run, self.today, "", "人事", self.now())

    @rule(who=WHO, state=st.sampled_from([ServiceState.LEAVE, ServiceState.ACTIVE]))
    def roster_says(self, who: int, state: ServiceState) -> None:
        """Somebody is away from today on, or back."""
        begin_writing()
        for row in db.session.query(AppointmentRow).filter_by(person_id=self.people[who]):
            db.session.add(
                ServiceStateRow(appointment_id=row.id, since=self.today, state=state, recorded_at=self.now())
            )
        db.session.commit()
