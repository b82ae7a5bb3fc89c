"""集合研修 and paper: the lists of who took part, as 所属長 hand them in and HR enters them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.access.sign_in import spellings
from app.courses.model import Course
from app.db import db
from app.loaded import library
from app.training.corrections_models import GroupListRow
from app.training.group_plan import Held, read_lines
from app.training.paper_test import load_test
from app.training.refresher import Run
from app.training.runs import find_run


@dataclass(frozen=True, slots=True)
class GroupList:
    """A list as typed; ``within`` are the 所属 whose 所属長 hands it in (None: HR)."""

    course: Course
    run: Run | None
    held: Held
    lines: str
    paper_test_id: str | None = None
    within: frozenset[str] | None = None


def as_list(row: GroupListRow) -> GroupList:
    """A kept list as a value. Raises LookupError when its training is gone."""
    course = library().course(row.course)
    if course is None:
        raise LookupError(row.course)
    test = load_test(row.paper_test_id) if row.paper_test_id else None
    held = Held(
        row.method, row.held_on, row.signed_by, row.evidence_number,
        len(test.questions) if test else 0, test.pass_mark if test else 0,
    )  # fmt: skip
    run = find_run(row.run_id) if row.run_id else None
    return GroupList(course, run, held, row.lines, row.paper_test_id)


def find_list(list_id: str) -> GroupListRow | None:
    """A list by its id, or None."""
    return db.session.get(GroupListRow, list_id)


def lists(waiting: bool | None = None, of: str | None = None, limit: int = 100) -> list[GroupListRow]:
    """Lists handed in or entered, newest first; only those that wait, or of one person."""
    query = select(GroupListRow).order_by(GroupListRow.submitted_at.desc(), GroupListRow.id).limit(limit)
    if waiting is not None:
        decided = GroupListRow.approved.is_not(None)
        query = query.where(~decided if waiting else decided)
    if of is not None:
        query = query.where(GroupListRow.submitted_by_person == of)
    return list(db.session.scalars(query))


def waiting_numbers(course: Course, run: Run | None) -> frozenset[str]:
    """職員番号, in full and as typed, on the lists 所属長 handed in that HR has yet to decide."""
    run_id = "" if run is None else run.id
    rows = [
        row for row in lists(waiting=True, limit=1_000) if (row.course, row.run_id) == (course.slug, run_id)
    ]
    return frozenset(n for row in rows for typed in read_lines(row.lines) for n in spellings(typed.number))
