"""How somebody works through a course: read, tested, failed, tested again, confirmed; cut off at a moment.

Pure. Questions are drawn and answers graded as the site does it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random

from app.business_days import is_open
from app.clock import JST, jst
from app.courses.model import Course, Scenario, Section
from app.training.drawing import Asked, draw
from app.training.grading import grade, has_passed
from app.training.story import Step, grade_story, stories

MOST_TRIES = 5
#: The chance of a right answer to the misleading question, at most.
MISLED = 0.3
#: So long after a meeting its list is entered.
ENTERED_AFTER = timedelta(hours=3)
OPENS, CLOSES = time(8, 40), time(16, 45)


@dataclass(frozen=True, slots=True)
class Answered:
    """One question as shown; the rest is None while it is not answered."""

    scenario: Scenario
    order: tuple[int, ...]
    chosen: frozenset[int] | None = None
    correct: bool | None = None
    at: datetime | None = None
    half: bool = False
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Test:
    """One 確認テスト; ``finished_at`` and ``passed`` are None while it is under way.

    A year's run has no ``section``.
    """

    __test__ = False

    section: Section | None
    seed: str
    started_at: datetime
    finished_at: datetime | None
    passed: bool | None
    questions: tuple[Answered, ...]

    @property
    def correct(self) -> int:
        """Right answers so far."""
        return sum(q.correct is True for q in self.questions)

    @property
    def halves(self) -> int:
        """Answers worth half so far."""
        return sum(q.half for q in self.questions)


@dataclass(slots=True)
class Learned:
    """Everything somebody did in a course; ``method`` is 集合 or 紙, "" on the site."""

    readings: list[tuple[Section, datetime]] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)
    confirmed_at: datetime | None = None
    method: str = ""

    @property
    def score(self) -> tuple[int, int, int]:
        """Right answers, answers worth half and questions over the passed tests."""
        passed = [test for test in self.tests if test.passed]
        return (
            sum(test.correct for test in passed),
            sum(test.halves for test in passed),
            sum(len(test.questions) for test in passed),
        )

    @property
    def last_at(self) -> datetime | None:
        """The last moment anything was done."""
        moments = [at for _, at in self.readings] + [t.finished_at or t.started_at for t in self.tests]
        return max([*moments, *([self.confirmed_at] if self.confirmed_at else [])], default=None)


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody goes about it.

    ``ability`` is the chance of a right answer, ``sections`` how many are finished before it stops, ``then``
    what happens in the next one: "" (nothing), "read", "open" (a test under way) or "failed". ``steady``
    people do everything in one go.
    """

    ability: float = 0.9
    sections: int = 99
    then: str = ""
    steady: bool = False


class Stop(Exception):
    """The moment up to which things happen has come."""


