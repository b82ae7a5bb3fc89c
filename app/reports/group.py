"""集合研修 and paper: lists of who took part, planned, handed in, entered whole or not at all.

A 所属長's list knows nobody but the people who stand in her 所属 today: whatever number she types, she
learns of others neither a name nor that they exist.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.access.sign_in import spellings
from app.clock import day_of, end_of
from app.courses.model import Course
from app.db import begin_writing, db
from app.evidence import ledger
from app.loaded import library, site
from app.people.employment import Organisation
from app.reports.completion import UNFINISHED, Facts, Line, lines_on
from app.reports.facts import load_facts, people_ever_in
from app.reports.picking import by_number
from app.training import witness
from app.training.corrections_models import GroupListRow
from app.training.group_plan import Candidate, Entry, Held, plan_entries, read_lines
from app.training.models import CompletionRow
from app.training.paper_test import load_test
from app.training.progress import annulled_before
from app.training.records import new_serial
from app.training.refresher import Run, membership
from app.training.runs import find_run
from app.training.standing import NOTHING_DONE
from app.wareki import wareki

#: All that is said of a number that is not of the 所属長's own people, whoever else holds it or nobody.
NOT_HERS = "受け持つ所属の職員の番号ではありません。"


@dataclass(frozen=True, slots=True)
class GroupList:
    """A list as typed; ``within`` are the 所属 whose 所属長 hands it in (None: HR)."""

    course: Course
    run: Run | None
    held: Held
    lines: str
    paper_test_id: str | None = None
    within: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What entering a list would do: nothing at all while there is a problem."""

    entries: Sequence[Entry]
    problems: Sequence[str]
    people: Mapping[str, Line]

    @property
    def good(self) -> bool:
        """Whether it can be entered."""
        return bool(self.entries) and not self.problems and not any(e.problem for e in self.entries)

    @property
    def wrong(self) -> int:
        """How many lines have a problem."""
        return sum(bool(e.problem) for e in self.entries)


def plan(wanted: GroupList, today: date) -> Plan:
    """Check a list line by line against the day it is of."""
    day = wanted.held.held_on
    first = wanted.course.rules.introduced if wanted.run is None else wanted.run.opens
    problems = wanted.held.problems(today, first)
    typed = read_lines(wanted.lines)
    if not typed:
        problems.append("受講した人を選ぶか、職員番号を入力してください。")
    within = wanted.within
    facts = load_facts(
        wanted.course, site().closed_days, None if within is None else people_ever_in(within), wanted.run
    )
    hers = None if within is None else {line.person.id for line in _lines_in(facts, within, today)}
    waiting = frozenset() if within is None else waiting_numbers(wanted.course, wanted.run)
    duties = {d.person.id: d for d in facts.people}
    lines = lines_on(facts, Organisation.on(day, facts.departments))
    people = {line.person.id: line for line in lines}
    done = facts.progress if wanted.run is None else facts.done

    def candidate(number: str, line: Line) -> Candidate:
        mine = done.get(line.person.id, NOTHING_DONE)
        department = "" if line.department is None else line.department.name
        obstacle = ""
        if mine.completions:
            obstacle = f"もう修了しています({wareki(mine.completions[0].on)})。"
        elif not waiting.isdisjoint(spellings(number)):
            obstacle = "もう提出しています(確認待ち)。"
        elif wanted.run is not None:
            course = facts.progress.get(line.person.id, NOTHING_DONE)
            out = membership(duties[line.person.id], course, wanted.run, day).out
            obstacle = "" if out is None else f"この年度研修の対象ではありません({out.value})。"
        return Candidate(line.person.id, line.person.name, department, obstacle)

    known = by_number([line for line in lines if hers is None or line.person.id in hers], day)
    candidates = {
        number: [candidate(number, line) for line in _holders(known, number)]
        for number in {one.number for one in typed}
    }
    unknown = NOT_HERS if within is not None else f"{wareki(day)}に在籍する職員に、この番号の人はいません。"
    return Plan(plan_entries(typed, wanted.held, candidates, unknown), problems, people)


def _holders(known: Mapping[str, list[Line]], number: str) -> list[Line]:
    """Who holds a number as it was typed; else, with the leading zeros it may have lost."""
    return next((known[spelling] for spelling in spellings(number) if spelling in known), [])


def open_people(course: Course, run: Run | None, within: frozenset[str], today: date) -> list[Line]:
    """Who stands in these 所属 today and has yet to complete, in the report's order."""
    facts = load_facts(course, site().closed_days, people_ever_in(within), run)
    return [line for line in _lines_in(facts, within, today) if line.count in UNFINISHED]


def waiting_numbers(course: Course, run: Run | None) -> frozenset[str]:
    """職員番号, in full and as typed, on the lists 所属長 handed in that HR has yet to decide."""
    run_id = "" if run is None else run.id
    rows = [
        row for row in lists(waiting=True, limit=1_000) if (row.course, row.run_id) == (course.slug, run_id)
    ]
    return frozenset(n for row in rows for typed in read_lines(row.lines) for n in spellings(typed.number))


def _lines_in(facts: Facts, within: frozenset[str], today: date) -> list[Line]:
    lines = lines_on(facts, Organisation.on(today, facts.departments))
    return [line for line in lines if line.code and line.code in within]


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
    planned = plan(wanted, day_of(now))
    if not planned.good:
        db.session.rollback()
        return planned
    row = _row(wanted, "", by, by_person, now)
    row.approved, row.decided_by, row.decided_at = True, by, now
    db.session.add(row)
    try:
        _complete(wanted, planned, by, now)
        db.session.commit()
    except IntegrityError:  # somebody completed on the site at this very moment
        db.session.rollback()
        return plan(wanted, day_of(now))
    return planned


def approve(list_id: str, by: str, now: datetime, evidence_number: str = "") -> Plan:
    """Enter a handed-in list, with the 文書番号 HR gives it if any.

    Nothing is written when the plan returned is not good. Raises LookupError.
    """
    begin_writing()
    row = _waiting(list_id)
    row.evidence_number = evidence_number or row.evidence_number
    wanted = as_list(row)
    planned = plan(wanted, day_of(now))
    if not planned.good:
        db.session.rollback()
        return planned
    row.approved, row.decided_by, row.decided_at = True, by, now
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
