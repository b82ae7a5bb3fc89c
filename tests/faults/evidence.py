"""A changed chain of evidence is found: at its entry, and by one newer paper where nothing else could."""

from __future__ import annotations

from collections import Counter

from tests.evidence.corpus import verify
from tests.evidence.mutations import CITY, rewritings, rollbacks, shortened, unseen_changes
from tests.faults.table import Row


def row(changes: int, times: int) -> Row:
    """The row of changed evidence; the corpus needs no site."""
    unseen = list(unseen_changes(changes))
    with_paper: Counter[str] = Counter()
    without_paper = 0
    for seen, said in (*rollbacks(times), *rewritings(times)):
        with_paper[said] += 1
        without_paper += seen
    alarms = false_alarms()
    found = with_paper["beyond"] + with_paper["different"]
    return Row(
        "9a", "記録の書き換えは番号まで、巻き戻しと作り直しは紙の値1枚で分かる",
        f"書き換え{changes:,}通り: 見のがし{len(unseen)}。"
        f"巻き戻しと作り直し{2 * times}通り: 紙の値で分かった{found}。"
        f"手を加えない記録{len(CITY.entries) - 1}通りの誤報{alarms}",
        not unseen and found == 2 * times and not alarms,
        f"紙の値がないと、{2 * times}通りのうち{without_paper}通りしか分からない", without_paper < found,
    )  # fmt: skip


def false_alarms() -> int:
    """The true chain at every length, with every paper printed until then: how often it is complained of."""
    alarms = 0
    for length in range(2, len(CITY.entries) + 1):
        papers = [entry.line for entry in CITY.entries[:length]]
        check = verify(shortened(length).lines(), *papers)
        alarms += bool(check.problems or check.warnings or set(check.anchors.values()) != {"contained"})
    return alarms
