"""A command of the site, in a process of its own that may be killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from app.settings import ROOT
from tests.faults.serving import WITHOUT


def command(folder: Path, url: str, *words: str, without: str = "") -> subprocess.Popen[bytes]:
    """Begin ``flask`` ``words`` on the installation in ``folder``, with no other setting."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("KENSHU_")}
    env |= {"KENSHU_INSTANCE": str(folder), "KENSHU_DATABASE_URL": url, WITHOUT: without,
            "PYTHONPATH": str(ROOT)}  # fmt: skip
    with (folder / "commands.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "tests.faults.serving:site", *words],
            cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
