"""docs/asvs.csv: every first-level requirement is answered, and what is named as proof is there."""

from __future__ import annotations

import ast
import csv

import pytest

from app.settings import ROOT

#: The requirements of ASVS 5.0.0 at level 1: section -> its numbers.
LEVEL_1 = {
    "1.2": (1, 2, 3, 4, 5), "1.3": (1, 2), "1.5": (1,), "2.1": (1,), "2.2": (1, 2), "2.3": (1,),
    "3.2": (1, 2), "3.3": (1,), "3.4": (1, 2), "3.5": (1, 2, 3), "4.1": (1,), "4.4": (1,), "5.2": (1, 2),
    "5.3": (1, 2), "6.1": (1,), "6.2": (1, 2, 3, 4, 5, 6, 7, 8), "6.3": (1, 2), "6.4": (1, 2),
    "7.2": (1, 2, 3, 4), "7.4": (1, 2), "8.1": (1,), "8.2": (1, 2), "8.3": (1,), "9.1": (1, 2, 3),
    "9.2": (1,), "10.4": (1, 2, 3, 4, 5), "11.3": (1, 2), "11.4": (1,), "12.1": (1,), "12.2": (1, 2),
    "13.4": (1,), "14.2": (1,), "14.3": (1,), "15.1": (1,), "15.2": (1,), "15.3": (1,),
}  # fmt: skip
with (ROOT / "docs" / "asvs.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))


def test_every_requirement_of_level_1_is_answered_once() -> None:
    wanted = {f"v5.0.0-{section}.{n}" for section, numbers in LEVEL_1.items() for n in numbers}
    assert len(wanted) == 70
    assert {row["番号"] for row in ROWS if row["水準"] == "1"} == wanted
    assert len({row["番号"] for row in ROWS}) == len(ROWS)
    assert {row["水準"] for row in ROWS} == {"1", "2"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["番号"])
def test_an_answer_is_proven_or_explained(row: dict[str, str]) -> None:
    assert row["求められること"]
    assert row["満たすか"] in ("はい", "一部", "いいえ", "当てはまらない")
    assert row["示すもの"] if row["満たすか"] == "はい" else row["備考"]
    for proof in row["示すもの"].split():
        assert_is_there(proof)


def assert_is_there(proof: str) -> None:
    """A test of that name, or a page with that heading."""
    path, _, name = proof.partition("::")
    page, _, section = path.partition("#")
    text = (ROOT / page).read_text(encoding="utf-8")
    if name:
        functions = {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}
        assert name in functions, f"{page} has no {name}"
    else:
        assert page.endswith(".md")
        assert f"## {section}\n" in text, f"{page} has no {section}"


def test_a_yes_rests_on_a_test_unless_a_page_is_asked_for() -> None:
    """What asks for a document is shown by one; everything else by a test."""
    by_page_alone = {
        row["番号"].removeprefix("v5.0.0-")
        for row in ROWS
        if row["満たすか"] == "はい" and "::" not in row["示すもの"]
    }
    assert {number for number in by_page_alone if number.split(".")[1] != "1"} == {"6.2.10", "12.2.2"}


#: Of level 2, what rests on the rows of what the site promises: sessions, durability, exports, logs, errors.
PROMISED = (
    "1.3.11", "2.3.3", "2.3.4", "3.3.2", "3.3.3", "3.3.4", "3.4.3", "3.4.4", "3.4.6", "3.7.2", "4.1.3",
    "4.2.1", "5.2.3", "5.4.2", "6.2.9", "6.2.10", "6.4.3", "7.3.1", "7.3.2", "7.4.3", "7.4.5", "7.5.2",
    "8.2.3", "11.4.2", "13.2.2", "13.4.2", "14.1.1", "14.3.2", "15.1.2", "15.3.3", "16.3.1", "16.4.1",
    "16.5.1", "16.5.2", "16.5.3",
)  # fmt: skip


def test_the_promised_of_level_2_are_answered() -> None:
    assert {f"v5.0.0-{number}" for number in PROMISED} <= {row["番号"] for row in ROWS if row["水準"] == "2"}
