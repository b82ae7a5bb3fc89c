"""Start, kill and restart the server in a process group of its own, as a supervisor does."""

from __future__ import annotations

import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import TracebackType

from app.settings import ROOT
from tests.faults.ground import Ground
from tests.faults.serving import WITHOUT

HANDBOOK = ROOT / "docs" / "operator.md"
LONGEST_START = 60.0
#: TimeoutStopSec in docs/serving/kenshu.service.
STOPPED_AFTER = 40.0


def documented() -> list[str]:
    """The gunicorn line of the handbook, without the program and the application."""
    line = re.search(r"^\S*gunicorn (--.*) 'app:create_app\(\)'$", HANDBOOK.read_text(encoding="utf-8"), re.M)
    assert line is not None
    return line[1].split()


#: Hands an open socket over as systemd does for a kenshu.socket.
HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""


class Server:
    """The site behind the documented line; ``without`` names a protection to take out.

    ``held``: the socket is held open while the site stops and starts, as by the documented kenshu.socket.
    ``log``: where its log goes, unless to the folder of the ground.
    ``tree``: where the program lies. ``beside``: a held server whose requests this one answers too.
    """

    def __init__(
        self,
        on: Ground,
        without: str = "",
        before: Sequence[str] = (),
        workers: int = 0,
        held: bool = False,
        log: Path | None = None,
        tree: Path = ROOT,
        beside: Server | None = None,
    ) -> None:
        self.ground, self.without, self.before, self.tree = on, without, list(before), tree
        held = held or beside is not None
        self.socket: socket.socket = (
            beside.socket.dup() if beside else socket.create_server(("127.0.0.1", 0), backlog=2048)
        )
        self.port = int(self.socket.getsockname()[1])
        self.held = held
        self.log = log or on.folder / "server.log"
        if not held:
            self.socket.close()
        self.secret = "first key"
        words = [re.sub(r"127\.0\.0\.1:\d+", f"127.0.0.1:{self.port}", word) for word in documented()]
        if workers:
            words = [re.sub(r"--workers=\d+", f"--workers={workers}", word) for word in words]
        self.words = words
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self.socket.close()

    def start(self) -> float:
        """Start and wait until a page answers; seconds it took."""
        began = time.perf_counter()
        self._begin()
        while time.perf_counter() - began < LONGEST_START:
            if self.answers():
                return time.perf_counter() - began
            time.sleep(0.05)
        raise SystemExit("測るためのサーバーが答えません。")

    def start_in_vain(self) -> int:
        """Start what cannot; how it ended. Raises TimeoutExpired when it goes on."""
        self._begin()
        assert self.process is not None
        return self.process.wait(timeout=LONGEST_START)

    def _begin(self) -> None:
        # A site that was installed has its compiled code beside it.
        env = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("KENSHU_") and name != "PYTHONDONTWRITEBYTECODE"
        }
        env |= {
            "KENSHU_INSTANCE": str(self.ground.folder), "KENSHU_DATABASE_URL": self.ground.url,
            "KENSHU_CONTENT": str(self.ground.content),
            "KENSHU_SECRET_KEY": self.secret, WITHOUT: self.without, "PYTHONPATH": str(self.tree),
        }  # fmt: skip
        fd = self.socket.fileno()
        given = ["-c", HAND_OVER, str(fd)] if self.held else []
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.before, sys.executable, *given, "-m", "gunicorn", *self.words,
                 "tests.faults.serving:site()"],
                cwd=self.tree, env=env, stdout=log, stderr=log, start_new_session=True,
                pass_fds=[fd] if self.held else [],
            )  # fmt: skip

    def answers(self) -> bool:
        """Whether a page is served now."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    @property
    def master(self) -> int:
        """The process that was started."""
        assert self.process is not None
        return self.process.pid

    def workers(self) -> list[int]:
        """The processes that serve."""
        try:
            words = Path(f"/proc/{self.master}/task/{self.master}/children").read_text(encoding="ascii")
        except OSError:
            return []
        return [int(word) for word in words.split()]

    def kill(self, what: str) -> float:
        """kill -9 a ``worker``, the ``master`` or the whole ``group``; seconds until a page answers again."""
        began = time.perf_counter()
        if what == "worker" and (pids := self.workers()):
            os.kill(pids[0], signal.SIGKILL)
            while not self.answers():
                time.sleep(0.05)
            return time.perf_counter() - began
        if what == "master":
            os.kill(self.master, signal.SIGKILL)
        # What a master leaves behind is ended with its group, as systemd does.
        self._end_group(signal.SIGKILL)
        self.start()
        return time.perf_counter() - began

    def restart(self, secret: str = "") -> None:
        """Stop in order and start, perhaps with another secret key."""
        self.stop()
        self.secret = secret or self.secret
        self.start()

    def limit_files(self, size: int | None) -> None:
        """Let no process of the server write beyond ``size`` bytes of a file (None: as it likes)."""
        self._limit(resource.RLIMIT_FSIZE, size)

    def limit_memory(self, size: int) -> None:
        """Let no process of the server, nor one that takes its place, hold more than ``size`` bytes."""
        self._limit(resource.RLIMIT_DATA, size)

    def _limit(self, what: int, size: int | None) -> None:
        for pid in [self.master, *self.workers()]:
            hard = resource.prlimit(pid, what)[1]
            resource.prlimit(pid, what, (hard if size is None else size, hard))

    def stop(self) -> None:
        """End the group: in order, and after a while at once, as systemd does."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=STOPPED_AFTER)
        self._end_group(signal.SIGKILL)

    def _end_group(self, with_signal: signal.Signals) -> None:
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, with_signal)
        self.process.wait()
