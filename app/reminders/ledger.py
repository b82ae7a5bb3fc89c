"""What went to whom and when: read for the plan and for HR, written a row at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.exc import IntegrityError

from app.db import begin_writing, db
from app.people.directory import CHUNK, merged_into, with_merged
from app.people.models import ProfileRow
from app.reminders.due import Kind
from app.reminders.models import ReminderRow
from app.reminders.plan import Fate, Request, Told
from app.training.models import CompletionRow

#: Only these surely never arrived.
TRIED_AGAIN = (Fate.LATER, Fate.RETURNED)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row with the person's name as it is now."""

    id: int
    person_id: str
    name: str
    kind: Kind
    duty: str
    title: str
    due: date | None
    department: str
    address: str
    fate: Fate
    note: str
    batch: str
    begun_at: datetime
    settled_at: datetime | None
    by: str


def told(ids: Iterable[str] | None = None) -> list[Told]:
    """The whole ledger, or that of some people, under the kept ids."""
    merges = merged_into()
    query = select(
        ReminderRow.person_id,
        ReminderRow.kind,
        ReminderRow.duty,
        ReminderRow.day,
        ReminderRow.state,
        ReminderRow.address,
    )
    queries = (
        [query]
        if ids is None
        else [query.where(ReminderRow.person_id.in_(chunk)) for chunk in _chunks(with_merged(ids, merges))]
    )
    return [
        Told(merges.get(r.person_id, r.person_id), Kind(r.kind), r.duty, r.day, Fate(r.state), r.address)
        for each in queries
        for r in db.session.execute(each)
    ]


def _chunks(ids: set[str]) -> list[list[str]]:
    ordered = sorted(ids)
    return [ordered[first : first + CHUNK] for first in range(0, len(ordered), CHUNK)]


def all_mails() -> list[str]:
    """The メール of everybody on the roster, as held true now."""
    return list(
        db.session.scalars(
            select(ProfileRow.mail).where(ProfileRow.withdrawn_at.is_(None), ProfileRow.mail != "")
        )
    )


def begin(
    request: Request, day: date, now: datetime, by: str, message_id: str, read_at: datetime
) -> int | None:
    """Write down that a mail is about to leave, before it does; None when it may not leave any more.

    ``read_at`` is when the request was worked out: whoever completed anything since is left alone.
    """
    begin_writing()
    if _completed_since(request, read_at):
        db.session.rollback()
        return None
    row = _row_of(request)
    if row is None:
        row = _new_row(request, day, now, by)
        db.session.add(row)
    elif row.state not in TRIED_AGAIN or (row.state == Fate.RETURNED and row.address == request.address):
        db.session.rollback()
        return None
    row.state, row.address, row.message_id = Fate.SENDING, request.address, message_id
    row.begun_at, row.settled_at, row.note = now, None, ""
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        return None
    number = row.id
    db.session.commit()
    return number


def _completed_since(request: Request, moment: datetime) -> bool:
    ids = with_merged([request.person_id], merged_into())
    found = select(CompletionRow.id).where(
        CompletionRow.person_id.in_(ids),
        CompletionRow.course == request.owed.course.slug,
        or_(CompletionRow.confirmed_at >= moment, CompletionRow.recorded_at >= moment),
    )
    return db.session.scalar(found.limit(1)) is not None


def _row_of(request: Request) -> ReminderRow | None:
    """What was begun of this kind about this duty, under whichever record of the person.

    Of two records that were merged, the one that forbids another try speaks.
    """
    ids = with_merged([request.person_id], merged_into())
    rows = db.session.scalars(
        select(ReminderRow).where(
            ReminderRow.person_id.in_(ids),
            ReminderRow.kind == request.kind,
            ReminderRow.duty == request.duty,
        )
    )
    return min(rows, key=lambda row: row.state in TRIED_AGAIN, default=None)


def _new_row(request: Request, day: date, now: datetime, by: str) -> ReminderRow:
    owed = request.owed
    return ReminderRow(
        person_id=owed.person_id,
        kind=request.kind,
        duty=request.duty,
        course=owed.course.slug,
        title=owed.title,
        due=owed.situation.due,
        department=owed.line.code,
        day=day,
        begun_at=now,
        by=by,
    )


def settle(number: int, fate: Fate, now: datetime, note: str = "") -> None:
    """Write down what became of a mail that was begun."""
    begin_writing()
    row = db.session.get_one(ReminderRow, number)
    row.state, row.settled_at, row.note = fate, now, note
    db.session.commit()


def find_abandoned(now: datetime) -> int:
    """What a dead sender left as "sending" has an unknown fate; return how many. Only for the one sender."""
    begin_writing()
    rows = list(db.session.scalars(select(ReminderRow).where(ReminderRow.state == Fate.SENDING)))
    for row in rows:
        row.state, row.settled_at = Fate.UNKNOWN, now
        row.note = "送っている途中で止まりました。"
    db.session.commit()
    return len(rows)


