"""One 確認テスト as values: its questions as shown, the answers that stand, the steps of stories. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.courses.model import Choice, Course, Scenario


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer that stands: places in the text of the choices taken, and what they are worth.

    A step of a story that goes on has not ``ended`` the question.
    """

    chosen: frozenset[int]
    correct: bool
    half: bool = False
    ended: bool = True


@dataclass(frozen=True, slots=True)
class Taken:
    """One step of a story as it was shown: the scene, the order of its choices, the place taken."""

    scene: Scenario
    order: tuple[int, ...]
    chosen: int

    @property
    def choice(self) -> Choice:
        """The choice taken."""
        return self.scene.choices[self.chosen]


@dataclass(frozen=True, slots=True)
class Question:
    """One question of an attempt as shown: ``scenario`` in the attempt's own text, ``order`` of its choices.

    ``chosen`` (places in the text) and ``correct`` are None until answered. A story has ``steps``; ``scene``
    is what to answer now (the scenario itself, or where the story stands; at its end the last one).
    """

    position: int
    scenario: Scenario
    order: tuple[int, ...]
    chosen: frozenset[int] | None = None
    correct: bool | None = None
    half: bool = False
    steps: tuple[Taken, ...] = ()
    scene_id: str = ""
    scene_order: tuple[int, ...] = ()
    #: Withdrawn while the test was under way: it is not asked.
    skipped: bool = False

    @property
    def scene(self) -> Scenario:
        """What is asked now."""
        return self.scenario.scene(self.scene_id) or self.scenario

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses that decide it, each once; of a story with those of the scenes it came to."""
        met = [label for taken in self.steps for label in taken.scene.clauses]
        return tuple(dict.fromkeys([*self.scenario.clauses, *met]))

    @property
    def missed(self) -> tuple[str, ...]:
        """The clauses of a wrong answer; of a story those of the scenes where it went wrong."""
        if self.correct is not False:
            return ()
        wrong = [label for taken in self.steps if not taken.choice.right for label in taken.scene.clauses]
        return tuple(wrong) or self.scenario.clauses


@dataclass(frozen=True, slots=True)
class Attempt:
    """One 確認テスト of one person; ``passed`` is None while it runs.

    ``correct`` counts right answers, ``halves`` those worth half.
    ``text`` is the course as it was when the test was drawn (for certain its section and the guideline).
    The test of a year's run has a ``run_id`` and asks of the whole course: its ``section`` is "".
    """

    id: str
    person_id: str
    course: str
    section: str
    run_id: str
    revision: str
    language: str
    started_at: datetime
    finished_at: datetime | None
    correct: int | None
    halves: int
    passed: bool | None
    questions: tuple[Question, ...]
    text: Course

    @property
    def told_in(self) -> str:
        """The language the questions stand in: what was not translated yet is shown in Japanese."""
        return next((q.scenario.language for q in self.questions), self.language)

    @property
    def next_question(self) -> Question | None:
        """The first question without an answer that is still asked."""
        return next((q for q in self.questions if q.chosen is None and not q.skipped), None)

    @property
    def missed_clauses(self) -> tuple[str, ...]:
        """What to read again: the clauses of wrong answers, in the guideline's order."""
        wrong = {label for question in self.questions for label in question.missed}
        return tuple(label for label in self.text.guideline.clauses if label in wrong)

    def question(self, position: int) -> Question | None:
        """The question at ``position`` (from 1), or None."""
        return next((q for q in self.questions if q.position == position), None)
