"""Restoring an older version's backup, and a restore that is killed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import inspect, text

from app.audit.check import check_all
from app.courses.library import Library
from app.db import db
from app.operations import backup, restore, schema
from app.settings import ROOT, Settings
from tests.operations.conftest import NOW, site_on
from tests.people_builder import add_person

NEXT = '''
"""A later version gives every person a colour."""
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "later", "{head}", None, None
def upgrade():
    with op.batch_alter_table("persons") as batch:
        batch.add_column(sa.Column("colour", sa.Text(), server_default="green", nullable=False))
def downgrade():
    pass
'''


def settings_of(app: Flask) -> Settings:
    settings: Settings = app.extensions["kenshu"].settings
    return settings


def test_a_backup_of_an_older_version_is_brought_up(
    either: Flask, elsewhere: Settings, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backup.back_up(tmp_path / "a.zip", settings_of(either), NOW)
    later = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", later, ignore=shutil.ignore_patterns("__pycache__"))
    (later / "versions" / "later.py").write_text(NEXT.format(head=schema.newest()), encoding="utf-8")
    monkeypatch.setattr(schema, "MIGRATIONS", later)
    with site_on(elsewhere, library, schema=False):
        restore.restore(made.path, elsewhere, NOW)
        with db.engine.connect() as connection:
            assert schema.revision_of(connection) == "later"
            assert set(connection.execute(text("SELECT colour FROM persons")).scalars()) == {"green"}
        assert check_all().good
        newer = backup.back_up(tmp_path / "b.zip", elsewhere, NOW)
    monkeypatch.undo()
    with pytest.raises(backup.Refused, match="新しい版"):
        restore.restore(newer.path, settings_of(either), NOW, replace=True)


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="kill -9")
def test_a_killed_restore_leaves_the_old_records_or_the_new(site: Flask, tmp_path: Path) -> None:
    """Twenty kills at any moment: each time exactly what was there, or exactly what was restored."""
    made = backup.back_up(tmp_path / "a.zip", settings_of(site), NOW)
    for _ in range(3):
        live_a_little_more(400)
    db.session.remove()
    db.engine.dispose()
    kept = tmp_path / "kept.sqlite3"
    shutil.copy(tmp_path / "test.sqlite3", kept)
    old, new = counted(kept), made.manifest.tables["persons"].rows
    env = {name: value for name, value in os.environ.items() if not name.startswith("KENSHU_")}
    env |= {"KENSHU_INSTANCE": str(tmp_path / "i"), "KENSHU_CONTENT": str(settings_of(site).content),
            "KENSHU_DATABASE_URL": f"sqlite:///{tmp_path / 'live.sqlite3'}"}  # fmt: skip
    command = [sys.executable, "-m", "flask", "--app", "app", "restore", str(made.path), "--replace"]
    chance, outcomes = random.Random(7), set()
    for _ in range(20):
        for end in ("", "-wal", "-shm"):
            Path(f"{tmp_path / 'live.sqlite3'}{end}").unlink(missing_ok=True)
        shutil.copy(kept, tmp_path / "live.sqlite3")
        process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        time.sleep(chance.uniform(1.5, 5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
        found = counted(tmp_path / "live.sqlite3")
        assert found in (old, new)
        outcomes.add(found)
    assert old in outcomes


def live_a_little_more(people: int) -> None:
    for _ in range(people):
        add_person()


def counted(path: Path) -> int:
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        count = int(database.execute("SELECT count(*) FROM persons").fetchone()[0])
    database.close()
    return count


def test_the_schema_of_this_version_is_what_a_fresh_restore_makes(
    either: Flask, elsewhere: Settings, library: Library, tmp_path: Path
) -> None:
    made = backup.back_up(tmp_path / "a.zip", settings_of(either), NOW)

    def shape() -> dict[str, object]:
        look = inspect(db.engine)
        return {
            name: (
                sorted(column["name"] for column in look.get_columns(name)),
                sorted(str(index["name"]) for index in look.get_indexes(name)),
                sorted(str(unique["name"]) for unique in look.get_unique_constraints(name)),
            )
            for name in look.get_table_names()
        }

    expected = shape()
    with site_on(elsewhere, library, schema=False):
        restore.restore(made.path, elsewhere, NOW)
        found = shape()
    if either.config["SQLALCHEMY_DATABASE_URI"][:6] == elsewhere.database_url[:6]:
        assert found == expected
    else:
        assert found.keys() == expected.keys()
