"""What the city and its groups get wrong as lines of a file: one ordered list of columns. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.reports.columns import Column, Sheet, sheet
from app.reports.item_groups import By, Cell, GroupLine
from app.reports.items import ClauseLine

CITY = "市全体"
EVERYBODY = "区分の合計"


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """One line of the file: a clause in the city or in a group, and of when the answers are."""

    kind: str
    group: str
    when: str
    label: str
    cell: ClauseLine | Cell | None


COLUMNS: tuple[Column[ClauseRow], ...] = (
    Column("集計", lambda row: row.kind),
    Column("名称", lambda row: row.group),
    Column("解答の時期", lambda row: row.when),
    Column("項", lambda row: row.label),
    Column("解答した人", lambda row: row.cell.people if isinstance(row.cell, Cell) else None, "number"),
    Column("最初の解答", lambda row: row.cell.answers if row.cell else None, "number"),
    Column("誤答", lambda row: row.cell.wrong if row.cell else None, "number"),
    Column("誤答率", lambda row: row.cell.rate if row.cell else "-", "rate"),
)


def clause_sheet(
    clauses: Sequence[ClauseLine],
    until: str,
    groups: Sequence[GroupLine],
    year: str,
    by: By,
    names: Mapping[str, str],
) -> Sheet:
    """The clauses as cells: the city, all groups together, each group (key -> name); "-" where hidden."""
    rows = [ClauseRow(CITY, CITY, until, line.label, line) for line in clauses]
    rows += [ClauseRow(by.label, EVERYBODY, year, line.label, line.everybody) for line in groups]
    rows += [
        ClauseRow(by.label, name, year, line.label, line.groups[by].get(key))
        for key, name in names.items()
        for line in groups
    ]
    return sheet(COLUMNS, rows)
