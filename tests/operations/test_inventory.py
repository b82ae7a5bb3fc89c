"""Nothing about a person is kept unsaid: every column of every table is declared, with its purpose."""

from __future__ import annotations

import importlib
import re

import pytest

from app.db import Base
from app.operations.inventory import INVENTORY, NEVER, Held, rows
from app.settings import ROOT

REVIEW = ROOT / "docs" / "security-review.ja.md"
BY_TABLE = {held.table: held for held in INVENTORY}
#: Columns by these names are about a person wherever they stand.
ALWAYS_PERSONAL = re.compile(
    r"person_id|person|name|kana|roman|mail|address|number|login|.*_by|by|chosen|answer|password.*|note_to.*"
)
#: … but for these, which are about a paper, a department or a file.
NOT_A_PERSON = {("departments", "name"), ("fixed_reports", "number")}


def tables() -> dict[str, set[str]]:
    for path in (ROOT / "app").rglob("*models.py"):
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for name in re.findall(
        r'"(app\.[a-z_.]+)"', (ROOT / "migrations" / "env.py").read_text(encoding="utf-8")
    ):
        importlib.import_module(name)
    return {name: set(table.columns.keys()) for name, table in Base.metadata.tables.items()}


def test_every_table_is_declared_once() -> None:
    assert len(BY_TABLE) == len(INVENTORY)
    assert set(BY_TABLE) == set(tables())


@pytest.mark.parametrize("held", INVENTORY, ids=lambda held: held.table)
def test_every_column_is_declared(held: Held) -> None:
    declared = set(held.personal) | held.other
    there = tables()[held.table]
    assert there - declared == set(), "declare these columns in app/operations/inventory.py"
    assert declared - there == set(), "these columns are gone"
    assert not set(held.personal) & held.other


@pytest.mark.parametrize("held", INVENTORY, ids=lambda held: held.table)
def test_what_names_a_person_is_declared_as_personal(held: Held) -> None:
    hidden = {c for c in held.other if ALWAYS_PERSONAL.fullmatch(c) and (held.table, c) not in NOT_A_PERSON}
    assert not hidden
    assert held.purpose and held.kept and all(held.personal.values())


def test_nothing_is_held_that_we_say_we_do_not_hold() -> None:
    columns = " ".join(column for there in tables().values() for column in there)
    assert not re.search(r"birth|gender|sex\b|salary|health|photo|my_?number|home_address|phone", columns)
    text = REVIEW.read_text(encoding="utf-8")
    for what in NEVER:
        assert what in text


def test_the_review_shows_the_list() -> None:
    lines = set(REVIEW.read_text(encoding="utf-8").splitlines())
    wanted = [f"| `{table}` | {' | '.join(more)} |" for table, *more in rows()]
    missing = [line for line in wanted if line not in lines]
    assert not missing, "put these lines into the list of docs/security-review.ja.md:\n" + "\n".join(missing)
    shown = [line for line in lines if line.startswith("| `")]
    assert sorted(shown) == sorted(wanted), "the review shows tables that are gone"


def test_the_review_names_every_library_with_a_licence() -> None:
    text = REVIEW.read_text(encoding="utf-8").partition("## ライセンス一覧")[2]
    said = dict(re.findall(r"^\| ([a-z0-9-]+) \| (\S.*?) \|$", text, re.MULTILINE))
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert set(said) == set(re.findall(r"^([a-z0-9-]+)(?:\[[^\]]*\])?==", lock, re.MULTILINE))
    assert all("?" not in licence for licence in said.values())
