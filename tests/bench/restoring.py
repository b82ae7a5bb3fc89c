"""How long a whole city takes to be taken down and laid back: by the commands, on another machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask_migrate import stamp

from app import create_app
from app.audit.adopt import adopt
from app.db import db
from app.evidence.ledger import taking_over
from app.loaded import library
from app.settings import ROOT
from tests.bench import city
from tests.bench.answers import give_answers
from tests.bench.ground import COURSE, settings_in
from tests.postgres_fixtures import NoPostgres, fresh_database, started


@dataclass(frozen=True)
class Took:
    """What one command did: how many rows, in how many seconds."""

    what: str
    rows: int
    seconds: float


def measure(folder: Path, people: int, say: Callable[[str], None]) -> list[Took]:
    """Take a city down and lay it back on each database there is."""
    here = folder / "here"
    here.mkdir()
    fill(here, people)
    archive = folder / "city.zip"
    say("控えを取り、戻しています。")
    found = [run("控え", here, settings_in(here).database_url, "backup", str(archive))]
    there = folder / "there"
    there.mkdir()
    place = f"sqlite:///{(there / 'kenshu.sqlite3').as_posix()}"
    found.append(run("復元(SQLite)", there, place, "restore", str(archive)))
    with postgres() as url:
        if url:
            other = folder / "other"
            other.mkdir()
            found.append(run("復元(PostgreSQL)", other, url, "restore", str(archive)))
    return found


def fill(folder: Path, people: int) -> None:
    """A city with everything it learnt, and evidence of it."""
    app = create_app(settings_in(folder))
    with app.app_context():
        db.create_all()
        stamp()
        course = library().course(COURSE)
        assert course is not None
        with taking_over():
            city.build(people, course)
            give_answers(course)
        adopt(datetime.now(UTC), "測定")
        db.session.remove()
        db.engine.dispose()


@contextmanager
def postgres() -> Iterator[str]:
    """An empty database of a PostgreSQL that keeps what it says it keeps; "" when none can be started."""
    try:
        server, url = started("-c fsync=on")
    except NoPostgres:
        yield ""
        return
    try:
        with fresh_database(url) as database:
            yield database
    finally:
        server.stop()


def run(what: str, folder: Path, url: str, *words: str) -> Took:
    """Run ``flask`` ``words``; the time is its own."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("KENSHU_")}
    env |= {"KENSHU_INSTANCE": str(folder), "KENSHU_DATABASE_URL": url}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", *words, "--json"],
        cwd=ROOT, env=env, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    said = json.loads(done.stdout)
    return Took(what, int(said["rows"]), float(said["seconds"]))


def table(found: list[Took]) -> str:
    """The figures, one a line."""
    return "\n".join(f"{one.what}: {one.rows:,}行、{one.seconds:.1f}秒" for one in found)
