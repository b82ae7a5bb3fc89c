"""Verify the records kept in the database itself: the chain, its rules, and the tables against it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from app.audit.projection import Finding, Projection
from app.audit.stored import (
    file_bodies,
    snapshot,
    stored_attempts,
    stored_completions,
    stored_seals,
    stored_texts,
)
from app.clock import day_of
from app.db import begin_writing, db
from app.evidence import ledger
from app.evidence.chain import Anchor, Entry, first_break
from app.evidence.models import EvidenceCheckRow
from app.evidence.rules import missing_rules
from app.fiscal_year import FiscalYear

#: How many of the newest entries a quick check looks at.
TAIL = 1_000


@dataclass(frozen=True, slots=True)
class Checked:
    """What a verification found; ``head`` is the last entry's line, ``years`` 年度 -> number of entries."""

    entries: int
    head: str
    findings: Sequence[Finding] = ()
    years: dict[int, int] = field(default_factory=dict)
    anchors: dict[Anchor, str] = field(default_factory=dict)
    redacted: int = 0

    @property
    def good(self) -> bool:
        """Nothing was found."""
        return not self.findings

    @property
    def first(self) -> Finding | None:
        """The finding with the smallest number, or any."""
        return min(self.findings, key=lambda f: (f[0] is None, f[0] or 0), default=None)


def check_all(anchors: Iterable[Anchor] = ()) -> Checked:
    """Verify every entry and hold completions, tests, texts and sealed names against the chain."""
    snapshot()
    walk = _Walk(ledger.entries(), {anchor: "beyond" for anchor in anchors})
    broken = first_break(walk, ledger.CHAIN)
    findings: list[Finding] = list(_rules())
    if broken is not None:
        findings.append((broken.seq, broken.reason))
    else:
        findings += _differences(walk.projection)
    return Checked(
        entries=walk.count,
        head=walk.last.line if walk.last else "",
        findings=sorted(findings, key=lambda f: (f[0] is None, f[0] or 0)),
        years=dict(walk.years),
        anchors=walk.anchors,
        redacted=len(walk.projection.redacted),
    )


def check_tail(count: int = TAIL) -> Checked:
    """Verify the newest ``count`` entries only; quick, whatever the length of the chain."""
    newest = ledger.head()
    since = max(0, newest.seq - count) if newest else 0
    findings: list[Finding] = list(_rules())
    broken = first_break(ledger.entries(since), ledger.CHAIN, ledger.entry_at(since) if since else None)
    if broken is not None:
        findings.append((broken.seq, broken.reason))
    return Checked((newest.seq if newest else 0) - since, newest.line if newest else "", findings)


def find_anchor(anchor: Anchor) -> str:
    """Whether the chain contains a value from a paper: contained, different or beyond."""
    entry = ledger.entry_at(anchor.seq) if anchor.chain == ledger.CHAIN else None
    if entry is None:
        return "beyond" if anchor.chain == ledger.CHAIN else "different"
    return "contained" if anchor.fits(entry) else "different"


def keep(checked: Checked, now: datetime) -> None:
    """Keep what a complete verification found for the page 検証結果."""
    begin_writing()
    db.session.add(
        EvidenceCheckRow(
            checked_at=now,
            entries=checked.entries,
            head=checked.head,
            years=json.dumps(checked.years),
            findings=json.dumps(checked.findings[:100], ensure_ascii=False),
        )
    )
    db.session.commit()


def last_check() -> tuple[datetime, Checked] | None:
    """The latest complete verification, and when it was made."""
    row = db.session.scalar(select(EvidenceCheckRow).order_by(EvidenceCheckRow.id.desc()).limit(1))
    if row is None:
        return None
    years = {int(year): count for year, count in json.loads(row.years).items()}
    findings = [(seq, reason) for seq, reason in json.loads(row.findings)]
    return row.checked_at, Checked(row.entries, row.head, findings, years)


class _Walk:
    """Entries on their way to the check, taken in by the projection as far as they can be read."""

    def __init__(self, entries: Iterator[Entry], anchors: dict[Anchor, str]) -> None:
        self.entries = entries
        self.anchors = anchors
        self.wanted: dict[int, list[Anchor]] = {}
        for anchor in anchors:
            self.wanted.setdefault(anchor.seq, []).append(anchor)
        self.projection = Projection()
        self.years: Counter[int] = Counter()
        self.count = 0
        self.last: Entry | None = None

    def __iter__(self) -> Iterator[Entry]:
        for entry in self.entries:
            yield entry  # the check breaks off here when it does not fit
            self.count += 1
            self.last = entry
            facts = entry.facts()
            self.projection.feed(entry.seq, facts)
            self.years[FiscalYear.of(day_of(datetime.fromisoformat(str(facts["at"])))).year] += 1
            for anchor in self.wanted.get(entry.seq, ()):
                self.anchors[anchor] = "contained" if anchor.fits(entry) else "different"


def _rules() -> Iterator[Finding]:
    for name in sorted(missing_rules(db.session.connection())):
        yield None, f"記録の書換えを拒むデータベースの規則({name})がありません。"


def _differences(projection: Projection) -> list[Finding]:
    seals = {s.commitment: (s.owner, s.salt, s.content) for s in stored_seals()}
    completions = list(stored_completions())
    texts = {row.digest: files for row, files in stored_texts()}
    bodies = file_bodies({digest for files in texts.values() for digest in files.values()})
    true = {stated: hashlib.sha256(body).hexdigest() for stated, body in bodies.items()}
    return [
        *projection.seals(seals),
        *projection.completions(completions),
        *projection.identities(completions, {value: seal[2] for value, seal in seals.items()}),
        *projection.tests(dict(stored_attempts())),
        *projection.texts(texts, true),
    ]
