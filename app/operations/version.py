"""Which version of Kenshu this is, as pyproject.toml says."""

from __future__ import annotations

import functools
import tomllib

from app.settings import ROOT


@functools.cache
def version() -> str:
    """The version, e.g. 0.1.0; "?" where pyproject.toml is not beside the code."""
    try:
        return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return "?"
