"""Everything pressed many times at once: one test, one answer, one entry of evidence."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.faults.browser import Browser
from tests.faults.ground import COURSE, Ground, Person
from tests.faults.server import Server
from tests.faults.table import Row

PROMISE = "同時に何度押しても、テスト、解答、修了、記録は一つ"


def storm(on: Ground, server: Server, people: list[Person], times: int) -> tuple[int, int, int]:
    """Each starts one test ``times`` at once and answers it so.

    Returns starts that failed, people with not exactly one test, questions judged differently in two tabs.
    """
    section = on.sections[-1]
    failures = wrong = differing = 0
    with ThreadPoolExecutor(times) as pool:
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


def confirmations(on: Ground, server: Server, people: list[Person], times: int) -> tuple[int, int, int]:
    """Everybody, done with everything, presses 確認しました ``times`` at once.

    Returns presses that led nowhere, completions, certificates they were led to.
    """
    on.pass_every_test(people)
    before = on.count("SELECT count(*) FROM completions")
    failures, led = 0, set[str]()
    with ThreadPoolExecutor(times) as pool:
        for person in people:
            first = Browser(server.port, person.token)
            first.ask(f"/courses/{COURSE}/")
            sent = [
                pool.submit(first.post, f"/courses/{COURSE}/", ("statement", on.statement))
                for _ in range(times)
            ]
            pages = [one.result() for one in sent]
            failures += sum("/certificates/" not in page.location for page in pages)
            led |= {page.location for page in pages}
    return failures, on.count("SELECT count(*) FROM completions") - before, len(led)


def row(on: Ground, people: int, times: int, number: str = "4", what: str = "SQLite") -> Row:
    """The row of parallel starts, answers and confirmations."""
    some, three = on.people[-people:], on.people[:3]
    with Server(on) as server:
        failures, wrong, differing = storm(on, server, some, times)
        lost, completed, led = confirmations(on, server, some, times)
    doubled, unsound = on.doubled(), on.sound()
    with Server(on, "one at a time") as server:
        before = on.doubled()
        storm_starts(on, server, three, 8)
        tests = on.doubled() - before
        _, twice, _ = confirmations(on, server, three, 8)
    return Row(
        number, f"{PROMISE}({what})",
        f"{people}人が、開始、どの問題への解答、「確認しました」も、同時に{times}回ずつ: "
        f"受けられない{failures + lost}、一つでないテスト{wrong}、画面ごとにちがう結果{differing}、"
        f"修了{completed}人と修了証{led}枚、二重の記録{doubled}、異常{len(unsound)}",
        not (failures or lost or wrong or differing or doubled or unsound) and completed == led == people,
        f"鍵とUNIQUEを外すと、3人の同時の8回で二重のテスト{tests}、修了{twice}", tests > 0 and twice > 3,
    )  # fmt: skip


def storm_starts(on: Ground, server: Server, people: list[Person], times: int) -> None:
    """Only the starts, of a section nobody began."""
    section = on.sections[1]
    with ThreadPoolExecutor(times) as pool:
        for person in people:
            tabs = [Browser(server.port, person.token) for _ in range(times)]
            for tab in tabs:
                tab.ask(f"/courses/{COURSE}/")
            list(pool.map(lambda tab: tab.begin(section), tabs))
