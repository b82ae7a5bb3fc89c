"""The plan of an import: every change as a frozen value, before anything is written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from app.people.employment import Department, Placement, ServiceState
from app.people.roster.findings import Note, Problem

#: A person of the database by id, or one this plan makes: "new:" and a number.
PersonRef = str
NEW = "new:"


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person is called and how to reach them."""

    name: str
    kana: str = ""
    roman: str = ""
    mail: str = ""
    language: str = "ja"


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody no record is known of; ``number`` is shown beside the name."""

    ref: PersonRef
    number: str
    profile: Profile


@dataclass(frozen=True, slots=True)
class NewAppointment:
    """An appointment seen for the first time; ``joins`` when the person is new too."""

    person: PersonRef
    name: str
    source: str
    number: str
    start: date
    end: date | None
    main: bool
    post: str
    placement: Placement
    states: tuple[tuple[date, ServiceState], ...] = ()
    retired: bool = False
    joins: bool = False


@dataclass(frozen=True, slots=True)
class Renumbering:
    """A known appointment goes on under another number (仮-1 -> 0001234).

    ``replaced``: it begins on another day under the new number; the old one is only withdrawn.
    """

    appointment: int
    name: str
    before: str
    after: str
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class PlacementChange:
    """From ``since`` on an appointment stands elsewhere or as something else.

    ``after`` takes the place of every placement known from ``since`` on; ``added`` False: the placement
    held on ``since`` already says it, and only the later ones go. ``cancelled`` counts planned ones.
    """

    appointment: int
    name: str
    number: str
    since: date
    before: Placement
    after: Placement
    added: bool = True
    cancelled: int = 0


@dataclass(frozen=True, slots=True)
class StateChange:
    """From ``since`` on another 在職区分 holds; states known from then on are withdrawn."""

    appointment: int
    name: str
    number: str
    since: date
    before: ServiceState
    after: ServiceState
    added: bool = True


@dataclass(frozen=True, slots=True)
class TermChange:
    """An appointment ends, ends on another day, or no longer ends."""

    appointment: int
    name: str
    number: str
    before: date | None
    after: date | None
    retired: bool


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """A known person is called otherwise, or reached otherwise."""

    person: PersonRef
    number: str
    before: Profile
    after: Profile


@dataclass(frozen=True, slots=True)
class Joining:
    """Two records turn out to be one person (前職員番号); ``merged`` goes under ``kept``."""

    kept: PersonRef
    merged: PersonRef
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Question:
    """Two records that may be one person; HR answers, nothing waits for it."""

    person: PersonRef
    other: PersonRef
    reason: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A known appointment without a line in the file; ``known`` when it already stood as 要確認."""

    appointment: int
    person: PersonRef
    name: str
    number: str
    department: str | None
    known: bool


@dataclass(frozen=True, slots=True)
class DepartmentChange:
    """A version of a 所属 is added (``before`` None), replaced, or its last day changes."""

    before: Department | None
    after: Department | None


@dataclass(frozen=True, slots=True)
class DepartmentPlan:
    """What a departments file changes; ``departments`` are all versions that hold afterwards.

    ``unknown_heads``: so many 所属長 it names are nobody known yet.
    """

    changes: tuple[DepartmentChange, ...] = ()
    departments: tuple[Department, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()
    filename: str = ""
    unknown_heads: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything an import would change, and everything there is to say about it.

    ``known`` is the number of people of this 名簿区分 with an appointment in force or planned on ``as_of``.
    ``new_year``: the first roster of a 年度 is kept as applied even when it changes nothing.
    """

    source: str
    as_of: date
    today: date
    add_only: bool = False
    filename: str = ""
    lines: int = 0
    known: int = 0
    new_year: bool = False
    departments: DepartmentPlan = field(default_factory=DepartmentPlan)
    implicit: tuple[Department, ...] = ()
    people: tuple[NewPerson, ...] = ()
    appointments: tuple[NewAppointment, ...] = ()
    renumberings: tuple[Renumbering, ...] = ()
    placements: tuple[PlacementChange, ...] = ()
    states: tuple[StateChange, ...] = ()
    terms: tuple[TermChange, ...] = ()
    profiles: tuple[ProfileChange, ...] = ()
    joinings: tuple[Joining, ...] = ()
    questions: tuple[Question, ...] = ()
    missing: tuple[Missing, ...] = ()
    back: tuple[int, ...] = ()
    reaching_back: tuple[tuple[date, int], ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def refused(self) -> bool:
        """True when a problem keeps the whole file from being applied."""
        return bool(self.problems or self.departments.problems)

    @property
    def roster_changes(self) -> bool:
        """True when applying the roster would write something."""
        return bool(self._operations() or any(not m.known for m in self.missing))

    @property
    def empty(self) -> bool:
        """True when applying would write nothing."""
        return self.unchanged and not self.new_year

    @property
    def unchanged(self) -> bool:
        """True when nothing known changes; at most the day is kept (``new_year``)."""
        return not self.roster_changes and not self.departments.changes

    @property
    def missing_people(self) -> int:
        """How many people have an appointment that is missing from the file."""
        return len({m.person for m in self.missing})

    @property
    def many_missing(self) -> bool:
        """True when more than 10 % of the people known are missing, so that their number must be named."""
        return self.missing_people * 10 > self.known

    @property
    def digest(self) -> str:
        """A fingerprint of what would be written: two plans with one digest do the same."""
        hasher = hashlib.sha256(repr((self.source, self.as_of, self.add_only)).encode())
        for part in (self._operations(), self.missing, self.departments.changes):
            for item in part:
                hasher.update(repr(item).encode())
        return hasher.hexdigest()

    def _operations(self) -> tuple[object, ...]:
        groups: tuple[Iterable[object], ...] = (
            self.implicit, self.people, self.appointments, self.renumberings, self.placements, self.states,
            self.terms, self.profiles, self.joinings, self.questions, self.back,
        )  # fmt: skip
        return tuple(item for group in groups for item in group)


def added(ref: PersonRef) -> bool:
    """True for a person this plan makes."""
    return ref.startswith(NEW)
