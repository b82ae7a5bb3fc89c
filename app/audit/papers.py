"""Values that stand on the city's own papers: fixed reports and the 決裁文書 they went up with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.audit.check import find_anchor
from app.db import db
from app.evidence import ledger
from app.evidence.chain import find_anchors
from app.evidence.models import EvidenceMarkRow


@dataclass(frozen=True, slots=True)
class Paper:
    """One fixed report: number, the document it went up with ("" for none), its value, whether it fits."""

    report: str
    document: str
    line: str
    fits: bool


def papers() -> list[Paper]:
    """Every fixed report, newest first (``report.fixed``; its 決裁番号 may come in ``report.decided``)."""
    numbers = db.session.scalars(
        select(EvidenceMarkRow.key)
        .where(EvidenceMarkRow.event == "report.fixed")
        .order_by(EvidenceMarkRow.seq.desc())
    )
    return [paper for number in numbers if (paper := _paper(number)) is not None]


def _paper(number: str) -> Paper | None:
    fixed = ledger.find("report.fixed", number)
    if fixed is None:
        return None
    facts = fixed.facts()
    decided = ledger.find("report.decided", number)
    document = str((decided.facts() if decided else facts).get("document") or "")
    line = str(facts.get("head") or "")
    anchors = find_anchors(line)
    return Paper(number, document, line, bool(anchors) and find_anchor(anchors[0]) == "contained")
