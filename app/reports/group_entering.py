"""A list is handed in for HR to decide, or entered: whole or not at all."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from app.clock import day_of, end_of
from app.db import begin_writing, db
from app.evidence import ledger
from app.loaded import site
from app.reports.group_check import Plan, plan
from app.reports.group_lists import GroupList, as_list
from app.training import witness
from app.training.corrections_models import GroupListRow
from app.training.models import CompletionRow
from app.training.progress import annulled_before
from app.training.records import new_serial


def hand_in(wanted: GroupList, department: str, by: str, by_person: str | None, now: datetime) -> str:
    """Keep a 所属長's list for HR to decide; return its id."""
    begin_writing()
    row = _row(wanted, department, by, by_person, now)
    db.session.add(row)
    db.session.flush()
    ledger.append(
        "list.handed_in", now, by=by,
        list=row.id, course=row.course, run=row.run_id, method=row.method,
        held_on=row.held_on.isoformat(), paper=row.evidence_number,
    )  # fmt: skip
    identifier = row.id
    db.session.commit()
    return identifier


def enter(wanted: GroupList, by: str, by_person: str | None, now: datetime) -> Plan:
    """Enter HR's own list; nothing is written when the plan returned is not good."""
    begin_writing()
    return _approved(wanted, _row(wanted, "", by, by_person, now), by, now)


def approve(list_id: str, by: str, now: datetime, evidence_number: str = "") -> Plan:
    """Enter a handed-in list, with the 文書番号 HR gives it if any.

    Nothing is written when the plan returned is not good. Raises LookupError.
    """
    begin_writing()
    row = _waiting(list_id)
    row.evidence_number = evidence_number or row.evidence_number
    return _approved(as_list(row), row, by, now)


def _approved(wanted: GroupList, row: GroupListRow, by: str, now: datetime) -> Plan:
    """Keep a list as approved, with its completions, and commit; or nothing at all."""
    planned = plan(wanted, day_of(now))
    if not planned.good:
        db.session.rollback()
        return planned
    row.approved, row.decided_by, row.decided_at = True, by, now
    db.session.add(row)
    try:
        _complete(wanted, planned, by, now)
        db.session.commit()
    except IntegrityError:  # somebody completed on the site at this very moment
        db.session.rollback()
        return plan(wanted, day_of(now))
    return planned


def decline(list_id: str, answer: str, by: str, now: datetime) -> None:
    """Send a list back with an answer; it stays readable. Raises LookupError."""
    begin_writing()
    row = _waiting(list_id)
    row.approved, row.decided_by, row.decided_at, row.answer = False, by, now, answer
    ledger.append("list.declined", now, by=by, list=row.id)
    db.session.commit()


def withdraw(list_id: str, by: str, now: datetime) -> None:
    """Take back a list that waits; it stays readable. Raises LookupError."""
    begin_writing()
    row = _waiting(list_id)
    row.approved, row.decided_by, row.decided_at = False, by, now
    ledger.append("list.withdrawn", now, by=by, list=row.id)
    db.session.commit()


def _waiting(list_id: str) -> GroupListRow:
    row = db.session.get(GroupListRow, list_id, with_for_update=True)
    if row is None or row.approved is not None:
        db.session.rollback()
        raise LookupError(list_id)
    return row


def _row(wanted: GroupList, department: str, by: str, by_person: str | None, now: datetime) -> GroupListRow:
    return GroupListRow(
        course=wanted.course.slug,
        run_id="" if wanted.run is None else wanted.run.id,
        method=wanted.held.method,
        held_on=wanted.held.held_on,
        signed_by=wanted.held.signed_by,
        evidence_number=wanted.held.evidence_number,
        paper_test_id=wanted.paper_test_id,
        lines=wanted.lines,
        department=department,
        submitted_by=by,
        submitted_by_person=by_person,
        submitted_at=now,
    )


def _complete(wanted: GroupList, planned: Plan, by: str, now: datetime) -> None:
    """A completion for every line, each an entry of the chain. Does not commit."""
    noon = end_of(wanted.held.held_on) - timedelta(hours=12)
    run_id = "" if wanted.run is None else wanted.run.id
    rows = []
    for entry in planned.entries:
        assert entry.candidate is not None
        line = planned.people[entry.candidate.person_id]
        rows.append(
            CompletionRow(
                serial=new_serial(),
                person_id=line.person.id,
                course=wanted.course.slug,
                run_id=run_id,
                again=annulled_before(line.person.id, wanted.course.slug, run_id),
                version=wanted.course.guideline.version,
                statement=wanted.course.rules.statement if wanted.run is None else "",
                method=wanted.held.method,
                correct=entry.typed.correct,
                halves=0,
                asked=wanted.held.asked or None,
                title=wanted.course.title if wanted.run is None else wanted.run.title,
                issuer=wanted.course.rules.certificate_issuer or site().city,
                name=line.person.name,
                number=line.post.appointment.number,
                department=entry.candidate.department,
                category=line.post.placement.category.value,
                signed_by=wanted.held.signed_by,
                evidence_number=wanted.held.evidence_number,
                recorded_by=by,
                recorded_at=now,
                confirmed_at=min(noon, now),
            )
        )
    db.session.add_all(rows)
    db.session.flush()
    ledger.append_all(witness.granted(row, (), by) for row in rows)
