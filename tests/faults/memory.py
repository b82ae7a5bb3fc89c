"""A process comes to the limit of its memory: the one request fails, at worst its process; others go on."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.faults.browser import Browser
from tests.faults.city import City
from tests.faults.ground import settle
from tests.faults.hostile_files import FILES, MEGA, shared_texts
from tests.faults.server import Server
from tests.faults.table import Row
from tests.faults.uploads import PAUSE, PEOPLE, WAIT, multipart, send
from tests.faults.walking import Meanwhile, await_answers, meanwhile

PROMISE = (
    "メモリーの上限に達しても、断られるのはその要求だけで、落ちたプロセスはすぐに代わり、ほかの人は続けられる"
)
#: Megabytes a process may hold beyond what it holds at work.
ROOM = 64
#: Files that take more: the first brings its process down, the second is answered with an error.
BOMBS = (lambda: shared_texts(6 * MEGA), FILES["31 MB of one letter"])
#: Asked so often whether anybody is there.
TRIES = 5


@dataclass
class Found:
    """What people met while files came that need more memory than there is."""

    people: Meanwhile
    sent: int = 0
    failed: int = 0
    fallen: int = 0

    @property
    def good(self) -> bool:
        """The limit was met, and the others went on; who was cut off with a process sent again."""
        people = self.people
        return (
            self.failed > 0 and self.fallen > 0 and not (people.lost or people.refused) and people.p95 < WAIT
        )


class Bomber:
    """Somebody at HR's page whose files need more memory than there is."""

    def __init__(self, city: City, server: Server) -> None:
        self.server = server
        self.browser = Browser(server.port, city.guests["hr"].token)
        self.browser.ask("/hr/roster")
        held = max(map(_held, server.workers()))
        server.limit_memory(held + (ROOM << 20))

    def fails(self, bomb: Callable[[], bytes]) -> bool:
        """Whether a file is answered with an error, or not at all."""
        form = multipart([("roster", "名簿.xlsx", bomb())], {"csrf_token": self.browser.token})
        status = send(self.browser, *form)
        return not status or status >= 500


def _held(pid: int) -> int:
    """The bytes that count for the limit."""
    said = re.search(r"^VmData:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("ascii"), re.M)
    return int(said[1]) << 10 if said else 0


def run(city: City, rounds: int) -> Found:
    """Hand the files in, again and again, while fifty people save answers."""
    # Files as large as these are refused before they are opened; here whatever takes too much comes through.
    with Server(city.on, "bounds") as server, meanwhile(city.on, server.port, PEOPLE, PAUSE) as people:
        found = Found(people)
        await_answers(people.ledger, 2 * PEOPLE)
        bomber = Bomber(city, server)
        people.trouble_begins()
        for _ in range(rounds):
            for bomb in BOMBS:
                before = set(server.workers())
                found.sent += 1
                found.failed += bomber.fails(bomb)
                await_answers(people.ledger, 5)
                found.fallen += len(before - set(server.workers()))
    return found


def silent_without_a_master(city: City) -> int:
    """How often of ``TRIES`` nobody is answered once the processes have fallen and nobody starts others."""
    with Server(city.on, "bounds") as server:
        bomber = Bomber(city, server)
        os.kill(server.master, signal.SIGSTOP)
        try:
            while server.answers() and bomber.fails(BOMBS[0]):
                pass
            return sum(not server.answers() for _ in range(TRIES))
        finally:
            os.kill(server.master, signal.SIGCONT)


def row(city: City, rounds: int) -> Row:
    """The row of the limit of memory."""
    with city.on.app.app_context():
        settle(city.on, PEOPLE, 5_000_001)
    found = run(city, rounds)
    control = silent_without_a_master(city)
    people = found.people
    return Row(
        "1m", PROMISE,
        f"上限に近づけるファイル{found.sent}個: 断り・切断{found.failed}(残りは上限に届かず受け取り)、"
        f"落ちたプロセス{found.fallen}。"
        f"その間に{PEOPLE}人が保存した解答{people.acknowledged:,}件: 失われたもの{people.lost}、"
        f"断り(503){people.refused}、落ちたときに切れて送り直した要求{people.other}、"
        f"要求の95%点{people.p95:.1f}秒",
        found.good,
        f"代わりを始めないと、{TRIES}回のうち{control}回、だれにも答えない", control > 0,
    )  # fmt: skip
