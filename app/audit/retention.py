"""廃棄: erase names and answers when 保存年限 is over; the chain stays whole and says how many are gone.

保存年限 runs from the 1 April after the 年度 in which a person left, ``retention_years`` years (site.toml).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Select, delete, exists, func, select, text, update

from app.access.models import LookRow
from app.clock import day_of, end_of
from app.db import begin_writing, db
from app.evidence import ledger
from app.evidence.models import EvidencePersonRow, EvidenceSealedRow
from app.fiscal_year import FiscalYear
from app.loaded import site
from app.people.directory import load_people
from app.people.employment import FAR_FUTURE, Person
from app.people.models import AppointmentRow, IdentityQuestionRow, MergeRow, ProfileRow
from app.training.corrections_models import GroupListRow
from app.training.decisions import DueChangeRow
from app.training.models import AnswerRow, AnswerStepRow, AttemptRow, CompletionRow
from app.training.progress import same_person

#: What stands in place of a name.
ERASED = "(廃棄済み)"
CHUNK = 200


def kept_until(last_day: date, years: int) -> date:
    """The last day of 保存年限 of somebody whose service (or last act) ended on ``last_day``."""
    return FiscalYear(FiscalYear.of(last_day).year + years).last_day


def people_before(before: date) -> list[str]:
    """Ids of everybody whose 保存年限 ended before ``before`` and whose name is still kept."""
    years = site().retention_years
    return [p.id for p in load_people() if p.name != ERASED and _is_over(p, before, years)]


def _is_over(person: Person, before: date, years: int) -> bool:
    last = max((a.end or FAR_FUTURE for a in person.appointments), default=FAR_FUTURE)
    return last.year < before.year and kept_until(last, years) < before


Eraser = Callable[[Sequence[str]], None]
"""Erases what a room above this one keeps of these person ids; does not commit."""


def redact(before: date, now: datetime, by: str = "", also: Sequence[Eraser] = ()) -> int:
    """Erase number, name, department and answers of those people; return how many there were."""
    people = people_before(before)
    actors = _actors_before(before)
    for start in range(0, len(people), CHUNK):
        begin_writing()
        _forget_on_disk()
        chunk = people[start : start + CHUNK]
        ids = [i for person_id in chunk for i in same_person(person_id)]
        owners = list(
            db.session.scalars(select(EvidencePersonRow.id).where(EvidencePersonRow.person_id.in_(ids)))
        )
        _erase_sealed([*owners, *actors], now)
        _erase_people(ids)
        for erase in also:
            erase(ids)
        _erase_lists(before)
        ledger.append(
            "evidence.redacted", now, by=by,
            before=before.isoformat(), people=len(chunk), persons=owners, actors=actors,
        )  # fmt: skip
        db.session.commit()
        actors = []
    return len(people)


def _actors_before(before: date) -> list[str]:
    """Evidence ids of people known by name only who acted last in a 年度 whose 保存年限 is over."""
    years = site().retention_years
    kept = set(
        db.session.scalars(
            select(EvidencePersonRow.id).where(
                EvidencePersonRow.person_id.is_(None), EvidencePersonRow.redacted_at.is_(None)
            )
        )
    )
    last: dict[str, date] = {}
    for entry in ledger.entries():
        if b'"by":' in entry.body:
            facts = entry.facts()
            last[str(facts["by"])] = day_of(datetime.fromisoformat(str(facts["at"])))
    return sorted(i for i, day in last.items() if i in kept and kept_until(day, years) < before)


def _forget_on_disk() -> None:
    """Let SQLite overwrite what is deleted."""
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("PRAGMA secure_delete=ON"))


def _erase_sealed(owners: Sequence[str], now: datetime) -> None:
    db.session.execute(delete(EvidenceSealedRow).where(EvidenceSealedRow.owner.in_(owners)))
    db.session.execute(
        update(EvidencePersonRow).where(EvidencePersonRow.id.in_(owners)).values(redacted_at=now)
    )


def _erase_people(ids: Sequence[str]) -> None:
    db.session.execute(
        update(CompletionRow)
        .where(CompletionRow.person_id.in_(ids))
        .values(name="", number="", department="", category="", signed_by="")
    )
    db.session.execute(
        update(ProfileRow)
        .where(ProfileRow.person_id.in_(ids))
        .values(name=ERASED, kana="", roman="", mail="", search_key="")
    )
    for row in db.session.scalars(select(AppointmentRow).where(AppointmentRow.person_id.in_(ids))):
        row.number = f"廃棄-{row.id}"
    for table in (MergeRow.kept_id, MergeRow.merged_id):
        db.session.execute(update(MergeRow).where(table.in_(ids)).values(reason=""))
    for question in (IdentityQuestionRow.person_id, IdentityQuestionRow.other_id):
        db.session.execute(update(IdentityQuestionRow).where(question.in_(ids)).values(reason=""))
    db.session.execute(update(DueChangeRow).where(DueChangeRow.person_id.in_(ids)).values(reason=""))
    db.session.execute(delete(LookRow).where(LookRow.person_id.in_(ids)))
    attempts = db.session.scalars(select(AttemptRow.id).where(AttemptRow.person_id.in_(ids))).all()
    _erase_answers(attempts)


def _erase_lists(before: date) -> None:
    """Lists of participants (numbers of several people) go when 保存年限 of their day's 年度 is over."""
    years = site().retention_years
    for row in db.session.scalars(select(GroupListRow).where(GroupListRow.held_on < before)):
        if kept_until(row.held_on, years) < before:
            row.lines = row.signed_by = ""


def _erase_answers(attempts: Sequence[str]) -> None:
    """Answers, and the seed without which their digest in the chain says nothing."""
    db.session.execute(delete(AnswerStepRow).where(AnswerStepRow.attempt_id.in_(attempts)))
    db.session.execute(delete(AnswerRow).where(AnswerRow.attempt_id.in_(attempts)))
    db.session.execute(update(AttemptRow).where(AttemptRow.id.in_(attempts)).values(seed="", inputs=""))


def answers_before(before: date) -> int:
    """How many tests finished before ``before`` still have their answers."""
    return db.session.scalar(select(func.count()).select_from(_with_answers(before).subquery())) or 0


def redact_answers(before: date, now: datetime, by: str = "") -> int:
    """Erase the answers of tests finished before ``before``; scores and completions stay."""
    count = 0
    for chunk in _chunks(before):
        begin_writing()
        _forget_on_disk()
        _erase_answers(chunk)
        ledger.append("answers.redacted", now, by=by, before=before.isoformat(), attempts=len(chunk))
        db.session.commit()
        count += len(chunk)
    return count


def _with_answers(before: date) -> Select[str]:
    return select(AttemptRow.id).where(
        AttemptRow.finished_at < end_of(before - timedelta(days=1)),
        exists().where(AnswerRow.attempt_id == AttemptRow.id),
    )


def _chunks(before: date) -> Iterator[Sequence[str]]:
    while chunk := db.session.scalars(_with_answers(before).limit(CHUNK)).all():
        yield chunk
