"""The server's clock steps by an hour while people answer: answers, chain and sessions stay right."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app import clock
from app.access.browsers import SHARED
from app.access.sessions import add_session
from app.access.sign_in import accounts_of
from app.audit.export import write_export
from app.db import begin_writing, db
from app.evidence import verifier
from tests.faults.browser import Browser
from tests.faults.ground import Ground
from tests.faults.server import Server
from tests.faults.serving import CLOCK
from tests.faults.table import Row
from tests.faults.walking import Meanwhile, await_answers, meanwhile

PROMISE = "サーバーの時計が1時間進んでも戻っても、解答も記録の順序も残り、終わったログインは生き返らない"
#: Hours from the true time: a step forward, two back, one forward.
HOURS = (1, 0, -1, 0)
#: People who leave a shared terminal alone, each time.
LEFT = 4


@dataclass
class Found:
    """What the steps left; ``told`` are the steps back that the verifier warned of."""

    people: Meanwhile
    steps: int = 0
    ended: int = 0
    alive: int = 0
    told: int = 0
    unsound: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Everything kept and in order, nobody in again, every step back told of."""
        people = self.people
        troubles = people.lost + people.refused + people.other + self.alive + len(self.unsound)
        return self.ended > 0 and not troubles and self.told >= self.steps // 2


def run(on: Ground, rounds: int, answers: int, without: str = "") -> Found:
    """Let the clock step ``rounds`` times round while people answer, so many answers at each place."""
    _set(on, 0)
    with Server(on, f"steady clock,{without}") as server, meanwhile(on, server.port) as people:
        found = Found(people)
        for _ in range(rounds):
            browsers = [Browser(server.port, token) for token in _on_shared_terminals(on)]
            left, opened = _let_in(browsers), set[Browser]()
            for hours in HOURS:
                await_answers(people.ledger, answers)
                _set(on, hours)
                found.steps += 1
                opened |= _let_in(left)
                if hours == HOURS[0]:
                    found.ended += len(left - opened)
            found.alive += len(opened)
        await_answers(people.ledger, answers)
    found.unsound = on.sound() + ["doubled"] * on.doubled()
    found.told = _told(on)
    return found


def _set(on: Ground, hours: int) -> None:
    """Put the server's clock so many hours wrong, from one moment to the next."""
    draft = on.folder / "clock.new"
    draft.write_text(str(hours * 3_600), encoding="ascii")
    os.replace(draft, on.folder / CLOCK)


def _let_in(browsers: Iterable[Browser]) -> set[Browser]:
    """Those who still see a page that is theirs alone."""
    return {one for one in browsers if one.ask("/account/").status == 200}


def _on_shared_terminals(on: Ground) -> Sequence[str]:
    """Sessions that end when they are left alone for a while."""
    with on.app.app_context():
        begin_writing()
        tokens = [
            add_session(account, clock.now(), clock.today(), SHARED)
            for account in accounts_of([person.id for person in on.people[:LEFT]])
        ]
        db.session.commit()
        db.session.remove()
    return tokens


def _told(on: Ground) -> int:
    """How many steps back the verifier of one file warns of."""
    file = on.folder / "evidence.jsonl"
    with on.app.app_context():
        write_export(file, clock.now(), by="試験")
        db.session.remove()
    words = [sys.executable, str(Path(verifier.__file__)), str(file), "--json"]
    said = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)
    warnings = "\n".join(said["warnings"])
    total = re.search(r"時計の逆戻りは、全部で(\d+)回", warnings)
    return int(total[1]) if total else warnings.count("サーバーの時計が")


def row(on: Ground, control_on: Ground, rounds: int, answers: int) -> Row:
    """The row of a clock that steps."""
    found = run(on, rounds, answers)
    control = run(control_on, 1, 8, "ending for good")
    people = found.people
    return Row(
        "9d", PROMISE,
        f"1時間進める・戻すこと{found.steps}回、その間に保存した解答{people.acknowledged:,}件: "
        f"失われたもの{people.lost}、断り(503){people.refused}、ほかの答え{people.other}、"
        f"連鎖と記録の異常{len(found.unsound)}。進んだときに終わった共用の端末のログイン{found.ended}のうち、"
        f"生き返ったもの{found.alive}。検証の道具が知らせた時計の戻り{found.told}",
        found.good,
        f"終わらせたことを残さないと、{control.ended}のうち{control.alive}が生き返る", control.alive > 0,
    )  # fmt: skip
