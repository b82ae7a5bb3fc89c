"""The demonstration's years: two past runs and this year's, opened and taken as real ones are."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import select

from app.clock import JST, day_of, end_of
from app.courses.model import Course, Section
from app.db import begin_writing, db
from app.demo.cast import CITIZENS_HEAD, HR_PERSON
from app.demo.city import City
from app.demo.doing import AT_MEETINGS, TOGETHER, at_work, morning
from app.demo.keeping import TABLES, Chronicle, insert_all
from app.demo.learning import Answered, Learned, Learner, Stop, Way, at_a_meeting, office_time
from app.fiscal_year import FiscalYear
from app.loaded import library, site
from app.people.directory import load_consultations, load_departments
from app.people.employment import Person
from app.training.blueprint import Blueprint, History, Item, draw_form
from app.training.drawing import choice_order
from app.training.duties import Duties, duties_of
from app.training.models import (
    AnswerRow,
    AttemptQuestionRow,
    AttemptRow,
    CompletionRow,
    RereadingRow,
)
from app.training.progress import load_progress
from app.training.refresher import Membership, Run, membership
from app.training.revisions import keep_course, keep_revision
from app.training.runs import bank_of, open_run, run_blueprint, suggested
from app.training.standing import NOTHING_DONE, Progress
from app.training.yearly import YEARS_UNSEEN

#: Earlier years with a run, and how long before it begins HR opens one.
PAST, AHEAD = 2, timedelta(days=12)
NEVER, LATE, STOPPED = 0.03, 0.08, 0.01
MOST_TRIES = 3
#: Who is left to try this year's run.
LEFT = {CITIZENS_HEAD.name, HR_PERSON.name}


@dataclass(slots=True)
class Past:
    """What somebody was asked so far: (when, scenario, its clauses, right?), in order."""

    asked: list[tuple[datetime, str, tuple[str, ...], bool | None]] = field(default_factory=list)

    def history(self, run: Run, now: datetime) -> History:
        """As the site works it out."""
        since = end_of(FiscalYear(run.fiscal_year - YEARS_UNSEEN - 1).last_day)
        before = [one for one in self.asked if one[0] < now]
        missed: set[str] = set()
        for _at, _scenario, clauses, right in before:
            missed = missed | set(clauses) if right is False else missed - set(clauses) if right else missed
        return History(
            frozenset(scenario for at, scenario, _c, _r in before if at >= since),
            dict(Counter(scenario for _at, scenario, _c, _r in before)),
            frozenset(missed),
        )


class Runner(Learner):
    """Somebody who takes a year's run."""

    def __init__(
        self, course: Course, random: Random, way: Way, begins: datetime, until: datetime, past: Past
    ) -> None:
        super().__init__(course, random, way, begins, until)
        self.past = past
        self.inputs: list[History] = []
        self.read_again: list[tuple[int, Section, datetime]] = []

    def take(self, run: Run, plan: Blueprint, bank: Sequence[Item]) -> None:
        """Try until it is passed, reading again what was missed; some stop half-way."""
        try:
            for tries in range(MOST_TRIES):
                self.spend(self.random.uniform(0.5, 3))
                history = self.past.history(run, self.clock)
                seed = f"{self.random.getrandbits(128):032x}"
                self.inputs.append(history)
                form = [self.course.scenario(one) for one in draw_form(bank, plan, history, seed)]
                questions = [Answered(s, choice_order(s, seed)) for s in form if s is not None]
                leave = 4 if self.random.random() < STOPPED else None
                started = self.clock
                passed = self.sit(None, seed, questions, min(1.0, self.way.ability + tries * 0.15), leave)
                answered = self.learned.tests[-1].questions
                for q in answered:
                    self.past.asked.append((started, q.scenario.id, q.scenario.clauses, q.correct))
                if leave is not None:
                    return
                if passed:
                    self.learned.confirmed_at = self.clock
                    return
                self._read_again([q.scenario.clauses for q in answered if q.correct is False])
        except Stop:
            pass

    def _read_again(self, wrong: list[tuple[str, ...]]) -> None:
        clauses = self.course.guideline.clauses
        slugs = {clauses[label].section_slug for labels in wrong for label in labels if label in clauses}
        for section in self.course.sections:
            if section.slug in slugs:
                self.spend(max(1.0, section.lesson.minutes * self.random.uniform(0.4, 0.9)))
                self.read_again.append((len(self.inputs) - 1, section, self.clock))


def keep_runs(city: City, people: Sequence[Person], now: datetime, today: date) -> dict[str, datetime]:
    """Open the runs and write what people did in them; return when each person was last seen."""
    seen: dict[str, datetime] = {}
    for course in library().courses():
        pasts = _pasts(course.slug)
        progress = load_progress(course.slug)
        consultations, closed_days = load_consultations(), site().closed_days
        duties = [
            duties_of(person, course.rules, consultations, closed_days)
            for person in sorted(people, key=lambda p: (p.appointments[0].number, p.kana))
        ]
        for year in range(city.years.this.year - PAST, city.years.this.year + 1):
            run = suggested(course, year)
            opened = datetime.combine(run.opens - AHEAD, time(10, 0), JST)
            if run.opens <= city.years.opening or opened > now:
                continue
            made = open_run(course, run, HR_PERSON.name, opened)
            seen |= _OneRun(city.years.seed, course, made, now, today, pasts).play(duties, progress)
    return seen


