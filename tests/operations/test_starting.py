"""A site that cannot work says so before it listens: one sentence with the file and the cure, at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.pool import QueuePool

from app import create_app
from app.db import db
from app.operations import starting, storage
from app.settings import ROOT, Settings
from tests.conftest import settings_in

SECONDS = 3.0
MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/export /srv/shared nfs4 rw 0 0
//server/share /srv/my\\040files cifs rw 0 0
/dev/sdb1 /srv/shared/disk xfs rw 0 0
"""


@pytest.mark.parametrize(("path", "kind"), [
    ("/srv/shared/kenshu.sqlite3", "nfs4"),
    ("/srv/my files/kenshu.sqlite3", "cifs"),
    ("/srv/shared/disk/kenshu.sqlite3", None),
    ("/srv/sharedx/kenshu.sqlite3", None),
    ("/var/lib/kenshu.sqlite3", None),
])  # fmt: skip
def test_network_file_systems_are_known(path: str, kind: str | None) -> None:
    assert storage.kind_among(MOUNTS, Path(path)) == kind


def test_a_database_on_a_share_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "network_kind", lambda path: "cifs")
    sentence = storage.trouble(tmp_path / "kenshu.sqlite3")
    assert sentence and "共有フォルダー(cifs)" in sentence and "kenshu.sqlite3" in sentence


def test_only_an_sqlite_file_is_looked_at(tmp_path: Path) -> None:
    def of(url: str) -> Path | None:
        return storage.database_file(settings_in(tmp_path, database_url=url))

    assert of("postgresql+psycopg://x@y/z") is None
    assert of("sqlite://") is None
    assert of("sqlite:///:memory:") is None
    assert of("sqlite:///near.sqlite3") == tmp_path / "near.sqlite3"
    assert of("sqlite:////far/away.sqlite3") == Path("/far/away.sqlite3")


def break_nothing(path: Path) -> None:
    """The control: a start that goes well."""


def make_read_only(path: Path) -> None:
    path.chmod(0o444)


def take_folder_away(path: Path) -> None:
    shutil.rmtree(path.parent)


def move_away(path: Path) -> None:
    path.rename(path.with_name("moved"))


def overwrite(path: Path) -> None:
    path.write_bytes(b"this was a database once" * 100)


def leave_wal_alone(path: Path) -> None:
    path.with_name("kenshu.sqlite3-wal").write_bytes(b"x" * 100)
    path.rename(path.with_name("moved"))


def put_a_folder_there(path: Path) -> None:
    path.unlink()
    path.mkdir()


