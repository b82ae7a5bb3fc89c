"""Material amendments HR opened: kept, read, and what one person has to learn again."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.clock import end_of
from app.courses.amendments import Amendment, AmendmentKind
from app.courses.model import Course, Section
from app.db import begin_writing, db, held
from app.evidence import ledger
from app.loaded import site
from app.training import witness
from app.training.corrections_models import AmendmentOpeningRow
from app.training.models import CompletionRow, ContentRevisionRow, ReadingRow
from app.training.passed import Amended, Passed, first_passes
from app.training.progress import ELEARNING, annulled_before, find_completion, same_person
from app.training.records import Holder, NotYet, new_serial
from app.training.revisions import course_at, keep_revision
from app.training.standing import Opening
from app.wareki import wareki


def load_openings(course: str, known_at: datetime | None = None) -> tuple[Opening, ...]:
    """The amendments of a course that ask to learn a section again, in the order in which they began."""
    rows = db.session.scalars(
        select(AmendmentOpeningRow)
        .where(AmendmentOpeningRow.course == course, held(AmendmentOpeningRow, known_at))
        .order_by(AmendmentOpeningRow.opened_on, AmendmentOpeningRow.id)
    )
    return tuple(Opening(row.amendment, row.section, row.opened_on, row.due) for row in rows)


class NotPossible(Exception):
    """It cannot be done so; the message says why, in a sentence."""


def openings_on_record(course: str) -> list[AmendmentOpeningRow]:
    """Every opening of a course, withdrawn ones too, newest first."""
    return list(
        db.session.scalars(
            select(AmendmentOpeningRow)
            .where(AmendmentOpeningRow.course == course)
            .order_by(AmendmentOpeningRow.id.desc())
        )
    )


def opening_problems(course: Course, amendment: Amendment, opened_on: date, due: date) -> list[str]:
    """Why a material amendment cannot be opened so, in sentences."""
    found = []
    if amendment.kind is not AmendmentKind.MATERIAL:
        found.append("受講を求めるのは「内容の改定」だけです。")
    if opened_on < amendment.day:
        found.append(f"始まりの日は、改定の日({wareki(amendment.day)})以後にしてください。")
    if due < opened_on:
        found.append("受講期限は、始まりの日以後にしてください。")
    if any(one.amendment == amendment.id for one in load_openings(course.slug)):
        found.append("この改定の受講は、もう始まっています。")
    return found


def open_amendment(
    course: Course, amendment: Amendment, opened_on: date, due: date, by: str, now: datetime
) -> None:
    """Ask whoever completed the older text to learn the section again. Raises NotPossible."""
    begin_writing()
    problems = opening_problems(course, amendment, opened_on, due)
    section = course.section(amendment.section)
    if problems or section is None:
        db.session.rollback()
        raise NotPossible("".join(problems) or "節がありません。")
    db.session.add(
        AmendmentOpeningRow(
            course=course.slug, amendment=amendment.id, section=amendment.section, opened_on=opened_on,
            due=due, before=revision_before(course, section) or "", after=keep_revision(course, section, now),
            recorded_by=by, recorded_at=now,
        )
    )  # fmt: skip
    ledger.append(
        "amendment.opened", now, by=by,
        course=course.slug, amendment=amendment.id, section=amendment.section, revision=section.revision,
        opened_on=opened_on.isoformat(), due=due.isoformat(),
    )  # fmt: skip
    db.session.commit()


def withdraw_opening(opening_id: int, by: str, now: datetime) -> bool:
    """Take an opening back: nobody is owed it any more. False when it does not stand."""
    begin_writing()
    row = db.session.get(AmendmentOpeningRow, opening_id)
    if row is None or row.withdrawn_at is not None:
        db.session.rollback()
        return False
    row.withdrawn_at = now
    ledger.append("amendment.withdrawn", now, by=by, course=row.course, amendment=row.amendment)
    db.session.commit()
    return True


def revision_before(course: Course, section: Section) -> str | None:
    """The text of a section people were shown before today's; None when there was none."""
    return db.session.scalar(
        select(ContentRevisionRow.digest)
        .where(
            ContentRevisionRow.course == course.slug,
            ContentRevisionRow.section == section.slug,
            ContentRevisionRow.digest != section.revision,
        )
        .order_by(ContentRevisionRow.first_used_at.desc())
        .limit(1)
    )


def texts_of(course: Course, section: str, digest: str | None) -> str:
    """A section's clauses and lesson as plain text, of a kept revision or (None) of today."""
    text = course if digest is None else course_at(course.slug, digest, course.language)
    found = text.section(section)
    if found is None:
        return ""
    clauses = [
        f"{c.label} {c.text}" for c in text.guideline.clauses.values() if c.label in set(found.clauses)
    ]
    lesson = re.sub(r"</(p|li|h\d|blockquote|td|th)>", "\n\n", found.lesson.html)
    return "\n\n".join([*clauses, html.unescape(re.sub(r"<[^>]+>", "", lesson))])


@dataclass(frozen=True, slots=True)
class Relearnt:
    """How far one person is with an amended section: read, and the passing test since."""

    read: bool
    passed: Passed | None


def relearnt(person_id: str, course: Course, opening: Opening) -> Relearnt:
    """What the person did in the amended section since it was opened, or in its new text before."""
    ids = same_person(person_id)
    since = end_of(opening.opened_on - timedelta(days=1))
    section = course.section(opening.section)
    revision = "" if section is None else section.revision
    read_at = db.session.scalar(
        select(ReadingRow.id)
        .where(
            ReadingRow.person_id.in_(ids),
            ReadingRow.course == course.slug,
            ReadingRow.section == opening.section,
            (ReadingRow.read_at >= since) | (ReadingRow.revision == revision),
        )
        .limit(1)
    )
    passes = first_passes(
        person_id,
        course.slug,
        sections={opening.section},
        amendment=Amended(opening.amendment, since, revision),
    )
    return Relearnt(read_at is not None, passes[0] if passes else None)


def confirm_amendment(holder: Holder, course: Course, amendment: Amendment, now: datetime) -> None:
    """確認しました for an amended section; pressing twice keeps the first. Raises NotYet."""
    begin_writing()
    opening = next((o for o in load_openings(course.slug) if o.amendment == amendment.id), None)
    if opening is None or find_completion(holder.person_id, course.slug, "", amendment.id) is not None:
        db.session.rollback()
        return
    done = relearnt(holder.person_id, course, opening)
    if not done.read or done.passed is None:
        db.session.rollback()
        raise NotYet
    completion = CompletionRow(
        serial=new_serial(), person_id=holder.person_id, course=course.slug, amendment=amendment.id,
        again=annulled_before(holder.person_id, course.slug, "", amendment.id),
        version=course.guideline.version, statement=amendment.summary, method=ELEARNING,
        correct=done.passed.correct, halves=done.passed.halves, asked=done.passed.asked,
        title=f"{course.title} {wareki(amendment.day)}の改定",
        issuer=course.rules.certificate_issuer or site().city, name=holder.name, number=holder.number,
        department=holder.department, category=holder.category, confirmed_at=now,
    )  # fmt: skip
    db.session.add(completion)
    try:
        witness.completion_granted(completion, course, attempts=[done.passed.attempt])
        db.session.commit()
    except IntegrityError:  # pressed twice at once
        db.session.rollback()
