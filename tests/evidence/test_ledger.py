"""The chain grows in the caller's transaction, never forks, and the database refuses to change it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from app.db import begin_writing, db
from app.evidence import ledger
from app.evidence.chain import GENESIS, Entry, commitment, first_break
from app.evidence.ledger import Happening, Subject
from app.evidence.models import EvidencePersonRow, EvidenceRow, EvidenceSealedRow
from app.evidence.rules import missing_rules
from tests.at_once import at_once

NOW = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)
HANAKO = Subject("a" * 32, "0001234", "髙橋 花子", "給食センター")


@pytest.fixture(autouse=True)
def _site(either: Flask) -> Iterator[None]:
    yield


def say(count: int = 1, subject: Subject | None = None) -> list[Entry]:
    begin_writing()
    made = ledger.append_all(
        [Happening("test.said", NOW + timedelta(seconds=n), subject, facts={"n": n}) for n in range(count)]
    )
    db.session.commit()
    return made


def test_entries_follow_one_another_and_come_back_byte_for_byte() -> None:
    made = say(3)
    kept = list(ledger.entries())
    assert kept == made
    assert [e.seq for e in kept] == [1, 2, 3]
    assert kept[0].prev == GENESIS and kept[1].prev == kept[0].hash
    assert kept[0].body == b'{"at":"2026-04-02T01:00:00.000000Z","event":"test.said","n":0}'
    assert first_break(kept, ledger.CHAIN) is None
    assert ledger.head() == made[-1] == ledger.entry_at(3)
    assert ledger.head_line() == f"kenshu 3 {made[-1].hash[:16]}"


def test_an_empty_chain_has_no_value() -> None:
    assert ledger.head() is None
    assert ledger.head_line() == ""


def test_what_is_rolled_back_leaves_no_entry() -> None:
    begin_writing()
    ledger.append("test.said", NOW, HANAKO)
    db.session.rollback()
    assert ledger.head() is None
    assert db.session.scalar(select(func.count()).select_from(EvidencePersonRow)) == 0


def test_outside_a_writing_transaction_nothing_is_appended() -> None:
    with pytest.raises(RuntimeError):
        ledger.append("test.said", NOW)


def test_the_chain_names_nobody_but_the_seal_opens() -> None:
    first, second = (say(1, HANAKO)[0] for _ in range(2))
    moved = say(1, Subject(HANAKO.person_id, HANAKO.number, HANAKO.name, "環境課"))[0]
    assert "花子" not in first.body.decode() and "0001234" not in first.body.decode()
    facts = [e.facts() for e in (first, second, moved)]
    assert len({f["person"] for f in facts}) == 1
    assert facts[0]["person_commit"] == facts[1]["person_commit"] != facts[2]["person_commit"]
    seal = db.session.get_one(EvidenceSealedRow, facts[2]["person_commit"])
    assert json.loads(seal.content) == ["0001234", "髙橋 花子", "環境課"]
    assert commitment(seal.salt, json.loads(seal.content)) == seal.commitment


def test_who_acted_is_sealed_too() -> None:
    begin_writing()
    one = ledger.append("test.did", NOW, by="人事 太郎").facts()
    two = ledger.append("test.did", NOW, by="人事 太郎").facts()
    db.session.commit()
    assert one["by"] == two["by"] and one["by_commit"] == two["by_commit"]
    assert all("太郎" not in e.body.decode() for e in ledger.entries())


def test_an_entry_is_found_again_by_its_certificate() -> None:
    begin_writing()
    ledger.append("completion.granted", NOW, serial="ABCD-2345")
    ledger.append("completion.granted", NOW, serial="ABCD-2346")
    db.session.commit()
    found = ledger.find("completion.granted", "ABCD-2345")
    assert found is not None and found.seq == 1
    assert ledger.certificate_line("ABCD-2345") == found.line
    assert ledger.certificate_line("ZZZZ-2345") == ""


def test_facts_cannot_pretend_to_be_what_the_ledger_writes() -> None:
    begin_writing()
    with pytest.raises(ValueError):
        ledger.append_all([Happening("test.said", NOW, facts={"at": "yesterday"})])
    with pytest.raises(TypeError):
        ledger.append("test.said", NOW, right=True)
    db.session.rollback()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evidence SET body = body WHERE seq = 2",
        "UPDATE evidence SET seq = 9 WHERE seq = 3",
        "DELETE FROM evidence WHERE seq = 3",
        "DELETE FROM evidence",
        "INSERT INTO evidence SELECT chain, 5, body, prev, hash || 'x' FROM evidence WHERE seq = 3",
        "INSERT INTO evidence SELECT chain, 4, body, prev, hash || 'x' FROM evidence WHERE seq = 2",
        "INSERT INTO evidence SELECT chain, 4, body, hash, hash FROM evidence WHERE seq = 3",
        "INSERT OR REPLACE INTO evidence SELECT chain, 3, 'x', prev, 'y' FROM evidence WHERE seq = 3",
        "INSERT OR REPLACE INTO evidence SELECT chain, 4, 'x', hash, hash FROM evidence WHERE seq = 3",
        "TRUNCATE evidence",
    ],
)
def test_the_database_refuses(either: Flask, statement: str) -> None:
    dialect = db.engine.dialect.name
    if ("REPLACE" in statement and dialect != "sqlite") or ("TRUNC" in statement and dialect == "sqlite"):
        pytest.skip("not a statement of this database")
    made = say(3)
    begin_writing()
    with pytest.raises(DBAPIError, match="evidence"):
        db.session.execute(text(statement))
    db.session.rollback()
    assert list(ledger.entries()) == made


def test_a_missing_rule_is_noticed() -> None:
    begin_writing()
    assert missing_rules(db.session.connection()) == set()
    on = " ON evidence" if db.engine.dialect.name == "postgresql" else ""
    db.session.execute(text(f"DROP TRIGGER evidence_follows{on}"))
    db.session.commit()
    assert missing_rules(db.session.connection()) == {"evidence_follows"}


def test_twelve_writers_at_once_make_one_chain(either: Flask) -> None:
    db.session.rollback()

    def write() -> int:
        for _ in range(4):
            say(1, HANAKO)
        return 0

    at_once(either, *[write] * 12)
    kept = list(ledger.entries())
    assert len(kept) == 48
    assert first_break(kept, ledger.CHAIN) is None
    assert db.session.scalar(select(func.count()).select_from(EvidencePersonRow)) == 1
    assert db.session.scalar(select(func.count()).select_from(EvidenceRow)) == 48