def come_from_the_future(path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()


def come_from_the_past(path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    engine.dispose()


FAULTS = [
    (make_read_only, "読み取り専用"), (take_folder_away, "フォルダーを作って"), (move_away, "控えから戻して"),
    (overwrite, "データベースとして読めません"), (leave_wal_alone, "別の場所に移して"),
    (put_a_folder_there, "フォルダーです"), (come_from_the_future, "新しい"),
]  # fmt: skip


def started(folder: Path, *command: str, user: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command of the site in ``folder`` for two minutes at most."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("KENSHU_")}
    env |= {
        "KENSHU_INSTANCE": str(folder / "instance"),
        "KENSHU_DATABASE_URL": f"sqlite:///{folder / 'data' / 'kenshu.sqlite3'}",
        "PYTHONUTF8": "1",
    }
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120,
        encoding="utf-8", user=user,
    )  # fmt: skip


@pytest.fixture
def served_before(tmp_path: Path, lived_in: Path) -> Path:
    """A folder with a database the site was served on."""
    for name in ("instance", "data"):
        (tmp_path / name).mkdir()
    shutil.copy(lived_in, tmp_path / "data" / "kenshu.sqlite3")
    (tmp_path / "instance" / starting.LAST).write_text(
        f"sqlite:///{tmp_path / 'data' / 'kenshu.sqlite3'}", encoding="utf-8"
    )
    return tmp_path


def environment_of(folder: Path) -> dict[str, str]:
    return {
        "KENSHU_INSTANCE": str(folder / "instance"),
        "KENSHU_DATABASE_URL": f"sqlite:///{folder / 'data' / 'kenshu.sqlite3'}",
    }


@pytest.mark.parametrize(("fault", "words"), FAULTS, ids=lambda f: getattr(f, "__name__", ""))
def test_every_fault_is_one_sentence(
    served_before: Path, fault: object, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(fault)
    fault(served_before / "data" / "kenshu.sqlite3")
    settings = Settings.from_environment(environment_of(served_before))
    with pytest.raises(SystemExit) as end, starting.kindly():
        starting.look(settings)
        starting.look_closer(settings)
    assert end.value.code == starting.CANNOT_BOOT
    (sentence,) = capsys.readouterr().err.splitlines()
    assert words in sentence
    assert "9999" in sentence or str(served_before / "data") in sentence


def test_a_first_start_and_a_good_one_are_not_refused(served_before: Path) -> None:
    settings = Settings.from_environment(environment_of(served_before))
    starting.look(settings)
    starting.look_closer(settings)
    (served_before / "instance" / starting.LAST).unlink()
    (served_before / "data" / "kenshu.sqlite3").unlink()
    starting.look(settings)
    starting.look_closer(settings)


def test_nothing_is_open_when_the_processes_part(served_before: Path) -> None:
    """gunicorn loads the site once and forks: a shared connection or a lost thread would break it."""
    running = set(threading.enumerate())
    site = create_app(Settings.from_environment(environment_of(served_before)))
    with site.app_context():
        assert isinstance(db.engine.pool, QueuePool)
        assert (db.engine.pool.checkedin(), db.engine.pool.checkedout()) == (0, 0)
    assert set(threading.enumerate()) <= running


def test_an_absent_postgresql_is_waited_for(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, database_url="postgresql+psycopg://nobody@127.0.0.1:9/nothing")
    before = time.monotonic()
    starting.look(settings)
    starting.look_closer(settings)
    assert time.monotonic() - before < SECONDS


@pytest.mark.skipif(os.name == "nt", reason="gunicorn runs on Linux")
def test_gunicorn_ends_for_good_within_three_seconds(served_before: Path) -> None:
    make_read_only(served_before / "data" / "kenshu.sqlite3")
    before = time.monotonic()
    subprocess.run([sys.executable, "-c", "import app"], cwd=ROOT, check=True)
    busy = time.monotonic() - before
    before = time.monotonic()
    done = started(served_before, "gunicorn", "--bind=127.0.0.1:0", "--workers=1", "--threads=8",
                   "--no-control-socket", "app:create_app()")  # fmt: skip
    took = time.monotonic() - before
    assert done.returncode != 0
    assert "読み取り専用になっています" in done.stderr
    assert "Traceback" not in done.stderr
    # On a machine with other things to do loading the site alone may take seconds.
    assert took < max(SECONDS, 6 * busy)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can become somebody else")
def test_a_wrong_owner_is_named(served_before: Path) -> None:
    for path in (served_before, *served_before.parents[:3]):
        path.chmod(0o755)
    (served_before / "instance").chmod(0o777)
    script = (
        "import os; from pathlib import Path; from app.operations.storage import trouble\n"
        "os.setgid(65534); os.setuid(65534)\n"
        f"print(trouble(Path({str(served_before / 'data' / 'kenshu.sqlite3')!r})))"
    )
    env = {**os.environ, "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=env, capture_output=True,
                          encoding="utf-8", timeout=120)  # fmt: skip
    assert "所有者は root" in done.stdout, done.stderr
    assert "kenshu.sqlite3" in done.stdout


def test_commands_say_the_same_and_the_others_work(site: Flask, tmp_path: Path) -> None:
    (tmp_path / "instance").mkdir()
    refused = started(tmp_path, "flask", "--app", "app", "db", "upgrade")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert f"{tmp_path / 'data'} がありません" in refused.stderr
    assert started(tmp_path, "flask", "--app", "app", "content", "check").returncode == 0
