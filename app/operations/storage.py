"""Whether the database's file can be used where it is: asked before anything opens it."""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from app.settings import Settings

#: File systems across a network; SQLite's locks do not hold there.
NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "smb2", "afs", "ncpfs", "fuse.sshfs", "davfs"})
#: A larger file is not read through before every start.
CHECKED_UP_TO = 500 * 1024 * 1024
_MOUNTS = Path("/proc/self/mounts")
_DRIVE_REMOTE = 4


def database_file(settings: Settings) -> Path | None:
    """The file of an SQLite database; None for another database, or one in memory."""
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database.startswith((":", "file:")):
        return None
    return settings.instance / url.database


def trouble(path: Path) -> str | None:
    """Why an SQLite file cannot be used at ``path``, naming file and cure; None when it can."""
    if not path.parent.is_dir():
        return (
            f"データベースを置くフォルダー {path.parent} がありません。"
            "KENSHU_DATABASE_URL を確かめるか、フォルダーを作ってください。"
        )
    if path.is_dir():
        return f"{path} はフォルダーです。KENSHU_DATABASE_URL に、データベースのファイルを書いてください。"
    if kind := network_kind(path):
        return (
            f"データベース {path} は共有フォルダー({kind})にあります。SQLite は共有フォルダーでは壊れることが"
            "あります。サーバーの中のディスクに移し、KENSHU_DATABASE_URL を書き直してください。"
        )
    wal = Path(f"{path}-wal")
    if not path.exists() and wal.exists() and wal.stat().st_size:
        return (
            f"データベース {path} がないのに、その続き {wal} が残っています。"
            f"一緒にあったファイルを元に戻すか、控えから戻すときは {wal} を別の場所に移してください。"
        )
    return _closed(path)


def _closed(path: Path) -> str | None:
    for one in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        if not one.exists():
            continue
        if not one.stat().st_mode & 0o222:
            return f"データベース {one} が読み取り専用になっています。読み取り専用の指定を外してください。"
        if not os.access(one, os.R_OK | os.W_OK):
            return (
                f"データベース {one} を読み書きできません(所有者は {_owner(one)})。"
                f"所有者を、サイトを動かすアカウント({_me()})に変えてください。"
            )
    if not os.access(path.parent, os.R_OK | os.W_OK | os.X_OK):
        return (
            f"データベースのフォルダー {path.parent} に書き込めません(所有者は {_owner(path.parent)})。"
            f"サイトを動かすアカウント({_me()})が書き込めるようにしてください。"
        )
    return None


def mixed(path: Path) -> str | None:
    """Why an SQLite file and the -wal beside it do not belong together; None when they do or nobody can tell.

    Read only: whoever put a database beside another's -wal loses nothing by asking. A machine that stopped
    suddenly leaves a -wal too, and that one fits.
    """
    wal = Path(f"{path}-wal")
    if not wal.exists() or not wal.stat().st_size or path.stat().st_size > CHECKED_UP_TO:
        return None
    try:
        with closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=2)
        ) as connection:
            found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except sqlite3.OperationalError:
        return None
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found == "ok":
        return None
    return (
        f"データベース {path} と、その続き {wal} が合いません({' '.join(found.split())})。"
        "ファイルを写して戻したときは、-wal と -shm を別の場所に移してから始めてください。"
        "そうでなければ、三つとも別の場所に移し、控えから戻してください(flask restore)。"
    )


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except (KeyError, NotImplementedError, OSError):
        return "不明"


def _me() -> str:
    if sys.platform == "win32":
        return os.environ.get("USERNAME", "不明")
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def network_kind(path: Path) -> str | None:
    """The kind of network file system ``path`` lies on (nfs4, cifs …), or None."""
    if sys.platform == "win32":
        return _windows_share(path)
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return kind_among(mounts, path.resolve())


def kind_among(mounts: str, path: Path) -> str | None:
    """The network kind of the mount ``path`` lies on, in the words of /proc/self/mounts."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        words = line.split(" ")
        if len(words) < 3:
            continue
        place = Path(words[1].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\"))
        # The last of several mounts on one place is the one in use.
        if path.is_relative_to(place) and len(place.parts) >= best:
            best, kind = len(place.parts), words[2]
    return kind if kind in NETWORK else None


def _windows_share(path: Path) -> str | None:
    anchor = path.resolve().anchor
    if anchor.startswith("\\\\"):
        return "SMB"
    if sys.platform == "win32":
        import ctypes

        if ctypes.windll.kernel32.GetDriveTypeW(anchor) == _DRIVE_REMOTE:
            return "SMB"
    return None
