"""Two people, a mail server, a clock, and what must hold whatever is done to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import select, update

from app.clock import day_of
from app.courses.amendments import Amendment, AmendmentKind
from app.courses.model import Course
from app.db import begin_writing, db
from app.evidence import ledger
from app.evidence.chain import first_break
from app.evidence.models import EvidenceRow
from app.people.models import ProfileRow
from app.reminders.mail import Answer
from app.reminders.plan import Fate
from app.training.corrections_models import RegradeRow
from app.training.models import AnswerRow, AttemptQuestionRow, AttemptRow, CompletionRow, ReadingRow
from app.training.progress import find_completion, section_states
from app.training.refresher import Run
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


class City(RuleBasedStateMachine):
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
        assert first_break(ledger.entries(), ledger.CHAIN) is None
