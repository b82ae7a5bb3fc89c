"""The suite on a machine without a network: nothing even tries to reach outward."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from app.settings import ROOT
from tests.faults.table import Row

#: Only the loopback of the new network is switched on.
LOOPBACK_UP = """
import fcntl, os, socket, struct, sys
with socket.socket() as s:
    fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
TRIES = "import socket\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.connect(('192.0.2.1', 53))"
CALLS = "trace=connect,sendto,sendmsg,sendmmsg"
ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
#: Where a Chromium asks its own machine which way IPv6 would go. It sends nothing there.
WAY = "2001:4860:4860::8888"
#: A part that meets every kind of thing the site does: pages, files, mail, commands, content.
PART = (
    "tests/web/test_quiz.py",
    "tests/web/test_check.py",
    "tests/reports/test_files.py",
    "tests/reminders/test_letters.py",
    "tests/operations/test_doctor.py",
    "tests/courses/test_load.py",
)


def outward(words: Sequence[str]) -> tuple[int, Counter[str], list[str]]:
    """Run Python with ``words`` without a network.

    Returns its exit code, who tried to reach which address, and the lines that name a failed test.
    """
    with TemporaryDirectory(prefix="kenshu-faults-") as place:
        log = Path(place) / "trace"
        cage = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
        done = subprocess.run(
            ["strace", "-f", "-qq", "-Y", "--seccomp-bpf", "-e", CALLS, "-o", str(log), *cage,
             sys.executable, "-c", LOOPBACK_UP, *words],
            cwd=ROOT, capture_output=True, check=False,
        )  # fmt: skip
        said = done.stdout.decode("utf-8", "replace").splitlines()
        return done.returncode, read(log), [one for one in said if one.startswith(("FAILED", "ERROR"))]


def read(log: Path) -> Counter[str]:
    """In a trace: "program address" for every address that is not this machine."""
    found: Counter[str] = Counter()
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        for four, six in ADDRESS.findall(line):
            if not four.startswith("127.") and six not in ("::1", "::", "::ffff:127.0.0.1"):
                who = re.match(r"\d+<([^>]*)>", line)
                found[f"{who[1] if who else '?'} {four or six}"] += 1
    return found


def row(words: Sequence[str]) -> Row:
    """The row of the suite without a network."""
    promise = "ネットワークのない機械でも動き、外に何も送ろうとしない"
    if shutil.which("strace") is None or shutil.which("unshare") is None:
        return Row("10c", promise, "strace と unshare がないため、測れません", False)
    chosen = words or ("-n", str(os.cpu_count() or 1), "--dist", "worksteal")
    code, found, failed = outward(["-m", "pytest", "-q", "-p", "no:cacheprovider", *chosen])
    print(*failed, sep="\n", file=sys.stderr, flush=True)
    ways = sum(times for who, times in found.items() if who.endswith(f" {WAY}"))
    tries = found.total() - ways
    _, control, _ = outward(["-c", TRIES])
    return Row(
        "10c", promise,
        f"pytest {' '.join(words) or '(全件)'}: 終了コード{code}、外に向けた試み{tries}"
        f"(ほかに、ブラウザーが経路だけを調べること{ways}。何も送られません)",
        code == 0 and not tries,
        f"外につなごうとする1行は、{control.total()}件と数えられる", control.total() > 0,
    )  # fmt: skip
