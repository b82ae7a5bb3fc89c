"""The way from an empty site to the first report, read from what has been kept so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from app.access.rights import heads_on
from app.db import db
from app.evidence import ledger
from app.people.directory import load_people
from app.people.models import DepartmentRow, RosterImportRow
from app.reports.kept import for_good
from app.reports.tasks import ROSTERS, Tasks, tasks
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
        if self.walked:
            return frozenset(Step)
        return frozenset(step for step, is_done in facts.items() if is_done)

    @property
    def walked(self) -> bool:
        """True once each step was taken: people who come later are everyday work, not a step back."""
        return bool(self.tasks.departments and self.tasks.rosters) and self.begun and self.reported

    @property
    def fell_back(self) -> bool:
        """True when the next step was behind already: something new came after a later one was taken."""
        order = list(Step)
        return self.next is not None and any(order.index(s) > order.index(self.next) for s in self.done)

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
        begun=begun(),
        reported=reported(),
    )


def reported() -> bool:
    """Whether a report has ever been taken out of the site as a file."""
    return for_good("reported", lambda: ledger.find("export.made", "completion") is not None)


def begun() -> bool:
    """Whether somebody has read a lesson or begun a test."""
    return _any(ReadingRow.id) or _any(AttemptRow.id)


def walked() -> bool:
    """Whether the way lies behind for good: the menu no longer leads there."""
    roster = RosterImportRow.id, RosterImportRow.kind.in_(ROSTERS)
    return for_good(
        "first steps",
        lambda: reported() and begun() and _any(DepartmentRow.id) and _any(*roster),
    )


def _any(column: InstrumentedAttribute[Any], *so: ColumnElement[bool]) -> bool:
    return db.session.scalar(select(column).where(*so).limit(1)) is not None
