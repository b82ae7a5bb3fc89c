"""SIGTERM finishes what runs: the documented gunicorn line, with people in the middle of a request."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from app.settings import ROOT
from tests.faults.server import HAND_OVER, documented

SLOW = """\
import time
from app import create_app
site = create_app()
def application(environ, start_response):
    if environ["PATH_INFO"].startswith("/slow"):
        environ["PATH_INFO"] = "/healthz"
        time.sleep(2)
    return site(environ, start_response)
"""

TINY = """\
def application(environ, start_response):
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="gunicorn runs on Linux")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path, lived_in: Path) -> Iterator[tuple[subprocess.Popen, int]]:
    """The site as the handbook serves it, with an address that takes two seconds."""
    (tmp_path / "slow_site.py").write_text(SLOW, encoding="utf-8")
    port = free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith("KENSHU_")}
    env |= {"KENSHU_INSTANCE": str(tmp_path / "i"), "KENSHU_DATABASE_URL": f"sqlite:///{lived_in}",
            "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}  # fmt: skip
    words = [re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{port}", word) for word in documented()]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *words, "slow_site:application"], cwd=ROOT, env=env,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(150):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
                break
            except OSError:
                time.sleep(0.2)
        yield process, port
    finally:
        process.kill()
        process.wait()


def test_a_request_in_progress_is_finished(server: tuple[subprocess.Popen, int]) -> None:
    process, port = server
    answers: list[int] = []

    def ask() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/slow")
        answers.append(connection.getresponse().status)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    time.sleep(0.8)
    process.send_signal(signal.SIGTERM)
    for thread in threads:
        thread.join()
    assert answers == [200] * 6
    assert process.wait(timeout=20) == 0
    with pytest.raises(OSError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2)


def test_what_comes_while_the_site_restarts_waits_for_it(tmp_path: Path) -> None:
    """The socket is held by another, as by kenshu.socket: nobody is refused, however late the answer is."""
    (tmp_path / "tiny_site.py").write_text(TINY, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as held:
        address = f"http://127.0.0.1:{held.getsockname()[1]}/"
        for _ in range(2):
            asked = HTTPConnection("127.0.0.1", held.getsockname()[1], timeout=60)
            asked.request("GET", "/")
            process = subprocess.Popen(
                [sys.executable, "-c", HAND_OVER, str(held.fileno()), "-m", "gunicorn", *documented(),
                 "tiny_site:application"],
                cwd=tmp_path, pass_fds=[held.fileno()], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            try:
                assert asked.getresponse().read() == b"ok"
                asked.close()
            finally:
                process.terminate()
                process.wait()
    with pytest.raises(OSError):
        urllib.request.urlopen(address, timeout=2)
