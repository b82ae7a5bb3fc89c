"""The few wide reads a report is made from: everybody's employment, what they did, what was applied."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from app.clock import day_of
from app.courses.model import Course
from app.db import db
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
from app.reports.curve import Curve, course_curve, run_curve
from app.reports.report import Report, make_report
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


def load_curve(facts: Facts, today: date) -> Curve:
    """How the 修了率 of the course, or of the run the facts speak of, grew up to today."""
    if facts.run is None:
        return course_curve(facts, today)
    run = facts.run
    last_year = next((r for r in load_runs(run.course) if r.fiscal_year == run.fiscal_year - 1), None)
    if last_year is None:
        return run_curve(facts, run, today, None)
    then = replace(facts, run=last_year, done=load_progress(run.course, None, last_year.id))
    return run_curve(facts, run, today, (then, last_year))


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
