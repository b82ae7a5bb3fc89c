"""What the records themselves say: evidence, clock, backups, roster, somebody in charge."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from app.audit.check import check_tail, find_anchor
from app.clock import jst, rehearsal_start
from app.evidence import ledger
from app.evidence.chain import find_anchors
from app.operations import backup, schema
from app.operations.doctor.finding import Finding, Patient, fact, fault, warning

#: Longer without a backup is said.
BACKUP_DAYS = 7
#: Longer without a roster is said: 異動 happens at least twice a year.
ROSTER_DAYS = 200
#: A clock may be set right by so much.
DRIFT = timedelta(hours=2)


def _ready(patient: Patient) -> Connection | None:
    connection = patient.connection()
    if connection is None or schema.revision_of(connection) != schema.newest():
        return None
    return connection


def evidence(patient: Patient) -> Iterator[Finding]:
    """The newest entries of the chain, and the database's rules on it."""
    if _ready(patient) is None:
        return
    checked = check_tail()
    for seq, reason in checked.findings:
        where = "" if seq is None else f"{seq}番: "
        yield fault(
            "evidence",
            f"受講の証拠に問題があります。{where}{reason}flask evidence verify で確かめてください。",
        )
    if checked.good:
        yield fact(
            "evidence",
            f"受講の証拠: 新しい{checked.entries:,}件はつながっています({checked.head or '記録なし'})",
        )


def clock_against_records(patient: Patient) -> Iterator[Finding]:
    """The server's clock is not before what it wrote."""
    if _ready(patient) is None or rehearsal_start() is not None:
        return
    newest = ledger.head()
    if newest is None:
        return
    facts = newest.facts()
    written = datetime.fromisoformat(str(facts["at"]))
    if "clock" not in facts and written > patient.now + DRIFT:
        yield fault(
            "clock",
            f"サーバーの時計({_said(patient.now)})が、最後の記録({_said(written)})より前です。時計を合わせてください。",
        )


def _said(moment: datetime) -> str:
    return f"{jst(moment):%Y-%m-%d %H:%M}"


def last_backup(patient: Patient) -> Iterator[Finding]:
    """When the last backup was made."""
    connection = _ready(patient)
    if connection is None or not _any(connection, "SELECT 1 FROM persons LIMIT 1"):
        return
    try:
        noted = json.loads((patient.settings.instance / backup.LAST).read_text(encoding="utf-8"))
        made = datetime.fromisoformat(noted["at"]).astimezone(UTC)
        anchors = find_anchors(str(noted["head"]))
    except (OSError, ValueError, KeyError, TypeError):
        yield warning("last_backup", "控えを取った記録がありません。flask backup を毎日動かしてください。")
        return
    if any(find_anchor(anchor) != "contained" for anchor in anchors):
        yield fault(
            "went_back",
            f"最後の控え({_said(made)})にある受講の証拠が、いまのデータベースにありません。"
            "古いデータベースに置き換わっています。その控えを戻してください(flask restore)。",
        )
    if patient.now - made > timedelta(days=BACKUP_DAYS):
        yield warning(
            "last_backup", f"最後に控えを取ったのは {_said(made)} です。flask backup を毎日動かしてください。"
        )
    else:
        yield fact("last_backup", f"最後の控え: {_said(made)}({noted.get('file', '')})")


def roster(patient: Patient) -> Iterator[Finding]:
    """What HR has still to answer, and whether the roster is of this half of the year."""
    connection = _ready(patient)
    if connection is None or not _any(connection, "SELECT 1 FROM persons LIMIT 1"):
        return
    absent = _count(connection, "SELECT count(*) FROM roster_absences WHERE withdrawn_at IS NULL")
    asked = _count(connection, "SELECT count(*) FROM identity_questions WHERE answered_at IS NULL")
    unknown = _count(
        connection,
        "SELECT count(DISTINCT p.department) FROM placements p WHERE p.withdrawn_at IS NULL "
        "AND p.department IS NOT NULL AND p.department <> '' AND NOT EXISTS "
        "(SELECT 1 FROM departments d WHERE d.code = p.department AND d.withdrawn_at IS NULL)",
    )
    open_matters = [
        f"名簿にない人が{absent:,}件(要確認)" if absent else "",
        f"同じ人かどうかの質問が{asked:,}件" if asked else "",
        f"所属の一覧にない所属コードが{unknown:,}個" if unknown else "",
    ]
    if said := "、".join(matter for matter in open_matters if matter):
        yield warning("roster", f"名簿に、人事担当が確かめることがあります: {said}。")
    last = connection.scalar(
        text("SELECT max(imported_at) FROM roster_imports WHERE kind IN ('roster', 'add-only')")
    )
    if last is not None:
        when = datetime.fromisoformat(last) if isinstance(last, str) else last
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        if patient.now - when > timedelta(days=ROSTER_DAYS):
            yield warning(
                "roster",
                f"最後に名簿を取り込んだのは {_said(when)} です。異動が反映されているか、確かめてください。",
            )


def somebody_in_charge(patient: Patient) -> Iterator[Finding]:
    """Without HR nobody can print a slip or answer a question."""
    connection = _ready(patient)
    if connection is None:
        return
    if not _any(connection, "SELECT 1 FROM role_grants WHERE role = 'hr' AND withdrawn_at IS NULL LIMIT 1"):
        yield warning(
            "somebody_in_charge", "人事担当の役割を持つ人がいません。flask staff grant で与えてください。"
        )


def _any(connection: Connection, query: str) -> bool:
    return connection.execute(text(query)).first() is not None


def _count(connection: Connection, query: str) -> int:
    return int(connection.execute(text(query)).scalar_one())
