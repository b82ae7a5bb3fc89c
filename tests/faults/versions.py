"""Two versions of the program answer for one database, at once and in turn, while people answer."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from flask_migrate import stamp
from sqlalchemy import text

from app.db import db
from app.loaded import library
from app.operations.starting import CANNOT_BOOT
from app.settings import ROOT
from tests.faults.browser import Browser
from tests.faults.ground import COURSE, Ground
from tests.faults.ledger import Ledger
from tests.faults.migrating import Moving
from tests.faults.server import LONGEST_START, Server
from tests.faults.table import Row
from tests.faults.walking import Walker, await_answers, walk

PROMISE = "新しい版に替えるとき、二つの版が同じデータベースで同時に答えても、順に答えても、同じに続く"
PROGRAM = ("app", "content", "migrations", "tests", "docs")
PARTS = re.compile(r'(?:href|src)="(/static/[^"]+|/courses/[^"]+/files/[^"]+)"')
OLDER, NEWER = "この版より古い", "この版より新しい"


@dataclass
class Found:
    """What the change of versions left."""

    asked: int = 0
    troubles: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    pages: int = 0
    parts: Counter[int] = field(default_factory=Counter)
    acknowledged: int = 0
    lost: int = 0
    unsound: list[str] = field(default_factory=list)
    #: Tests begun on the old text and on the new one.
    texts: list[int] = field(default_factory=list)
    #: Starts on a schema of another version that ended at once, with the sentence that says so.
    kept_out: int = 0

    @property
    def failed(self) -> int:
        """Requests that got no answer, or another than was due."""
        return self.troubles.total() + self.refused

    @property
    def good(self) -> bool:
        """Nothing failed, both versions were really asked, each kept off the other's schema."""
        wrong = self.failed or self.lost or self.unsound or set(self.parts) != {200}
        return not wrong and min(self.texts) > 0 and self.kept_out == 2

    @property
    def words(self) -> str:
        """The figure."""
        others = sum(count for status, count in self.parts.items() if status != 200)
        return (
            f"要求{self.asked:,}件: 切れたもの・5xx {self.failed}。"
            f"画面{self.pages:,}枚の部品{self.parts.total():,}個: 出なかったもの{others}。"
            f"受け取り済み{self.acknowledged:,}件のうち失われたもの{self.lost}、異常{len(self.unsound)}。"
            f"始めたテスト: 古い教材{self.texts[0]}、新しい教材{self.texts[1]}。"
            f"形の違うデータベースで始めること2回: 文で断ったもの{self.kept_out}"
        )


def changed_tree(folder: Path, later: Path) -> Path:
    """A newer version: fewer questions, another style sheet, a schema with three columns more."""
    tree = folder / "newer"
    for name in PROGRAM:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(later, tree / "migrations" / "versions")
    with (tree / "app" / "static" / "css" / "site.css").open("a", encoding="utf-8") as sheet:
        sheet.write("\n/* newer */\n")
    for path in sorted((tree / "content" / COURSE).glob("*/scenarios.*.md")):
        path.write_text(without_first(path.read_text(encoding="utf-8")), encoding="utf-8")
    return tree


def without_first(words: str) -> str:
    """A section's scenarios without the first one."""
    head, _, *others = re.split(r"^(?=## )", words, flags=re.MULTILINE)
    return "".join([head, *others])


def kept_out(server: Server, sentence: str) -> bool:
    """Whether a start ends at once and says ``sentence``."""
    told = server.log.stat().st_size
    code = server.start_in_vain()
    return code == CANNOT_BOOT and sentence in server.log.read_bytes()[told:].decode("utf-8")


