"""The one-file verifier finds every change, names the right entry, and raises no false alarm."""

from __future__ import annotations

import ast
import contextlib
import json
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from app.evidence import chain as own
from app.evidence import lines, verifier
from app.evidence.chain import find_anchors, follow
from tests.evidence.corpus import Corpus, chain_lines, city, verify, verify_bytes
from tests.evidence.mutations import CITY, COUNT, FORGED, GOOD, rewritings, rollbacks, unseen_changes

VERIFIER = Path(verifier.__file__)


def test_an_untouched_export_raises_no_alarm() -> None:
    check = verify(GOOD)
    assert (check.problems, check.warnings, check.entries) == ([], [], COUNT)
    assert sorted(check.granted) == [f"ABCD-{n:04}" for n in range(1, 13)]


def test_a_thousand_changes_are_found_each_at_its_entry() -> None:
    assert list(unseen_changes(1000)) == []


def test_any_byte_of_the_file_changed_in_transit_is_noticed() -> None:
    whole = b"".join(lines.closed(GOOD))
    dice = random.Random(7)
    for _ in range(300):
        place = dice.randrange(len(whole))
        other = dice.choice([b for b in range(256) if b != whole[place]])
        content = whole[:place] + bytes([other]) + whole[place + 1 :]
        with contextlib.suppress(verifier.Damaged):
            assert verify_bytes(content).problems


@pytest.mark.parametrize("size", [0, 1, 50, 400, 5000, -1])
def test_a_file_cut_off_anywhere_is_noticed(size: int) -> None:
    content = b"".join(lines.closed(GOOD))[:size]
    try:
        assert verify_bytes(content).problems
    except verifier.Damaged:
        assert size < 400


# ---- what only a value on paper can show


def test_a_hundred_rollbacks_are_found_by_one_newer_paper_and_by_nothing_else() -> None:
    assert Counter(rollbacks(100)) == {(False, "beyond"): 100}


def test_a_hundred_complete_rewritings_are_found_by_one_newer_paper_and_by_nothing_else() -> None:
    assert Counter(rewritings(100)) == {(False, "different"): 100}


def test_the_papers_of_a_true_chain_are_all_contained() -> None:
    check = verify(GOOD, *(entry.line for entry in CITY.entries))
    assert set(check.anchors.values()) == {"contained"}
    assert len(check.anchors) == COUNT


@pytest.mark.parametrize(
    "typed",
    [
        "記録の値: {}",
        "# 研修: ガイドライン / 件数: 12 / 記録の値: {} / 算式: 修了÷対象者",
        "{} 2026-04-01T00:00:00.000000Z",
        "  {}  ",
    ],
)
def test_a_value_is_read_off_a_paper_however_it_stands_there(typed: str) -> None:
    entry = CITY.entries[8]
    full_width = entry.line.translate({n: n + 0xFEE0 for n in range(0x21, 0x7F)})
    for line in (entry.line, entry.line.upper(), full_width):
        assert verify(GOOD, typed.format(line)).anchors == {entry.line: "contained"}
        assert find_anchors(typed.format(line))[0].fits(entry)


# ---- what else it says


def test_two_readers_agree_on_a_thousand_chains() -> None:
    """The application's own check and this file find the same entry, or both find nothing."""
    dice = random.Random(4)
    good = CITY.entries
    for _ in range(1000):
        rows = list(good[: dice.randint(2, COUNT)])
        place = dice.randrange(len(rows))
        match dice.randrange(7):
            case 0:
                rows[place] = replace(rows[place], body=rows[place].body + b" ")
            case 1:
                rows[place] = replace(rows[place], prev="f" * 64)
            case 2:
                rows[place] = replace(rows[place], hash=rows[place].hash[::-1])
            case 3 if place < len(rows) - 1:
                del rows[place]
            case 4:
                rows[place] = follow("kenshu", rows[place - 1] if place else None, FORGED)
            case 5 if place < len(rows) - 1:
                rows[place], rows[-1] = (
                    replace(rows[-1], seq=rows[place].seq),
                    replace(rows[place], seq=rows[-1].seq),
                )
            case _:
                pass
        found = own.first_break(rows, "kenshu")
        check = verify(chain_lines(rows))
        assert check.first_bad == (found and found.seq), (found, check.problems)


def test_a_clock_that_steps_back_is_a_warning() -> None:
    corpus = Corpus()
    for at in ("2026-04-01T09:00:00.000000Z", "2026-04-01T08:59:30.000000Z", "2026-04-01T07:59:30.000000Z"):
        body = own.canonical({"event": "x", "at": at})
        corpus.entries.append(follow("kenshu", corpus.entries[-1] if corpus.entries else None, body))
    check = verify(corpus.lines())
    assert check.problems == []
    assert check.warnings == ["3番で、サーバーの時計が1.0時間戻っています。"]


