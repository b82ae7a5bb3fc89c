"""Imports point down only, and pure modules stay pure."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

APP = Path(__file__).parent.parent / "app"

#: Rooms from the top down; a room may import those after it, never those before it.
ORDER = (
    ("web", "cli"),
    ("demo",),
    ("auth",),
    ("reminders",),
    ("operations",),
    ("audit",),
    ("reports",),
    ("training",),
    ("access",),
    ("people", "courses"),
)
#: Leaves anyone may import.
LEAVES = {
    "db", "settings", "site", "clock", "fiscal_year", "wareki", "business_days", "loaded",
    "evidence", "catalogue", "shared_terminal", "formulas", "sealing", "private_files",
}  # fmt: skip
PURE = (
    "access/easy.py",
    "access/policy.py",
    "access/roles.py",
    "fiscal_year.py",
    "wareki.py",
    "business_days.py",
    "formulas.py",
    "site.py",
    "people/employment.py",
    "people/search.py",
    "people/roster/cells.py",
    "people/roster/changes.py",
    "people/roster/columns.py",
    "people/roster/data_rows.py",
    "people/roster/dates.py",
    "people/roster/department_plan.py",
    "people/roster/departments.py",
    "people/roster/doubles.py",
    "people/roster/export.py",
    "people/roster/findings.py",
    "people/roster/identity.py",
    "people/roster/lines.py",
    "people/roster/matching.py",
    "people/roster/placing.py",
    "people/roster/plan.py",
    "people/roster/reader.py",
    "people/roster/single.py",
    "people/roster/tables.py",
    "people/roster/timeline.py",
    "people/roster/words.py",
    "people/roster/workbook.py",
    "courses",
    "training/duties.py",
    "training/standing.py",
    "training/drawing.py",
    "training/first_lines.py",
    "training/grading.py",
    "training/reasons.py",
    "training/way.py",
    "training/refresher.py",
    "training/blueprint.py",
    "training/decision.py",
    "training/group_plan.py",
    "reports/completion.py",
    "reports/item_columns.py",
    "reports/item_groups.py",
    "reports/items.py",
    "reports/picking.py",
    "reminders/address.py",
    "reminders/due.py",
    "reminders/hours.py",
    "reminders/plan.py",
    "reminders/wording.py",
    "evidence/chain.py",
    "evidence/verifier.py",
    "web/readings.py",
)
IMPURE = {"flask", "flask_sqlalchemy", "flask_babel", "flask_wtf", "sqlalchemy"}


def modules() -> list[Path]:
    return sorted(APP.rglob("*.py"))


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            if node.module == "app":
                found |= {f"app.{alias.name}" for alias in node.names}
    return found


def room(name: str) -> str:
    """The room of a dotted name or path under app: cli_roster belongs to cli."""
    first = name.split("/")[0].removesuffix(".py").split(".")[0]
    return "cli" if first.startswith("cli") else first


def rank(name: str) -> int | None:
    return next((level for level, rooms in enumerate(ORDER) if room(name) in rooms), None)


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(APP).as_posix())
def test_imports_point_down(path: Path) -> None:
    here = path.relative_to(APP).as_posix()
    own = rank(here)
    if own is None:
        return
    for name in imported(path):
        target = name.removeprefix("app.")
        if name.startswith("app.") and room(target) not in LEAVES:
            level = rank(target)
            assert level is not None, f"{here} imports {name}, a room this test does not know"
            assert level > own or room(target) == room(here), f"{here} imports {name}: that points up"


def test_pure_modules_know_neither_flask_nor_sqlalchemy() -> None:
    for name in PURE:
        target = APP / name
        files = sorted(target.rglob("*.py")) if target.is_dir() else [target]
        assert files and all(f.exists() for f in files), name
        for path in files:
            found = {module.split(".")[0] for module in imported(path)} & IMPURE
            assert not found, f"{path.relative_to(APP)} imports {found}"
