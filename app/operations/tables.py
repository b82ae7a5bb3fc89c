"""The tables a database really has, and their rows in an order that is the same everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Select, TableClause

#: Rows read or written at once.
BATCH = 1_000

_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "text": sa.Text(),
    "integer": sa.BigInteger(),
    "real": sa.Float(),
    "boolean": sa.Boolean(),
    "bytes": sa.LargeBinary(),
    "date": sa.Date(),
    "datetime": sa.DateTime(timezone=True),
}
_KINDS: tuple[tuple[type[sa.types.TypeEngine[Any]], str], ...] = (
    (sa.Boolean, "boolean"),
    (sa.Integer, "integer"),
    (sa.Numeric, "real"),
    (sa.String, "text"),
    (sa.LargeBinary, "bytes"),
    (sa.types._Binary, "bytes"),
    (sa.DateTime, "datetime"),
    (sa.Date, "date"),
)
VERSION_TABLE = "alembic_version"


@dataclass(frozen=True, slots=True)
class Table:
    """A table by name: columns as (name, kind) in their order, the names of its primary key."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]

    @property
    def kinds(self) -> list[str]:
        """The kind of each column."""
        return [kind for _, kind in self.columns]

    @property
    def clause(self) -> TableClause:
        """The table as SQLAlchemy writes it."""
        return sa.table(self.name, *(sa.column(name, _TYPES[kind]) for name, kind in self.columns))


def names_of(connection: Connection) -> list[str]:
    """Every table by name, parents before the tables that refer to them."""
    inspector = sa.inspect(connection)
    ordered = [name for name, _ in inspector.get_sorted_table_and_fkc_names() if name]
    return [name for name in ordered if name != VERSION_TABLE]


def table_of(connection: Connection, name: str) -> Table:
    """One table as it stands. Raises NotImplementedError for a column no archive can hold."""
    inspector = sa.inspect(connection)
    columns = tuple((c["name"], _kind(name, c["name"], c["type"])) for c in inspector.get_columns(name))
    return Table(name, columns, tuple(inspector.get_pk_constraint(name)["constrained_columns"]))


def tables_of(connection: Connection) -> list[Table]:
    """Every table as it stands, parents first."""
    return [table_of(connection, name) for name in names_of(connection)]


def _kind(table: str, column: str, found: sa.types.TypeEngine[Any]) -> str:
    for known, kind in _KINDS:
        if isinstance(found, known):
            return kind
    raise NotImplementedError(f"{table}.{column}: {found!r}")


def rows_of(connection: Connection, table: Table) -> Iterator[Sequence[Any]]:
    """All rows by primary key; text sorts by code point on every database."""
    result = connection.execute(_query(connection, table), execution_options={"yield_per": BATCH})
    for part in result.partitions():
        yield from part


def _query(connection: Connection, table: Table) -> Select[Any]:
    clause = table.clause
    order: list[sa.ColumnElement[Any]] = []
    for name in table.key:
        column = clause.c[name]
        if connection.dialect.name == "postgresql" and isinstance(column.type, sa.Text):
            order.append(column.collate("C"))
        else:
            order.append(column)
    return sa.select(*clause.c).order_by(*order)


def holds_rows(connection: Connection, names: Iterable[str]) -> bool:
    """Whether any of these tables has a row."""
    return any(
        connection.execute(sa.select(sa.literal(1)).select_from(sa.table(name)).limit(1)).first() is not None
        for name in names
    )


def add_rows(connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Add rows as they are, in the caller's transaction."""
    if connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
        return
    places = ", ".join("?" for _ in table.columns)
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name, _ in table.columns)
    statement = f"INSERT INTO {quote(table.name)} ({names}) VALUES ({places})"
    convert = [(at, kind) for at, kind in enumerate(table.kinds) if kind in ("date", "datetime")]
    waiting = iter(rows)
    while part := [_plain(row, convert) for row in islice(waiting, BATCH)]:
        connection.exec_driver_sql(statement, part)


def _plain(row: Sequence[Any], convert: list[tuple[int, str]]) -> tuple[Any, ...]:
    """What SQLAlchemy's types would write into SQLite, without asking them for every value."""
    values = list(row)
    for at, kind in convert:
        value = values[at]
        if value is not None:
            values[at] = value.isoformat() if kind == "date" else _sqlite_moment(value)
    return tuple(values)


def _sqlite_moment(value: datetime) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _copy(connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """COPY is many times faster than INSERT and takes values as they are."""
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name, _ in table.columns)
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {quote(table.name)} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.close()


def move_counters_on(connection: Connection, tables: Iterable[Table]) -> None:
    """Let PostgreSQL count on from the largest id; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    quote = connection.dialect.identifier_preparer.quote
    for table in tables:
        for name in [name for name, kind in table.columns if kind == "integer" and name in table.key]:
            counter = connection.scalar(
                sa.text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": quote(table.name), "c": name}
            )
            if counter is not None:
                largest = f"(SELECT coalesce(max({quote(name)}), 0) FROM {quote(table.name)})"
                connection.execute(sa.text(f"SELECT setval(:s, {largest} + 1, false)"), {"s": counter})
