"""Two people, HR, a mail server and a clock: everything that may be done, in whatever order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import select, update

from app.clock import day_of
from app.courses.amendments import Amendment, AmendmentKind
from app.courses.model import Course
from app.db import begin_writing, db
from app.evidence import ledger as chain
from app.evidence.chain import first_break
from app.evidence.models import EvidenceRow
from app.people import merging
from app.people.employment import ServiceState
from app.people.models import AppointmentRow, ProfileRow, ServiceStateRow
from app.reminders import ledger, outbox
from app.reminders.mail import Answer
from app.reminders.plan import Fate
from app.reports import fixing, group
from app.reports.group import GroupList
from app.training import amending, annulling, deciding, regrading, runs, withdrawing
from app.training.attempts import start_attempt
from app.training.corrections_models import RegradeRow
from app.training.decision import ANNULMENT_REASONS, EXEMPTION_REASONS, Deferral, Exemption, Moved
from app.training.group_plan import Held
from app.training.models import AnswerRow, AttemptQuestionRow, AttemptRow, CompletionRow, ReadingRow
from app.training.overview import holder_on
from app.training.progress import find_completion, section_states
from app.training.records import NotYet, confirm, keep_reading, load_attempt
from app.training.refresher import Run
from app.training.rereading import failed_last
from app.training.yearly import NotAllowed, keep_run_answer, start_run_attempt
from tests.answering import answer_all
from tests.people_builder import hire
from tests.web.running import a_run, completed

COURSE = "sns-guideline"
NUMBERS = ("9000001", "9000002")
AMENDMENT = Amendment("a1", "2-purpose", AmendmentKind.MATERIAL, date(2026, 6, 1), "目的が変わりました。")
#: Tables whose rows are never written again.
FINAL = {
    one.__tablename__
    for one in (EvidenceRow, AttemptQuestionRow, AnswerRow, ReadingRow, CompletionRow, RegradeRow)
}
WHO = st.integers(0, 1)
EVENTS = st.lists(st.sampled_from(["taken", "broken", "killed", "died", "later"]), min_size=1, max_size=3)


class Killed(BaseException):
    """The process that sends ends here."""


class MailServer:
    """What it took, by Message-ID; ``event`` says what happens to the next mails."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.event = "taken"

    def send(self, message: EmailMessage) -> Answer:
        if self.event in ("taken", "broken", "died"):
            self.taken[message["Message-ID"]] += 1
        if self.event in ("killed", "died"):
            raise Killed
        fates = {"taken": Fate.SENT, "broken": Fate.UNKNOWN, "later": Fate.LATER}
        return Answer(fates[self.event])


