"""What the city says of itself in ``content/site.toml``, as a frozen value."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any


class SiteError(Exception):
    """``site.toml`` cannot be understood; the message says where and what to do."""


@dataclass(frozen=True, slots=True)
class Site:
    """The city's name, offices, value mappings and closed days.

    ``number_width`` restores leading zeros a spreadsheet lost (0 = off); days are calendar days.
    """

    city: str
    consult_office: str
    teacher_consult_office: str
    work_hours_note: str
    slip_note: str = ""
    number_width: int = 0
    signin_grace_days: int = 30
    slip_valid_days: int = 14
    closed_days: frozenset[date] = frozenset()
    categories: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    service_states: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    authorities: tuple[str, ...] = ()
    authority_aliases: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def load_site(content: Path) -> Site:
    """Read ``content/site.toml``. Raises SiteError with the file and what is wrong."""
    path = content / "site.toml"
    try:
        return site_from(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except FileNotFoundError:
        raise SiteError(f"{path} がありません。content フォルダーに site.toml を置いてください。") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise SiteError(f"{path} を読めません: {error}") from error
