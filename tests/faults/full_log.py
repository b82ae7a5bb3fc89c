"""The log's disk is full: people go on saving, a fallen process is replaced, later the log goes on."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from tests.faults.browser import Browser
from tests.faults.disk import NoDisk, small_disk
from tests.faults.ground import Ground
from tests.faults.server import Server
from tests.faults.table import Row, unmeasured
from tests.faults.walking import Meanwhile, await_answers, meanwhile

PROMISE = "記録(ログ)のディスクがいっぱいでも、解答は保存され続け、空きができれば記録も続く"
KILOBYTES = 64


@dataclass
class Found:
    """What people met while the log's disk was full, and the lines it took of so many events."""

    people: Meanwhile
    saved: int = 0
    events: int = 0
    full: int = 0
    freed: int = 0
    otherwise: int = 0
    back: float = 0.0

    @property
    def good(self) -> bool:
        """People noticed nothing; the log was full indeed, and is written again."""
        troubles = self.people.lost + self.people.refused + self.people.other + self.otherwise
        return self.saved > 0 and not troubles and self.back < 30 and self.full < self.events <= self.freed


def fill(disk: Path) -> Path:
    """Take up everything that is left; the file that does."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 512):
                pass
        except OSError:
            return ballast
    return ballast


def noted(server: Server, events: int, found: Found) -> int:
    """Send forms that are not ours, each worth a line of the log; how many lines came."""
    before, stranger = server.log.read_bytes().count(b"\n"), Browser(server.port)
    for _ in range(events):
        found.otherwise += stranger.ask("/login", [("number", "0000001")]).status != 400
    return server.log.read_bytes().count(b"\n") - before


def until_replaced(server: Server) -> float:
    """Kill a process; seconds until another serves in its place, at most half a minute."""
    before, began = server.workers(), time.perf_counter()
    server.kill("worker")
    while len({*server.workers()} - {before[0]}) < len(before) and time.perf_counter() - began < 30:
        time.sleep(0.05)
    return time.perf_counter() - began


def run(on: Ground, disk: Path, answers: int, events: int) -> Found:
    """Fill the disk of the log while people answer, kill a process, and make room again."""
    with Server(on, log=disk / "server.log") as server:
        with meanwhile(on, server.port) as people:
            found = Found(people, events=events)
            await_answers(people.ledger, 8)
            ballast, before = fill(disk), people.acknowledged
            found.full = noted(server, events, found)
            while people.acknowledged < before + answers:
                await_answers(people.ledger, before + answers - people.acknowledged)
            found.saved = people.acknowledged - before
        found.back = until_replaced(server)
        ballast.unlink()
        found.freed = noted(server, events, found)
    return found


def refused_without_patience(on: Ground, disk: Path) -> int:
    """How many requests fail within five seconds at a site that must write each of them down."""
    with (
        Server(on, "patience with the log", log=disk / "server.log") as server,
        meanwhile(on, server.port, pause=0.5) as people,
    ):
        await_answers(people.ledger, 8)
        ballast = fill(disk)
        time.sleep(5)
        ballast.unlink()
    return people.other + people.refused


def row(on: Ground, answers: int, events: int) -> Row:
    """The row of a full log."""
    try:
        with small_disk(on.folder / "log", KILOBYTES) as disk:
            found = run(on, disk, answers, events)
        with small_disk(on.folder / "log-control", KILOBYTES) as disk:
            control = refused_without_patience(on, disk)
    except NoDisk as error:
        return unmeasured("3e", PROMISE, str(error))
    people = found.people
    return Row(
        "3e", PROMISE,
        f"いっぱいの間に保存した解答{found.saved:,}件: 失われたもの{people.lost}、断り(503){people.refused}、"
        f"ほかの答え{people.other + found.otherwise}、書けた出来事は{events}件のうち{found.full}件。"
        f"落ちたプロセスの代わりまで{found.back:.1f}秒。"
        f"空きができると、{events}件のうち{min(found.freed, events)}件が書ける",
        found.good,
        f"書けないときは断ることにすると、5秒で{control}件が断られる", control > 0,
    )  # fmt: skip
