"""A case of corrections as it stands in the database."""

from __future__ import annotations

from datetime import UTC, datetime

from app.db import begin_writing, db
from app.people.employment import Person
from app.people.models import (
    AppointmentRow,
    DepartmentRow,
    MergeRow,
    PersonRow,
    PlacementRow,
    ProfileRow,
    ServiceStateRow,
    TermRow,
)
from app.training.corrections_models import AmendmentOpeningRow, AnnulmentRow
from app.training.decisions import DeferralRow, DueChangeRow, ExemptionRow
from app.training.models import CompletionRow, ContentRevisionRow
from tests.reports.corrections import SECTION, Case, moment

COURSE = "sns-guideline"


def keep(case: Case) -> None:
    """Put the case into an emptied database."""
    begin_writing()
    for table in reversed(db.metadata.sorted_tables):
        db.session.execute(table.delete())
    revision = ContentRevisionRow(
        digest="r", course=COURSE, section=SECTION, manifest="{}", first_used_at=moment(0)
    )
    db.session.add(revision)
    for d in case.world.departments:
        db.session.add(
            DepartmentRow(code=d.code, name=d.name, parent=d.parent, position=d.position,
                          valid_from=d.valid_from, valid_to=d.valid_to, recorded_at=moment(0))
        )  # fmt: skip
    db.session.add_all(PersonRow(id=one.id, created_at=moment(0)) for one in case.world.people)
    db.session.flush()
    for one in case.world.people:
        _keep_person(one, case)
    for number, done in enumerate(case.done):
        row = CompletionRow(
            serial=f"S{number}", person_id=done.person, course=COURSE, amendment=done.amendment, again=number,
            version="版", statement="", method="紙", name="", number="",
            confirmed_at=datetime(done.on.year, done.on.month, done.on.day, 3, tzinfo=UTC),
            recorded_at=moment(done.entered),
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        if done.annulled is not None:
            db.session.add(
                AnnulmentRow(completion_id=row.id, reason="", document="", **done.annulled.columns)
            )
    for person_id, span, when in case.exemptions:
        db.session.add(
            ExemptionRow(person_id=person_id, course=COURSE, reason="", document="", start=span.start,
                         end=span.end, **when.columns)
        )  # fmt: skip
    for person_id, span, when in case.deferrals:
        db.session.add(DeferralRow(person_id=person_id, start=span.start, end=span.end, **when.columns))
    for person_id, due, decided, when in case.moved:
        db.session.add(
            DueChangeRow(person_id=person_id, course=COURSE, due=due, decided_on=decided, reason="",
                         **when.columns)
        )  # fmt: skip
        db.session.flush()
    for kept, merged, when in case.merges:
        db.session.add(MergeRow(kept_id=kept, merged_id=merged, **when.columns))
    for o, when in case.openings:
        db.session.add(
            AmendmentOpeningRow(course=COURSE, amendment=o.amendment, section=o.section, after="r",
                                opened_on=o.opened_on, due=o.due, **when.columns)
        )  # fmt: skip
    db.session.commit()


def _keep_person(one: Person, case: Case) -> None:
    at = {"recorded_at": moment(case.entered[one.id])}
    db.session.add(ProfileRow(person_id=one.id, name=one.name, **at))
    for place, a in enumerate(one.appointments):
        db.session.add(
            AppointmentRow(id=a.id, person_id=one.id, source=a.source, number=a.number, start=a.start,
                           main=a.main, post=str(a.id), **at)
        )  # fmt: skip
        db.session.flush()
        db.session.add_all(
            PlacementRow(appointment_id=a.id, since=p.since, department=p.department, category=p.category,
                         authority=p.authority, **at)
            for p in a.placements
        )  # fmt: skip
        db.session.add_all(
            ServiceStateRow(appointment_id=a.id, since=since, state=state, **at) for since, state in a.states
        )
        change = case.corrected.get(one.id) if place == len(one.appointments) - 1 else None
        if change is None or change[0] <= case.entered[one.id]:
            db.session.add(TermRow(appointment_id=a.id, end=a.end, **at))
        else:
            later = moment(change[0])
            db.session.add(TermRow(appointment_id=a.id, end=a.end, withdrawn_at=later, **at))
            db.session.add(TermRow(appointment_id=a.id, end=change[1], recorded_at=later))
