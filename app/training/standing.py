"""How a person stands in a course on a day: pure, from duties and what was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.people.employment import Span
from app.training.duties import Duties, Duty


class State(StrEnum):
    """状況, in the order in which the first that fits is taken."""

    NOT_OWED = "対象外"
    COMPLETED = "修了"
    EXEMPT = "免除"
    DEFERRED = "猶予"
    OVERDUE = "期限超過"
    IN_PROGRESS = "受講中"
    NOT_STARTED = "未着手"


@dataclass(frozen=True, slots=True)
class Completed:
    """A completion that stands: day of 確認, score as a percentage (cut; None on paper), method."""

    on: date
    score: int | None
    method: str
    version: str
    serial: str


@dataclass(frozen=True, slots=True)
class Progress:
    """What a person did in one course: the first reading or attempt, completions in order, exemptions."""

    began_on: date | None = None
    completions: tuple[Completed, ...] = ()
    exemptions: tuple[Span, ...] = ()

    def completed_by(self, day: date) -> Completed | None:
        """The first completion on or before ``day``."""
        return next((c for c in self.completions if c.on <= day), None)


NOTHING_DONE = Progress()


@dataclass(frozen=True, slots=True)
class Standing:
    """状況 on a day, with the duty it speaks of and its 受講期限.

    ``due`` is None for 対象外 and 猶予; ``on_time`` is None until completed.
    """

    state: State
    duty: Duty | None
    due: date | None
    completed: Completed | None = None
    on_time: bool | None = None


def standing(duties: Duties, progress: Progress, day: date) -> Standing:
    """Take the first state that fits on ``day``."""
    duty = duties.duty_on(day)
    if duty is None:
        return Standing(State.NOT_OWED, None, None, progress.completed_by(day))
    completed = progress.completed_by(day)
    if completed is not None:
        duty = _answered_duty(duties, completed)
    return judge(duties, duty, duty.begins, duty.due, None, progress, day)


def _answered_duty(duties: Duties, completed: Completed) -> Duty:
    """A completion answers the duty of the last service begun by then, or else of the first one after it."""
    return next((d for d in reversed(duties.owing) if d.service.start <= completed.on), duties.owing[0])


def judge(
    duties: Duties, duty: Duty, begins: date, due: date, run: str | None, done: Progress, day: date
) -> Standing:
    """状況 of something owed since ``begins`` and first due by ``due``: the course, or a year's run."""
    completed = done.completed_by(day)
    if completed is not None:
        due = duties.due_after_leave(duty, begins, due, run, completed.on)
        on_time = completed.on <= due or duties.on_leave(duty, completed.on)
        return Standing(State.COMPLETED, duty, due, completed, on_time)
    due = duties.due_after_leave(duty, begins, due, run, day)
    if any(e.start <= day <= e.end for e in done.exemptions):
        return Standing(State.EXEMPT, duty, due)
    if duties.on_leave(duty, day):
        return Standing(State.DEFERRED, duty, None)
    if day > due:
        return Standing(State.OVERDUE, duty, due)
    began = done.began_on is not None and done.began_on <= day
    return Standing(State.IN_PROGRESS if began else State.NOT_STARTED, duty, due)
