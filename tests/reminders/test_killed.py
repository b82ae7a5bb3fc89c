"""`flask remind` killed at random points: nobody gets a mail twice, every unknown one is listed for HR."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from app.db import begin_writing, db
from app.people.models import AppointmentRow, PersonRow, PlacementRow, ProfileRow, TermRow
from app.reminders import ledger
from app.reminders.plan import Fate
from app.settings import ROOT
from tests.people_builder import RECORDED
from tests.reminders.conftest import OPEN
from tests.reminders.post_office import PostOffice

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")


def settle_town(size: int) -> None:
    """People who all owe the course since years, each with a mail address."""
    begin_writing()
    for number in range(size):
        person = PersonRow(created_at=RECORDED)
        appointment = AppointmentRow(
            source="職員", number=f"{number:07}", start=date(2024, 4, 1), main=True, recorded_at=RECORDED
        )
        db.session.add(person)
        db.session.flush()
        appointment.person_id = person.id
        db.session.add_all(
            [
                appointment,
                ProfileRow(
                    person_id=person.id,
                    name=f"試験 {number}",
                    mail=f"p{number}@city.example.jp",
                    recorded_at=RECORDED,
                ),
            ]
        )
        db.session.flush()
        db.session.add_all(
            [
                TermRow(appointment_id=appointment.id, recorded_at=RECORDED),
                PlacementRow(
                    appointment_id=appointment.id,
                    since=date(2024, 4, 1),
                    category="正規職員",
                    recorded_at=RECORDED,
                ),
            ]
        )
    db.session.commit()


def surroundings(folder: Path, office: PostOffice) -> dict[str, str]:
    return {
        **os.environ,
        "KENSHU_DATABASE_URL": f"sqlite:///{(folder / 'test.sqlite3').as_posix()}",
        "KENSHU_INSTANCE": str(folder),
        "KENSHU_NOW": OPEN,
        "KENSHU_SMTP_HOST": "127.0.0.1",
        "KENSHU_SMTP_PORT": str(office.port),
        "KENSHU_SMTP_FROM": "kenshu@city.example.jp",
    }


#: So many people to remind for each process that is killed.
MAILS_A_ROUND = 4


class Killer:
    """Kills the running process at one point of its talk with the server, or at any moment."""

    def __init__(self, office: PostOffice, chance: random.Random) -> None:
        self.office, self.chance = office, chance
        self.process = 0
        self.waits = 0
        self.stage = ""
        self.timer: threading.Timer | None = None
        office.hook = self.hook

    def aim(self, process: int, longest: float) -> None:
        """Choose the point; ``longest`` seconds is about how long an unkilled process runs."""
        self.process = process
        self.stage = self.chance.choice(["rcpt", "data", "taken", "taken", "anywhere"])
        self.waits = self.chance.randrange(MAILS_A_ROUND)
        if self.stage == "anywhere":
            # Not beyond the mails of this round: the rounds to come need some to be killed at.
            self.waits = MAILS_A_ROUND - 1
            self.later(self.chance.uniform(0.0, longest))

    def hook(self, stage: str, _to: str) -> None:
        if stage != ("taken" if self.stage == "anywhere" else self.stage) or not self.process:
            return
        if self.waits:
            self.waits -= 1
        elif self.stage == "taken":
            # The answer is on its way: before, while and after the end is written down.
            self.later(self.chance.choice([0.0, 0.001, 0.002, 0.004, 0.008]))
        else:
            self.kill()

    def later(self, seconds: float) -> None:
        self.timer = threading.Timer(seconds, self.kill)
        self.timer.start()

    def kill(self) -> None:
        process, self.process = self.process, 0
        if process:
            os.kill(process, signal.SIGKILL)

    def rest(self) -> None:
        """The process has ended."""
        self.process = 0
        if self.timer is not None:
            self.timer.join()
            self.timer = None


@contextmanager
def forking(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """The program that forks a process for each round."""
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.reminders.killed"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with program:
        yield program
        assert program.stdin is not None
        program.stdin.close()


def ask(program: subprocess.Popen[str]) -> int:
    """Start a process; its id."""
    assert program.stdin is not None
    program.stdin.write("go\n")
    program.stdin.flush()
    return answer(program)


def answer(program: subprocess.Popen[str]) -> int:
    assert program.stdout is not None
    return int(program.stdout.readline())


def judge(office: PostOffice, size: int, kills: int, listed: list[str]) -> None:
    """Nobody twice; whoever got nothing has an unknown fate, listed; no more unknown ones than kills."""
    assert max(office.by_recipient.values()) == 1
    rows = {entry.address: entry.fate for entry in ledger.entries()}
    assert len(rows) == size
    assert set(rows.values()) <= {Fate.SENT, Fate.UNKNOWN}
    unknown = {address for address, fate in rows.items() if fate is Fate.UNKNOWN}
    assert {address for address in rows if not office.by_recipient[address]} <= unknown
    assert sorted(listed) == sorted(unknown)
    assert len(unknown) <= kills


def last_round(folder: Path, office: PostOffice) -> list[str]:
    """Run the command once more, unharmed; the addresses of what it lists as unknown."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "remind", "--json"],
        cwd=ROOT,
        env=surroundings(folder, office),
        capture_output=True,
        text=True,
        check=True,
    )
    return [one["address"] for one in json.loads(done.stdout)["unknown"]]


def test_killed_again_and_again(
    app: Flask, tmp_path: Path, office: PostOffice, pytestconfig: pytest.Config
) -> None:
    rounds = 50 if pytestconfig.getoption("--long") else 12
    size = rounds * MAILS_A_ROUND
    settle_town(size)
    killer, kills = Killer(office, random.Random()), 0
    with forking(surroundings(tmp_path, office)) as program:
        for _round in range(rounds):
            killer.aim(ask(program), 0.3)
            kills += answer(program) == signal.SIGKILL
            killer.rest()
    office.hook = lambda _stage, _to: None
    judge(office, size, kills, last_round(tmp_path, office))
    assert kills >= rounds - 2


def test_the_command_itself_killed(
    app: Flask, tmp_path: Path, office: PostOffice, pytestconfig: pytest.Config
) -> None:
    rounds = 50 if pytestconfig.getoption("--long") else 1
    size = rounds * MAILS_A_ROUND
    settle_town(size)
    killer, kills = Killer(office, random.Random()), 0
    for _round in range(rounds):
        with subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "app", "remind"],
            cwd=ROOT,
            env=surroundings(tmp_path, office),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            killer.aim(process.pid, 3.0)
            kills += process.wait() == -signal.SIGKILL
        killer.rest()
    office.hook = lambda _stage, _to: None
    judge(office, size, kills, last_round(tmp_path, office))
    assert kills