class Learner:
    """Somebody at work on a course, minute by minute."""

    def __init__(self, course: Course, random: Random, way: Way, begins: datetime, until: datetime) -> None:
        self.course = course
        self.random = random
        self.way = way
        self.clock = begins
        self.until = until
        self.times: Counter[str] = Counter()
        self.missed: set[str] = set()
        self.learned = Learned()
        self.misleading = misleading(course)

    def go(self) -> Learned:
        try:
            for index, section in enumerate(self.course.sections):
                if index >= self.way.sections:
                    self._last(section)
                    return self.learned
                self._pause()
                self._read(section)
                for tries in range(MOST_TRIES):
                    if self._test(section, min(1.0, self.way.ability + tries * 0.1 + (tries > 2))):
                        break
            self.spend(minutes=1)
            self.learned.confirmed_at = self.clock
        except Stop:
            pass
        return self.learned

    def _last(self, section: Section) -> None:
        if self.way.then:
            self._read(section)
        if self.way.then == "failed":
            self._test(section, 0.0)
        elif self.way.then == "open":
            self._test(section, self.way.ability, leave_after=min(2, section.questions - 1))

    def _pause(self) -> None:
        """Between sections most go on; some come back another day."""
        if not self.way.steady and self.random.random() < 0.3:
            days = self.random.choice((1, 1, 2, 4))
            self.clock = office_time(self.clock + timedelta(days=days), self.random)

    def spend(self, minutes: float) -> None:
        """Let time pass; Stop when there is none left."""
        self.clock += timedelta(seconds=round(minutes * 60))
        if self.clock > self.until:
            raise Stop

    def _read(self, section: Section) -> None:
        self.spend(max(1.0, section.lesson.minutes * self.random.uniform(0.6, 1.3)))
        self.learned.readings.append((section, self.clock))

    def _test(self, section: Section, ability: float, leave_after: int | None = None) -> bool:
        self.spend(self.random.uniform(0.2, 2))
        seed = f"{self.random.getrandbits(128):032x}"
        asked = Asked(dict(self.times), frozenset(self.missed))
        by_id = {scenario.id: scenario for scenario in section.scenarios}
        form = draw(section.scenarios, section.questions, asked, seed)
        questions = [Answered(by_id[drawn.scenario], drawn.choice_order) for drawn in form]
        return self.sit(section, seed, questions, ability, leave_after)

    def sit(
        self,
        section: Section | None,
        seed: str,
        questions: list[Answered],
        ability: float,
        leave_after: int | None = None,
    ) -> bool:
        """Answer a drawn test, or some of it; True when it was passed."""
        started = self.clock
        passed: bool | None = None
        try:
            for place, question in enumerate(questions[:leave_after]):
                self.spend(self.random.uniform(0.3, 1.2))
                questions[place] = self._answer(question, ability)
            if leave_after is None:
                correct, halves = sum(q.correct is True for q in questions), sum(q.half for q in questions)
                passed = has_passed(correct, len(questions), self.course.rules.pass_mark, halves)
        finally:
            finished = None if passed is None else self.clock
            self.learned.tests.append(Test(section, seed, started, finished, passed, tuple(questions)))
            self._remember(questions)
        return passed is True

    def _answer(self, question: Answered, ability: float) -> Answered:
        scenario = question.scenario
        if scenario.id == self.misleading:
            ability = min(ability, MISLED)
        knows = self.random.random() < ability - 0.04 * (scenario.level - 1) * (ability < 1)
        if scenario.goes_on:
            return self._story(question, knows)
        chosen = scenario.right if knows else _wrong(scenario, self.random)
        return Answered(scenario, question.order, chosen, grade(scenario, chosen), self.clock)

    def _story(self, question: Answered, knows: bool) -> Answered:
        """The best way through a story, or some other."""
        scenario = question.scenario
        told = [(steps, grade_story(scenario, steps)) for steps in stories(scenario)]
        steps, worth = self.random.choice([one for one in told if one[1].correct is knows])
        chosen = frozenset({steps[0].chosen})
        return Answered(scenario, question.order, chosen, worth.correct, self.clock, worth.half, steps)

    def _remember(self, questions: list[Answered]) -> None:
        for question in questions:
            self.times[question.scenario.id] += 1
            if question.correct is False:
                self.missed |= set(question.scenario.clauses)
            elif question.correct:
                self.missed -= set(question.scenario.clauses)


def misleading(course: Course) -> str:
    """The one question the demonstration's people mostly get wrong, so that there is one to look into."""
    plain = [s for s in course.sections[-1].scenarios if not s.goes_on and not s.multiple]
    return max(plain, key=lambda s: (s.level, s.id)).id


def at_a_meeting(method: str, day: date, until: datetime) -> Learned:
    """What somebody did who took part on a day: HR enters it the same afternoon."""
    noon = datetime.combine(day, time(12, 0), JST)
    return Learned() if noon + ENTERED_AFTER > until else Learned(confirmed_at=noon, method=method)


def learn(course: Course, random: Random, way: Way, begins: datetime, until: datetime) -> Learned:
    """What somebody did in ``course`` from ``begins`` on, as far as it lies before ``until``."""
    if begins > until:
        return Learned()
    return Learner(course, random, way, begins, until).go()


def office_time(moment: datetime, random: Random) -> datetime:
    """Some time of the working day of ``moment``, or of the next one."""
    local = jst(moment)
    day = local.date()
    while not _is_open(day.toordinal()):
        day += timedelta(days=1)
    minutes = (CLOSES.hour - OPENS.hour) * 60 + CLOSES.minute - OPENS.minute - 60
    at = datetime.combine(day, OPENS, JST) + timedelta(minutes=random.randint(0, minutes))
    return at + timedelta(seconds=random.randint(0, 59))


@cache
def _is_open(ordinal: int) -> bool:
    return is_open(date.fromordinal(ordinal))


def _wrong(scenario: Scenario, random: Random) -> frozenset[int]:
    """A tempting mistake: another choice, or one too many or too few."""
    others = sorted(set(range(len(scenario.choices))) - scenario.right)
    if not scenario.multiple:
        return frozenset({random.choice(others)})
    right = sorted(scenario.right)
    if others and random.random() < 0.5:
        return frozenset({*right, random.choice(others)})
    return frozenset(right) - {random.choice(right)}
