"""`python3 dev.py bench`: how much more the site asks of the machine than the same pages written by hand."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench.ground import prepare
from tests.bench.pairs import LESSONS, NAMES, REPORTS, Row, browsers_needed, compare, machine

PEOPLE = 2_000
HEADINGS = (
    ("Kenshu", 9),
    ("手書き", 9),
    ("比", 7),
    ("最小-最大", 14),
    ("目標", 7),
    ("毎秒", 9),
    ("手書き", 9),
)


def main(words: Sequence[str]) -> int:
    """Measure and print; 0 always, as a slow machine is no mistake."""
    options = _options(words)

    def say(sentence: str) -> None:
        print(sentence, file=sys.stderr if options.json else sys.stdout, flush=True)

    with tempfile.TemporaryDirectory(prefix="kenshu-bench-") as folder:
        say(f"{options.people:,}人の市を用意しています。")
        ground = prepare(Path(folder), options.people, browsers_needed(options.rounds))
        rows = compare(ground, options.rounds, say)
    if options.json:
        print(json.dumps([row.summary() for row in rows], ensure_ascii=False, indent=1))
    else:
        say(table(rows, options.people, options.rounds))
    return 0


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py bench", description="速さを測ります。")
    parser.add_argument("--people", type=int, default=PEOPLE, help=f"市の人数(初めは{PEOPLE}人)")
    parser.add_argument("--rounds", type=int, default=6, help="A B A B と測る組の数(初めは6)")
    parser.add_argument("--json", action="store_true", help="測ったすべての数をJSONで出す")
    return parser.parse_args(words)


def table(rows: Sequence[Row], people: int, rounds: int) -> str:
    """The comparison as text of fixed width."""
    lines = [
        "",
        f"{people:,}人の市。{machine()}。同じサーバー(1プロセス)、同じSQLiteの設定、同じデータで、{rounds}組を交互に測定。",
        f"1組は、教材{LESSONS}回、解答110問、報告それぞれ{REPORTS}回。CPUは1回あたり(ミリ秒、中央値)。",
        "",
        _wide("", 22) + "".join(_right(name, width) for name, width in HEADINGS),
    ]
    for row in rows:
        ratios = row.ratios
        summary = row.summary()
        lines.append(
            f"{_wide(NAMES[row.kind], 22)}{summary['cpu_ms_ours']:9.2f}{summary['cpu_ms_by_hand']:9.2f}"
            f"{summary['ratio_median']:7.2f}{f'{min(ratios):.2f}-{max(ratios):.2f}':>14}{row.aim:7.1f}"
            f"{summary['per_second_ours']:9.1f}{summary['per_second_by_hand']:9.1f}"
        )
    lines.append("")
    lines += [
        f"4本の接続で同時に: {NAMES[row.kind]} 毎秒{row.rate_ours:.0f}回(手書き {row.rate_by_hand:.0f}回)"
        for row in rows
        if row.rate_ours is not None and row.rate_by_hand is not None
    ]
    return "\n".join(lines)


def _width(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _wide(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _right(text: str, width: int) -> str:
    return " " * (width - _width(text)) + text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
