"""Whoever writes waits in line: the writers of one process, first come, first served."""

from __future__ import annotations

import threading
from collections import deque


class WriteQueue:
    """One writer at a time, in the order they came."""

    def __init__(self) -> None:
        self._inside = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    def join(self, seconds: float) -> bool:
        """Wait for one's turn; False when it did not come within ``seconds``."""
        turn = threading.Event()
        with self._inside:
            if not self._taken:
                self._taken = True
                return True
            self._waiting.append(turn)
        if turn.wait(seconds):
            return True
        with self._inside:
            # The turn may have come while nobody looked.
            if turn.is_set():
                return True
            self._waiting.remove(turn)
            return False

    def leave(self) -> None:
        """Let the next one write."""
        with self._inside:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
