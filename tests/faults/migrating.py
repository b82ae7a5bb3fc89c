"""The schema moved up and down with everybody's records in it, and killed between any two steps."""

from __future__ import annotations

import hashlib
import shutil
import signal
import time
from dataclasses import dataclass, field

from flask_migrate import stamp

from app.db import db
from app.operations import schema
from app.operations.tables import rows_of, tables_of
from app.operations.values import Lines
from app.settings import ROOT
from tests.faults.commands import command
from tests.faults.ground import Ground
from tests.faults.serving import WITHOUT
from tests.faults.table import Row
from tests.operations.conftest import live_a_little

#: A later version that makes three tables anew, slowly; ``at`` says how far it has come.
LATER = '''
"""Everybody gets a colour."""
import os, pathlib, time
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "later", "{head}", None, None
TABLES = ("persons", "completions", "accounts")

def at(step):
    if os.environ["{without}"]:
        op.get_bind().exec_driver_sql("COMMIT")
        op.get_bind().exec_driver_sql("BEGIN IMMEDIATE")
    (pathlib.Path(os.environ["KENSHU_INSTANCE"]) / "step").write_text(str(step))
    time.sleep(0.2)

def upgrade():
    at(0)
    for step, table in enumerate(TABLES, 1):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("colour", sa.Text(), server_default="green", nullable=False))
        at(step)

def downgrade():
    at(0)
    for step, table in enumerate(TABLES, 1):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("colour")
        at(step)
'''
STEPS = 4


@dataclass
class Found:
    """What the moves left."""

    kills: int = 0
    between: int = 0
    changed: int = 0
    unsound: list[str] = field(default_factory=list)


class Moving:
    """An installation whose schema is moved."""

    def __init__(self, on: Ground) -> None:
        self.on, self.place = on, on.folder / "migrations"
        shutil.copytree(ROOT / "migrations", self.place, ignore=shutil.ignore_patterns("__pycache__"))
        later = LATER.replace("{head}", schema.newest()).replace("{without}", WITHOUT)
        (self.place / "versions" / "later.py").write_text(later, encoding="utf-8")

    def move(self, *words: str, kill_at: int | None = None, without: str = "") -> bool:
        """Run ``flask db``; killed when it has come to a step. Whether it came to its end."""
        step = self.on.folder / "step"
        step.unlink(missing_ok=True)
        words = ("db", *words, "--directory", str(self.place))
        process = command(self.on.folder, self.on.url, *words, without=without)
        while kill_at is not None and process.poll() is None:
            if step.exists() and step.read_text(encoding="ascii") == str(kill_at):
                time.sleep(0.1)
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.01)
        return process.wait() == 0

    def look(self) -> tuple[str, dict[str, str]]:
        """The schema's revision, and the digest of each table's rows without the new colour."""
        with self.on.app.app_context():
            db.engine.dispose()
            with db.engine.connect() as connection:
                revision, found = schema.revision_of(connection), {}
                for table in tables_of(connection):
                    places = [n for n, (name, _) in enumerate(table.columns) if name != "colour"]
                    lines = Lines([table.kinds[n] for n in places])
                    whole = hashlib.sha256()
                    for row in rows_of(connection, table):
                        whole.update(lines.line([row[n] for n in places]))
                    found[table.name] = whole.hexdigest()
        return str(revision), found

    def coloured(self) -> int:
        """How many of the three tables have the new column."""
        with self.on.app.app_context(), db.engine.connect() as connection:
            return sum("colour" in dict(table.columns) for table in tables_of(connection))


def kills(on: Ground, moving: Moving, times: int) -> Found:
    """Kill the way up and the way down at every step, again and again; then go to the end of each."""
    found, (old, before) = Found(), moving.look()
    for words, start in ((("upgrade",), old), (("downgrade", old), "later")):
        for number in range(times // 2):
            done = moving.move(*words, kill_at=number % STEPS)
            revision, rows = moving.look()
            found.kills += not done
            found.between += revision != start or moving.coloured() not in (0, 3)
            found.changed += rows != before
            found.unsound += on.sound()
        found.between += not moving.move(*words)
        found.changed += moving.look()[1] != before
    return found


def released(on: Ground, moving: Moving) -> tuple[int, int]:
    """Every released schema down to the first and up again: how many, and tables whose rows changed."""
    _, before = moving.look()
    versions = len(list((ROOT / "migrations" / "versions").glob("*.py")))
    down = moving.move("downgrade", "0001")
    _, first = moving.look()
    up = moving.move("upgrade", schema.newest())
    _, after = moving.look()
    differing = sum(after.get(name) != digest for name, digest in before.items() if name in first)
    return versions, differing + (not down) + (not up)


def row(on: Ground, times: int) -> Row:
    """The row of moved schemas."""
    with on.app.app_context():
        stamp()
        live_a_little()
    moving = Moving(on)
    versions, differing = released(on, moving)
    found = kills(on, moving, times)
    moving.move("upgrade", kill_at=2, without="one transaction")
    control = int(moving.coloured() not in (0, 3))
    return Row(
        "10b", "データベースの形を上げ下げしても、途中で落ちても、記録は同じ",
        f"公開した形{versions}つの上げ下げ: 変わった表{differing}。"
        f"三つの表を作り直す移行をkill -9で{found.kills}回: "
        f"途中の形{found.between}、変わった記録{found.changed}、異常{len(found.unsound)}",
        not (differing or found.between or found.changed or found.unsound) and found.kills == times,
        f"一つの処理にしないと、落ちたとき途中の形が{control}件残る", control > 0,
    )  # fmt: skip