def keep_printed(requests: Sequence[Request], day: date, now: datetime, by: str, batch: str) -> int:
    """Mark these as handed over on paper, all or none; return how many were still to be said."""
    begin_writing()
    kept = 0
    for request in requests:
        row = _row_of(request)
        if row is None:
            row = _new_row(request, day, now, by)
            db.session.add(row)
        elif row.state not in TRIED_AGAIN:
            continue
        else:
            row.note = f"{Fate(row.state).label}: {row.note}" if row.note else row.note
        row.state, row.batch, row.settled_at, row.address = Fate.PRINTED, batch, now, ""
        kept += 1
    db.session.commit()
    return kept


def decide_unknown(number: int, fate: Fate, by: str, now: datetime) -> bool:
    """HR found out: it arrived (SENT), or paper was handed over (PRINTED). False: nothing to decide."""
    begin_writing()
    row = db.session.get(ReminderRow, number)
    if row is None or row.state != Fate.UNKNOWN:
        db.session.rollback()
        return False
    row.state, row.settled_at = fate, now
    row.note = f"{row.note}{by}が確かめました。"
    db.session.commit()
    return True


@dataclass(frozen=True, slots=True)
class Search:
    """Which rows of the ledger are asked for; ``people`` None: everybody's."""

    kind: Kind | None = None
    fate: Fate | None = None
    batch: str = ""
    people: frozenset[str] | None = None


EVERYTHING = Search()


#: The columns the ledger can be ordered by, besides the newest first.
ORDERS: Mapping[str, Any] = {
    "at": ReminderRow.begun_at,
    "department": ReminderRow.department,
    "kind": ReminderRow.kind,
    "title": ReminderRow.title,
    "due": ReminderRow.due,
    "state": ReminderRow.state,
    "by": ReminderRow.by,
}


def entries(
    search: Search = EVERYTHING,
    page: int = 1,
    per_page: int | None = None,
    order: str = "",
    descending: bool = False,
) -> list[Entry]:
    """Rows of the ledger, all of them or one page; in an order of ``ORDERS``, then the newest first."""
    query = _found(select(ReminderRow), search)
    if order:
        column = ORDERS[order]
        query = query.order_by(column.is_(None), column.desc() if descending else column)
    query = query.order_by(ReminderRow.begun_at.desc(), ReminderRow.id.desc())
    if per_page is not None:
        query = query.limit(per_page).offset((page - 1) * per_page)
    merges = merged_into()
    rows = list(db.session.scalars(query))
    names = _names({merges.get(r.person_id, r.person_id) for r in rows})
    return [_entry(row, merges.get(row.person_id, row.person_id), names) for row in rows]


def count(search: Search = EVERYTHING) -> int:
    """How many rows there are."""
    return db.session.scalar(_found(select(func.count()).select_from(ReminderRow), search)) or 0


def _found(query: Select[*tuple[Any, ...]], search: Search) -> Select[*tuple[Any, ...]]:
    if search.kind is not None:
        query = query.where(ReminderRow.kind == search.kind)
    if search.fate is not None:
        query = query.where(ReminderRow.state == search.fate)
    if search.batch:
        query = query.where(ReminderRow.batch == search.batch)
    if search.people is not None:
        query = query.where(ReminderRow.person_id.in_(with_merged(search.people, merged_into())))
    return query


def _entry(row: ReminderRow, person_id: str, names: dict[str, str]) -> Entry:
    return Entry(
        id=row.id,
        person_id=person_id,
        name=names.get(person_id, ""),
        kind=Kind(row.kind),
        duty=row.duty,
        title=row.title,
        due=row.due,
        department=row.department,
        address=row.address,
        fate=Fate(row.state),
        note=row.note,
        batch=row.batch,
        begun_at=row.begun_at,
        settled_at=row.settled_at,
        by=row.by,
    )


def _names(ids: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for chunk in _chunks(ids):
        rows = db.session.execute(
            select(ProfileRow.person_id, ProfileRow.name).where(
                ProfileRow.withdrawn_at.is_(None), ProfileRow.person_id.in_(chunk)
            )
        )
        found.update({person_id: name for person_id, name in rows})
    return found


@dataclass(frozen=True, slots=True)
class Batch:
    """Sheets that were printed together."""

    batch: str
    printed_at: datetime
    by: str
    sheets: int


def batches(departments: frozenset[str] | None = None) -> list[Batch]:
    """What was printed, the newest first; only what lies wholly within these 所属コード when given."""
    query = (
        select(ReminderRow)
        .where(ReminderRow.batch != "")
        .order_by(ReminderRow.settled_at.desc(), ReminderRow.id)
    )
    groups: dict[str, list[ReminderRow]] = {}
    for row in db.session.scalars(query):
        groups.setdefault(row.batch, []).append(row)
    return [
        Batch(batch, rows[0].settled_at or rows[0].begun_at, rows[0].by, len(rows))
        for batch, rows in groups.items()
        if departments is None or all(row.department in departments for row in rows)
    ]
