"""Ask a server as a browser does: cookies kept, form tokens from the page, the connection kept open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from time import perf_counter
from urllib.parse import urlencode

from tests.bench.serving import cpu_seconds

PARALLEL = 4
_TOKEN = re.compile(rb'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class Asked:
    """One request to be made; ``expected`` is the status of a right answer."""

    path: str
    cookie: str
    form: str | None = None
    expected: int = 200


@dataclass(frozen=True)
class Cost:
    """What a row of requests took: of the server's processor and of the clock, in seconds each."""

    cpu: float
    wall: float


class Client:
    """One connection to one server."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connection = HTTPConnection("127.0.0.1", port, timeout=120)

    def ask(self, asked: Asked) -> tuple[HTTPResponse, bytes]:
        """Send one request and read the whole answer. Raises SystemExit when it isn't the one expected."""
        headers = {"Cookie": asked.cookie}
        if asked.form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = None if asked.form is None else asked.form.encode()
        self.connection.request("GET" if body is None else "POST", asked.path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != asked.expected:
            raise SystemExit(f"{asked.path}: {asked.expected} のはずが {answer.status} でした。")
        return answer, content

    def enter(self, token: str, path: str) -> tuple[str, str]:
        """Open a page as the holder of a session; return the cookie to send on and the form token."""
        cookie = f"kenshu_session={token}"
        answer, content = self.ask(Asked(path, cookie))
        for given in answer.headers.get_all("Set-Cookie") or []:
            cookie += "; " + given.partition(";")[0]
        found = _TOKEN.search(content)
        if found is None:
            raise SystemExit(f"{path} に送信用の印がありません。")
        return cookie, found[1].decode()

    def measure(self, requests: Sequence[Asked]) -> Cost:
        """Make the requests one after another; the cost of each on average."""
        before, start = cpu_seconds(self.connection), perf_counter()
        for asked in requests:
            self.ask(asked)
        wall, cpu = perf_counter() - start, cpu_seconds(self.connection) - before
        return Cost(cpu / len(requests), wall / len(requests))


def rate(port: int, requests: Sequence[Asked]) -> float:
    """Requests a second over ``PARALLEL`` connections."""
    parts = [requests[n::PARALLEL] for n in range(PARALLEL)]
    start = perf_counter()
    with ThreadPoolExecutor(PARALLEL) as pool:
        for done in [pool.submit(Client(port).measure, part) for part in parts if part]:
            done.result()
    return len(requests) / (perf_counter() - start)


def form(token: str, choices: Sequence[str]) -> str:
    """The body a browser sends with an answer."""
    return urlencode([("csrf_token", token), *(("choice", choice) for choice in choices)])
