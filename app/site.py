"""What the city says of itself in ``content/site.toml``, as a frozen value."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from pathlib import Path
from types import MappingProxyType
from typing import Any


class SiteError(Exception):
    """``site.toml`` cannot be understood; the message says where and what to do."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of an open day, from ``start`` up to but not including ``end``, on a Japanese clock."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Site:
    """The city's name, offices, value mappings and closed days.

    ``number_width`` restores leading zeros a spreadsheet lost (0 = off); days are calendar days.
    The keys of the three mappings are folded: look up ``fold(value)``.
    """

    city: str
    consult_office: str
    teacher_consult_office: str
    work_hours_note: str
    slip_note: str = ""
    number_width: int = 0
    signin_grace_days: int = 30
    slip_valid_days: int = 14
    retention_years: int = 5
    closed_days: frozenset[date] = frozenset()
    remind_hours: tuple[Hours, ...] = (Hours(time(8, 30), time(17, 15)),)
    categories: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    service_states: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    authorities: tuple[str, ...] = ()
    authority_aliases: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    english: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def spoken(self, language: str) -> Site:
        """The city in a page's language; what the file doesn't say in English stays Japanese."""
        if language != "en" or not self.english:
            return self
        words: dict[str, Any] = dict(self.english)
        return replace(self, **words)


def load_site(content: Path) -> Site:
    """Read ``content/site.toml``. Raises SiteError with the file and what is wrong."""
    path = content / "site.toml"
    try:
        return site_from(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except FileNotFoundError:
        raise SiteError(f"{path} がありません。content フォルダーに site.toml を置いてください。") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, SiteError) as error:
        raise SiteError(f"{path} を読めません。{error}") from error


def fold(value: str) -> str:
    """The form in which spellings are compared: NFKC, without spaces ("会計年度（パ）" = "会計年度(パ)")."""
    return "".join(unicodedata.normalize("NFKC", value).split())


def site_from(data: Mapping[str, Any]) -> Site:
    """Make a Site of parsed TOML. Raises SiteError naming the key."""
    authorities = _table(data, "authorities")
    order = authorities.get("order", [])
    closed = data.get("closed_days", [])
    if not isinstance(order, list) or not all(isinstance(name, str) for name in order):
        raise SiteError('authorities の order は、["市長", "教育委員会"] の形で書いてください。')
    if not isinstance(closed, list) or not all(type(day) is date for day in closed):
        raise SiteError("closed_days は、[2027-01-04, 2027-08-13] の形で書いてください。")
    return Site(
        city=_text(data, "city"),
        consult_office=_text(data, "consult_office"),
        teacher_consult_office=_text(data, "teacher_consult_office"),
        work_hours_note=_text(data, "work_hours_note"),
        slip_note=_text(data, "slip_note", ""),
        number_width=_days(data, "number_width", 0),
        signin_grace_days=_days(data, "signin_grace_days", 30),
        slip_valid_days=_days(data, "slip_valid_days", 14),
        retention_years=_days(data, "retention_years", 5),
        closed_days=frozenset(closed),
        remind_hours=_hours(data.get("remind_hours", ["8:30-17:15"])),
        categories=_spellings(_table(data, "categories"), "categories"),
        service_states=_spellings(_table(data, "service_states"), "service_states"),
        authorities=tuple(order),
        authority_aliases=_spellings(authorities.get("aliases", {}), "authorities.aliases"),
        english=_english(_table(data, "english")),
    )


#: What of the file is shown to people and may stand in English too.
SPOKEN = ("city", "consult_office", "teacher_consult_office", "work_hours_note", "slip_note")


def _english(table: Mapping[str, Any]) -> Mapping[str, str]:
    for key, value in table.items():
        if key not in SPOKEN or not isinstance(value, str):
            raise SiteError(f"[english] に書けるのは、{'、'.join(SPOKEN)} の英語だけです({key})。")
    return MappingProxyType(dict(table))


def _text(data: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = data.get(key, default)
    if not isinstance(value, str):
        raise SiteError(f'{key} を "" で囲んだ文字で書いてください。')
    return value


def _days(data: Mapping[str, Any], key: str, default: int) -> int:
    value = data.get(key, default)
    if type(value) is not int or value < 0:
        raise SiteError(f"{key} を 0 以上の整数で書いてください。")
    return value


def _hours(written: object) -> tuple[Hours, ...]:
    """Read ["8:30-12:00", "13:00-17:15"]; an empty list means never."""
    wrong = SiteError('remind_hours は、["8:30-12:00", "13:00-17:15"] の形で書いてください。')
    if not isinstance(written, list):
        raise wrong
    found = []
    for one in written:
        match = re.fullmatch(r"(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)", one) if isinstance(one, str) else None
        if match is None:
            raise wrong
        try:
            hours = Hours(time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4])))
        except ValueError:
            raise wrong from None
        if hours.start >= hours.end:
            raise SiteError(f"remind_hours の「{one}」は、終わりを始まりより後の時刻にしてください。")
        found.append(hours)
    return tuple(found)


def _table(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key, {})
    if not isinstance(value, dict):
        raise SiteError(f"[{key}] の表の形で書いてください。")
    return value


def _spellings(table: object, name: str) -> Mapping[str, str]:
    if not isinstance(table, dict) or not all(isinstance(v, str) for v in table.values()):
        raise SiteError(f'[{name}] は、"名簿の書き方" = "このサイトの書き方" の形で書いてください。')
    return MappingProxyType({fold(key): value for key, value in table.items()})