def _pasts(course: str) -> dict[str, Past]:
    pasts: dict[str, Past] = defaultdict(Past)
    for person, at, scenario, clauses, correct in db.session.execute(
        select(
            AttemptRow.person_id,
            AttemptRow.started_at,
            AttemptQuestionRow.scenario,
            AttemptQuestionRow.clauses,
            AnswerRow.correct,
        )
        .join(AttemptQuestionRow, AttemptQuestionRow.attempt_id == AttemptRow.id)
        .outerjoin(
            AnswerRow,
            (AnswerRow.attempt_id == AttemptQuestionRow.attempt_id)
            & (AnswerRow.position == AttemptQuestionRow.position),
        )
        .where(AttemptRow.course == course)
        .order_by(AttemptRow.started_at, AttemptRow.id, AttemptQuestionRow.position)
    ):
        pasts[person].asked.append((at, scenario, tuple(clauses.split(",")), correct))
    return pasts


class _OneRun:
    """One run of one course."""

    def __init__(
        self, seed: int, course: Course, run: Run, now: datetime, today: date, pasts: dict[str, Past]
    ) -> None:
        self.seed, self.course, self.run, self.now, self.today = seed, course, run, now, today
        self.english = library().course(course.slug, "en") or course
        self.plan, self.bank = run_blueprint(run.id), bank_of(course)
        self.pasts = pasts
        self.chronicle = Chronicle(seed + run.fiscal_year, load_departments())
        self.rereadings: list[dict[str, object]] = []

    def play(self, everybody: Sequence[Duties], progress: dict[str, Progress]) -> dict[str, datetime]:
        """Let everybody who is in take it, and write it down."""
        for duties in everybody:
            member = self._membership(duties, progress.get(duties.person.id, NOTHING_DONE))
            if member is not None:
                self._take(duties, member)
        begin_writing()
        keep_course(self.course, min((row["started_at"] for row in self.chronicle.rows[AttemptRow]),
                                     default=self.now))  # fmt: skip
        for section in self.course.sections:
            keep_revision(self.course, section, self.now)
        for table in TABLES:
            insert_all(table, self.chronicle.rows[table])
        insert_all(RereadingRow, self.rereadings)
        db.session.commit()
        return self.chronicle.last_seen

    def _membership(self, duties: Duties, course: Progress) -> Membership | None:
        """The first way in: when the window opens, or with an appointment or a completion in it."""
        days = {self.run.opens, *(a.start for a in duties.person.appointments)}
        days |= {c.on + timedelta(days=1) for c in course.completions}
        for day in sorted(d for d in days if self.run.opens <= d <= min(self.run.closes, self.today)):
            member = membership(duties, course, self.run, day)
            if member.out is None:
                return member
        return None

    def _take(self, duties: Duties, member: Membership) -> None:
        person, run = duties.person, self.run
        assert member.duty is not None and member.entered is not None and member.due is not None
        random = Random(f"{self.seed}:{run.id}:{person.appointments[0].number}:{person.kana}")
        days = max((member.due - member.entered).days, 8)
        wait = int(random.triangular(0, days - 2, days * 0.4))
        chance = random.random()
        left = person.name in LEFT and run.fiscal_year == FiscalYear.of(self.today).year
        if chance < NEVER or left:
            return
        if chance < NEVER + LATE:
            wait = days + 1 + int(random.expovariate(1 / 20))
        begins = at_work(duties, member.duty, member.entered + timedelta(days=wait))
        if begins is None or begins > run.closes:
            return
        until = min(self.now, end_of(min(member.duty.service.end, run.closes)))
        department = member.duty.service.spans[-1].placement.department or ""
        if department in TOGETHER and random.random() < AT_MEETINGS:
            learned = at_a_meeting(TOGETHER[department], day_of(office_time(morning(begins), random)), until)
            self._completed(duties, self.course, learned)
            return
        course = self.english if person.language == "en" else self.course
        runner = Runner(
            course, random, Way(random.triangular(0.78, 0.99, 0.94)), office_time(morning(begins), random),
            until, self.pasts[person.id],
        )  # fmt: skip
        if runner.clock <= until:
            runner.take(run, self.plan, self.bank)
            self._note(duties, course, runner)

    def _note(self, duties: Duties, course: Course, runner: Runner) -> None:
        run, learned, person = self.run, runner.learned, duties.person.id
        attempts = []
        for test, history in zip(learned.tests, runner.inputs, strict=False):
            known = {
                "person_id": person, "course": course.slug, "language": course.language, "section": "",
                "revision": self.course.revision, "run_id": run.id,
                "inputs": json.dumps(history.to_json(), ensure_ascii=False, sort_keys=True),
            }  # fmt: skip
            attempts.append(self.chronicle.note_test(test, known, course))
        self.rereadings += [
            {
                "attempt_id": attempts[tried],
                "section": section.slug,
                "revision": section.revision,
                "read_at": at,
            }
            for tried, section, at in runner.read_again
        ]
        self._completed(duties, course, learned)

    def _completed(self, duties: Duties, course: Course, learned: Learned) -> None:
        if learned.confirmed_at is not None:
            row = self.chronicle.completion(duties, course, learned, learned.confirmed_at)
            row |= {"run_id": self.run.id, "title": self.run.title, "statement": ""}
            self.chronicle.rows[CompletionRow].append(row)
        self.chronicle.see(duties.person.id, learned)