class Looking:
    """Somebody who opens pages with everything on them."""

    def __init__(self, port: int, token: str, sections: list[str]) -> None:
        self.browser = Browser(port, token, timeout=180)
        self.places = ["/", *(f"/courses/{COURSE}/{section}" for section in sections)]
        self.pages, self.parts = 0, Counter[int]()
        self.troubles: Counter[str] = Counter()

    def go(self, stop: threading.Event) -> None:
        """Open one page after another until told to stop."""
        while not stop.is_set():
            place = self.places[self.pages % len(self.places)]
            try:
                self.look(place)
            except OSError as error:
                self.troubles[repr(error)] += 1

    def look(self, place: str) -> None:
        """Open a page and each of its parts."""
        page = self.browser.ask(place)
        self.pages += 1
        if page.status != 200:
            self.troubles[f"{page.status} for {place}"] += 1
        for part in sorted(set(PARTS.findall(page.text))):
            self.parts[self.browser.ask(part).status] += 1


@contextmanager
def people(on: Ground, port: int, ledger: Ledger, found: Found) -> Iterator[None]:
    """Everybody answers, one opens pages; what became of it, in the end."""
    stop, walkers = threading.Event(), list[Walker]()
    looking = Looking(port, on.people[-1].token, on.sections)
    answering = replace(on, people=on.people[:-1])
    threads = [
        threading.Thread(
            target=lambda: walkers.extend(walk(answering, port, ledger, stop, keeping=len(on.people) // 2))
        ),
        threading.Thread(target=looking.go, args=(stop,)),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    found.asked = sum(one.browser.asked for one in walkers) + looking.browser.asked
    found.troubles = looking.troubles + Counter(what for one in walkers for what in one.troubles)
    found.refused = sum(one.refused for one in walkers)
    found.pages, found.parts = looking.pages, looking.parts


def change(on: Ground, answers: int, without: str = "") -> Found:
    """Change versions under everybody's hands: ``answers`` before, while both serve, and after."""
    found, moving = Found(), Moving(on)
    with on.app.app_context():
        stamp()
    ledger = Ledger(on.folder / "ledger-versions.jsonl")
    tree = changed_tree(on.folder, moving.place / "versions" / "later.py")
    with ExitStack() as running:
        old = running.enter_context(Server(on, held=True))
        new = Server(replace(on, content=tree / "content"), without, tree=tree, beside=old)
        running.callback(new.socket.close)
        running.callback(new.stop)
        with people(on, old.port, ledger, found):
            await_all(ledger, answers)
            found.kept_out += kept_out(new, OLDER)
            if not moving.move("upgrade"):
                raise SystemExit("データベースを新しい形にできません。")
            new.start()
            await_newer(old.port)
            await_all(ledger, answers)
            old.stop()
            found.kept_out += kept_out(old, NEWER)
            await_all(ledger, answers)
    ledger.close()
    found.acknowledged, found.lost = len(ledger.entries), len(on.missing(ledger.entries))
    found.unsound = on.sound() + ["doubled"] * on.doubled()
    found.texts = begun(on)
    return found


def await_all(ledger: Ledger, answers: int) -> None:
    """Wait for so many answers more."""
    for _ in range(answers // 25):
        await_answers(ledger, 25)


def await_newer(port: int) -> None:
    """Wait until a request is answered by the newer version."""
    browser, began = Browser(port), time.perf_counter()
    while b"newer" not in browser.ask("/static/css/site.css").body:
        if time.perf_counter() - began > LONGEST_START:
            raise SystemExit("新しい版のサーバーが答えません。")


def begun(on: Ground) -> list[int]:
    """How many tests were begun on the old text, and on another."""
    with on.app.app_context():
        course = library().course(COURSE)
        assert course is not None
        old = {section.revision for section in course.sections}
        rows = db.session.execute(text("SELECT revision FROM attempts")).scalars().all()
        db.session.remove()
    return [sum(row in old for row in rows), sum(row not in old for row in rows)]


def row(on: Ground, others: Ground, answers: int) -> Row:
    """The row of two versions."""
    found = change(on, answers)
    control = change(others, 50, "pinned text")
    return Row(
        "1v", PROMISE, found.words, found.good,
        f"始めたときの教材を使わないと、{control.asked:,}件のうち{control.failed}件が答えられない",
        control.failed > 0,
    )  # fmt: skip
