"""Rules inside the database: an entry follows the last one, and is never changed or deleted.

``RULES`` are statements to run once the table ``evidence`` exists: by ``create_all`` and in the migration.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

#: REPLACE deletes without asking DELETE triggers, so an entry must also be new in every unique column.
_FOLLOWS = """
NEW.seq <> coalesce((SELECT max(seq) FROM evidence WHERE chain = NEW.chain), 0) + 1
OR NEW.prev <> coalesce(
    (SELECT hash FROM evidence WHERE chain = NEW.chain ORDER BY seq DESC LIMIT 1), '{genesis}')
OR EXISTS (SELECT 1 FROM evidence WHERE hash = NEW.hash)
""".format(genesis="0" * 64).strip()

SQLITE = (
    "CREATE TRIGGER evidence_follows BEFORE INSERT ON evidence "
    f"WHEN {_FOLLOWS} "
    "BEGIN SELECT RAISE(ABORT, 'evidence: an entry must follow the last one'); END",
    "CREATE TRIGGER evidence_no_update BEFORE UPDATE ON evidence "
    "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END",
    "CREATE TRIGGER evidence_no_delete BEFORE DELETE ON evidence "
    "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END",
)
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION evidence_follows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"IF {_FOLLOWS} THEN RAISE EXCEPTION 'evidence: an entry must follow the last one'; END IF; "
    "RETURN NEW; END $$",
    "CREATE OR REPLACE FUNCTION evidence_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'evidence is append-only'; END $$",
    "CREATE TRIGGER evidence_follows BEFORE INSERT ON evidence "
    "FOR EACH ROW EXECUTE FUNCTION evidence_follows()",
    "CREATE TRIGGER evidence_no_change BEFORE UPDATE OR DELETE ON evidence "
    "FOR EACH ROW EXECUTE FUNCTION evidence_append_only()",
    "CREATE TRIGGER evidence_no_truncate BEFORE TRUNCATE ON evidence "
    "FOR EACH STATEMENT EXECUTE FUNCTION evidence_append_only()",
)
RULES = {"sqlite": SQLITE, "postgresql": POSTGRESQL}

#: To undo them (a downgrade drops the table first, and its triggers with it).
DROP_RULES = {
    "sqlite": (),
    "postgresql": ("DROP FUNCTION evidence_follows()", "DROP FUNCTION evidence_append_only()"),
}

_EXPECTED = {
    "sqlite": {"evidence_follows", "evidence_no_update", "evidence_no_delete"},
    "postgresql": {"evidence_follows", "evidence_no_change", "evidence_no_truncate"},
}
_IN_FORCE = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'evidence'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = 'evidence'::regclass "
    "AND NOT tgisinternal AND tgenabled IN ('O', 'A')",
}


def missing_rules(connection: Connection) -> set[str]:
    """Names of the rules this database should have and has not (a rule switched off counts)."""
    dialect = connection.dialect.name
    return _EXPECTED[dialect] - set(connection.execute(text(_IN_FORCE[dialect])).scalars())
