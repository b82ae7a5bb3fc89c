"""One person's whole record, as HR and the auditor see it: posts, courses, tests, account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from app.access.models import AccountEventRow, AccountRow, RoleGrantRow
from app.access.roles import Role
from app.access.sign_in import accounts_of
from app.db import db
from app.loaded import library
from app.people.consultations import Recorded, recorded
from app.people.directory import load_consultations, load_departments, load_person
from app.people.employment import Category, Organisation, Person, ScopeKind, ScopeSpan, scope_spans
from app.people.merging import Merged, merges_of
from app.people.models import AbsenceRow
from app.training.annulling import Annulled, annulments
from app.training.deciding import Decided, decided
from app.training.models import AttemptQuestionRow, AttemptRow, CompletionRow
from app.training.overview import CourseStanding, training_of
from app.training.progress import same_person
from app.training.runs import load_runs
from app.training.yearly import RunStanding, runs_of


@dataclass(frozen=True, slots=True)
class Posted:
    """A stretch of one appointment without change; ``department`` is its name on the first day of it.

    ``now`` says it holds today; ``absent`` that the roster last applied no longer speaks of it (要確認).
    """

    span: ScopeSpan
    department: str
    now: bool
    absent: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """One 確認テスト: in words which, when, how it went (``passed`` None: still open)."""

    course: str
    section: str
    started_at: datetime
    finished_at: datetime | None
    correct: int | None
    asked: int
    passed: bool | None


@dataclass(frozen=True, slots=True)
class Record:
    """Everything on one page."""

    person: Person
    numbers: Sequence[str]
    posts: Sequence[Posted]
    training: Sequence[CourseStanding]
    runs: Sequence[RunStanding]
    attempts: Sequence[Tried]
    completions: Sequence[CompletionRow]
    annulments: Mapping[str, Sequence[Annulled]]
    decisions: Sequence[Decided]
    merges: Sequence[Merged]
    consultations: Sequence[Recorded]
    accounts: Sequence[AccountRow]
    grants: Sequence[tuple[Role, str]]
    events: Sequence[AccountEventRow]
    open_question: bool


def record_of(person_id: str, today: date, language: str = "ja") -> Record | None:
    """Read one person's record, that of the kept one after a merge; None when there is no such person."""
    person = load_person(person_id)
    if person is None:
        return None
    person_id = person.id
    spans = scope_spans(person, load_consultations())
    accounts = accounts_of([person_id])
    held = [a.id for a in accounts]
    completions = list(
        db.session.scalars(
            select(CompletionRow)
            .where(CompletionRow.person_id.in_(same_person(person_id)))
            .order_by(CompletionRow.confirmed_at.desc())
        )
    )
    return Record(
        person=person,
        numbers=list(dict.fromkeys(a.number for a in reversed(person.appointments))),
        posts=_posts(spans, person, today),
        training=training_of(person_id, today, language),
        runs=[
            run
            for run in runs_of(person_id, today, language)
            if run.member.out is None or run.standing.completed
        ],
        attempts=_attempts(person_id),
        completions=completions,
        annulments=annulments([c.serial for c in completions]),
        decisions=decided([person_id]),
        merges=merges_of(person_id),
        consultations=recorded(person_id),
        accounts=accounts,
        grants=_grants(held),
        events=list(
            db.session.scalars(
                select(AccountEventRow)
                .where(AccountEventRow.account_id.in_(held))
                .order_by(AccountEventRow.at.desc())
                .limit(20)
            )
        ),
        open_question=any(s.scope.kind is ScopeKind.CONSULT and s.end >= today for s in spans),
    )


def consulted_category(record: Record) -> Category | None:
    """The category through which this person's 要協議 could be answered for everybody of it."""
    categories = {s.span.placement.category for s in record.posts}
    for category in (Category.ELECTED, Category.PREFECTURAL_TEACHER):
        if category in categories:
            return category
    return None


def _posts(spans: Sequence[ScopeSpan], person: Person, today: date) -> list[Posted]:
    """The latest first."""
    departments = load_departments()
    absent = set(
        db.session.scalars(
            select(AbsenceRow.appointment_id).where(
                AbsenceRow.appointment_id.in_([a.id for a in person.appointments]),
                AbsenceRow.withdrawn_at.is_(None),
            )
        )
    )
    found = []
    for span in sorted(spans, key=lambda s: (s.start, s.appointment.main), reverse=True):
        code = span.placement.department
        known = Organisation.on(span.start, departments).by_code().get(code or "")
        found.append(
            Posted(
                span,
                known.name if known else code or "",
                span.start <= today <= span.end,
                span.appointment.id in absent and span.end >= today,
            )
        )
    return found


def _attempts(person_id: str) -> list[Tried]:
    titles = {run.id: run.title for run in load_runs()}
    rows = db.session.execute(
        select(AttemptRow, func.count(AttemptQuestionRow.position))
        .join(AttemptQuestionRow, AttemptQuestionRow.attempt_id == AttemptRow.id)
        .where(AttemptRow.person_id.in_(same_person(person_id)))
        .group_by(AttemptRow.id)
        .order_by(AttemptRow.started_at.desc())
    )
    return [
        Tried(
            course=_course_title(row.course),
            section=_section_title(row.course, row.section) if row.section else titles.get(row.run_id, ""),
            started_at=row.started_at,
            finished_at=row.finished_at,
            correct=row.correct,
            asked=asked,
            passed=row.passed,
        )
        for row, asked in rows
    ]


def _course_title(slug: str) -> str:
    course = library().course(slug)
    return slug if course is None else course.title


def _section_title(slug: str, section_slug: str) -> str:
    course = library().course(slug)
    section = None if course is None else course.section(section_slug)
    return section_slug if section is None else f"第{section.number}節 {section.title}"


def _grants(accounts: Sequence[str]) -> list[tuple[Role, str]]:
    names = {d.code: d.name for d in load_departments()}
    rows = db.session.execute(
        select(RoleGrantRow.role, RoleGrantRow.department)
        .where(RoleGrantRow.account_id.in_(accounts), RoleGrantRow.withdrawn_at.is_(None))
        .order_by(RoleGrantRow.id)
    )
    return [(Role(role), names.get(code or "", code or "")) for role, code in rows]
