"""`python3 dev.py faults`: break things from outside, and print what held."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack

from tests.faults import (
    alone,
    away,
    backups,
    clocks,
    doors,
    evidence,
    exports,
    fsynced,
    full_log,
    guesses,
    killed,
    lines,
    logs,
    memory,
    migrating,
    numbers,
    parallel,
    power,
    restarted,
    roles,
    rosters,
    scripts,
    stolen,
    stopped,
    storming,
    tabs,
    uploads,
    versions,
    windows,
)
from tests.faults.city import city
from tests.faults.corpora import FORMULAS, SCRIPTS
from tests.faults.ground import Ground, ground
from tests.faults.postgres import Postgres, postgres
from tests.faults.table import Row, as_table, unmeasured
from tests.postgres_fixtures import NoPostgres


def main(words: Sequence[str]) -> int:
    """Run the rows and print the table; 1 when a promise was broken or a control did not fail."""
    parser = argparse.ArgumentParser(prog="dev.py faults", description="故障と攻撃を起こして確かめます。")
    parser.add_argument("--long", action="store_true", help="回数の多い形(数十分かかります)")
    parser.add_argument("--rows", default="", help="行の番号をコンマで(例: 1,3,5)。なければ全部")
    options = parser.parse_args(words)
    if sys.platform == "win32":
        print("この命令は Linux で動きます。")
        return 1
    chosen = set(options.rows.split(",")) - {""}
    rows: list[Row] = []
    for number, run in (LONG if options.long else SHORT).items():
        if chosen and number not in chosen:
            continue
        began = time.perf_counter()
        for row in run():
            rows.append(row)
            print(as_table([row]).splitlines()[-1], flush=True)
        print(f"  ({number}: {time.perf_counter() - began:.0f}秒)", file=sys.stderr, flush=True)
    print("\n" + as_table(rows))
    if lacking := [row.number for row in rows if not row.measured]:
        print(f"\nこの機械では測れなかった行: {'、'.join(lacking)}")
    return 0 if all(row.holds for row in rows) else 1


def one(people: int, run: Callable[..., Row | Iterable[Row]], *words: float) -> Callable[[], Iterable[Row]]:
    """A row on fresh ground of its own."""

    def rows() -> Iterable[Row]:
        with ground(people) as on:
            made = run(on, *words)
            yield from [made] if isinstance(made, Row) else made

    return rows


def on_postgresql(
    number: str, promise: str, people: int, run: Callable[[Ground, Postgres], Row]
) -> Callable[[], Iterable[Row]]:
    """The same on a PostgreSQL of its own, where one can be started."""

    def rows() -> Iterable[Row]:
        with ExitStack() as stack:
            try:
                database = stack.enter_context(postgres())
            except NoPostgres as error:
                yield unmeasured(number, promise, str(error).splitlines()[-1])
                return
            yield run(stack.enter_context(ground(people, database.url)), database)

    return rows


def in_city(run: Callable[..., Row], *words: int, hostile: Sequence[str] = ()) -> Callable[[], Iterable[Row]]:
    """A row in a city in which every page has something to show; ``hostile`` texts stand in every field."""

    def rows() -> Iterable[Row]:
        with city(hostile) as place:
            yield run(place, *words)

    return rows


def beside(people: int, others: int, run: Callable[..., Row], *words: int) -> Callable[[], Iterable[Row]]:
    """A row that has its control on ground of its own, with ``others``."""

    def rows() -> Iterable[Row]:
        with ground(people) as on, ground(others) as control:
            yield run(on, control, *words)

    return rows


def beside_on_postgresql(
    number: str, promise: str, people: int, others: int, run: Callable[..., Row], *words: int
) -> Callable[[], Iterable[Row]]:
    """The same on two databases of PostgreSQL."""

    def made(on: Ground, _database: Postgres) -> Row:
        with postgres() as other, ground(others, other.url) as control:
            return run(on, control, *words, number, "PostgreSQL")

    return on_postgresql(number, promise, people, made)


SHORT: dict[str, Callable[[], Iterable[Row]]] = {
    "1": one(24, killed.row, 8),
    "1m": in_city(memory.row, 3),
    "1t": one(24, stopped.row, 2),
    "1u": one(24, stopped.row_behind_nginx, 2),
    "1v": beside(24, 16, versions.row, 100),
    "2": one(8, fsynced.row, 40),
    "2b": lambda: [power.row(power.on_sqlite, "2b", "SQLite", 5, 3)],
    "3": one(40, away.row, 8, 3),
    "3d": one(32, storming.row, 400, 100),
    "3e": one(24, full_log.row, 100, 200),
    "4": one(12, parallel.row, 3, 8),
    "4b": beside(20, 6, tabs.row, 3, 2),
    "4c": beside(24, 16, lines.row, 100),
    "5": one(24, doors.row, 24),
    "5b": one(12, windows.row, 10),
    "6": in_city(roles.row, 1),
    "7": one(24, guesses.row, 20, 100),
    "7b": one(16, stolen.row),
    "7c": one(40, numbers.row),
    "8": in_city(scripts.row, 1, hostile=SCRIPTS),
    "8b": in_city(uploads.row, 20),
    "8c": in_city(exports.row, 1, hostile=FORMULAS),
    "8d": in_city(logs.row),
    "9a": lambda: [evidence.row(200, 20)],
    "9b": one(24, backups.row, 4),
    "9d": beside(24, 16, clocks.row, 1, 25),
    "10": one(4, rosters.row, 4, 2_000),
    "10b": one(4, migrating.row, 8),
    "10c": lambda: [alone.row(alone.PART)],
}
LONG: dict[str, Callable[[], Iterable[Row]]] = {
    "1": one(400, killed.row, 200, 20_000),
    "1p": on_postgresql(
        "1p", killed.PROMISE, 400, lambda on, _: killed.row(on, 200, 20_000, "1p", "PostgreSQL")
    ),
    "1m": in_city(memory.row, 10),
    "1t": one(40, stopped.row, 20, 10_000),
    "1u": one(40, stopped.row_behind_nginx, 10, 2_000),
    "1v": beside(40, 16, versions.row, 1_700),
    "2": one(70, fsynced.row, 1_000),
    "2b": lambda: [power.row(power.on_sqlite, "2b", "SQLite", 100, 10)],
    "2p": lambda: [power.row(power.on_postgresql, "2p", "PostgreSQL", 40, 10)],
    "3": one(40, away.row, 60, 10),
    "3d": one(160, storming.row, 10_000, 500),
    "3e": one(40, full_log.row, 2_000, 400),
    "3p": on_postgresql("3p", restarted.PROMISE, 40, lambda on, server: restarted.row(on, server, 20)),
    "4": one(120, parallel.row, 100, 50),
    "4b": beside(40, 6, tabs.row, 3, 20),
    "4c": beside(60, 16, lines.row, 1_000),
    "4p": on_postgresql(
        "4p", parallel.PROMISE, 120, lambda on, _: parallel.row(on, 100, 50, "4p", "PostgreSQL")
    ),
    "4q": beside_on_postgresql("4q", tabs.PROMISE, 40, 6, tabs.row, 3, 20),
    "4r": beside_on_postgresql("4r", lines.PROMISE, 60, 16, lines.row, 1_000),
    "5": one(200, doors.row, 492),
    "5b": one(40, windows.row, 100),
    "6": in_city(roles.row, 3),
    "7": one(1_302, guesses.row, 1_300, 1_000),
    "7p": on_postgresql(
        "7p", guesses.PROMISE, 1_302, lambda on, _: guesses.row(on, 1_300, 1_000, "7p", "PostgreSQL")
    ),
    "7b": one(16, stolen.row),
    "7c": one(200, numbers.row),
    "8": in_city(scripts.row, 1, hostile=SCRIPTS),
    "8b": in_city(uploads.row),
    "8c": in_city(exports.row, 4, hostile=FORMULAS),
    "8d": in_city(logs.row),
    "9a": lambda: [evidence.row(1_000, 100)],
    "9b": one(200, backups.row, 100),
    "9d": beside(40, 16, clocks.row, 10, 50),
    "10": one(4, rosters.row, 20, 30_000),
    "10b": one(200, migrating.row, 40),
    "10c": lambda: [alone.row(())],
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
