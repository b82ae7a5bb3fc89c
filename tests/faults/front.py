"""The documented nginx in front of the site, on a port of this machine."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.settings import ROOT

EXAMPLE = ROOT / "docs" / "serving" / "nginx.conf"
PLACES = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


class NoFront(Exception):
    """There is no nginx here."""


class Nginx:
    """nginx running with the documented configuration, its places and names changed to those of a test."""

    def __init__(self, folder: Path, site: int) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.file = folder / "nginx.conf"
        self.file.write_text(self._configuration(site), encoding="utf-8")

    def _configuration(self, site: int) -> str:
        text = EXAMPLE.read_text(encoding="utf-8")
        # No certificate: what is tried here is what lies behind it.
        text = re.sub(r"(?ms)^server \{\n    listen 80;.*?^\}\n", "", text)
        text = re.sub(r"(?m)^ *ssl_.*\n", "", text)
        text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{self.port};")
        text = text.replace("http://127.0.0.1:8000;", f"http://127.0.0.1:{site};")
        text = text.replace("Host $host;", "Host $http_host;").replace("/var/log/nginx", str(self.folder))
        places = "\n".join(f"{name}_temp_path {self.folder / name};" for name in PLACES)
        return (
            f"daemon off;\npid {self.folder / 'nginx.pid'};\nerror_log {self.folder / 'nginx.log'};\n"
            f"events {{}}\nhttp {{\n{places}\n{text}}}\n"
        )

    def run(self, program: str) -> subprocess.Popen[bytes]:
        """Start it and wait until it listens."""
        process = subprocess.Popen(
            [program, "-p", str(self.folder), "-c", str(self.file)], stderr=subprocess.DEVNULL
        )
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return process
            time.sleep(0.05)
        raise NoFront("nginx が始まりません")

    def reload(self) -> None:
        """Let it read its configuration again: new processes take over, the old ones finish."""
        subprocess.run(
            ["nginx", "-p", str(self.folder), "-c", str(self.file), "-s", "reload"],
            check=True, stderr=subprocess.DEVNULL,
        )  # fmt: skip


@contextmanager
def front(folder: Path, site: int) -> Iterator[Nginx]:
    """nginx before the site at port ``site``; gone afterwards. Raises NoFront."""
    program = shutil.which("nginx")
    if program is None:
        raise NoFront("nginx がないため、測れません")
    nginx = Nginx(folder, site)
    process = nginx.run(program)
    try:
        yield nginx
    finally:
        process.terminate()
        process.wait()
