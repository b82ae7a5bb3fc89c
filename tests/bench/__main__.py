"""`python3 dev.py bench`: how much more the site asks of the machine than the same pages written by hand."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench import restoring
from tests.bench.ground import prepare
from tests.bench.pairs import NAMES, Row, browsers_needed, compare, compare_with_sql, machine

PEOPLE = 2_000
#: From here on only reports are measured, against one SQL statement each.
BIG = 10_000


def main(words: Sequence[str]) -> int:
    """Measure and print; 0 always, as a slow machine is no mistake."""
    options = _options(words)

    def say(sentence: str) -> None:
        print(sentence, file=sys.stderr if options.json else sys.stdout, flush=True)

    with tempfile.TemporaryDirectory(prefix="kenshu-bench-") as folder:
        say(f"{options.people:,}人の市を用意しています。")
        if options.restore:
            took = restoring.measure(Path(folder), options.people, say)
            print(f"\n{options.people:,}人の市。{machine()}。\n{restoring.table(took)}")
            return 0
        big = options.people >= BIG
        ground = prepare(Path(folder), options.people, 1 if big else browsers_needed(options.rounds), big)
        rows = (compare_with_sql if big else compare)(ground, options.rounds, say)
    if options.json:
        print(json.dumps([row.summary() for row in rows], ensure_ascii=False, indent=1))
    else:
        say(head(options.people, options.rounds) + table(rows, "SQL一つ" if big else "手書き"))
    return 0


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py bench", description="速さを測ります。")
    parser.add_argument(
        "--people", type=int, default=PEOPLE,
        help=f"市の人数(初めは{PEOPLE}人)。{BIG}人からは、報告と人事の画面だけを、SQL一つで作るときと比べる",
    )  # fmt: skip
    parser.add_argument("--rounds", type=int, default=6, help="A B A B と測る組の数(初めは6)")
    parser.add_argument("--restore", action="store_true", help="控えを取る時間と戻す時間だけを測る")
    parser.add_argument("--json", action="store_true", help="測ったすべての数をJSONで出す")
    return parser.parse_args(words)


def head(people: int, rounds: int) -> str:
    """What was measured on, and how."""
    return (
        f"\n{people:,}人の市。{machine()}。\n"
        f"同じサーバー(1プロセス)、同じSQLiteの設定、同じデータで、{rounds}組を交互に測りました。"
        "CPUは1回あたりのミリ秒(中央値)です。\n\n"
    )


def table(rows: Sequence[Row], other: str) -> str:
    """The comparison as text of fixed width."""
    kept = "接続保持との比" if any(row.strict for row in rows) else ""
    names = ("", "Kenshu", other, "比", "最小-最大", "目標", "毎秒", other, kept)
    lines = [_line(names)]
    for row in rows:
        found, ratios = row.summary(), row.ratios
        lines.append(
            _line((
                NAMES[row.kind], f"{found['cpu_ms_ours']:.2f}", f"{found['cpu_ms_by_hand']:.2f}",
                f"{found['ratio_median']:.2f}", f"{min(ratios):.2f}-{max(ratios):.2f}", f"{row.aim:.1f}",
                f"{found['per_second_ours']:.1f}", f"{found['per_second_by_hand']:.1f}",
                "" if row.strict is None else f"{row.strict:.2f}",
            ))
        )  # fmt: skip
    parallel = [row for row in rows if row.rate_ours is not None and row.rate_by_hand is not None]
    if parallel:
        lines += [
            "",
            "「手書き」は、Flaskの文書のとおり、1回ごとにデータベースへの接続を開いて閉じます。",
            "「接続保持」は、Kenshuと同じように接続を開いたままにする手書きです。",
        ]
    lines += [
        f"4本の接続で同時に: {NAMES[row.kind]} 毎秒{row.rate_ours:.0f}回(手書き {row.rate_by_hand:.0f}回)"
        for row in parallel
    ]
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    widths = (9, 9, 7, 14, 7, 9, 9, 16)
    line = _wide(cells[0], 22) + "".join(_right(c, w) for c, w in zip(cells[1:], widths, strict=True))
    return line.rstrip()


def _width(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _wide(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _right(text: str, width: int) -> str:
    return " " * (width - _width(text)) + text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
