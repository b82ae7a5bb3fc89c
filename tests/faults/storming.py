"""Many write at once on SQLite: each waits for its turn, and nobody is told that the database is busy."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from tests.faults.ground import Ground
from tests.faults.ledger import Ledger
from tests.faults.server import Server
from tests.faults.table import Row
from tests.faults.walking import Walker, await_answers, walk

#: As many as the documented server takes in at once.
AT_ONCE = 16


@dataclass(frozen=True)
class Found:
    """What a storm left: answers told to be kept, refused with 503, lost; the slowest request in seconds."""

    acknowledged: int
    refused: int
    other: int
    lost: int
    longest: float


def storm(on: Ground, answers: int, without: str = "") -> Found:
    """Let sixteen people at a time save without a pause until ``answers`` are saved."""
    ledger, stop = Ledger(on.folder / f"storm-{without}.jsonl"), threading.Event()
    walkers: list[Walker] = []
    with Server(on, without) as server:
        walking = threading.Thread(
            target=lambda: walkers.extend(walk(on, server.port, ledger, stop, AT_ONCE))
        )
        walking.start()
        try:
            while len(ledger.entries) < answers and walking.is_alive():
                await_answers(ledger, answers - len(ledger.entries))
        finally:
            stop.set()
            walking.join()
    ledger.close()
    return Found(
        len(ledger.entries),
        sum(one.refused for one in walkers),
        sum(one.other for one in walkers),
        len(on.missing(ledger.entries)),
        max(one.browser.longest for one in walkers),
    )


def row(on: Ground, answers: int, control_answers: int) -> Row:
    """The row of many writers at once."""
    found = storm(on, answers)
    control = storm(on, control_answers, "immediate")
    return Row(
        "3d",
        "何人が同時に保存しても、データベースが混んでいると断られない(SQLite)",
        f"{AT_ONCE}人が休まず保存した{found.acknowledged:,}件: 断り(503){found.refused}、"
        f"ほかの答え{found.other}、失われたもの{found.lost}、いちばん待った要求{found.longest:.1f}秒",
        not (found.refused or found.other or found.lost),
        f"読んでから書く取引を普通のBEGINで始めると、{control.acknowledged:,}件を保存する間に断りが{control.refused}件",
        control.refused > 0,
    )
