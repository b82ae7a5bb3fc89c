"""Does the database answer, in the shape this version needs."""

from __future__ import annotations

from collections.abc import Iterator

from app.operations import schema
from app.operations.doctor.finding import Finding, Patient, fact, fault


def reachable(patient: Patient) -> Iterator[Finding]:
    """The database answers."""
    if patient.connection() is None:
        yield fault("reachable", patient.why_away or "データベースにつながりません。")


def schema_at_head(patient: Patient) -> Iterator[Finding]:
    """The schema is the one of this version."""
    connection = patient.connection()
    if connection is None:
        return
    revision, wanted = schema.revision_of(connection), schema.newest()
    if not revision:
        yield fault("schema", "データベースに表がありません。flask db upgrade を実行してください。")
    elif not schema.known(revision):
        yield fault(
            "schema",
            f"データベースの形({revision})が、この版より新しいものです。新しい版のプログラムで動かしてください。",
        )
    elif revision != wanted:
        yield fault(
            "schema",
            f"データベースの形({revision})が古くなっています。flask backup で控えを取ってから、"
            "flask db upgrade を実行してください。",
        )
    else:
        yield fact("schema", f"データベースの形: {revision}(最新)")
