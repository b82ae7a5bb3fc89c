"""The way from an empty site to the first report, read from what has been kept so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select

from app.access.rights import heads_on
from app.db import db
from app.evidence import ledger
from app.people.directory import load_people
from app.reports.kept import for_good
from app.reports.tasks import Tasks, tasks
from app.training.models import AttemptRow, ReadingRow


class Step(StrEnum):
    """What HR does first, in this order."""

    CITY = "city"
    DEPARTMENTS = "departments"
    ROSTER = "roster"
    QUESTIONS = "questions"
    SLIPS = "slips"
    OPEN = "open"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Beginning:
    """How far a new site has come. ``begun``: somebody has read a lesson or begun a test."""

    people: int
    heads: int
    tasks: Tasks
    begun: bool
    reported: bool

    @property
    def questions(self) -> int:
        """What the roster left for HR to say."""
        return self.tasks.absent + self.tasks.identity_questions

    @property
    def done(self) -> frozenset[Step]:
        """The steps that are behind. Nothing tells that a file was looked at: whoever went on has."""
        facts = {
            Step.CITY: bool(self.tasks.departments or self.people),
            Step.DEPARTMENTS: bool(self.tasks.departments),
            Step.ROSTER: bool(self.tasks.rosters),
            Step.QUESTIONS: bool(self.tasks.rosters) and not self.questions,
            Step.SLIPS: bool(self.people) and not self.tasks.without_account,
            Step.OPEN: self.begun,
            Step.REPORT: self.reported,
        }
        return frozenset(step for step, is_done in facts.items() if is_done)

    @property
    def next(self) -> Step | None:
        """The first step that is still ahead; None when the way is walked."""
        return next((step for step in Step if step not in self.done), None)


def beginning(today: date) -> Beginning:
    """Look how far the site has come."""
    people = load_people()
    return Beginning(
        people=len(people),
        heads=len(heads_on(today)),
        tasks=tasks(people, today),
        begun=_any(ReadingRow) or _any(AttemptRow),
        reported=reported(),
    )


def reported() -> bool:
    """Whether a report has ever been taken out of the site as a file."""
    return for_good("reported", lambda: ledger.find("export.made", "completion") is not None)


def _any(table: type[ReadingRow] | type[AttemptRow]) -> bool:
    return db.session.scalar(select(table.id).limit(1)) is not None
