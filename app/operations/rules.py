"""What a database enforces beside its tables, put aside while rows are laid back: triggers and grants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, text

_PG_TRIGGERS = (
    "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
)
_PG_GRANTS = (
    "SELECT c.relname, c.relkind = 'S', a.privilege_type, "
    "CASE WHEN a.grantee = 0 THEN 'public' ELSE quote_ident(pg_get_userbyid(a.grantee)) END "
    "FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a "
    "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'S') "
    "AND a.grantee <> c.relowner ORDER BY 1, 3, 4"
)
_PG_NAMES = (
    "SELECT relname FROM pg_class "
    "WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'S')"
)


@contextmanager
def without_triggers(connection: Connection) -> Iterator[None]:
    """Rows are laid back as they were; what a trigger would say of each is checked as a whole instead."""
    if connection.dialect.name == "postgresql":
        quote = connection.dialect.identifier_preparer.quote
        tables = [quote(name) for name in connection.execute(text(_PG_TRIGGERS)).scalars()]
        for table in tables:
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in tables:
            connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    else:
        kept = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
        quote = connection.dialect.identifier_preparer.quote
        for name, _ in kept:
            connection.exec_driver_sql(f"DROP TRIGGER {quote(name)}")
        yield
        for _, statement in kept:
            connection.exec_driver_sql(statement)


@dataclass(frozen=True, slots=True)
class Grant:
    """A right somebody who doesn't own a table or sequence has on it (PostgreSQL)."""

    name: str
    sequence: bool
    privilege: str
    grantee: str


def grants_of(connection: Connection) -> list[Grant]:
    """Every such right in this schema; none on SQLite."""
    if connection.dialect.name != "postgresql":
        return []
    return [Grant(*row) for row in connection.execute(text(_PG_GRANTS))]


def grant_again(connection: Connection, grants: Sequence[Grant]) -> None:
    """Give exactly these rights back on what was made anew under the same names."""
    if not grants:
        return
    quote = connection.dialect.identifier_preparer.quote
    there = set(connection.execute(text(_PG_NAMES)).scalars())
    kept = [grant for grant in grants if grant.name in there]
    targets = {(g.name, f"{'SEQUENCE' if g.sequence else 'TABLE'} {quote(g.name)}") for g in kept}
    grantees = sorted({grant.grantee for grant in kept})
    for _, target in sorted(targets):
        for grantee in grantees:
            connection.exec_driver_sql(f"REVOKE ALL ON {target} FROM {grantee}")
    for g in kept:
        target = f"{'SEQUENCE' if g.sequence else 'TABLE'} {quote(g.name)}"
        connection.exec_driver_sql(f"GRANT {g.privilege} ON {target} TO {g.grantee}")
