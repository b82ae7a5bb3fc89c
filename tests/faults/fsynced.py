"""The disk has it before the person is told: an fsync between reading an answer and acknowledging it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.faults.browser import Browser, acknowledged
from tests.faults.ground import Ground
from tests.faults.server import Server
from tests.faults.table import Row

CALLS = "trace=recvfrom,read,sendto,write,fsync,fdatasync"
LINE = re.compile(r"^(\d+) +(\w+)\((.*)$")
ASKED = re.compile(r'"POST /courses/[^ ]*/quiz/[0-9a-f]+/\d+')


def traced(on: Ground, answers: int, without: str = "") -> tuple[int, int]:
    """Acknowledgements the server sent, and how many of them had no fsync before them in their thread."""
    log = on.folder / f"trace-{without}"
    before = ["strace", "-f", "-qq", "-s", "160", "-e", CALLS, "-o", str(log)]
    with Server(on, without, before, workers=1) as server:
        sent = 0
        sections = on.sections
        for number, person in enumerate(on.people * len(sections)):
            browser = Browser(server.port, person.token)
            test = browser.begin(sections[number // len(on.people)])
            for position in (1, 2, 3):
                if sent >= answers or not test:
                    break
                page = browser.answer(test, position, 1, "0")
                sent += acknowledged(page, test)
            if sent >= answers:
                break
    return read(log)


def read(log: Path) -> tuple[int, int]:
    """Acknowledgements in a trace, and those without an fsync between request and answer."""
    synced: dict[str, bool] = {}
    total = bare = 0
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        found = LINE.match(line)
        if found is None:
            if (
                resumed := re.match(r"^(\d+) +<\.\.\. (?:recvfrom|read) resumed>(.*)$", line)
            ) and ASKED.search(resumed[2]):
                synced[resumed[1]] = False
            continue
        thread, call, rest = found.groups()
        if call in ("recvfrom", "read") and ASKED.search(rest):
            synced[thread] = False
        elif call in ("fsync", "fdatasync") and thread in synced:
            synced[thread] = True
        elif call in ("sendto", "write") and "HTTP/1.1 303" in rest and thread in synced:
            total += 1
            bare += not synced.pop(thread)
    return total, bare


def row(on: Ground, answers: int) -> Row:
    """The row of fsync before acknowledgement."""
    if shutil.which("strace") is None:
        return Row("2", "伝える前にディスクに書き終える", "strace がないため、測れません", False)
    total, bare = traced(on, answers)
    control_total, control_bare = traced(on, answers, "sync")
    return Row(
        "2", "受け取ったと伝える前に、ディスクに書き終える(停電)",
        f"解答{total:,}件の応答のうち、前にfsyncのないもの{bare}",
        total >= min(answers, 8) and not bare,
        f"synchronous=NORMALにすると、{control_total:,}件のうち{control_bare}件にfsyncがない",
        control_bare > 0,
    )  # fmt: skip
