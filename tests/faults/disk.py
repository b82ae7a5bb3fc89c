"""A disk in a file: what has reached the file is what a power cut leaves behind."""

from __future__ import annotations

import filecmp
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NoDisk(Exception):
    """A file cannot be mounted here; the message says why."""


class Disk:
    """An ext4 file system in the file ``image``, mounted at ``place``."""

    def __init__(self, image: Path, place: Path) -> None:
        self.image, self.place = image, place

    def settle(self) -> None:
        """Bring everything written so far to the file."""
        subprocess.run(["sync", "-f", str(self.place)], check=True)

    def copied(self, copy: Path) -> Path:
        """The file as it stands at one moment; whoever writes on the disk must stand still."""
        while True:
            subprocess.run(["cp", "--sparse=always", str(self.image), str(copy)], check=True)
            # The kernel writes on by itself every few seconds: half of such a write is no power cut.
            if filecmp.cmp(self.image, copy, shallow=False):
                return copy


@contextmanager
def mounted(image: Path, place: Path) -> Iterator[Path]:
    """The file system in ``image`` at ``place``, its journal played as after a reboot. Raises NoDisk."""
    place.mkdir(exist_ok=True)
    _run("mount", "-o", "loop", str(image), str(place))
    try:
        yield place
    finally:
        _run("umount", str(place))


@contextmanager
def disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """A fresh disk in ``folder``. Raises NoDisk."""
    if os.geteuid() != 0:
        raise NoDisk("ファイルをディスクとして使えるのは、root だけです")
    image = folder / "disk.img"
    with image.open("wb") as file:
        file.truncate(megabytes * 1024 * 1024)
    _run("mkfs.ext4", "-q", "-F", str(image))
    with mounted(image, folder / "disk") as place:
        yield Disk(image, place)


@contextmanager
def small_disk(place: Path, kilobytes: int) -> Iterator[Path]:
    """An empty disk of so many kilobytes at ``place``. Raises NoDisk."""
    if os.geteuid() != 0:
        raise NoDisk("小さなディスクを作れるのは、root だけです")
    place.mkdir()
    _run("mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "kenshu-faults", str(place))
    try:
        yield place
    finally:
        _run("umount", str(place))


def _run(*words: str) -> None:
    try:
        done = subprocess.run(words, capture_output=True, text=True)
    except OSError as error:
        raise NoDisk(f"{words[0]} がありません") from error
    if done.returncode:
        raise NoDisk(f"{words[0]}: {done.stderr.strip()}")
