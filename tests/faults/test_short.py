"""The short form: a few seconds of each fault, with the controls that show a failure would be seen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from app.courses.library import Library
from tests.faults import doors, fsynced, guesses, killed, numbers, stolen, stopped
from tests.faults.fsynced import read
from tests.faults.ground import Ground, ground
from tests.faults.ledger import Entry
from tests.faults.server import Server

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(os.name == "nt", reason="the documented server of Linux"),
]


@pytest.fixture(scope="module")
def city_hall(library: Library) -> Iterator[tuple[Ground, Server]]:
    """Eighteen people at one address."""
    with ground(18, read=library) as on, Server(on) as server:
        yield on, server


def test_nothing_acknowledged_is_lost_by_a_kill(library: Library) -> None:
    with ground(8, read=library) as on:
        found = killed.kills(on, 1)
        assert found.good, found.words
        assert found.acknowledged
        # The ledger sees what is missing.
        assert on.missing([Entry("0" * 32, 1, 1, "0")])


def test_no_answer_is_lost_at_the_door(city_hall: tuple[Ground, Server]) -> None:
    on, server = city_hall
    found = doors.measure(on, server, on.people[12:], rotate=False)
    assert (found.lost, found.leaks, found.points, found.strangers) == (0, 0, 6, 1)
    assert found.steps == 1


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.long
def test_the_disk_has_it_before_the_person_is_told() -> None:
    with ground(4) as on:
        assert fsynced.row(on, 10).holds


def test_a_trace_is_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    log = tmp_path_factory.mktemp("trace") / "log"
    asked = '7 recvfrom(9, "POST /courses/c/s/quiz/0af/1?step=1 HTTP/1.1", 8192, 0, NULL, NULL) = 90\n'
    told = '7 sendto(9, "HTTP/1.1 303 SEE OTHER", 300, 0, NULL, 0) = 300\n'
    log.write_text(
        asked + "7 fdatasync(11) = 0\n" + told + asked + "8 fsync(11) = 0\n" + told, encoding="utf-8"
    )
    assert read(log) == (2, 1)


def test_an_attack_keeps_only_the_guesser_out(city_hall: tuple[Ground, Server]) -> None:
    on, server = city_hall
    found = guesses.attack(on, server, logins=1, guesses=8, at_once=4)
    assert found.good, found


def test_a_stolen_cookie_opens_nothing_once_the_session_ended(city_hall: tuple[Ground, Server]) -> None:
    on, server = city_hall
    assert stolen.replayed(on, server, on.people[2:9]) == (7, [])


def test_the_door_tells_no_number_that_exists(city_hall: tuple[Ground, Server]) -> None:
    on, server = city_hall
    people = [person.number for person in on.people[9:11]]
    assert numbers.compared(server, people, ["9000001", "9000002"]).kinds == 1


@pytest.mark.long
def test_nobodys_request_is_cut_by_a_restart() -> None:
    with ground(8) as on:
        found = stopped.stops(on, 1)
    assert found.good, found.words
