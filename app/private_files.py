"""Files with names, passwords or right answers: read and written by their owner alone.

On Windows the rights of the folder rule; there the mode changes nothing.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

FILE, FOLDER = 0o600, 0o700


def opener(path: str, flags: int) -> int:
    """For ``open``: what it makes, or writes over, belongs to its owner alone."""
    handle = os.open(path, flags, FILE)
    if sys.platform != "win32" and stat.S_ISREG(os.fstat(handle).st_mode):
        os.fchmod(handle, FILE)
    return handle


def write(path: Path, data: bytes) -> None:
    """Write a file for its owner's eyes alone, also where one that others read stood before."""
    with open(path, "wb", opener=opener) as file:
        file.write(data)


def readable_by_others(path: Path) -> bool:
    """Whether other users of this machine, not of the owner's group, get at a file or into a folder."""
    if os.name == "nt" or not path.exists():
        return False
    return bool(path.stat().st_mode & 0o007) and all(
        parent.stat().st_mode & 0o001 for parent in path.resolve().parents
    )
