"""Count first answers where they are kept, for ``items`` and ``item_groups``.

What was given by the end of a day that is over never changes, so it is counted once and kept in memory.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Subquery, case, func, select

from app.clock import end_of
from app.db import held, read
from app.fiscal_year import FiscalYear
from app.people.models import AppointmentRow, PlacementRow, TermRow
from app.reports.item_groups import Cell, Part
from app.reports.items import BLOCK, SET_ASIDE, Counted
from app.reports.kept import once
from app.training.first_answers import given_first
from app.training.models import AttemptQuestionRow

A_MOMENT = timedelta(microseconds=1)


def counted(course: str, last: date) -> list[Counted]:
    """First answers given up to the end of a day that is over, in whole blocks."""
    return once(f"questions {course}", last, lambda: _counted(course, end_of(last) - A_MOMENT))


def parts(course: str, year: FiscalYear) -> list[Part]:
    """First answers given in a 年度 that is over, by clause, 職員区分 and 所属 on its last day.

    Both as they were known when it ended, so that no later correction moves a person from one number to
    another. Who had left by then, and what was set aside of each block, is in none of them.
    """
    return once(f"groups {course}", year, lambda: _parts(course, year))


def _counted(course: str, until: datetime) -> list[Counted]:
    lined = _lined_up(course, until)
    kinds = (lined.c.scenario, lined.c.revision, lined.c.chosen, lined.c.correct, lined.c.passed)
    whole = lined.c.total // BLOCK * BLOCK
    rows = read(select(*kinds, func.count()).where(lined.c.turn <= whole).group_by(*kinds))
    return [
        Counted(scenario, revision, _places(chosen), correct, passed, people)
        for scenario, revision, chosen, correct, passed, people in rows
    ]


def _places(chosen: str) -> tuple[int, ...]:
    return tuple(int(place) for place in chosen.split(",") if place)


def _parts(course: str, year: FiscalYear) -> list[Part]:
    begins, ended = end_of(FiscalYear(year.year - 1).last_day), end_of(year.last_day)
    lined = _lined_up(course, ended - A_MOMENT)
    label = case(_first_labels(), value=lined.c.clauses, else_="").label("label")
    a_person = (
        select(
            lined.c.person_id,
            label,
            func.count().label("answers"),
            func.sum(case((lined.c.correct, 0), else_=1)).label("wrong"),
        )
        .where(lined.c.answered_at >= begins, (lined.c.turn - 1) % BLOCK >= SET_ASIDE)
        .group_by(lined.c.person_id, label)
        .subquery()
    )
    post = _posts(year.last_day, ended)
    kinds = (a_person.c.label, post.c.category, post.c.department)
    rows = read(
        select(
            *kinds,
            func.count(),
            func.sum(case((a_person.c.wrong > 0, 1), else_=0)),
            func.sum(a_person.c.answers),
            func.sum(a_person.c.wrong),
        )
        .join(post, post.c.person_id == a_person.c.person_id)
        .where(post.c.place == 1)
        .group_by(*kinds)
    )
    return [
        Part(label, category, department, Cell(*map(int, counts)))
        for label, category, department, *counts in rows
    ]


def _lined_up(course: str, until: datetime) -> Subquery:
    """First answers, those to one wording in the order they came: ``turn`` of ``total``."""
    first = given_first(course, until)
    wording = (first.c.scenario, first.c.revision)
    in_order = (first.c.answered_at, first.c.attempt_id)
    return select(
        first,
        func.row_number().over(partition_by=wording, order_by=in_order).label("turn"),
        func.count().over(partition_by=wording).label("total"),
    ).subquery()


def _first_labels() -> dict[str, str]:
    """The clauses of a question as they are stored -> the first of them, which it is about."""
    rows = read(select(AttemptQuestionRow.clauses).distinct())
    return {clauses: clauses.split(",")[0] for (clauses,) in rows} or {"": ""}


def _posts(day: date, known_at: datetime) -> Subquery:
    """Posts in force on a day; a person counts in that of ``place`` 1: 本務 first, then the earliest."""
    order = (
        AppointmentRow.main.desc(), AppointmentRow.start, AppointmentRow.id,
        PlacementRow.since.desc(), PlacementRow.id.desc(),
    )  # fmt: skip
    return (
        select(
            AppointmentRow.person_id,
            PlacementRow.category,
            func.coalesce(PlacementRow.department, "").label("department"),
            func.row_number().over(partition_by=AppointmentRow.person_id, order_by=order).label("place"),
        )
        .join(TermRow, TermRow.appointment_id == AppointmentRow.id)
        .join(PlacementRow, PlacementRow.appointment_id == AppointmentRow.id)
        .where(
            held(AppointmentRow, known_at), held(TermRow, known_at), held(PlacementRow, known_at),
            AppointmentRow.start <= day, TermRow.end.is_(None) | (TermRow.end >= day),
            PlacementRow.since <= day,
        )
        .subquery()
    )  # fmt: skip
