"""Serve either app alone in one process of the production server, and ask that process for its CPU time."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from app import create_app
from app.settings import ROOT
from tests.bench.ground import BY_HAND, CONTENT, KEEPING, SECRET, settings_in
from tests.bench.minimal import create_minimal

FOLDER = "KENSHU_BENCH_FOLDER"
CPU = "/__cpu"
THREADS = 8
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def ours() -> Wsgi:
    """Our site, for the server."""
    return counted(create_app(settings_in(Path(os.environ[FOLDER]))))


def minimal() -> Wsgi:
    """The app by hand, for the server."""
    return counted(_minimal(BY_HAND, keep_connections=False))


def minimal_keeping() -> Wsgi:
    """The app by hand with a connection kept by each thread."""
    return counted(_minimal(KEEPING, keep_connections=True))


def _minimal(database: str, keep_connections: bool) -> Wsgi:
    folder = Path(os.environ[FOLDER])
    return create_minimal(folder / database, folder / CONTENT, SECRET.encode(), keep_connections)


def counted(app: Wsgi) -> Wsgi:
    """Answer at ``CPU`` with the seconds of user and system time this process has used; else ask ``app``."""

    def answer(environment: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environment["PATH_INFO"] == CPU:
            body = repr(time.process_time()).encode()
            start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
            return [body]
        return app(environment, start)

    return answer


@contextmanager
def served(name: str, folder: Path) -> Iterator[int]:
    """Serve the app ``name`` makes on a free port of this machine and give the port."""
    port = _free_port()
    env = {k: v for k, v in os.environ.items() if not k.startswith("KENSHU_")}
    env |= {FOLDER: str(folder), "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen(_command(name, port), cwd=ROOT, env=env)
    try:
        _wait(server, port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


def _command(name: str, port: int) -> list[str]:
    if os.name == "nt":
        return [sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{port}", f"--threads={THREADS}",
                "--channel-timeout=600",
                "--call", f"tests.bench.serving:{name}"]  # fmt: skip
    return [sys.executable, "-m", "gunicorn", f"--bind=127.0.0.1:{port}", "--workers=1",
            "--worker-class=gthread", f"--threads={THREADS}", "--keep-alive=600",
            "--graceful-timeout=1",
            "--log-level=warning", "--no-control-socket", f"tests.bench.serving:{name}()"]  # fmt: skip


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise SystemExit("測るためのサーバーを始められませんでした。上の表示をご確認ください。")
        try:
            cpu_seconds(HTTPConnection("127.0.0.1", port, timeout=5))
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("測るためのサーバーが30秒たっても答えません。")


def cpu_seconds(connection: HTTPConnection) -> float:
    """User and system time of the serving process so far."""
    connection.request("GET", CPU)
    return float(connection.getresponse().read())
