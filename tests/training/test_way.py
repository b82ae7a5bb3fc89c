"""What comes next in a course."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.training.way import Move, SectionState, Step, next_step

AT = datetime(2026, 4, 2, tzinfo=UTC)
NEW = SectionState()
READ = SectionState(read_at=AT)
DONE = SectionState(read_at=AT, passed_at=AT)
OPEN = SectionState(read_at=AT, open_attempt="a", answered=1, asked=3)
FAILED = SectionState(read_at=AT, last_failed="a")
PASSED_UNREAD = SectionState(passed_at=AT)
AGAIN = SectionState(read_at=AT, passed_at=AT, open_attempt="b", asked=3)


@pytest.mark.parametrize(
    ("first", "second", "step"),
    [
        (NEW, NEW, Step(Move.READ, "1-a")),
        (READ, NEW, Step(Move.TEST, "1-a")),
        (DONE, NEW, Step(Move.READ, "2-b")),
        (NEW, OPEN, Step(Move.RESUME, "2-b")),
        (FAILED, NEW, Step(Move.RETRY, "1-a")),
        (PASSED_UNREAD, DONE, Step(Move.READ, "1-a")),
        (AGAIN, NEW, Step(Move.READ, "2-b")),
        (DONE, DONE, Step(Move.CONFIRM)),
        (AGAIN, DONE, Step(Move.CONFIRM)),
    ],
)
def test_the_next_step(first: SectionState, second: SectionState, step: Step) -> None:
    assert next_step({"1-a": first, "2-b": second}, completed=False) == step


def test_nothing_is_left_once_completed() -> None:
    assert next_step({"1-a": DONE, "2-b": DONE}, completed=True) is None
