"""The line of those who write: in order, one at a time, and nobody is forgotten in it."""

from __future__ import annotations

import threading
import time

from app.write_queue import WriteQueue


def test_one_after_another() -> None:
    queue = WriteQueue()
    assert queue.join(0)
    assert not queue.join(0)
    queue.leave()
    assert queue.join(0)


def test_who_gave_up_is_not_waited_for() -> None:
    queue = WriteQueue()
    assert queue.join(0)
    assert not queue.join(0.01)
    queue.leave()
    assert queue.join(0)


def test_many_at_once_are_never_inside_together() -> None:
    queue = WriteQueue()
    inside, seen, together = 0, 0, 0

    def work(seconds: float) -> None:
        nonlocal inside, seen, together
        for _ in range(50):
            if not queue.join(seconds):
                continue
            inside += 1
            together += inside > 1
            seen += 1
            time.sleep(0)
            inside -= 1
            queue.leave()

    # Half of them lose patience at about the moment their turn comes.
    threads = [threading.Thread(target=work, args=[10 if n % 2 else 0.0005]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (inside, together) == (0, 0)
    assert seen >= 200
    assert queue.join(0)
