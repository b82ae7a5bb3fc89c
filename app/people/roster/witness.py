"""What the chain of evidence says of an import (which list, of which day, how much) and of merges."""

from __future__ import annotations

import hashlib
from datetime import datetime

from app.db import db
from app.evidence import ledger
from app.evidence.chain import Value
from app.evidence.ledger import Happening
from app.people.models import MergeRow
from app.people.roster.changes import Plan
from app.people.roster.lines import Roster, to_json


def roster_imported(plan: Plan, roster: Roster | None, correction: bool, now: datetime, by: str) -> None:
    """A plan was applied. Of a correction to one person no digest is kept: it could be guessed back."""
    facts: dict[str, Value] = {
        "source": plan.source if roster is not None else "",
        "as_of": plan.as_of.isoformat(),
        "kind": "page" if correction else "add-only" if plan.add_only else "roster",
        "lines": plan.lines,
        "counts": counts(plan),
    }
    if not correction:
        facts["plan"] = plan.digest
        if roster is not None:
            facts["content"] = hashlib.sha256(to_json(roster)).hexdigest()
    ledger.append_all([Happening("roster.imported", now, by=by, facts=facts)])


def merge_changed(event: str, row: MergeRow, by: str, now: datetime) -> None:
    """A merge was recorded or withdrawn: an entry for each of its two records."""
    db.session.flush()
    ledger.append_all(
        Happening(event, now, person_id, by, {"merge": row.id, "record": name})
        for person_id, name in ((row.kept_id, "kept"), (row.merged_id, "merged"))
    )


def counts(plan: Plan) -> dict[str, Value]:
    """How many changes of each kind; kinds without any are left out."""
    found = {
        "departments": len(plan.departments.changes),
        "people": len(plan.people),
        "appointments": len(plan.appointments),
        "renumberings": len(plan.renumberings),
        "placements": len(plan.placements),
        "states": len(plan.states),
        "terms": len(plan.terms),
        "profiles": len(plan.profiles),
        "joinings": len(plan.joinings),
        "missing": plan.missing_people,
        "back": len(plan.back),
    }
    return {name: count for name, count in found.items() if count}
