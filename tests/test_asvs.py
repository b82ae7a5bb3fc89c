"""docs/asvs.csv: levels 1 and 2 are answered whole, and what is named as proof is there."""

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
#: The requirements at level 2, likewise.
LEVEL_2 = {
    "1.1": (1, 2), "1.2": (6, 7, 8, 9), "1.3": (3, 4, 5, 6, 7, 8, 9, 10, 11), "1.4": (1, 2, 3), "1.5": (2,),
    "2.1": (2, 3), "2.2": (3,), "2.3": (2, 3, 4), "2.4": (1,), "3.3": (2, 3, 4), "3.4": (3, 4, 5, 6),
    "3.5": (4, 5), "3.7": (1, 2), "4.1": (2, 3), "4.2": (1,), "4.3": (1, 2), "4.4": (2, 3, 4), "5.1": (1,),
    "5.2": (3,), "5.4": (1, 2, 3), "6.1": (2, 3), "6.2": (9, 10, 11, 12), "6.3": (3, 4), "6.4": (3, 4),
    "6.5": (1, 2, 3, 4, 5), "6.6": (1, 2, 3), "6.8": (1, 2, 3, 4), "7.1": (1, 2, 3), "7.3": (1, 2),
    "7.4": (3, 4, 5), "7.5": (1, 2), "7.6": (1, 2), "8.1": (2,), "8.2": (3,), "8.4": (1,), "9.2": (2, 3, 4),
    "10.1": (1, 2), "10.2": (1, 2), "10.3": (1, 2, 3, 4), "10.4": (6, 7, 8, 9, 10, 11),
    "10.5": (1, 2, 3, 4, 5), "10.6": (1, 2), "10.7": (1, 2, 3), "11.1": (1, 2), "11.2": (1, 2, 3),
    "11.3": (3,), "11.4": (2, 3, 4), "11.5": (1,), "11.6": (1,), "12.1": (2, 3), "12.3": (1, 2, 3, 4),
    "13.1": (1,), "13.2": (1, 2, 3, 4, 5), "13.3": (1, 2), "13.4": (2, 3, 4, 5), "14.1": (1, 2),
    "14.2": (2, 3, 4), "14.3": (2, 3), "15.1": (2, 3), "15.2": (2, 3), "15.3": (2, 3, 4, 5, 6, 7),
    "16.1": (1,), "16.2": (1, 2, 3, 4, 5), "16.3": (1, 2, 3, 4), "16.4": (1, 2, 3), "16.5": (1, 2, 3),
    "17.1": (1,), "17.2": (1, 2, 3, 4), "17.3": (1, 2),
}  # fmt: skip
with (ROOT / "docs" / "asvs.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))


@pytest.mark.parametrize(("level", "sections", "count"), [("1", LEVEL_1, 70), ("2", LEVEL_2, 183)])
def test_every_requirement_is_answered_once(
    level: str, sections: dict[str, tuple[int, ...]], count: int
) -> None:
    wanted = {f"v5.0.0-{section}.{n}" for section, numbers in sections.items() for n in numbers}
    assert len(wanted) == count
    answered = [row["番号"] for row in ROWS if row["水準"] == level]
    assert len(answered) == count
    assert set(answered) == wanted


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
