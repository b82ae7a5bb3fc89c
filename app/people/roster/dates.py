"""Dates as cities write them: 2026-04-01, R8.4.1, 令和8年4月1日, Excel serials; 9999/12/31 is open-ended."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from app.wareki import ERAS

CURE = "2026-04-01 や R8.4.1 のように書いてください。"
_BLANK = frozenset({"", "-", "--", "―", "ー", "‐", "なし", "無", "無期限", "期限なし"})
_OPEN = re.compile(r"9999\D?\d\d?\D?\d\d?日?|(?:R|令和?)99\D\d\d?\D\d\d?日?", re.IGNORECASE)
_WESTERN = re.compile(r"(\d{4})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?")
_ERA = re.compile(r"([A-Za-z]|[一-龥]{1,2})\.?(元|\d{1,2})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?")
_TIME = re.compile(r"(?<=[\d日])[T ]*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$")
_SERIAL_ZERO = date(1899, 12, 30)
_FIRST, _LAST = date(1926, 12, 25), date(2150, 12, 31)


class DateUnclear(Exception):
    """A date that cannot be read with certainty; ``message`` says why, ``cure`` how to write it."""

    def __init__(self, message: str, cure: str = CURE) -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure


@dataclass(frozen=True, slots=True)
class DateRead:
    """What a cell says: a day or None for open-ended; ``warning`` when something was put right."""

    day: date | None
    warning: str = ""
    open_mark: bool = False


@lru_cache(maxsize=50_000)
def read_date(text: str, serials: bool = False) -> DateRead:
    """Read one cell. ``serials``: the column holds Excel serials beyond doubt. Raises DateUnclear."""
    value = unicodedata.normalize("NFKC", text).strip()
    value = _TIME.sub("", value)
    value = "".join(value.split())
    if value in _BLANK:
        return DateRead(None)
    if _OPEN.fullmatch(value) or value == "99991231":
        return DateRead(None, open_mark=True)
    if value.isdigit():
        return _digits(value, serials)
    if re.fullmatch(r"\d+\.0+", value):
        return _digits(value.split(".")[0], serials)
    if match := _WESTERN.fullmatch(value):
        return DateRead(_day(*map(int, match.groups())))
    if match := _ERA.fullmatch(value):
        return _in_era(*match.groups())
    raise DateUnclear(_why(value))


def is_serial(text: str) -> bool:
    """True when ``text`` can only be an Excel serial, not a packed date such as 50401."""
    value = unicodedata.normalize("NFKC", text).strip().removesuffix(".0")
    return len(value) == 5 and value.isdigit() and value[0] != "0" and not _looks_packed(value)


def _digits(value: str, serials: bool) -> DateRead:
    if len(value) == 8:
        return DateRead(_day(int(value[:4]), int(value[4:6]), int(value[6:])))
    if len(value) == 5 and value[0] != "0":
        # 41001 is 2012-04-01 as a serial and 10月1日 of a year 4 when packed: only its neighbours can tell.
        if not _looks_packed(value) or (serials and value < "50000"):
            return DateRead(_checked(_SERIAL_ZERO + timedelta(days=int(value))))
        raise DateUnclear("年号の分からない日付か、Excelの日付の番号か、区別できません。")
    if len(value) in (6, 7):
        raise DateUnclear("年が西暦か和暦か分かりません。")
    raise DateUnclear("日付として読めません。")


def _looks_packed(value: str) -> bool:
    return 1 <= int(value[-4:-2]) <= 12 and 1 <= int(value[-2:]) <= 31


def _in_era(mark: str, year: str, month: str, day: str) -> DateRead:
    for index, (first, name, letter) in enumerate(ERAS):
        if mark.upper() == letter or mark in (name, name[0]):
            number = 1 if year == "元" else int(year)
            if number == 0:
                raise DateUnclear("和暦の年が0です。")
            found = _day(first.year + number - 1, int(month), int(day))
            last = ERAS[index - 1][0] - timedelta(days=1) if index else date.max
            if found < first or found > last:
                written = f"{name}{year}年{month}月{day}日"
                return DateRead(found, f"{written}は{name}の期間の外です。{found.isoformat()} と読みました。")
            return DateRead(found)
    raise DateUnclear(f"年号「{mark}」が分かりません。")


def _day(year: int, month: int, day: int) -> date:
    try:
        return _checked(date(year, month, day))
    except ValueError:
        raise DateUnclear("その日はありません(暦にない日付です)。") from None


def _checked(day: date) -> date:
    if not _FIRST <= day <= _LAST:
        raise DateUnclear(
            f"{day.isoformat()} は職員の日付として受け取れません。", "期限のないときは空欄にしてください。"
        )
    return day


def _why(value: str) -> str:
    if re.fullmatch(r"\d{1,2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?", value):
        return "年が2けたで、西暦か和暦か分かりません。"
    if re.fullmatch(r"\d{1,2}[-/.月]\d{1,2}日?", value):
        return "年がありません。"
    if re.fullmatch(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}", value):
        return "月と日の順が分かりません。"
    return "日付として読めません。"
