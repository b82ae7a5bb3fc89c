"""A PostgreSQL of the harness's own, with its defaults, to be restarted, stopped and copied."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.postgres_fixtures import Server, started

OPTIONS = "-c max_connections=80 -c shared_buffers=32MB -c min_wal_size=32MB -c max_wal_size=64MB"


class Postgres:
    """One running server; the site uses its database ``postgres``."""

    def __init__(self, server: Server, url: str) -> None:
        self.server, self.url = server, url

    def restart(self) -> None:
        """pg_ctl restart -m immediate: no goodbye to anybody, then recovery."""
        server, log = self.server, self.server.folder / "server.log"
        server.call(server.programs, "pg_ctl", "-D", str(server.data), "-l", str(log), "-m", "immediate",
                    "-w", "restart")  # fmt: skip

    def cut_lines(self) -> int:
        """pg_terminate_backend for every connection but this one; how many there were."""
        with psycopg.connect(self.url.replace("+psycopg", "", 1), autocommit=True) as connection:
            found = connection.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchone()
            return int(found[0]) if found else 0

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server and every process of it, the first one first."""
        first = int((self.server.data / "postmaster.pid").read_text(encoding="ascii").split()[0])
        os.kill(first, number)
        children = Path(f"/proc/{first}/task/{first}/children").read_text(encoding="ascii")
        for pid in map(int, children.split()):
            os.kill(pid, number)


@contextmanager
def postgres(data: Path | None = None) -> Iterator[Postgres]:
    """A fresh one, its data in ``data`` when given; gone afterwards. Raises NoPostgres."""
    server, url = started(OPTIONS, data)
    try:
        yield Postgres(server, url)
    finally:
        server.stop()


@contextmanager
def recovered(first: Postgres, data: Path) -> Iterator[str]:
    """The URL of a server started on data that a power cut left, with the programs of ``first``."""
    (data / "postmaster.pid").unlink(missing_ok=True)
    server = Server(first.server.programs, data)
    try:
        yield server.run(OPTIONS)
    finally:
        server.stop()
