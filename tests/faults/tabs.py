"""Two tabs, two devices, in every order: the first answer to a question is kept, and the other is told so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from random import Random

from tests.faults.browser import Browser, acknowledged
from tests.faults.ground import Ground, Person
from tests.faults.ledger import Entry
from tests.faults.server import Server
from tests.faults.table import Row

PROMISE = "二つのタブ、二つの端末で答えても、先の解答が残り、後の人にそう伝える"

#: What each of the two chooses everywhere.
CHOICE = ("0", "1")


@dataclass
class Found:
    """What became of answers given twice."""

    orders: int = 0
    silent: int = 0
    overwritten: int = 0
    refused: int = 0
    replayed: int = 0
    changed: int = 0

    @property
    def good(self) -> bool:
        """Nobody's answer was replaced, and whoever came second was told."""
        return self.orders > 0 and not (self.silent or self.overwritten or self.refused or self.changed)


def orders(answers: int) -> Iterator[tuple[int, ...]]:
    """Every order in which two people (0 and 1) can send ``answers`` each."""
    for first in combinations(range(2 * answers), answers):
        yield tuple(0 if turn in first else 1 for turn in range(2 * answers))


def meet(server: Server, person: Person, section: str, order: Sequence[int], found: Found) -> list[Entry]:
    """One person at two places answers a test in ``order``; what must be kept."""
    one, two = Browser(server.port, person.token), Browser(server.port)
    if found.orders % 2:
        two.sign_in(person.number)
    else:
        two.cookies = one.cookies
    test = one.begin(section)
    two.begin(section)
    at, kept = [0, 0], dict[int, str]()
    for who in order:
        at[who] += 1
        position, value = at[who], CHOICE[who]
        page = (one, two)[who].answer(test, position, 1, value)
        found.refused += not acknowledged(page, test)
        second = position in kept
        found.silent += second and "kept=1" not in page.location
        kept.setdefault(position, value)
    found.orders += 1
    return [Entry(test.rpartition("/")[2], position, 1, value) for position, value in kept.items()]


def replay(on: Ground, server: Server, person: Person, section: str, found: Found) -> None:
    """Finish a test, then send everything that was sent once more, in any order: nothing may change."""
    browser, sent = Browser(server.port, person.token), list[tuple[int, int]]()
    test, position, step = browser.begin(section), 1, 1
    while True:
        page = browser.answer(test, position, step, "0")
        if page.status == 404:
            break
        sent.append((position, step))
        found.refused += not acknowledged(page, test)
        again = f"after={step}" in page.location
        position, step = (position, step + 1) if again else (position + 1, 1)
    before = on.digest()
    for position, step in Random(7).sample(sent * 2, len(sent) * 2):
        page = browser.answer(test, position, step, "1")
        found.refused += page.status != 303
        found.replayed += 1
    found.changed += on.digest() != before


def measure(on: Ground, without: str, answers: int, replays: int) -> Found:
    """Every order of ``answers`` answers, and some tests sent twice."""
    found, entries, people = Found(), list[Entry](), iter(on.people)
    with Server(on, without) as server:
        for order in orders(answers):
            entries += meet(server, next(people), on.sections[1], order, found)
        for person in on.people[:replays]:
            replay(on, server, person, on.sections[2], found)
    found.overwritten = len(on.missing(entries))
    return found


def row(
    on: Ground, control: Ground, answers: int, replays: int, number: str = "4b", what: str = "SQLite"
) -> Row:
    """The row of two tabs and two devices."""
    found = measure(on, "", answers, replays)
    weak = measure(control, "first stands", 2, 0)
    return Row(
        number, f"{PROMISE}({what})",
        f"解答{answers}つずつのすべての順番{found.orders}通り: 書き替え{found.overwritten}、"
        f"知らせのない後の解答{found.silent}、断り{found.refused}。"
        f"終えたあとの送り直し{found.replayed:,}回: 変化{found.changed}",
        found.good,
        f"先の解答を残さないと、{weak.orders}通りで書き替え{weak.overwritten}", weak.overwritten > 0,
    )  # fmt: skip
