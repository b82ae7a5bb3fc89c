"""A line that is cut: between a browser and the site, before, in and after a request and its answer."""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections.abc import Callable
from random import Random

PLACES = ("before the request", "in the request", "after the request", "before the answer", "in the answer")
LENGTH = re.compile(rb"\r\nContent-Length: (\d+)\r\n", re.I)


class Cutter:
    """Listens at ``port`` and passes requests on to ``to``; each line is cut at the next ``place``."""

    def __init__(self, to: int, chance: Random) -> None:
        self.to, self.chance = to, chance
        self.place = PLACES[0]
        self.cuts = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Cutter:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone would leave accept() waiting.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                browser, _ = self._listener.accept()
            except OSError:
                return
            with browser:
                self._cut(browser)
                if self.chance.random() < 0.5:
                    # A reset, as when a cable is pulled and a router forgets; else an orderly end.
                    browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.cuts += 1

    def _cut(self, browser: socket.socket) -> None:
        if self.place == "before the request":
            return
        request = whole_request(browser.recv)
        with socket.create_connection(("127.0.0.1", self.to), timeout=30) as site:
            if self.place == "in the request":
                site.sendall(request[: self.chance.randrange(1, len(request))])
                return
            site.sendall(request)
            if self.place == "after the request":
                return
            answer = site.recv(65536)
            if self.place == "in the answer":
                browser.sendall(answer[: self.chance.randrange(1, len(answer))])


def whole_request(receive: Callable[[int], bytes]) -> bytes:
    """Read one request with its body."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += receive(65536)
    head, _, body = request.partition(b"\r\n\r\n")
    found = LENGTH.search(head + b"\r\n")
    while len(body) < (int(found[1]) if found else 0):
        body += receive(65536)
    return head + b"\r\n\r\n" + body
