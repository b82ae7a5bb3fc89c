"""People whose line is cut again and again: they send again, perhaps another answer, and nothing is lost."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from random import Random

from tests.faults.browser import Browser, acknowledged
from tests.faults.cutting import PLACES, Cutter
from tests.faults.ground import Ground, Person
from tests.faults.ledger import Entry
from tests.faults.server import Server
from tests.faults.table import Row

PROMISE = "回線が切れて送り直しても、解答は失われず、二重にならない"


@dataclass
class Found:
    """What cut lines left."""

    cuts: int = 0
    refused: int = 0
    lost: int = 0
    doubled: int = 0
    unsound: int = 0

    @property
    def good(self) -> bool:
        """Everything sent again was taken, once."""
        return not (self.refused or self.lost or self.doubled or self.unsound)


class Caller:
    """One person behind a bad line: the first sending is cut, the second goes straight."""

    def __init__(self, server: Server, cutter: Cutter, person: Person, chance: Random, found: Found) -> None:
        self.straight, self.cut = Browser(server.port, person.token), Browser(cutter.port, person.token)
        self.cutter, self.chance, self.found = cutter, chance, found
        self.straight.ask("/")
        # The site sees the address the browser is at, whatever the line.
        self.cut.cookies, self.cut.token = self.straight.cookies, self.straight.token
        self.entries: list[Entry] = []

    def _place(self) -> None:
        self.cutter.place = PLACES[self.found.cuts % len(PLACES)]
        self.found.cuts += 1

    def begin(self, section: str) -> str:
        """Start a test twice."""
        self._place()
        with suppress(OSError):
            self.cut.begin(section)
        test = self.straight.begin(section)
        self.found.refused += not test
        return test

    def answer(self, test: str, position: int, step: int) -> str:
        """Answer twice, now and then differently; where the page leads."""
        self._place()
        first, second = str(self.chance.randrange(2)), str(self.chance.randrange(2))
        with suppress(OSError):
            self.cut.answer(test, position, step, first)
        page = self.straight.answer(test, position, step, second)
        if not acknowledged(page, test):
            self.found.refused += page.status != 404
            return ""
        stands = first if "kept=1" in page.location else second
        self.entries.append(Entry(test.rpartition("/")[2], position, step, stands))
        return page.location


def measure(on: Ground, times: int) -> Found:
    """Cut lines ``times``."""
    found, chance, entries = Found(), Random(3), list[Entry]()
    with Server(on) as server, Cutter(server.port, chance) as cutter:
        number = 0
        while found.cuts < times:
            caller = Caller(server, cutter, on.people[number % len(on.people)], chance, found)
            if test := caller.begin(on.sections[number // len(on.people) % len(on.sections)]):
                _through(caller, test)
            entries += caller.entries
            number += 1
    found.lost, found.doubled, found.unsound = len(on.missing(entries)), on.doubled(), len(on.sound())
    return found


def weak_starts(on: Ground) -> int:
    """Everybody's start is cut after it was sent and sent again; how many have two tests, without a lock."""
    chance = Random(3)
    with Server(on, "one at a time") as server, Cutter(server.port, chance) as cutter:
        for person in on.people:
            found = Found(cuts=PLACES.index("after the request"))
            Caller(server, cutter, person, chance, found).begin(on.sections[0])
        time.sleep(1)
    return on.doubled()


def _through(caller: Caller, test: str) -> None:
    position = step = 1
    while where := caller.answer(test, position, step):
        if f"after={step}" in where:
            step += 1
        else:
            position, step = position + 1, 1


def row(on: Ground, control: Ground, times: int, number: str = "4c", what: str = "SQLite") -> Row:
    """The row of cut lines."""
    found = measure(on, times)
    doubled = weak_starts(control)
    return Row(
        number, f"{PROMISE}({what})",
        f"要求の前、途中、後、応答の前、途中で{found.cuts:,}回切断: 失われたもの{found.lost}、"
        f"二重{found.doubled}、送り直しの断り{found.refused}、異常{found.unsound}",
        found.good,
        f"鍵とUNIQUEを外すと、{len(control.people)}人の送り直した開始で二重のテスト{doubled}", doubled > 0,
    )  # fmt: skip