def test_redacted_people_are_counted_and_the_chain_still_verifies() -> None:
    corpus = city()
    gone = [f"{n:032x}" for n in range(1, 6)]
    corpus.say("evidence.redacted", persons=list(gone), before="2032-04-01")
    corpus.sealed = {made: seal for made, seal in corpus.sealed.items() if seal[0] not in gone}
    for completion in corpus.completions:
        if completion["person"] in gone:
            completion.update(number="", name="", department="")
    check = verify(corpus.lines())
    assert check.problems == []
    assert len(check.redacted) == 5


def test_text_that_is_gone_without_a_record_of_it_is_a_problem() -> None:
    corpus = city()
    corpus.sealed.popitem()
    check = verify(corpus.lines())
    assert "控えがありません" in check.problems[0][1]


def test_an_annulled_certificate_is_said_to_be() -> None:
    corpus = city()
    corpus.say("completion.annulled", serial="ABCD-0003")
    corpus.completions[2]["annulled"] = 1
    check = verify(corpus.lines())
    assert check.problems == []
    assert list(check.annulled) == ["ABCD-0003"]
    corpus.completions[2]["annulled"] = 0
    assert "取消し" in verify(corpus.lines()).problems[0][1]


def test_a_score_no_test_supports_is_a_problem() -> None:
    corpus = city(2)
    corpus.say("completion.granted", serial="ABCD-9999", attempts=["f" * 32], correct=9, asked=9)
    corpus.completions.append({"serial": "ABCD-9999"})
    reasons = [reason for seq, reason in verify(corpus.lines()).problems if seq == len(corpus.entries)]
    assert any("合格した確認テストの記録がありません" in reason for reason in reasons)


# ---- as an auditor runs it


def run(folder: Path, *words: str, export: bytes | None = None) -> subprocess.CompletedProcess[str]:
    """Run a copy of the file alone, in an isolated Python without our packages."""
    alone = folder / "verifier.py"
    alone.write_bytes(VERIFIER.read_bytes())
    path = folder / "export.jsonl"
    path.write_bytes(b"".join(lines.closed(GOOD)) if export is None else export)
    return subprocess.run(
        [sys.executable, "-I", "-S", "-X", "utf8", str(alone), str(path), *words],
        capture_output=True, text=True, encoding="utf-8", cwd=folder,
    )  # fmt: skip


def test_it_stands_alone() -> None:
    tree = ast.parse(VERIFIER.read_text(encoding="utf-8"))
    names = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names)


def test_whoever_stops_reading_gets_no_trace_of_a_fault(tmp_path: Path) -> None:
    export = tmp_path / "export.jsonl"
    export.write_bytes(b"".join(lines.closed(GOOD)))
    with subprocess.Popen(
        [sys.executable, "-I", "-S", str(VERIFIER), str(export), "--list"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as running:  # fmt: skip
        assert running.stdout is not None and running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait() == 0


def test_an_auditor_gets_a_yes_in_words(tmp_path: Path) -> None:
    paper = CITY.entries[9].line
    done = run(tmp_path, "--anchor", paper, "--certificate", "abcd-0003")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "問題はありません" in done.stdout
    assert f"紙の値 {paper}: 含まれています" in done.stdout
    assert "修了証 ABCD-0003" in done.stdout and "試験 3" in done.stdout


def test_an_auditor_gets_a_no_with_the_number(tmp_path: Path) -> None:
    export = list(GOOD)
    export[20] = export[20].replace(b"2026", b"2025", 1)
    done = run(tmp_path, "--json", export=b"".join(lines.closed(export)))
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert (found["ok"], found["first_bad"]) == (False, 20)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--certificate", "ZZZZ-9999"], 1),
        (["--anchor", "kenshu 99999 0123456789abcdef"], 1),
        (["--anchor", "kenshu"], 2),
        (["--anchors", "nowhere.txt"], 2),
        (["--file", "verifier.py"], 1),
        (["--surely"], 2),
    ],
)
def test_exit_codes(tmp_path: Path, words: list[str], code: int) -> None:
    assert run(tmp_path, *words).returncode == code


def test_a_folder_of_papers_in_one_file(tmp_path: Path) -> None:
    papers = "# 毎朝の記録\n" + "".join(f"{e.line} 2026-04-01T00:00:00.000000Z\n" for e in CITY.entries[::9])
    (tmp_path / "papers.txt").write_text(papers, encoding="utf-8")
    assert run(tmp_path, "--anchors", "papers.txt").returncode == 0


def test_what_is_no_export_is_refused(tmp_path: Path) -> None:
    assert run(tmp_path, export=b"PK\x03\x04").returncode == 1
    assert run(tmp_path, export=b"").returncode == 1


@pytest.mark.long
def test_a_million_entries_in_ten_seconds() -> None:
    corpus = Corpus()
    for n in range(1_000_000):
        corpus.say("attempt.started", attempt=f"{n:032x}", person=f"{n % 9000:032x}", revision="a" * 64,
                   course="sns-guideline", section="3-scope", language="ja", questions="b" * 64)  # fmt: skip
    content = b"".join(lines.closed(corpus.lines()))
    started = time.process_time()
    check = verify_bytes(content)
    seconds = time.process_time() - started
    assert check.problems == []
    assert seconds < 10, seconds
