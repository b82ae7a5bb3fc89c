"""Headings: which column of the file is which of ours, which are dropped unread, which refuse the file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from app.people.roster.findings import FileRefused
from app.people.roster.tables import Row, Table
from app.people.search import search_key

HEADING_ROWS = 40
C = TypeVar("C", bound=StrEnum)


class Column(StrEnum):
    """The columns of a roster, by their heading."""

    NUMBER = "職員番号"
    NAME = "氏名"
    KANA = "フリガナ"
    ROMAN = "ローマ字氏名"
    DEPARTMENT_CODE = "所属コード"
    DEPARTMENT = "所属名"
    TITLE = "職名"
    CATEGORY = "職員区分"
    WORK_TYPE = "勤務区分"
    AUTHORITY = "任命権者"
    START = "任用開始日"
    END = "任用終了日"
    MAIN = "本務兼務"
    STATE = "在職区分"
    MOVED = "異動年月日"
    PREVIOUS = "前職員番号"
    MAIL = "メール"
    LANGUAGE = "言語"
    #: 部, 課, 係 in columns of their own stand in for 所属名.
    BUREAU = "部"
    DIVISION = "課"
    SECTION = "係"


class DepartmentColumn(StrEnum):
    """The columns of a departments file, by their heading."""

    CODE = "所属コード"
    PARENT = "上位所属コード"
    NAME = "所属名"
    SHORT = "略称"
    POSITION = "建制順"
    FROM = "有効開始日"
    TO = "有効終了日"
    KIND = "区分"
    HEAD = "所属長職員番号"


HEADINGS: tuple[Column, ...] = tuple(Column)[:18]
NEEDED = (Column.NUMBER, Column.NAME, Column.CATEGORY, Column.START)

_ROSTER_NAMES: dict[Column, str] = {
    Column.NUMBER: "職員NO 職員NO. 職員№ 職員コード 職員CD 社員番号 職番 番号 団員番号 職員ID",
    Column.NAME: "漢字氏名 氏名(漢字) 氏名漢字 職員氏名 職員名 名前 氏名(姓名)",
    Column.KANA: "カナ カナ氏名 氏名カナ 氏名(カナ) 氏名フリガナ 氏名(フリガナ) シメイ 半角カナ氏名",
    Column.ROMAN: "ローマ字 英字氏名 氏名ローマ字 氏名(ローマ字) 氏名(英字)",
    Column.DEPARTMENT_CODE: "所属CD 所属番号 部署コード 課コード 所属課コード",
    Column.DEPARTMENT: "所属 所属名称 部署 部署名 所属課 所属課名 所属部署",
    Column.TITLE: "補職 補職名 役職 役職名 職位",
    Column.CATEGORY: "職員種別 任用区分 雇用区分 職員区分名 任用形態 区分名",
    Column.WORK_TYPE: "勤務形態 勤務形態区分",
    Column.AUTHORITY: "任命権者名",
    Column.START: "採用日 採用年月日 任用日 任用年月日 任用開始年月日 任期開始日 任期開始年月日 "
    "委嘱日 委嘱年月日 入団年月日",
    Column.END: "任用終了年月日 任期満了日 任期満了年月日 任期終了日 任期終了年月日 任期末日 "
    "退職日 退職年月日",
    Column.MAIN: "本務・兼務 本務/兼務 本務兼務区分 本兼 本兼区分 兼務区分 本務兼務の別",
    Column.STATE: "在職状況 在職状態 在職/退職の別 在職退職の別 休職区分 在籍区分",
    Column.MOVED: "異動日 所属異動年月日 発令日 発令年月日",
    Column.PREVIOUS: "旧職員番号 前職員NO 旧職員NO 前の職員番号",
    Column.MAIL: "メールアドレス MAIL EMAIL E-MAIL Eメール 電子メール",
    Column.LANGUAGE: "使用言語",
    Column.BUREAU: "部名 部局 部局名",
    Column.DIVISION: "課名 課所名 課室 課室名",
    Column.SECTION: "係名 係・担当 担当名",
}
_DEPARTMENT_NAMES: dict[DepartmentColumn, str] = {
    DepartmentColumn.CODE: "所属CD 部署コード コード",
    DepartmentColumn.PARENT: "上位コード 親所属コード 上位所属CD",
    DepartmentColumn.NAME: "所属名称 所属 部署名 名称",
    DepartmentColumn.SHORT: "所属略称 略名",
    DepartmentColumn.POSITION: "所属順 順番 並び順 表示順",
    DepartmentColumn.FROM: "開始日 有効開始年月日",
    DepartmentColumn.TO: "終了日 有効終了年月日",
    DepartmentColumn.KIND: "所属区分 種別",
    DepartmentColumn.HEAD: "所属長 所属長番号 所属長職員NO",
}
#: A heading that holds one of these words is personal and not needed: its cells are never kept.
PERSONAL = (
    "生年月日", "誕生", "性別", "住所", "郵便番号", "電話", "携帯", "給与", "給料", "号給", "級号", "俸給",
    "月額", "手当", "報酬", "賃金", "時給", "扶養", "口座", "銀行", "共済", "年齢", "本籍", "国籍", "学歴",
    "最終学校", "配偶者", "家族", "障害", "障がい", "健康", "病名", "保険", "年金", "血液型", "緊急連絡",
    "懲戒", "評価",
)  # fmt: skip
_PERSONAL_KEYS = tuple(search_key(word) for word in PERSONAL)
_MY_NUMBER = ("個人番号", "マイナンバー", "mynumber", "個人ナンバー")


def heading_key(cell: str) -> str:
    """How headings are compared: width, kana, spaces, letter case and closing marks do not count."""
    key = search_key(cell)
    return re.sub(r"(?:\(必須\)|\(任意\)|[*※:])+$", "", key)


def _by_key(names: dict[C, str]) -> dict[str, C]:
    keys = {heading_key(name): column for column, line in names.items() for name in line.split(" ")}
    return keys | {heading_key(column.value): column for column in names}


ROSTER_KEYS = _by_key(_ROSTER_NAMES)
DEPARTMENT_KEYS = _by_key(_DEPARTMENT_NAMES)


@dataclass(frozen=True, slots=True)
class Layout(Generic[C]):
    """Where the headings stand: ``columns`` -> index, ``first`` = index of the first row below them."""

    columns: dict[C, int]
    written: dict[C, str]
    headings: tuple[str, ...]
    first: int
    ignored: tuple[str, ...]
    personal: tuple[str, ...]


def find_layout(table: Table, keys: Mapping[str, C], wanted: Iterable[C]) -> Layout[C] | None:
    """Find the headings among the first rows; two-line headings are tried where one line is not enough.

    ``wanted`` are the columns that tell a heading row from a title. None when no row fits.
    Raises FileRefused when a column stands twice.
    """
    wanted = tuple(wanted)
    best: tuple[int, int, Sequence[str], int] | None = None
    for index, row in enumerate(table.rows[:HEADING_ROWS]):
        for cells, height in _candidates(table.rows, index, row, keys):
            found = [keys[k] for c in cells if (k := heading_key(c)) in keys]
            score = len(set(found) & set(wanted)) * 100 + len(set(found)) - height
            if sum(w in found for w in wanted) >= 2 and (best is None or score > best[0]):
                best = (score, index + height, cells, index)
    return None if best is None else _layout(best[2], best[1], keys, table.rows[best[3]].line)


def _candidates(
    rows: Sequence[Row], index: int, row: Row, keys: Mapping[str, C]
) -> Iterable[tuple[Sequence[str], int]]:
    yield row.cells, 1
    if index + 1 < len(rows):
        below = rows[index + 1].cells
        if sum(bool(c.strip()) for c in below) and len(below) == len(row.cells):
            group, joined = "", []
            for top, bottom in zip(row.cells, below, strict=True):
                group = top.strip() or group
                alone = heading_key(bottom) in keys
                joined.append(bottom if alone else group + bottom.strip() if bottom.strip() else top)
            yield joined, 2


def _layout(cells: Sequence[str], first: int, keys: Mapping[str, C], line: int) -> Layout[C]:
    columns: dict[C, int] = {}
    ignored: list[str] = []
    personal: list[str] = []
    for index, cell in enumerate(cells):
        key = heading_key(cell)
        column = keys.get(key)
        if column is None:
            if key:
                (personal if any(word in key for word in _PERSONAL_KEYS) else ignored).append(cell.strip())
            continue
        if column not in columns:
            columns[column] = index
            continue
        exact = [i for i in (columns[column], index) if heading_key(cells[i]) == heading_key(column.value)]
        if len(exact) != 1:
            both = "」と「".join(cells[i].strip() for i in (columns[column], index))
            raise FileRefused(
                f"見出し(名簿の{line}行目)に「{column.value}」として読める列が2つあります"
                f"({letter(columns[column])}列と{letter(index)}列の「{both}」)。",
                "取り込まない方の列を消すか、見出しを変えてください。",
            )
        other = index if exact[0] != index else columns[column]
        ignored.append(cells[other].strip())
        columns[column] = exact[0]
    written = {column: cells[index].strip() for column, index in columns.items()}
    return Layout(columns, written, tuple(cells), first, tuple(ignored), tuple(personal))


def letter(index: int) -> str:
    """A, B, … AA: a column as a spreadsheet names it."""
    name = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def refuse_my_number(table: Table) -> None:
    """Raise FileRefused when a heading or the values of a column are 個人番号 (マイナンバー)."""
    for row in table.rows[:HEADING_ROWS]:
        filled = sum(bool(cell.strip()) for cell in row.cells)
        for index, cell in enumerate(row.cells):
            if filled >= 3 and len(cell) <= 40 and any(word in heading_key(cell) for word in _MY_NUMBER):
                raise _my_number(f"見出し「{cell.strip()}」({letter(index)}列)")
    hits: dict[int, int] = {}
    for row in table.rows:
        for index, cell in enumerate(row.cells):
            if 12 <= len(cell) <= 20 and is_my_number(cell):
                hits[index] = hits.get(index, 0) + 1
                if hits[index] >= 3:
                    raise _my_number(f"{letter(index)}列")


def _my_number(place: str) -> FileRefused:
    return FileRefused(
        f"個人番号(マイナンバー)が含まれています({place})。この名簿は読み込まず、何も保存していません。",
        "個人番号の列を消した名簿を作り直してください(列を隠すだけでは残ります)。元のファイルの扱いは市の定めに従ってください。",
    )


def is_my_number(cell: str) -> bool:
    """True for twelve digits whose last one is the check digit of the eleven before it."""
    digits = "".join(c for c in unicodedata.normalize("NFKC", cell) if c not in " -'=\"")
    if len(digits) != 12 or not digits.isdigit() or not digits.isascii():
        return False
    total = sum(
        int(digit) * (place + 1 if place <= 6 else place - 5)
        for place, digit in enumerate(reversed(digits[:11]), start=1)
    )
    rest = total % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)
