"""Hostile files at every place that takes one: no 5xx, bounded time and memory, nothing changed."""

from __future__ import annotations

import os
import re
import secrets
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tests.faults.browser import Browser
from tests.faults.city import BOOKKEEPING, City
from tests.faults.ground import DONE, settle
from tests.faults.hostile_files import FILES, HEADS, ROW
from tests.faults.server import Server
from tests.faults.table import Row
from tests.faults.walking import Meanwhile, await_answers, meanwhile

PROMISE = "悪意のあるファイルを受け取っても、止まらず、ほかの人を待たせず、何も変えない"
#: The two fields of the one form that takes files.
FIELDS = ("roster", "departments")
LONGEST, MOST = 5.0, 200
#: So many people go on answering meanwhile, each about every so many seconds, and wait at most so long (p95).
PEOPLE, PAUSE, WAIT = 50, 4.0, 2.0
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Found:
    """What the uploads met."""

    #: The seconds of work that each took.
    works: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    #: Seconds of waiting, and megabytes more than before, at most.
    waited: float = 0.0
    more: int = 0

    @property
    def work(self) -> float:
        """Seconds of work, at most."""
        return max(self.works.values(), default=0.0)

    @property
    def good(self) -> bool:
        """Whether every bound was kept."""
        return not self.wrong and self.work < LONGEST and self.more < MOST


class Meter:
    """What the processes of a server use."""

    def __init__(self, server: Server) -> None:
        self.pids = server.workers()

    def begin(self) -> None:
        """Measure from here."""
        for pid in self.pids:
            Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")
        self.resident, self.used = self._kilobytes("VmRSS"), self._seconds()

    def end(self) -> tuple[float, int]:
        """Seconds of work and the megabytes by which the busiest process grew, at its height."""
        peaks = self._kilobytes("VmHWM")
        grown = max((peaks[pid] - self.resident[pid] for pid in peaks if pid in self.resident), default=0)
        return self._seconds() - self.used, grown // 1024

    def _kilobytes(self, name: str) -> dict[int, int]:
        found = {}
        for pid in self.pids:
            said = re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("ascii"), re.M)
            found[pid] = int(said[1]) if said else 0
        return found

    def _seconds(self) -> float:
        """Time on the processor, of the system too; a worker that is gone raises OSError."""
        words = [Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split() for pid in self.pids]
        return sum(int(one[11]) + int(one[12]) for one in words) / TICK


