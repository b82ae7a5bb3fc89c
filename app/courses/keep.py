"""The last content that was understood, kept in one file so that a restart can fall back on it."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

from app import private_files
from app.courses.model import SourceFiles
from app.courses.source import digest

Shelf = Mapping[str, SourceFiles]
"""Course slug -> its files."""


def shelf_digest(shelf: Shelf) -> str:
    """One digest over all courses."""
    return digest({f"{slug}/{path}": data for slug, files in shelf.items() for path, data in files.items()})


def keep(shelf: Shelf, path: Path) -> None:
    """Write the shelf to a zip unless it holds the same already; a reader sees the old or the new, whole."""
    wanted = shelf_digest(shelf)
    if path.is_file() and _comment(path) == wanted:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with (
        open(draft, "wb", opener=private_files.opener) as file,  # the right answers are inside
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        archive.comment = wanted.encode()
        for slug, files in sorted(shelf.items()):
            for name, data in sorted(files.items()):
                archive.writestr(f"{slug}/{name}", data)
    os.replace(draft, path)


def kept(path: Path) -> Shelf | None:
    """The shelf in the zip; None when there is none or it is damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            shelf: dict[str, dict[str, bytes]] = {}
            for name in archive.namelist():
                slug, _, inside = name.partition("/")
                shelf.setdefault(slug, {})[inside] = archive.read(name)
            return shelf if archive.comment.decode() == shelf_digest(shelf) else None
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError):
        return None


def _comment(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.comment.decode("ascii", "replace")
    except (OSError, zipfile.BadZipFile):
        return ""
