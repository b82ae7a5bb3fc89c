"""Which version of Kenshu this is, as pyproject.toml says."""

from __future__ import annotations

import functools
import tomllib
from datetime import date
from typing import Any

from app.settings import ROOT


@functools.cache
def _project() -> dict[str, Any]:
    try:
        return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        return {}


def version() -> str:
    """The version, e.g. 0.1.0; "?" where pyproject.toml is not beside the code."""
    return str(_project().get("project", {}).get("version", "?"))


def parts_renewed() -> date | None:
    """The day the parts were last brought to their newest versions; None where that is not known."""
    day = _project().get("tool", {}).get("kenshu", {}).get("parts-renewed")
    return day if isinstance(day, date) else None