def multipart(parts: Iterable[tuple[str, str, bytes]], fields: Mapping[str, str]) -> tuple[bytes, str]:
    """A form with files (field, name, bytes); its body and its type."""
    line = secrets.token_hex(16)
    made = [
        f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for name, file, body in parts:
        head = f'--{line}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n\r\n'
        made += [head.encode(), body, b"\r\n"]
    return b"".join([*made, f"--{line}--\r\n".encode()]), f"multipart/form-data; boundary={line}"


def send(browser: Browser, body: bytes, kind: str) -> int:
    """Hand a form in; the status, 0 when the line broke before there was one."""
    connection = HTTPConnection("127.0.0.1", browser.port, timeout=120)
    headers = {
        "Cookie": "; ".join(f"{n}={v}" for n, v in browser.cookies.items()), "Content-Type": kind,
        "Origin": f"http://127.0.0.1:{browser.port}",
    }  # fmt: skip
    try:
        with suppress(OSError):  # refused before everything was sent
            connection.request("POST", "/hr/roster", body, headers)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


def endless(browser: Browser, length: str) -> int:
    """Say that a gigabyte comes and send it for as long as anybody listens; the status."""
    head = (
        f"POST /hr/roster HTTP/1.1\r\nHost: 127.0.0.1:{browser.port}\r\n{length}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n"
        f"Cookie: {'; '.join(f'{n}={v}' for n, v in browser.cookies.items())}\r\n\r\n"
    )
    piece = b"a" * 65_536
    if "chunked" in length:
        piece = b"10000\r\n" + piece + b"\r\n"
    with socket.create_connection(("127.0.0.1", browser.port), timeout=30) as line:
        line.sendall(head.encode())
        try:
            for _ in range(16_384):
                line.sendall(piece)
        except OSError:
            pass
        try:
            answer = line.recv(100).decode("ascii", "replace")
        except OSError:
            return 0
    return int(answer.split()[1]) if answer.startswith("HTTP/1.1 ") else 0


def measure(city: City, server: Server, names: Iterable[str], fields: Iterable[str] = FIELDS) -> Found:
    """Hand every file in at every field, each on its own."""
    found, meter = Found(), Meter(server)
    browser = Browser(server.port, city.guests["hr"].token)
    browser.ask("/hr/roster")
    # A good file first: what every upload takes is no one's fault.
    for _ in range(4):
        send(browser, *multipart([("roster", "名簿.csv", HEADS + ROW)], {"csrf_token": browser.token}))
    # What could be read waits to be looked at; no roster has changed by it.
    but = {*BOOKKEEPING, "staged_rosters"}
    before = city.state(but)

    def one(name: str, act: Callable[[], int], may_break: bool = False) -> None:
        meter.begin()
        began = time.perf_counter()
        status = act()
        waited = time.perf_counter() - began
        try:
            work, more = meter.end()
        except OSError:
            found.wrong.append(f"{name}: a process of the server is gone")
            return
        found.works[name] = work
        found.waited, found.more = max(found.waited, waited), max(found.more, more)
        if waited > LONGEST:
            print(f"{name}: {waited:.1f} s, {work:.1f} s of work", file=sys.stderr)
        if status >= 500 or (status == 0 and not may_break) or work > LONGEST or more > MOST:
            found.wrong.append(f"{name}: {status}, {work:.1f} s of work, {waited:.1f} s, +{more} MB")

    for name, act in _files(browser, names, fields):
        one(name, act)
    for name, act in _forms(browser).items():
        one(name, act, may_break=True)
    if city.state(but) != before:
        found.wrong.append("the database changed")
    return found


def _files(
    browser: Browser, names: Iterable[str], fields: Iterable[str]
) -> Iterator[tuple[str, Callable[[], int]]]:
    """Every file at every field, made when its turn comes."""
    for name in names:
        body = FILES[name]()
        for place in fields:
            form = multipart([(place, f"{name}.xlsx", body)], {"csrf_token": browser.token})
            yield f"{name} ({place})", partial(send, browser, *form)


def _forms(browser: Browser) -> dict[str, Callable[[], int]]:
    """Forms that are hostile themselves, whatever file they carry."""
    token = {"csrf_token": browser.token}
    many = multipart([("roster", "a.csv", b"a")] * 20_000, token)
    fields = multipart([], token | {f"f{n}": "x" for n in range(100_000)})
    odd = ("../../etc/passwd", "a\0.csv", "a" * 100_000, "%00", "..\\..\\x")
    names = multipart([("roster", name, HEADS) for name in odd], token)
    good = multipart([("roster", "a.csv", HEADS + ROW)], token)
    return {
        "a gigabyte": lambda: endless(browser, f"Content-Length: {1 << 30}"),
        "a gigabyte in pieces": lambda: endless(browser, "Transfer-Encoding: chunked"),
        "20,000 files": lambda: send(browser, *many),
        "100,000 fields": lambda: send(browser, *fields),
        "names of files": lambda: send(browser, *names),
        "no boundary": lambda: send(browser, good[0], "multipart/form-data"),
        "another boundary": lambda: send(browser, good[0], "multipart/form-data; boundary=" + "x" * 5_000),
        "no form at all": lambda: send(browser, b"{" * 1_000_000, "application/json"),
        "half a form": lambda: send(browser, good[0][: len(good[0]) // 2], good[1]),
    }


def while_people_answer(city: City, server: Server, names: Iterable[str], wrong: list[str]) -> Meanwhile:
    """Hand the files in, one after another, while fifty people save answers; what these met."""
    browser = Browser(server.port, city.guests["hr"].token)
    browser.ask("/hr/roster")
    but = {*BOOKKEEPING, *DONE, "staged_rosters"}
    with meanwhile(city.on, server.port, PEOPLE, PAUSE) as people:
        await_answers(people.ledger, PEOPLE)
        # The first test of all keeps the texts it asks about.
        before = city.state(but)
        people.trouble_begins()
        for name, act in (*_files(browser, names, FIELDS[:1]), *_forms(browser).items()):
            if (status := act()) >= 500:
                wrong.append(f"{name} while people answer: {status}")
    if city.state(but) != before:
        wrong.append("the database changed while people answered")
    return people


def row(city: City, again: int = len(FILES)) -> Row:
    """The row of hostile uploads; the ``again`` heaviest come a second time, while people answer."""
    with city.on.app.app_context():
        settle(city.on, PEOPLE, 5_000_001)
    with Server(city.on) as server:
        found = measure(city, server, FILES)
        heaviest = sorted(FILES, key=lambda name: -found.works.get(f"{name} (roster)", 0.0))
        people = while_people_answer(city, server, heaviest[:again], found.wrong)
    with Server(city.on, "bounds", before=("prlimit", f"--as={4 << 30}")) as server:
        control = measure(city, server, ["a text shared by some cells"], ["roster"])
    for words in found.wrong:
        print(words, file=sys.stderr)
    met = (
        f"+{control.more}MB、計算{control.work:.1f}秒"
        if control.more > MOST
        else "4GBの上限でプロセスが落ちる"
    )
    return Row(
        "8b", PROMISE,
        f"{len(found.works)}個: 断れなかったもの{len(found.wrong)}(5xx、計算5秒、+200MB、変わった記録)、"
        f"計算は最大{found.work:.1f}秒(待った時間は最大{found.waited:.1f}秒)、使うメモリーの増えは最大{found.more}MB。"
        f"計算の長い{again}個をまた受け取る間に、{PEOPLE}人が保存した解答{people.acknowledged:,}件: "
        f"失われたもの{people.lost}、断り(503){people.refused}、ほかの答え{people.other}、"
        f"要求の95%点{people.p95:.1f}秒",
        found.good and not (people.lost or people.refused or people.other) and people.p95 < WAIT,
        f"大きさを量らないと、{met}", bool(control.wrong),
    )  # fmt: skip
