"""How far a person is in a course and what comes next: pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class SectionState:
    """What a person did in one section: when it was first read and first passed, and a test under way.

    ``answered`` of ``asked`` questions of the open attempt are answered; ``last_failed`` is the latest
    attempt while none was passed.
    """

    read_at: datetime | None = None
    passed_at: datetime | None = None
    open_attempt: str | None = None
    answered: int = 0
    asked: int = 0
    last_failed: str | None = None

    @property
    def done(self) -> bool:
        """Read and passed."""
        return self.read_at is not None and self.passed_at is not None

    @property
    def untouched(self) -> bool:
        """Neither read nor tried."""
        return self == NOTHING_YET


NOTHING_YET = SectionState()


class Move(StrEnum):
    """What a person does next in a course."""

    RESUME = "resume"
    READ = "read"
    TEST = "test"
    RETRY = "retry"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Step:
    """The next move and the section it is made in ("" for 確認しました)."""

    move: Move
    section: str = ""


def next_step(sections: Mapping[str, SectionState], completed: bool) -> Step | None:
    """An open test goes on first, then the first section that is not done; None when all is completed.

    ``sections`` are in the course's order.
    """
    if completed:
        return None
    for slug, state in sections.items():
        if state.open_attempt is not None and state.passed_at is None:
            return Step(Move.RESUME, slug)
    for slug, state in sections.items():
        if state.read_at is None:
            return Step(Move.READ, slug)
        if state.passed_at is None:
            return Step(Move.RETRY if state.last_failed else Move.TEST, slug)
    return Step(Move.CONFIRM)
