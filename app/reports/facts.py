"""The few wide reads a report is made from: everybody's employment, what they did, what was applied."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from app.clock import day_of, end_of
from app.courses.model import Course
from app.db import db
from app.fiscal_year import FiscalYear
from app.people.directory import (
    CHUNK,
    load_consultations,
    load_departments,
    load_people,
    merged_into,
)
from app.people.models import AppointmentRow, PlacementRow, RosterImportRow
from app.reports.choosing import Choice
from app.reports.collecting import no_collecting
from app.reports.completion import Facts
from app.reports.curve import Point, growth, stretch_of
from app.reports.kept import once
from app.reports.report import Report, make_report
from app.reports.turns import walk
from app.training.amending import load_openings
from app.training.decisions import load_adjustments
from app.training.duties import NO_ADJUSTMENTS, duties_of
from app.training.progress import load_progress
from app.training.refresher import Run
from app.training.runs import load_runs

A_MOMENT = timedelta(microseconds=1)
#: Kinds of import that speak of a whole 名簿区分 on a day; a correction on a page does not.
ROSTER_KINDS = ("roster", "add-only")


def load_facts(
    course: Course,
    closed_days: Collection[date],
    people: Iterable[str] | None = None,
    run: Run | None = None,
    known_at: datetime | None = None,
) -> Facts:
    """Read what a report of ``course``, or of a run of it, needs about these people (everybody when None).

    ``known_at`` reads what was known at a moment; None reads what is held true now.
    """
    ids = None if people is None else set(people)
    consultations = load_consultations(known_at)
    closed = frozenset(closed_days)
    with no_collecting():
        decided = load_adjustments(course.slug, ids, known_at)
        return Facts(
            people=[
                duties_of(p, course.rules, consultations, closed, decided.get(p.id, NO_ADJUSTMENTS))
                for p in load_people(ids, known_at)
            ],
            progress=load_progress(course.slug, ids, known_at=known_at),
            departments=load_departments(known_at),
            roster_days=roster_days(known_at),
            run=run,
            done={} if run is None else load_progress(course.slug, ids, run.id, known_at),
            openings=load_openings(course.slug, known_at),
        )


def load_report(
    course: Course,
    closed_days: Collection[date],
    day: date,
    choice: Choice,
    run: Run | None = None,
    known_at: datetime | None = None,
) -> Report:
    """Read everybody and draw up the report of ``course``, or of a run of it, for ``day``."""
    with no_collecting():
        made = make_report(load_facts(course, closed_days, None, run, known_at), course, day, choice)
    return made if known_at is None else replace(made, known_on=day_of(known_at - A_MOMENT))


def load_year_before(
    course: Course, closed_days: Collection[date], run: Run | None, today: date
) -> list[Point]:
    """How the 修了率 grew the 年度 before, of the course or of that year's run, as known when it was over.

    Today's records would draw another line: people corrected, merged or annulled since.
    """
    year = FiscalYear.of(today).year if run is None else run.fiscal_year
    last_day = FiscalYear(year - 1).last_day
    earlier = None
    if run is not None:
        runs = load_runs(course.slug, end_of(last_day))
        earlier = next((one for one in runs if one.fiscal_year == year - 1), None)
        if earlier is None:
            return []
        last_day = earlier.closes
    stretch = stretch_of(earlier, last_day)

    def grown() -> list[Point]:
        then = load_facts(course, closed_days, run=earlier, known_at=end_of(last_day))
        return growth(walk(then, stretch.first, stretch.last), stretch.first, stretch.last)

    if last_day >= today:  # a run opened ahead: the year before still goes on
        return grown()
    question = (earlier, last_day, repr(course.rules), frozenset(closed_days))
    return once(f"year before {course.slug} {'run' if run else 'course'}", question, grown)


def roster_days(known_at: datetime | None = None) -> dict[str, date]:
    """The 基準日 of the last roster applied, by 名簿区分."""
    query = select(RosterImportRow.source, func.max(RosterImportRow.as_of)).where(
        RosterImportRow.kind.in_(ROSTER_KINDS)
    )
    if known_at is not None:
        query = query.where(RosterImportRow.imported_at <= known_at)
    rows = db.session.execute(query.group_by(RosterImportRow.source))
    return {source: as_of for source, as_of in rows}


def people_ever_in(codes: Collection[str]) -> set[str]:
    """Ids of everybody whose appointment was ever placed in one of these 所属 (kept ids)."""
    merges = merged_into()
    ordered = sorted(codes)
    found: set[str] = set()
    for start in range(0, len(ordered), CHUNK):
        found.update(
            db.session.scalars(
                select(AppointmentRow.person_id)
                .join(PlacementRow, PlacementRow.appointment_id == AppointmentRow.id)
                .where(
                    PlacementRow.department.in_(ordered[start : start + CHUNK]),
                    PlacementRow.withdrawn_at.is_(None),
                    AppointmentRow.withdrawn_at.is_(None),
                )
                .distinct()
            )
        )
    return {merges.get(person_id, person_id) for person_id in found}
