"""Everything pressed many times at once: one test, one answer, one entry of evidence."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.faults.browser import Browser
from tests.faults.ground import COURSE, Ground, Person
from tests.faults.server import Server
from tests.faults.table import Row


def storm(on: Ground, server: Server, people: list[Person], times: int) -> tuple[int, int, int]:
    """Each starts one test ``times`` at once and answers it so.

    Returns starts that failed, people with not exactly one test, questions judged differently in two tabs.
    """
    section = on.sections[-1]
    failures = wrong = differing = 0
    with ThreadPoolExecutor(min(times, 25)) as pool:
        for person in people:
            tabs = [Browser(server.port, person.token) for _ in range(times)]
            first = tabs[0]
            first.ask("/")
            for tab in tabs:
                tab.cookies, tab.token = dict(first.cookies), first.token
            started = list(pool.map(lambda tab: tab.begin(section), tabs))
            failures += started.count("")
            rows = "FROM attempts WHERE person_id = :p AND section = :s AND run_id = ''"
            if on.count(f"SELECT count(*) {rows}", p=person.id, s=section) != 1 or len(set(started)) != 1:
                wrong += 1
            test = started[0]
            if not test:
                continue
            position = 1
            while first.ask(f"{test}/{position}").status in (200, 303):
                differing += _answer(pool, tabs, test, position)
                position += 1
    return failures, wrong, differing


def _answer(pool: ThreadPoolExecutor, tabs: list[Browser], test: str, position: int) -> int:
    """Half the tabs choose the first, half the second; 1 when they are not all shown the same result."""
    for step in range(1, 12):
        sent = [
            pool.submit(tab.answer, test, position, step, str(number % 2)) for number, tab in enumerate(tabs)
        ]
        pages = [one.result() for one in sent]
        if any(page.status != 303 for page in pages):
            return 1
        if not any(f"after={step}" in page.location for page in pages):
            break
    shown = {tab.ask(f"{test}/{position}").text.partition("data-result=")[2][:12] for tab in tabs[:2]}
    return int(len(shown) != 1 or "" in shown)


def row(on: Ground, people: int, times: int) -> Row:
    """The row of parallel starts and answers."""
    some = on.people[-people:]
    with Server(on) as server:
        failures, wrong, differing = storm(on, server, some, times)
    doubled, unsound = on.doubled(), on.sound()
    with Server(on, "one test at a time") as server:
        before = on.doubled()
        controls = storm_starts(on, server, on.people[:3], 8)
        doubles = on.doubled() - before
    asked = f"{people}人が同時に{times}回ずつ開始し、どの問題にも同時に{times}回解答"
    return Row(
        "4", "同時に何度押しても、テスト、解答、記録は一つ",
        f"{asked}: 受けられない{failures}、一つでないテスト{wrong}、画面ごとにちがう結果{differing}、"
        f"二重の記録{doubled}、異常{len(unsound)}",
        not (failures or wrong or differing or doubled or unsound),
        f"鍵とUNIQUEを外すと、3人の同時開始で二重のテスト{doubles}(開始{controls}回)", doubles > 0,
    )  # fmt: skip


def storm_starts(on: Ground, server: Server, people: list[Person], times: int) -> int:
    """Only the starts, of a section nobody began; how many were answered."""
    section, answered = on.sections[1], 0
    with ThreadPoolExecutor(times) as pool:
        for person in people:
            tabs = [Browser(server.port, person.token) for _ in range(times)]
            for tab in tabs:
                tab.ask(f"/courses/{COURSE}/")
            answered += sum(bool(test) for test in pool.map(lambda tab: tab.begin(section), tabs))
    return answered
