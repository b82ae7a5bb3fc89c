"""Measure the apps in turns, A B A B, and say how they compare."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from itertools import cycle, islice
from statistics import median

from tests.bench.asking import Asked, Client, Cost, form, rate
from tests.bench.city import DAY
from tests.bench.ground import Browser, Ground
from tests.bench.serving import served

LESSONS, REPORTS = 120, 4
PARALLEL_LESSONS = 240
BROWSERS_A_ROUND = 5
AIMS = {"lesson": 1.5, "answer": 1.5}
REPORT_AIM = 2.0
NAMES = {
    "lesson": "教材の1節を開く",
    "answer": "解答を1問保存する",
    "department page": "報告 所属別 画面",
    "department csv": "報告 所属別 CSV",
    "person page": "報告 職員別 画面",
    "person csv": "報告 職員別 CSV",
    "hr page": "人事 全体の状況",
    "items first": "まちがいの多い項 初回",
}
SMALL = ("lesson", "answer", "department page", "department csv", "person page", "person csv")
WITH_SQL = ("department page", "department csv", "person csv", "hr page")
#: Asked for once of a server just started: what it counts is kept for the day.
FIRST = "items first"
REPORT_PATHS = {
    "department page": "/hr/report?by=department",
    "department csv": "/hr/report.csv?by=department&bare=1",
    "person page": "/hr/report?by=person",
    "person csv": "/hr/report.csv?by=person&bare=1",
    "hr page": "/hr/?by=department",
    FIRST: "/hr/items?by=department",
}
#: Where one SQL statement is asked at another address; HR's first page holds the rows by 所属.
SQL_PATHS = {"hr page": REPORT_PATHS["department csv"], FIRST: "/hr/items.csv?bare=1"}


@dataclass
class Row:
    """One kind of request: costs of each round, ours and by hand; rates over several connections.

    ``keeping`` is by hand with connections kept open; it matters where a request is short. Of a big city
    ``by_hand`` is one SQL statement.
    """

    kind: str
    ours: list[Cost] = field(default_factory=list)
    by_hand: list[Cost] = field(default_factory=list)
    keeping: list[Cost] = field(default_factory=list)
    bytes_ours: int = 0
    bytes_by_hand: int = 0
    rate_ours: float | None = None
    rate_by_hand: float | None = None

    @property
    def aim(self) -> float:
        """The ratio not to exceed."""
        return AIMS.get(self.kind, REPORT_AIM)

    @property
    def ratios(self) -> list[float]:
        """Our CPU over that by hand, pair by pair."""
        return [a.cpu / b.cpu for a, b in zip(self.ours, self.by_hand, strict=True)]

    @property
    def strict(self) -> float | None:
        """The ratio to the app by hand that keeps its connections; the median."""
        ratios = [a.cpu / b.cpu for a, b in zip(self.ours, self.keeping, strict=False)]
        return median(ratios) if ratios else None

    def summary(self) -> dict[str, object]:
        """The row as plain values: milliseconds of CPU, ratios, requests a second."""
        return {
            "kind": self.kind,
            "cpu_ms_ours": median(c.cpu for c in self.ours) * 1000,
            "cpu_ms_by_hand": median(c.cpu for c in self.by_hand) * 1000,
            "ratio_median": median(self.ratios),
            "ratio_min": min(self.ratios),
            "ratio_max": max(self.ratios),
            "ratio_to_kept_connections": self.strict,
            "aim": self.aim,
            "per_second_ours": 1 / median(c.wall for c in self.ours),
            "per_second_by_hand": 1 / median(c.wall for c in self.by_hand),
            "parallel_per_second_ours": self.rate_ours,
            "parallel_per_second_by_hand": self.rate_by_hand,
            "bytes_ours": self.bytes_ours,
            "bytes_by_hand": self.bytes_by_hand,
            "rounds": [[asdict(a), asdict(b)] for a, b in zip(self.ours, self.by_hand, strict=True)],
        }


def browsers_needed(rounds: int) -> int:
    """How many people must be signed in: one to warm up, some each round, some for the parallel run."""
    return 1 + (rounds + 1) * BROWSERS_A_ROUND


def compare(ground: Ground, rounds: int, say: Callable[[str], None]) -> list[Row]:
    """Measure every kind of request ``rounds`` times on both apps."""
    with ExitStack() as servers:
        ours, by_hand, keeping = (
            _Side(servers.enter_context(served(name, ground.folder)), ground)
            for name in ("ours", "minimal", "minimal_keeping")
        )
        rows = {kind: Row(kind) for kind in SMALL}
        for kind, row in rows.items():
            row.bytes_ours, row.bytes_by_hand = ours.warm(kind), by_hand.warm(kind)
            keeping.warm(kind)
        for number in range(rounds):
            say(f"{number + 1}/{rounds}回目の組を測っています。")
            for kind, row in rows.items():
                row.ours.append(ours.measure(kind, number))
                row.by_hand.append(by_hand.measure(kind, number))
                if kind in AIMS:
                    row.keeping.append(keeping.measure(kind, number))
        for kind in AIMS:
            rows[kind].rate_ours = ours.rate(kind, rounds)
            rows[kind].rate_by_hand = by_hand.rate(kind, rounds)
    return list(rows.values())


def compare_with_sql(ground: Ground, rounds: int, say: Callable[[str], None]) -> list[Row]:
    """Measure the reports against one SQL statement each."""
    with served("ours", ground.folder) as port, served("minimal_keeping", ground.folder) as other:
        ours, by_sql = _Side(port, ground), _Side(other, ground, "&how=sql")
        rows = [Row(kind) for kind in WITH_SQL]
        for row in rows:
            row.bytes_ours, row.bytes_by_hand = ours.warm(row.kind), by_sql.warm(row.kind)
        for number in range(rounds):
            say(f"{number + 1}/{rounds}回目の組を測っています。")
            for row in rows:
                row.ours.append(ours.measure(row.kind, number))
                row.by_hand.append(by_sql.measure(row.kind, number))
        first = Row(FIRST, bytes_by_hand=by_sql.warm(FIRST))
        for number in range(rounds):
            say(f"{number + 1}/{rounds}回目の初回を測っています。")
            first.by_hand.append(by_sql.measure(FIRST, number))
            first.ours.append(_first(ground, first))
    return [*rows, first]


def _first(ground: Ground, row: Row) -> Cost:
    """What the first request of a day costs: the server is started for it, and knows its templates."""
    with served("ours", ground.folder) as port:
        fresh = _Side(port, ground)
        fresh.warm("hr page")
        cost = fresh.measure(FIRST, 0)
        row.bytes_ours = fresh.warm(FIRST)
    return cost


class _Side:
    """One of the apps while it serves; ``how`` is added to the address of a report."""

    def __init__(self, port: int, ground: Ground, how: str = "") -> None:
        self.how = how
        self.client = Client(port)
        self.ground = ground
        first = ground.sections[0]
        self.entered = {
            browser.token: self.client.enter(browser.token, f"/courses/sns-guideline/{first}")
            for browser in ground.browsers
        }

    def warm(self, kind: str) -> int:
        """Ask once or a little more, unmeasured; return the bytes of an answer."""
        requests = self._requests(kind, self.ground.browsers[:1], 5)
        return max(len(self.client.ask(asked)[1]) for asked in requests)

    def measure(self, kind: str, number: int) -> Cost:
        return self.client.measure(self._requests(kind, self._browsers(number), LESSONS))

    def rate(self, kind: str, number: int) -> float:
        return rate(self.client.port, self._requests(kind, self._browsers(number), PARALLEL_LESSONS))

    def _browsers(self, number: int) -> Sequence[Browser]:
        start = 1 + number * BROWSERS_A_ROUND
        return self.ground.browsers[start : start + BROWSERS_A_ROUND]

    def _requests(self, kind: str, browsers: Sequence[Browser], lessons: int) -> list[Asked]:
        if kind == "lesson":
            pages = [f"/courses/sns-guideline/{section}" for section in self.ground.sections]
            cookies = [self.entered[browser.token][0] for browser in browsers]
            pairs = zip(cycle(pages), cycle(cookies), strict=False)
            return [Asked(page, cookie) for page, cookie in islice(pairs, lessons)]
        if kind == "answer":
            return [
                Asked(f"{test.path}/{position}", self.entered[browser.token][0],
                      form(self.entered[browser.token][1], choices), 303)
                for browser in browsers for test in browser.tests for position, choices in test.answers
            ]  # fmt: skip
        address = SQL_PATHS.get(kind, REPORT_PATHS[kind]) if self.how else REPORT_PATHS[kind]
        path = f"{address}&as_of={DAY.isoformat()}{self.how}"
        count = 1 if self.how or kind == FIRST else min(lessons, REPORTS)
        return [Asked(path, f"kenshu_session={self.ground.hr}")] * count


def machine() -> str:
    """What the figures were taken with."""
    return f"Python {platform.python_version()}、SQLite {sqlite3.sqlite_version}、{platform.system()}"