class LivingCity(RuleBasedStateMachine):
    """One who completed the course last year and one who has not, on 1 June 2026; a year's run is open."""

    course: Course
    server: MailServer
    #: Empties the database: each history begins anew.
    empty: Callable[[], None]

    def __init__(self) -> None:
        super().__init__()
        self.empty()
        self.server.taken.clear()
        self.moment = datetime(2026, 6, 1, 1, tzinfo=UTC)
        self.people = [hire(number, start=date(2024, 4, 1)) for number in NUMBERS]
        begin_writing()
        for number, person in zip(NUMBERS, self.people, strict=True):
            mail = f"{number}@city.example.jp"
            db.session.execute(update(ProfileRow).where(ProfileRow.person_id == person).values(mail=mail))
        db.session.commit()
        completed(self.people[0], date(2025, 5, 1))
        self.run: Run = a_run()
        self.merged = False
        self.passed: set[tuple[str, str]] = set()
        self.apart: tuple[set[tuple[str, str]], ...] = ()
        self.rows: dict[str, set[tuple[object, ...]]] = {}

    def now(self) -> datetime:
        """A moment later than any before."""
        self.moment += timedelta(minutes=1)
        return self.moment

    @property
    def today(self) -> date:
        return day_of(self.moment)

    # ---- what people do

    @rule(who=WHO, section=st.integers(0, 4), wrong=st.sampled_from([0, 0, 1, 2, 9]))
    def learn(self, who: int, section: int, wrong: int) -> None:
        """Somebody reads a lesson and takes its test, well or badly."""
        chosen = self.course.sections[section]
        keep_reading(self.people[who], self.course, chosen, self.now())
        attempt = load_attempt(start_attempt(self.people[who], self.course, chosen, self.now()))
        assert attempt is not None
        answer_all(attempt, self.now(), wrong)

    @precondition(lambda self: self.passed)
    @rule(place=st.integers(0, 20))
    def fail_what_was_passed(self, place: int) -> None:
        """Somebody takes a test again that they passed, and fails."""
        person, slug = sorted(self.passed)[place % len(self.passed)]
        if (section := self.course.section(slug)) is not None:
            attempt = load_attempt(start_attempt(person, self.course, section, self.now()))
            assert attempt is not None
            answer_all(attempt, self.now(), 9)

    @rule(who=WHO)
    def learn_everything(self, who: int) -> None:
        """Somebody does the whole course and presses 確認しました."""
        for section in range(len(self.course.sections)):
            self.learn(who, section, 0)
        self.confirm(who)

    @rule(who=WHO)
    def confirm(self, who: int) -> None:
        """Somebody presses 確認しました, of the course and of what was amended, perhaps too early."""
        holder = holder_on(self.people[who], self.course, self.today)
        for press in (
            lambda: confirm(holder, self.course, self.now()),
            lambda: amending.confirm_amendment(holder, self.course, AMENDMENT, self.now()),
        ):
            try:
                press()
            except NotYet:
                continue

    @rule(who=WHO, section=st.integers(0, 4))
    def leave_open(self, who: int, section: int) -> None:
        """Somebody begins a test and goes home."""
        start_attempt(self.people[who], self.course, self.course.sections[section], self.now())

    @rule(who=WHO, wrong=st.sampled_from([0, 9]), read=st.booleans())
    def take_the_run(self, who: int, wrong: int, read: bool) -> None:
        """Somebody takes the year's test, having read again what was missed, or not."""
        failed = failed_last(self.people[who], self.course, self.run.id)
        for slug in failed.sections if failed and read else ():
            section = self.course.section(slug)
            assert section is not None
            keep_reading(self.people[who], self.course, section, self.now())
        try:
            attempt = load_attempt(start_run_attempt(self.people[who], self.course, self.run, self.now()))
        except NotAllowed:
            return
        assert attempt is not None
        answer_all(attempt, self.now(), wrong, keep_run_answer)

    # ---- what HR does

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
            group.hand_in(wanted, "010", "課長", None, self.now())
        else:
            group.enter(wanted, "人事", None, self.now())

    @rule(approved=st.booleans())
    def answer_lists(self, approved: bool) -> None:
        for row in group.lists(waiting=True):
            if approved:
                group.approve(row.id, "人事", self.now())
            else:
                group.decline(row.id, "書き直してください。", "人事", self.now())

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
        merging.split(standing.id, "人事", self.now())
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
                ServiceStateRow(
                    appointment_id=row.id, since=self.today, state=state, recorded_at=self.now()
                )
            )
        db.session.commit()

    # ---- reminders, and time

    @rule(events=EVENTS)
    def remind(self, events: list[str]) -> None:
        """Today's mails leave, in so many rounds: the server takes them, breaks off, or the sender dies."""
        for event in events:
            self.server.event = event
            try:
                outbox.send(self.now, "人事")
            except Killed:
                db.session.rollback()
            except outbox.NotNow:
                return

    @rule()
    def print_sheets(self) -> None:
        plan = outbox.plan_on(self.today)
        ledger.keep_printed(plan.requests, self.today, self.now(), "人事", f"{self.moment}"[:32])

    @rule(found=st.sampled_from([Fate.SENT, Fate.PRINTED]))
    def judge_unknown(self, found: Fate) -> None:
        outbox.look_after(self.now())
        for entry in ledger.entries(ledger.Search(fate=Fate.UNKNOWN)):
            ledger.decide_unknown(entry.id, found, "人事", self.now())

    @rule(days=st.sampled_from([1, 7, 14, 30]))
    def time_goes_by(self, days: int) -> None:
        self.moment += timedelta(days=days)

    # ---- what must hold

    def _same(self, person_id: str, who: int) -> bool:
        return self.merged or person_id == self.people[who]

    @invariant()
    def no_pass_is_lost(self) -> None:
        """Whoever passed a section, completed the course, the run or what was amended, still has."""
        for person in self.people:
            now_passed = {
                (person, slug) for slug, state in section_states(person, self.course).items()
                if state.passed_at is not None
            }  # fmt: skip
            for key in (("", ""), (self.run.id, ""), ("", AMENDMENT.id)):
                if find_completion(person, COURSE, *key) is not None:
                    now_passed.add((person, ":".join(("done", *key))))
            assert {one for one in self.passed if one[0] == person} <= now_passed
            self.passed |= now_passed
        db.session.rollback()

    @invariant()
    def no_entry_is_lost(self) -> None:
        """Of no table a row goes; what is final stays as written, and so does a finished test's result."""
        queries = {
            table.name: select(*(table.columns if table.name in FINAL else table.primary_key.columns))
            for table in db.metadata.sorted_tables
        }
        results = select(AttemptRow.id, AttemptRow.passed, AttemptRow.correct, AttemptRow.finished_at)
        queries["results"] = results.where(AttemptRow.finished_at.is_not(None))
        for name, query in queries.items():
            rows = {tuple(row) for row in db.session.execute(query)}
            assert rows >= self.rows.get(name, set()), name
            self.rows[name] = rows
        db.session.rollback()

    @invariant()
    def nobody_hears_the_same_twice(self) -> None:
        assert not [mail for mail, times in self.server.taken.items() if times > 1]

    def teardown(self) -> None:
        """The chain is whole, whatever happened."""
        assert first_break(chain.entries(), chain.CHAIN) is None
