"""What the client was told is kept: on disk before anything else is done."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """One acknowledged answer: place ``value`` down the page, to a question (a story's step)."""

    attempt: str
    position: int
    step: int
    value: str


class Ledger:
    """Acknowledgements in the order they came, each on disk before the next request."""

    def __init__(self, path: Path) -> None:
        self.entries: list[Entry] = []
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()

    def write(self, entry: Entry) -> None:
        """Keep an acknowledgement."""
        with self._lock:
            self._file.write(json.dumps(asdict(entry)) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
            self.entries.append(entry)

    def close(self) -> None:
        """No more will be told."""
        self._file.close()
