"""The nginx example, read and run: what it logs, where it leads, which TLS it speaks, what it refuses."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from app.settings import ROOT
from tests.live_site import served
from tests.postgres_fixtures import free_port

EXAMPLE = (ROOT / "docs" / "serving" / "nginx.conf").read_text(encoding="utf-8")
NAME = "kenshu.example.lg.jp"


@dataclass
class Front:
    """nginx with the example's lines, before a site."""

    plain: int
    secure: int
    folder: Path

    def ask(self, request: str, secure: bool = True) -> str:
        """Everything that comes back to these lines."""
        with socket.create_connection(
            ("127.0.0.1", self.secure if secure else self.plain), timeout=20
        ) as line:
            if secure:
                context = ssl.create_default_context(cafile=self.folder / "kenshu.crt")
                line = context.wrap_socket(line, server_hostname=NAME)
            line.sendall(request.encode())
            came = b""
            with suppress(TimeoutError, ConnectionError, ssl.SSLError):
                while piece := line.recv(65536):
                    came += piece
            line.close()
        return came.decode("utf-8", "replace")

    def get(self, path: str, secure: bool = True, host: str = NAME, more: str = "") -> str:
        return self.ask(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n", secure)

    @property
    def log(self) -> str:
        time.sleep(0.2)
        return (self.folder / "access.log").read_text(encoding="utf-8")


@pytest.fixture
def front(app: Flask, tmp_path: Path) -> Iterator[Front]:
    nginx, openssl = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin"), shutil.which("openssl")
    if nginx is None or openssl is None:
        pytest.skip("no nginx or openssl here")
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}",
         "-addext", f"subjectAltName=DNS:{NAME}",
         "-keyout", tmp_path / "kenshu.key", "-out", tmp_path / "kenshu.crt"],
        check=True, capture_output=True,
    )  # fmt: skip
    made = Front(free_port(), free_port(), tmp_path)
    with served(app) as url:
        lines = EXAMPLE.replace("/etc/nginx/tls/", f"{tmp_path}/").replace("/var/log/nginx/", f"{tmp_path}/")
        lines = lines.replace("listen 80;", f"listen 127.0.0.1:{made.plain};")
        lines = lines.replace("listen 443 ssl;", f"listen 127.0.0.1:{made.secure} ssl;")
        lines = lines.replace("http://127.0.0.1:8000", url)
        places = "".join(
            f"{kind}_temp_path {tmp_path}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        main = tmp_path / "nginx.conf"
        main.write_text(
            f"daemon off;\nuser root;\npid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\n"
            f"http {{\n{places}{lines}\n}}\n",
            encoding="utf-8",
        )
        command = [nginx, "-e", f"{tmp_path}/error.log", "-c", str(main)]
        subprocess.run([*command, "-t"], check=True, capture_output=True)
        running = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            wait_for(made.secure)
            yield made
        finally:
            running.terminate()
            running.wait(timeout=20)


def wait_for(port: int) -> None:
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    pytest.fail("nginx does not listen")


def test_only_todays_tls_is_spoken() -> None:
    assert re.findall(r"ssl_protocols ([^;]+);", EXAMPLE) == ["TLSv1.2 TLSv1.3"]
    assert "ssl_ciphers" not in EXAMPLE
    for block in EXAMPLE.split("server {")[1:]:
        assert "server_tokens off;" in block
        assert ("listen 443 ssl;" in block) != ("return 301 https://" in block)


def test_the_way_through_it(front: Front) -> None:
    assert '{"status":"ok"}' in front.get("/healthz")
    answer = front.get("/login", more="X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Host: evil.example\r\n")
    assert answer.startswith("HTTP/1.1 200") and "evil.example" not in answer
    assert "nginx/" not in answer
    assert "_cache" not in EXAMPLE


def test_it_leads_to_https_under_the_citys_name_whoever_asks(front: Front) -> None:
    for host in (NAME, "evil.example", "evil.example:80"):
        answer = front.get("/login?next=/check", secure=False, host=host)
        assert f"Location: https://{NAME}/login?next=/check\r\n" in answer
        assert "evil" not in answer and "nginx/" not in answer


def test_its_log_holds_no_answer_and_no_name(front: Front) -> None:
    front.get("/check?a1=yes")
    front.get("/static/css/site.css", more=f"Referer: https://{NAME}/check?a1=yes\r\n")
    front.get("/hr/people?q=%E8%8A%B1%E5%AD%90")
    log = front.log
    assert "/static/css/site.css" in log and "/hr/people" in log
    assert "?" not in log and "a1" not in log and "/check" not in log and "%E8" not in log


def test_what_could_be_read_as_two_requests_is_refused(front: Front) -> None:
    for headers in (
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: +5\r\n",
    ):
        answer = front.ask(
            f"POST /login HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n{headers}\r\n"
            "0\r\n\r\nGET /x HTTP/1.1\r\n\r\n"
        )
        assert re.match(r"HTTP/1\.1 (400|501)", answer), f"{headers!r}: {answer[:80]}"


def test_a_body_too_large_is_refused_before_it_is_sent(front: Front) -> None:
    answer = front.ask(f"POST /login HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 40000000\r\n\r\n")
    assert answer.startswith("HTTP/1.1 413")
