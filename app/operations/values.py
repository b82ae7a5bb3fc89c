"""Values of a row as JSON and back, the same whatever database they came from. Pure.

Seven kinds: text, integer, real, boolean, bytes (base64), date (2026-04-01), datetime (UTC, microseconds).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

Convert = Callable[[Any], Any]

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_decode = json.JSONDecoder().raw_decode


def _moment(value: datetime) -> str:
    # SQLite keeps no zone: what it gives back naive was stored in UTC.
    plain = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
    return plain.isoformat(timespec="microseconds") + "Z"


_OUT: dict[str, Convert] = {
    "bytes": lambda value: base64.b64encode(value).decode("ascii"),
    "date": date.isoformat,
    "datetime": _moment,
    "boolean": bool,
}


def _day(value: Any) -> date:
    read = date.fromisoformat(value)
    if read.isoformat() != value:
        raise ValueError(f"{value!r} is no date")
    return read


def _moment_read(value: Any) -> datetime:
    read = datetime.fromisoformat(value)
    if read.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z" != value:
        raise ValueError(f"{value!r} is no moment")
    return read


_IN: dict[str, Convert] = {
    "bytes": lambda value: base64.b64decode(value, validate=True),
    "date": _day,
    "datetime": _moment_read,
}
#: What a value of each kind is in JSON.
_TYPES: dict[str, type] = {
    "text": str, "integer": int, "real": float, "boolean": bool, "bytes": str, "date": str, "datetime": str,
}  # fmt: skip
KINDS = frozenset(_TYPES)


class Lines:
    """Rows of one table as lines, one JSON array each, by the kinds of its columns."""

    def __init__(self, kinds: Sequence[str]) -> None:
        self._out = [(at, _OUT[kind]) for at, kind in enumerate(kinds) if kind in _OUT]
        self._in = [(at, _IN[kind]) for at, kind in enumerate(kinds) if kind in _IN]
        self._types = [_TYPES[kind] for kind in kinds]
        #: Types of whole rows that were found right: of thousands of rows there are a few.
        self._right: set[tuple[type, ...]] = set()

    def line(self, row: Sequence[Any]) -> bytes:
        """One row as a line that ends in a line feed."""
        values = list(row)
        for at, convert in self._out:
            if values[at] is not None:
                values[at] = convert(values[at])
        return _encode(values).encode("utf-8") + b"\n"

    def row(self, line: bytes) -> list[Any]:
        """The row a line holds. Raises ValueError when it is not one of these columns."""
        text = line.decode("utf-8")
        values, end = _decode(text)
        if text[end:] not in ("", "\n") or not isinstance(values, list):
            raise ValueError("a line is no row")
        types = tuple(map(type, values))
        if types not in self._right:
            self._check(types)
        for at, convert in self._in:
            if values[at] is not None:
                values[at] = convert(values[at])
        return values

    def _check(self, types: tuple[type, ...]) -> None:
        if len(types) != len(self._types):
            raise ValueError("a row has other columns than its table")
        for found, wanted in zip(types, self._types, strict=True):
            if found not in (wanted, type(None)):
                raise ValueError(f"{found.__name__} is no {wanted.__name__}")
        self._right.add(types)
