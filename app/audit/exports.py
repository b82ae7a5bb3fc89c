"""Files of personal data that leave the site: each is one entry in the chain, and carries its value."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from app.db import begin_writing, db
from app.evidence import ledger


def note_export(
    what: str, form: str, as_of: date, rows: int, content: bytes, file: str, by: str, now: datetime
) -> None:
    """Record that a file was handed out, by its SHA-256; in a transaction of its own."""
    begin_writing()
    ledger.append(
        "export.made", now, by=by,
        what=what, form=form, as_of=as_of.isoformat(), rows=rows, file=file,
        sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    db.session.commit()


def evidence_pair() -> tuple[tuple[str, str], ...]:
    """What a report's first line says of the records: (記録の値, the value); nothing while there are none."""
    line = ledger.head_line()
    return (("記録の値", line),) if line else ()
