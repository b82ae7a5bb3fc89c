"""Watches a content folder for whoever writes in it: what changed, and what is to be mended now."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from threading import Lock

from app.courses.check import Finding, findings

State = tuple[tuple[str, int, int], ...]
"""Every file's path, when it was written (ns) and its size in bytes."""


class Editor:
    """One content folder. ``categories`` are the 職員区分 that ``assigned`` may name."""

    def __init__(self, root: Path, categories: Collection[str]) -> None:
        self.root = root
        self._categories = categories
        self._seen = state_of(root)
        self._found: tuple[State, tuple[Finding, ...]] | None = None
        self._lock = Lock()

    def changed(self) -> bool:
        """Whether a file was written, added or taken away since this was asked before."""
        now = state_of(self.root)
        with self._lock:
            before, self._seen = self._seen, now
        return now != before

    def findings(self) -> tuple[Finding, ...]:
        """What `content check` says of the folder as it is, their paths inside it; found once a change."""
        now = state_of(self.root)
        with self._lock:
            if self._found is None or self._found[0] != now:
                self._found = (now, self._look())
            return self._found[1]

    def _look(self) -> tuple[Finding, ...]:
        inside = len(f"{self.root.as_posix()}/")
        found = findings(self.root, self._categories)
        return tuple(Finding(one.path[inside:], one.line, one.sentence) for one in found)


def state_of(root: Path) -> State:
    """The folder as it stands; a file that goes away meanwhile is left out."""
    found = []
    for path in sorted(root.rglob("*")):
        try:
            stat = path.stat()
        except FileNotFoundError:
            continue
        found.append((path.relative_to(root).as_posix(), stat.st_mtime_ns, stat.st_size))
    return tuple(found)
