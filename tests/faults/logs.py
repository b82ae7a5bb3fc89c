"""Hostile names, headers and addresses in the log: an event is a line, and there is no secret in any."""

from __future__ import annotations

import re
import secrets
import socket
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from tests.faults import paths
from tests.faults.browser import Browser
from tests.faults.city import City
from tests.faults.corpora import LINES
from tests.faults.ground import COURSE
from tests.faults.hostile_files import HEADS, ROW
from tests.faults.server import Server
from tests.faults.table import Row
from tests.faults.uploads import multipart, send

PROMISE = "場所の名前でほかのファイルに届かず、記録(ログ)は1件1行で、秘密が残らない"
#: How a line of the log begins: the server's own, and the site's.
KNOWN = re.compile(
    r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}\] \[\d+\] \[(INFO|WARNING|ERROR)\] \S"
    r"|sign-in fails at \d+ numbers within a minute, last from '127\.0\.0\.1'$"
    r"|(database unavailable|database gone at the end of a request|an answer could not be kept): \S"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (INFO|WARNING) "
    r"(sign-in entered|sign-in refused|signed out|password changed|refused) \S"
)
WORD = "ひみつの合言葉"
#: What a stranger sends as an address or as their name: as bytes, so that nothing mends it on the way.
HEADERS = (
    "User-Agent", "Referer", "X-Forwarded-For", "X-Request-ID", "Forwarded", "Accept-Language", "Origin",
    "Host",
)  # fmt: skip


@dataclass
class Found:
    """What the log held."""

    events: int = 0
    lines: int = 0
    broken: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    failed: int = 0


def raw(port: int, head: bytes) -> int:
    """Send a request as it stands; its status, 0 when the line was closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(head + b"Connection: close\r\n\r\n")
        try:
            answer = line.recv(200).decode("ascii", "replace")
        except OSError:
            return 0
    return int(answer.split()[1]) if answer.startswith("HTTP/1.1 ") else 0


def measure(city: City, server: Server, corpus: Sequence[str] = LINES, guesses: int = 50) -> Found:
    """Whatever a stranger, or somebody at HR's pages, can make the site write down."""
    found = Found()
    hr = Browser(server.port, city.guests["hr"].token)
    hr.ask("/hr/roster")
    stranger = Browser(server.port)

    def event(status: int) -> None:
        found.events += 1
        found.failed += status >= 500

    for words in corpus:
        event(stranger.sign_in(words, f"{WORD}{words}").status)
        event(stranger.ask(f"/login?next={quote(words)}").status)
        event(stranger.ask(f"/{quote(words)}").status)
        event(hr.ask(f"/hr/people?q={quote(words)}").status)
        event(hr.post("/hr/roster", ("source", words), ("as_of", words)).status)
        event(send(hr, *multipart([("roster", f"{words}.csv", HEADS + ROW)], {"csrf_token": hr.token})))
        for name in HEADERS:
            head = f"GET / HTTP/1.1\r\n{name}: {words}\r\n"
            host = b"" if name == "Host" else b"Host: 127.0.0.1\r\n"
            event(raw(server.port, head.encode() + host))
        event(raw(server.port, f"GET /{words} HTTP/1.1\r\nHost: x\r\n".encode()))
        event(raw(server.port, f"{words} / HTTP/1.1\r\nHost: x\r\n".encode()))
    # Enough of them for the alarm.
    for _ in range(guesses):
        event(stranger.sign_in(secrets.token_hex(4), WORD).status)
    return found


def locked(city: City, server: Server, found: Found) -> int:
    """Nobody can write for a while: that stands in the log, what was sent does not; refusals with 503."""
    learner = Browser(server.port, city.guests["learner"].token)
    learner.ask("/")
    lock = sqlite3.connect(city.on.folder / "kenshu.sqlite3", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    try:
        answers = [
            learner.post(f"/courses/{COURSE}/{section}", ("word", WORD)).status
            for section in ("4-basics", "5-city-information")
        ]
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    found.events += len(answers)
    return answers.count(503)


def read(city: City, server: Server, found: Found, since: int = 0) -> None:
    """Read the log line by line, as whoever keeps it would, from the byte ``since`` on."""
    data = (city.on.folder / "server.log").read_bytes()[since:]
    text = data.decode("utf-8", errors="backslashreplace")
    lines = re.split(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", text.rstrip("\n"))
    found.lines = len(lines)
    found.broken = [line for line in lines if not KNOWN.match(line) or re.search(r"[\x00-\x08\x1b]", line)]
    told = {"a password": WORD, "the key": server.secret}
    told |= {f"the session of {guest.name}": guest.token for guest in city.guests.values() if guest.token}
    found.secrets = [name for name, words in told.items() if words in text]


def run(city: City, without: str = "", lock: bool = True) -> tuple[Found, paths.Found, int]:
    """The log of one server, and what climbing names got from it."""
    (city.on.folder / "server.log").unlink(missing_ok=True)
    with Server(city.on, without) as server:
        found = measure(city, server)
        refused = locked(city, server, found) if lock and not without else 0
        # The last: laying backups back ends every session.
        climbed = paths.Found() if without else paths.measure(city, server)
    read(city, server, found)
    return found, climbed, refused


def row(city: City) -> Row:
    """The row of names and logs."""
    found, climbed, refused = run(city)
    control, _none, _refused = run(city, "quiet log")
    with Server(city.on, "own folder") as server:
        open_ = paths.Found()
        paths.asked(city, server, open_)
    for words in [*climbed.given, *climbed.written, *found.broken, *found.secrets]:
        print(words, file=sys.stderr)
    return Row(
        "8d", PROMISE,
        f"名前{climbed.tried:,}通り(静的ファイル、教材、修了証、文書、確定報告、控え): "
        f"外のファイルが見えたもの{len(climbed.given)}、外に書いたもの{len(climbed.written)}。"
        f"出来事{found.events:,}件(うち保存できない503が{refused}件): 記録{found.lines}行のうち、"
        f"1件1行でないもの{len(found.broken)}、パスワード・ログインの印・鍵{len(found.secrets)}、"
        f"5xx {found.failed}",
        refused > 0
        and not (climbed.given or climbed.written or found.broken or found.secrets or found.failed),
        f"置き場所を調べないと、{len(open_.given)}通りで外のファイルが見え、"
        f"打たれたものをそのまま書くと、{len(control.broken)}行が崩れ、秘密{len(control.secrets)}種が残る",
        bool(open_.given) and bool(control.broken) and bool(control.secrets),
    )  # fmt: skip
