"""Keep a reading and a completion; the door to ``attempts`` (tests) and ``progress`` (what was done)."""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.courses.model import Course, Section
from app.db import begin_writing, db
from app.loaded import site
from app.training import witness
from app.training.attempts import Answer as Answer
from app.training.attempts import Attempt as Attempt
from app.training.attempts import Question as Question
from app.training.attempts import keep_answer as keep_answer
from app.training.attempts import load_attempt as load_attempt
from app.training.attempts import start_attempt as start_attempt
from app.training.models import CompletionRow, ReadingRow
from app.training.passed import first_passes, score_of
from app.training.progress import ELEARNING as ELEARNING
from app.training.progress import annulled_before
from app.training.progress import find_completion as find_completion
from app.training.progress import first_reading as first_reading
from app.training.progress import load_progress as load_progress
from app.training.progress import same_person as same_person
from app.training.progress import section_states as section_states
from app.training.rereading import note_rereading
from app.training.revisions import keep_revision
from app.training.way import SectionState as SectionState

#: Letters and digits of a certificate's serial that cannot be mistaken for one another.
SERIAL_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class NotYet(Exception):
    """The course cannot be confirmed: a section is not done."""


@dataclass(frozen=True, slots=True)
class Holder:
    """How a person stands on the day of 確認, for the certificate."""

    person_id: str
    name: str
    number: str
    department: str
    category: str


def keep_reading(person_id: str, course: Course, section: Section, now: datetime) -> None:
    """Record that the lesson was read; reading the same text again adds nothing.

    What a failed test of a year's run asked to read again counts as read again.
    """
    begin_writing()
    again = note_rereading(person_id, course, section, now)
    known = db.session.scalar(
        select(ReadingRow.id).where(
            ReadingRow.person_id == person_id,
            ReadingRow.course == course.slug,
            ReadingRow.section == section.slug,
            ReadingRow.revision == section.revision,
        )
    )
    if known is not None:
        if again:
            db.session.commit()
        db.session.rollback()
        return
    db.session.add(
        ReadingRow(
            person_id=person_id,
            course=course.slug,
            section=section.slug,
            revision=keep_revision(course, section, now),
            language=course.language,
            read_at=now,
        )
    )
    try:
        db.session.commit()
    except IntegrityError:  # pressed twice at once: the other one is kept
        db.session.rollback()


def confirm(holder: Holder, course: Course, now: datetime) -> CompletionRow:
    """Complete the course under its fixed sentence; pressing twice keeps the first. Raises NotYet."""
    begin_writing()
    earlier = find_completion(holder.person_id, course.slug)
    if earlier is not None:
        db.session.expunge(earlier)
        db.session.rollback()
        return earlier
    if not all(state.done for state in section_states(holder.person_id, course).values()):
        db.session.rollback()
        raise NotYet
    for section in course.sections:
        keep_revision(course, section, now)
    completion = _completion(holder, course, now)
    db.session.add(completion)
    try:
        witness.completion_granted(completion, course)
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        winner = find_completion(holder.person_id, course.slug)
        if winner is None:
            raise
        return winner
    return completion


def _completion(holder: Holder, course: Course, now: datetime) -> CompletionRow:
    sections = {section.slug for section in course.sections}
    correct, halves, asked = score_of(first_passes(holder.person_id, course.slug, sections=sections))
    return CompletionRow(
        serial=new_serial(),
        person_id=holder.person_id,
        course=course.slug,
        again=annulled_before(holder.person_id, course.slug),
        version=course.guideline.version,
        statement=course.rules.statement,
        method=ELEARNING,
        correct=correct,
        halves=halves,
        asked=asked,
        title=course.title,
        issuer=course.rules.certificate_issuer or site().city,
        name=holder.name,
        number=holder.number,
        department=holder.department,
        category=holder.category,
        confirmed_at=now,
    )


def new_serial() -> str:
    """Eight unmistakable letters, in two groups: ABCD-2345."""
    letters = "".join(secrets.choice(SERIAL_ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def find_certificate(serial: str) -> CompletionRow | None:
    """The completion with this serial, or None."""
    return db.session.scalar(select(CompletionRow).where(CompletionRow.serial == serial))


def certificate_named(words: str) -> CompletionRow | None:
    """The completion whose serial somebody typed from paper: 「第 ABCD-2345 号」, full width, no dash."""
    plain = "".join(unicodedata.normalize("NFKC", words).upper().split())
    typed = plain.removeprefix("第").removesuffix("号")
    if len(typed) == 8 and "-" not in typed:
        typed = f"{typed[:4]}-{typed[4:]}"
    return find_certificate(typed) if typed else None
