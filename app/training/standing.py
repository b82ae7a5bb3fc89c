"""How a person stands in a course on a day: pure, from duties and what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    """What a person did in one course: the first reading or attempt, completions in order, exemptions.

    Only what stands is here: an annulled completion never counted. ``renewals`` are completions of an
    amendment (its id), ``touched`` the first days on which an amended section was read or tried again.
    """

    began_on: date | None = None
    completions: tuple[Completed, ...] = ()
    exemptions: tuple[Span, ...] = ()
    renewals: tuple[tuple[str, Completed], ...] = ()
    touched: tuple[tuple[str, date], ...] = ()

    def completed_by(self, day: date) -> Completed | None:
        """The first completion on or before ``day``."""
        return next((c for c in self.completions if c.on <= day), None)


NOTHING_DONE = Progress()


@dataclass(frozen=True, slots=True)
class Opening:
    """A material amendment HR opened: ``section`` is owed again by whoever completed the text before."""

    amendment: str
    section: str
    opened_on: date
    due: date

    @property
    def key(self) -> str:
        """Under which moved dates and reminders speak of it."""
        return f"amendment:{self.amendment}"


@dataclass(frozen=True, slots=True)
class Standing:
    """状況 on a day, with the duty it speaks of and its 受講期限.

    ``due`` is None for 対象外 and 猶予; ``on_time`` is None until completed. ``opening`` is the amendment
    the standing speaks of, when the course itself was completed on the text before it.
    """

    state: State
    duty: Duty | None
    due: date | None
    completed: Completed | None = None
    on_time: bool | None = None
    opening: Opening | None = None


def standing(duties: Duties, progress: Progress, day: date, openings: Sequence[Opening] = ()) -> Standing:
    """Take the first state that fits on ``day``; ``openings`` are in the order in which they began."""
    duty = duties.duty_on(day)
    if duty is None:
        return Standing(State.NOT_OWED, None, None, progress.completed_by(day))
    completed = progress.completed_by(day)
    if completed is not None:
        opening = unmet(progress, completed, openings, day) if openings else None
        if opening is not None:
            return _renewal(duties, duty, opening, progress, day)
        duty = _answered_duty(duties, completed)
    return judge(duties, duty, duty.begins, duty.due, None, progress, day)


def _answered_duty(duties: Duties, completed: Completed) -> Duty:
    """A completion answers the duty of the last service begun by then, or else of the first one after it."""
    return next((d for d in reversed(duties.owing) if d.service.start <= completed.on), duties.owing[0])


def unmet(progress: Progress, completed: Completed, openings: Sequence[Opening], day: date) -> Opening | None:
    """The first amendment begun by ``day`` whose section was completed on the older text only."""
    met = {amendment for amendment, renewed in progress.renewals if renewed.on <= day}
    for opening in openings:
        if opening.opened_on <= day and completed.on < opening.opened_on and opening.amendment not in met:
            return opening
    return None


def _renewal(duties: Duties, duty: Duty, opening: Opening, progress: Progress, day: date) -> Standing:
    """How somebody stands who owes one amended section; a service begun since has its own days for it."""
    begins, due = opening.opened_on, opening.due
    if duty.begins > begins:
        begins, due = duty.begins, max(due, duty.due)
    again = [on for section, on in progress.touched if section == opening.section and on >= opening.opened_on]
    done = Progress(began_on=min(again, default=None), exemptions=progress.exemptions)
    return replace(judge(duties, duty, begins, due, opening.key, done, day), opening=opening)


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
