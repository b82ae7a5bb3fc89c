"""The departments of the demonstration city, before and after the reorganisation (機構改革)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

MAYOR, BOARD, ASSEMBLY = "市長", "教育委員会", "議会議長"
ELECTION, AUDIT, FARMING, WATER = "選挙管理委員会", "代表監査委員", "農業委員会", "公営企業管理者"


@dataclass(frozen=True, slots=True)
class Unit:
    """One 所属: ``old_name`` before the reorganisation ("" = new), ``name`` after it ("" = given up).

    ``staff`` is how many regular employees it has, ``trade`` what most of them are, ``head`` the title of its
    所属長 ("" = none of its own).
    """

    code: str
    parent: str
    old_name: str
    name: str
    kind: str
    authority: str
    staff: int = 0
    trade: str = "事務"
    head: str = "課長"

    def name_on(self, day: date, reform: date) -> str:
        """所属名 on ``day``; "" when the 所属 does not exist that day."""
        return self.name if day >= reform else self.old_name


# 所属コード 上位 旧名 新名 区分 任命権者 人数 職種 所属長。「=」は旧名のまま、「-」は空。
_TABLE = """
01 - 総務部 = 部 市長 0 事務 部長
0101 01 総務課 = 本庁 市長 14 事務 課長
0102 01 行政管理課 = 本庁 市長 4 事務 課長
010201 0102 人事係 = 係 市長 7 事務 -
010202 0102 行政係 = 係 市長 6 事務 -
0103 01 財政課 = 本庁 市長 12 事務 課長
0104 01 契約検査課 = 本庁 市長 8 事務 課長
0105 01 税務課 = 本庁 市長 3 事務 課長
010501 0105 市民税係 = 係 市長 10 事務 -
010502 0105 資産税係 = 係 市長 10 事務 -
010503 0105 収納係 = 係 市長 9 事務 -
02 - 企画部 企画政策部 部 市長 0 事務 部長
0201 02 企画課 企画政策課 本庁 市長 12 事務 課長
0202 02 秘書広報課 - 本庁 市長 12 事務 課長
0205 02 - 秘書課 本庁 市長 5 事務 課長
0206 02 - 広報広聴課 本庁 市長 7 事務 課長
0203 02 情報政策課 デジタル推進課 本庁 市長 10 事務 課長
03 - 市民部 = 部 市長 0 事務 部長
0301 03 市民課 = 本庁 市長 3 事務 課長
030101 0301 窓口係 = 係 市長 12 事務 -
030102 0301 国保年金係 = 係 市長 12 事務 -
0302 03 生活環境課 環境課 本庁 市長 12 事務 課長
0303 03 防災安全課 = 本庁 市長 9 事務 課長
0304 03 東支所 = 出先 市長 8 事務 支所長
0305 03 西支所 = 出先 市長 8 事務 支所長
04 - 福祉部 健康福祉部 部 市長 0 事務 部長
0401 04 社会福祉課 = 本庁 市長 3 事務 課長
040101 0401 保護係 = 係 市長 11 事務 -
040102 0401 障がい福祉係 = 係 市長 9 事務 -
0402 04 長寿福祉課 = 本庁 市長 15 事務 課長
0403 04 健康づくり課 = 本庁 市長 20 保健 課長
0404 04 こども課 - 本庁 市長 10 事務 課長
0405 04 子育て支援課 - 本庁 市長 9 事務 課長
0406 04 - こども未来課 本庁 市長 19 事務 課長
0411 04 第一保育所 = 出先 市長 20 保育 所長
0412 04 第二保育所 = 出先 市長 18 保育 所長
0413 04 中央保育所 - 出先 市長 16 保育 所長
0414 10 中央幼稚園 - 学校 教育委員会 10 保育 園長
0415 04 - 中央こども園 施設 市長 26 保育 園長
05 - 産業部 = 部 市長 0 事務 部長
0501 05 農政課 = 本庁 市長 14 技術 課長
0502 05 商工課 - 本庁 市長 8 事務 課長
0503 05 観光課 - 本庁 市長 7 事務 課長
0504 05 - 商工観光課 本庁 市長 15 事務 課長
06 - 建設部 = 部 市長 0 技術 部長
0601 06 道路河川課 = 本庁 市長 22 技術 課長
0602 06 都市計画課 = 本庁 市長 15 技術 課長
0603 06 建築住宅課 = 本庁 市長 13 技術 課長
07 - 上下水道部 = 部 公営企業管理者 0 技術 部長
0701 07 水道施設課 = 本庁 公営企業管理者 14 技術 課長
0702 07 下水道課 = 本庁 公営企業管理者 12 技術 課長
0703 07 浄水場 = 施設 公営企業管理者 8 技術 場長
08 - 会計課 = 本庁 市長 6 事務 課長
09 - 議会事務局 = 本庁 議会議長 6 事務 局長
10 - 教育委員会事務局 = 部 教育委員会 0 事務 部長
1001 10 教育総務課 = 本庁 教育委員会 12 事務 課長
1002 10 学校教育課 = 本庁 教育委員会 12 事務 課長
1003 10 生涯学習課 = 本庁 教育委員会 12 事務 課長
1011 10 中央図書館 = 施設 教育委員会 10 事務 館長
1012 10 中央公民館 = 施設 教育委員会 5 事務 館長
1014 10 学校給食センター = 施設 教育委員会 12 調理 所長
1021 10 第一小学校 = 学校 教育委員会 2 事務 -
1022 10 第二小学校 = 学校 教育委員会 2 事務 -
1031 10 第一中学校 = 学校 教育委員会 2 事務 -
1032 10 第二中学校 = 学校 教育委員会 2 事務 -
11 - 選挙管理委員会事務局 = 本庁 選挙管理委員会 4 事務 局長
12 - 監査委員事務局 = 本庁 代表監査委員 4 事務 局長
13 - 農業委員会事務局 = 本庁 農業委員会 5 事務 局長
14 - 消防団 = 消防団 市長 0 消防 -
1401 14 第1分団 = 係 市長 0 消防 -
1402 14 第2分団 = 係 市長 0 消防 -
1403 14 第3分団 = 係 市長 0 消防 -
1404 14 第4分団 = 係 市長 0 消防 -
1405 14 第5分団 = 係 市長 0 消防 -
"""

#: Where the people of a 所属 given up go, in turn.
SUCCESSORS: dict[str, tuple[str, ...]] = {
    "0202": ("0205", "0206", "0206"),
    "0404": ("0406",),
    "0405": ("0406",),
    "0413": ("0415",),
    "0414": ("0415",),
    "0502": ("0504",),
    "0503": ("0504",),
}
SCHOOLS = ("1021", "1022", "1031", "1032")
COMPANIES = ("1401", "1402", "1403", "1404", "1405")
COLUMNS = (
    "所属コード",
    "上位所属コード",
    "所属名",
    "略称",
    "建制順",
    "有効開始日",
    "有効終了日",
    "区分",
    "所属長職員番号",
)


def _unit(line: str) -> Unit:
    words = ("" if word == "-" else word for word in line.split())
    code, parent, old, new, kind, authority, staff, trade, head = words
    return Unit(code, parent, old, old if new == "=" else new, kind, authority, int(staff), trade, head)


UNITS: tuple[Unit, ...] = tuple(_unit(line) for line in _TABLE.strip().splitlines())
BY_CODE = {unit.code: unit for unit in UNITS}


def units_on(day: date, reform: date) -> list[Unit]:
    """The 所属 that exist on ``day``, in 建制順."""
    return [unit for unit in UNITS if unit.name_on(day, reform)]


def places(day: date, reform: date) -> list[Unit]:
    """The 課, offices and institutions among them: what people mean by "departments"."""
    return [unit for unit in units_on(day, reform) if unit.kind not in ("部", "係")]


def department_rows(
    day: date, reform: date, heads: Mapping[str, str], former_heads: Mapping[str, str]
) -> list[tuple[str, ...]]:
    """The lines of a departments file as it would be written on ``day``.

    Heads are by code; on the day of the reorganisation those given up are listed once more, with their end.
    """
    rows: list[tuple[str, ...]] = []
    for position, unit in enumerate(UNITS, start=1):
        first, last, head = "", "", heads.get(unit.code, "")
        if day >= reform and unit.name != unit.old_name:
            first = reform.isoformat()
            if not unit.name:
                first, last = "", (reform - timedelta(days=1)).isoformat()
                head = former_heads.get(unit.code, "")
        name = unit.old_name if last else unit.name_on(day, reform)
        if name and (not last or day == reform):
            rows.append((unit.code, unit.parent, name, "", str(position * 10), first, last, unit.kind, head))
    return rows
