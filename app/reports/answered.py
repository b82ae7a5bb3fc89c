"""Read what /hr/items counts: first answers, and where people stood when the last 年度 was over.

What was given by the end of a day that is over never changes, so a day is read once and kept in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from app.clock import end_of
from app.db import held, read
from app.fiscal_year import FiscalYear
from app.people.models import AppointmentRow, PlacementRow, TermRow
from app.reports.collecting import no_collecting
from app.reports.item_groups import Part, Post, parts_of
from app.reports.items import Counted, whole_blocks
from app.reports.kept import once
from app.training.first_answers import line_up

A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Answered:
    """What may be counted up to ``last``: questions in whole blocks, and groups of the 年度 over by then."""

    last: date
    year: FiscalYear
    counted: list[Counted]
    parts: list[Part]


def load_answered(course: str, today: date) -> Answered:
    """What was answered up to yesterday, and in the 年度 before today's.

    Posts are those of the last day of that 年度 as they were known when it ended: no later correction moves
    a person from one number to another.
    """
    return once(f"answered {course}", today, lambda: _load(course, today))


def _load(course: str, today: date) -> Answered:
    year = FiscalYear(FiscalYear.of(today).year - 1)
    last = today - timedelta(days=1)
    begins, ended = end_of(year.first_day - timedelta(days=1)), end_of(year.last_day)
    with no_collecting():
        lines = line_up(course, end_of(last) - A_MOMENT, begins, ended)
        return Answered(last, year, whole_blocks(lines), parts_of(lines, _posts(year.last_day, ended)))


def _posts(day: date, known_at: datetime) -> dict[str, Post]:
    """職員区分 and 所属 of everybody in service on a day, of several posts the 本務, then the earliest."""
    rows = read(
        select(
            AppointmentRow.person_id,
            PlacementRow.category,
            func.coalesce(PlacementRow.department, ""),
        )
        .join(TermRow, TermRow.appointment_id == AppointmentRow.id)
        .join(PlacementRow, PlacementRow.appointment_id == AppointmentRow.id)
        .where(
            held(AppointmentRow, known_at), held(TermRow, known_at), held(PlacementRow, known_at),
            AppointmentRow.start <= day, TermRow.end.is_(None) | (TermRow.end >= day),
            PlacementRow.since <= day,
        )
        .order_by(
            AppointmentRow.main, AppointmentRow.start.desc(), AppointmentRow.id.desc(),
            PlacementRow.since, PlacementRow.id,
        )
    )  # fmt: skip
    return {person: (category, department) for person, category, department in rows}
