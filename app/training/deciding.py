"""What HR decides for a person or a group: 猶予, 免除, moved 受講期限; kept whole, withdrawn when wrong."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from app.db import begin_writing, db
from app.evidence import ledger
from app.evidence.chain import Value
from app.evidence.ledger import Happening
from app.people.directory import load_people, merged_into, with_merged
from app.training.decision import Decision, Deferral, Exemption, Kind, Moved
from app.training.decisions import DeferralRow, DueChangeRow, ExemptionRow

TABLES: Mapping[Kind, Any] = {
    Kind.DEFERRAL: DeferralRow,
    Kind.EXEMPTION: ExemptionRow,
    Kind.DUE: DueChangeRow,
}


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision on record about one person; ``withdrawn_at`` is None while it holds."""

    kind: Kind
    id: int
    person_id: str
    name: str
    decision: Decision
    batch: str
    recorded_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None


def decide(decision: Decision, people: Sequence[str], by: str, now: datetime) -> None:
    """Keep a decision for each of these people, all in one transaction; each is an entry of the chain."""
    begin_writing()
    batch = uuid.uuid4().hex if len(people) > 1 else ""
    for person_id in people:
        db.session.add(_row(decision, person_id, batch, by, now))
    facts = {**_facts(decision), "batch": batch}
    ledger.append_all(Happening(f"{decision.kind}.given", now, p, by, facts) for p in people)
    db.session.commit()


def _row(
    decision: Decision, person_id: str, batch: str, by: str, now: datetime
) -> DeferralRow | ExemptionRow | DueChangeRow:
    if isinstance(decision, Deferral):
        return DeferralRow(
            person_id=person_id, start=decision.start, end=decision.end, recorded_by=by, recorded_at=now
        )
    if isinstance(decision, Exemption):
        return ExemptionRow(
            person_id=person_id, course=decision.course, run_id=decision.run_id, reason=decision.reason,
            start=decision.start, end=decision.end, document=decision.document,
            batch=batch, recorded_by=by, recorded_at=now,
        )  # fmt: skip
    return DueChangeRow(
        person_id=person_id, course=decision.course, run_id=decision.run_id, due=decision.due,
        decided_on=decision.decided_on, reason=decision.reason,
        batch=batch, recorded_by=by, recorded_at=now,
    )  # fmt: skip


def _facts(decision: Decision) -> dict[str, Value]:
    """For the chain: no sentence about anybody, so the reason of a moved date stays in its table."""
    if isinstance(decision, Deferral):
        return {"start": decision.start.isoformat(), "end": decision.end.isoformat() if decision.end else ""}
    of: dict[str, Value] = {"course": decision.course, "run": decision.run_id}
    if isinstance(decision, Exemption):
        return of | {
            "reason": decision.reason, "start": decision.start.isoformat(), "end": decision.end.isoformat(),
            "document": decision.document,
        }  # fmt: skip
    return of | {"due": decision.due.isoformat(), "decided_on": decision.decided_on.isoformat()}


def withdraw(kind: Kind, ids: Iterable[int], by: str, now: datetime) -> int:
    """Take decisions back; what was stays readable. Returns how many of them still held."""
    begin_writing()
    table = TABLES[kind]
    rows = db.session.scalars(select(table).where(table.id.in_(list(ids)), table.withdrawn_at.is_(None)))
    happened = []
    for row in rows:
        row.withdrawn_at = now
        facts = _facts(_decision(row))
        happened.append(Happening(f"{kind}.withdrawn", now, row.person_id, by, facts))
    if happened:
        ledger.append_all(happened)
    db.session.commit()
    return len(happened)


def batch_ids(kind: Kind, batch: str) -> list[int]:
    """Ids of the decisions written together that still hold."""
    table = TABLES[kind]
    if table is DeferralRow or not batch:
        return []
    query = select(table.id).where(table.batch == batch, table.withdrawn_at.is_(None))
    return list(db.session.scalars(query))


def _decision(row: DeferralRow | ExemptionRow | DueChangeRow) -> Decision:
    if isinstance(row, DeferralRow):
        return Deferral(row.start, row.end)
    if isinstance(row, ExemptionRow):
        return Exemption(row.course, row.run_id, row.reason, row.start, row.end, row.document)
    return Moved(row.course, row.run_id, row.due, row.decided_on, row.reason)


def decided(
    person_ids: Iterable[str] | None = None,
    kinds: Collection[Kind] = tuple(Kind),
    first: int = 0,
    many: int | None = None,
) -> list[Decided]:
    """Decisions on record, withdrawn ones too, the newest first; of these people with merged records.

    ``first`` and ``many`` cut a page out.
    """
    merges = merged_into()
    ids = None if person_ids is None else with_merged(person_ids, merges)
    last = None if many is None else first + many
    found: list[tuple[Kind, Any]] = []
    for kind in kinds:
        table = TABLES[kind]
        query = _about(select(table), table, ids).order_by(table.recorded_at.desc(), table.id.desc())
        found += [(kind, row) for row in db.session.scalars(query.limit(last))]
    found.sort(key=lambda pair: (pair[1].recorded_at, pair[1].id), reverse=True)
    found = found[first:last]
    named = {p.id: p.name for p in load_people({row.person_id for _, row in found})} if found else {}
    return [
        Decided(
            kind, row.id, merges.get(row.person_id, row.person_id),
            named.get(merges.get(row.person_id, row.person_id), ""), _decision(row),
            "" if isinstance(row, DeferralRow) else row.batch,
            row.recorded_by, row.recorded_at, row.withdrawn_at,
        )
        for kind, row in found
    ]  # fmt: skip


def count_decided(person_ids: Iterable[str] | None, kinds: Collection[Kind]) -> int:
    """How many ``decided`` would give without cutting."""
    ids = None if person_ids is None else with_merged(person_ids, merged_into())
    tables = [TABLES[kind] for kind in kinds]
    queries = [_about(select(func.count()).select_from(table), table, ids) for table in tables]
    return sum(db.session.scalar(query) or 0 for query in queries)


def _about(query: Any, table: Any, ids: set[str] | None) -> Any:
    return query if ids is None else query.where(table.person_id.in_(ids))


def still_holding(today: date) -> dict[Kind, int]:
    """How many decisions of each kind hold today or later."""
    counts = dict.fromkeys(Kind, 0)
    for kind, table in TABLES.items():
        for row in db.session.scalars(select(table).where(table.withdrawn_at.is_(None))):
            last = row.due if isinstance(row, DueChangeRow) else row.end
            counts[kind] += last is None or last >= today
    return counts
