"""The columns of every form of the report, each form one ordered list for page, CSV and XLSX. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from app.fiscal_year import FiscalYear
from app.reports.completion import NO_DEPARTMENT, Line, Row

R = TypeVar("R")

Cell = str | int | date | None
"""What a column gives for a row: None is an empty cell."""

#: Under every table that shows a rate.
FORMULA = (
    "修了率(%) = 修了 ÷ 対象者数 × 100(小数第2位以下は切り捨て。対象者がいないときは「-」)。"
    "対象者数 = 修了 + 受講中 + 未着手 + 期限超過。"
    "在籍者数 = 対象者数 + 対象外 + 要協議 + 免除 + 猶予。"
)


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """A heading and how its cell is got; ``kind`` is text, code, number, rate or date.

    ``key`` names the slice of people behind a number (``choosing.SLICE``), where there is one.
    """

    name: str
    value: Callable[[R], Cell]
    kind: str = "text"
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """What is the same in every line of a report by person."""

    day: date
    course: str


def person_columns(heading: Heading) -> tuple[Column[Line], ...]:
    """The columns by person."""
    year = FiscalYear.of(heading.day).year
    return (
        Column("年度", lambda _line: year, "number"),
        Column("基準日", lambda _line: heading.day, "date"),
        Column("研修", lambda _line: heading.course),
        Column("職員番号", lambda line: line.post.appointment.number, "code"),
        Column("氏名", lambda line: line.person.name),
        Column("フリガナ", lambda line: line.person.kana),
        Column("所属コード", lambda line: line.code, "code"),
        Column("所属名", department_name),
        Column("任命権者", lambda line: line.post.placement.authority),
        Column("職員区分", lambda line: line.post.placement.category.value),
        Column("適用区分", lambda line: line.post.scope.kind.value),
        Column("受講区分", lambda line: line.post.obligation.value),
        Column("義務年度", lambda line: line.duty_year, "number"),
        Column("期限", lambda line: line.standing.due, "date"),
        Column("状況", lambda line: line.standing.state.value),
        Column("修了日", completed_on, "date"),
        Column("期限内", on_time),
        Column("得点", score, "number"),
        Column("受講方法", method),
        Column("ガイドラインの版", version),
    )


def department_name(line: Line) -> str:
    """所属名 of a line."""
    return NO_DEPARTMENT if line.department is None else line.department.name


def completed_on(line: Line) -> date | None:
    """修了日 of a line."""
    return None if line.standing.completed is None else line.standing.completed.on


def on_time(line: Line) -> str:
    """期限内 or 期限後, once completed."""
    return {True: "期限内", False: "期限後", None: ""}[line.standing.on_time]


def score(line: Line) -> int | None:
    """得点, a percentage; None until completed and for a completion on paper."""
    return None if line.standing.completed is None else line.standing.completed.score


def method(line: Line) -> str:
    """受講方法, once completed."""
    return "" if line.standing.completed is None else line.standing.completed.method


def version(line: Line) -> str:
    """The guideline's version the completion speaks of."""
    return "" if line.standing.completed is None else line.standing.completed.version


COUNT_COLUMNS: tuple[Column[Row], ...] = (
    Column("在籍者数", lambda row: row.tally.employed, "number", ""),
    Column("対象外", lambda row: row.tally.not_owed, "number", "not_owed"),
    Column("要協議", lambda row: row.tally.consult, "number", "consult"),
    Column("免除", lambda row: row.tally.exempt, "number", "exempt"),
    Column("猶予", lambda row: row.tally.deferred, "number", "deferred"),
    Column("対象者数", lambda row: row.tally.required, "number", "required"),
    Column("修了", lambda row: row.tally.completed, "number", "completed"),
    Column("期限内修了", lambda row: row.tally.on_time, "number", "on_time"),
    Column("受講中", lambda row: row.tally.in_progress, "number", "in_progress"),
    Column("未着手", lambda row: row.tally.not_started, "number", "not_started"),
    Column("期限超過", lambda row: row.tally.overdue, "number", "overdue"),
    Column("修了率", lambda row: row.tally.rate, "rate"),
)

DEPARTMENT_COLUMNS: tuple[Column[Row], ...] = (
    Column("所属コード", lambda row: row.code, "code"),
    Column("所属名", lambda row: row.name),
    Column("階層", lambda row: row.level or None, "number"),
    *COUNT_COLUMNS,
)
NAMED_COLUMNS: tuple[Column[Row], ...] = (Column("名称", lambda row: row.name), *COUNT_COLUMNS)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows as cells under their columns, ready for a page or a file."""

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def sheet(columns: Sequence[Column[R]], rows: Sequence[R]) -> Sheet:
    """Ask every column about every row."""
    return Sheet(
        tuple(c.name for c in columns),
        tuple(c.kind for c in columns),
        tuple(tuple(c.value(row) for c in columns) for row in rows),
    )
