"""People who answer, and send again whatever was not acknowledged."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from tests.faults.browser import Browser, acknowledged, note, on_screen
from tests.faults.ground import Ground, Person
from tests.faults.ledger import Ledger


class Walker:
    """One person who takes one test after another, choosing by chance."""

    def __init__(
        self, port: int, person: Person, ledger: Ledger, sections: Sequence[str], keeps: bool = False
    ) -> None:
        self.browser = Browser(port, person.token, timeout=180, keeps=keeps)
        self.ledger, self.sections = ledger, sections
        self.chance = Random(person.id)
        self.test, self.position, self.step = "", 1, 1
        self.value = "0"
        #: Answers refused with 503, those of them the page still holds, and requests that ended otherwise.
        self.refused = self.on_screen = self.other = 0
        #: What the others ended with.
        self.troubles: list[str] = []

    def one(self) -> bool:
        """Send one answer; False when it was not acknowledged (the same is sent next time)."""
        try:
            if not self.test:
                self.test = self.browser.begin(self.chance.choice(self.sections))
                self.position, self.step, self.value = 1, 1, str(self.chance.randrange(2))
                if not self.test:
                    if self.browser.status != 503:
                        self._trouble(f"{self.browser.status} at the start of a test")
                    return False
            page = self.browser.answer(self.test, self.position, self.step, self.value)
        except OSError as error:
            self._trouble(repr(error))
            return False
        if not acknowledged(page, self.test):
            self.refused += page.status == 503
            self.on_screen += page.status == 503 and on_screen(page, self.value)
            # 404: the test was over; the page after its last answer could not be had before.
            if page.status not in (404, 503):
                self._trouble(f"{page.status} for an answer")
            if page.status == 404:
                self.test = ""
            return False
        note(self.ledger, self.test, self.position, self.step, self.value, page)
        self.go_on(f"after={self.step}" in page.location)
        return True

    def go_on(self, same_question: bool) -> None:
        """To the story's next step, the next question, or the next test."""
        self.value = str(self.chance.randrange(2))
        if same_question:
            self.step += 1
            return
        self.position, self.step = self.position + 1, 1
        try:
            status = self.browser.ask(f"{self.test}/{self.position}").status
        except OSError as error:
            self._trouble(repr(error))
            return
        if status not in (200, 404, 503):
            self._trouble(f"{status} for a question")
        if status == 404:
            self.test = ""

    def _trouble(self, what: str) -> None:
        self.other += 1
        self.troubles.append(what)


def walk(
    on: Ground,
    port: int,
    ledger: Ledger,
    stop: threading.Event,
    threads: int = 8,
    keeping: int = 0,
    pause: float = 0.0,
) -> list[Walker]:
    """Let everybody answer, ``threads`` at a time, until told to stop; the walkers, once all stand still.

    The first ``keeping`` people keep their line open between requests. Each thread rests ``pause`` seconds
    after an answer.
    """
    sections = on.sections
    walkers = [Walker(port, one, ledger, sections, n < keeping) for n, one in enumerate(on.people)]

    def go(some: list[Walker]) -> None:
        stop.wait(pause * some[0].chance.random())
        while not stop.is_set():
            for walker in some:
                done = walker.one()
                if stop.is_set():
                    return
                stop.wait(pause if done else 0.05)

    running = [threading.Thread(target=go, args=(walkers[n::threads],)) for n in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return walkers


@dataclass
class Meanwhile:
    """What people met who went on answering; ``lost`` is known once they stand still."""

    ledger: Ledger
    walkers: list[Walker] = field(default_factory=list)
    lost: int = 0
    #: Requests begun before this moment were made in peace.
    since: float = 0.0

    def trouble_begins(self) -> None:
        """From now on something else happens."""
        self.since = time.perf_counter()

    @property
    def acknowledged(self) -> int:
        """Answers told to be kept."""
        return len(self.ledger.entries)

    @property
    def refused(self) -> int:
        """Answers refused with 503."""
        return sum(one.refused for one in self.walkers)

    @property
    def other(self) -> int:
        """Requests cut, or answered otherwise than was due."""
        return sum(one.other for one in self.walkers)

    @property
    def p95(self) -> float:
        """The seconds within which 95 of 100 requests were answered since the trouble began."""
        every = (pair for one in self.walkers for pair in one.browser.took)
        took = sorted(seconds for began, seconds in every if began >= self.since)
        return took[int(len(took) * 0.95)]


@contextmanager
def meanwhile(on: Ground, port: int, threads: int = 8, pause: float = 0.0) -> Iterator[Meanwhile]:
    """Let everybody answer while something else happens."""
    found = Meanwhile(Ledger(on.folder / f"ledger-{secrets.token_hex(4)}.jsonl"))
    stop = threading.Event()
    walking = threading.Thread(
        target=lambda: found.walkers.extend(walk(on, port, found.ledger, stop, threads, pause=pause))
    )
    walking.start()
    try:
        yield found
    finally:
        stop.set()
        walking.join()
        found.ledger.close()
    found.lost = len(on.missing(found.ledger.entries))


def await_answers(ledger: Ledger, more: int) -> None:
    """Wait until people have answered ``more`` questions since, at most half a minute."""
    before, began = len(ledger.entries), time.perf_counter()
    while len(ledger.entries) < before + more and time.perf_counter() - began < 30:
        time.sleep(0.01)
