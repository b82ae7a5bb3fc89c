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


def _typed(kind: type) -> Convert:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise ValueError(f"{value!r} is no {kind.__name__}")
        return value

    return check


def _day(value: Any) -> date:
    read = date.fromisoformat(_typed(str)(value))
    if read.isoformat() != value:
        raise ValueError(f"{value!r} is no date")
    return read


def _moment_read(value: Any) -> datetime:
    read = datetime.fromisoformat(_typed(str)(value))
    if read.tzinfo is None or _moment(read) != value:
        raise ValueError(f"{value!r} is no moment")
    return read


_IN: dict[str, Convert] = {
    "text": _typed(str),
    "integer": _typed(int),
    "real": _typed(float),
    "boolean": _typed(bool),
    "bytes": lambda value: base64.b64decode(_typed(str)(value), validate=True),
    "date": _day,
    "datetime": _moment_read,
}
KINDS = frozenset(_IN)


class Lines:
    """Rows of one table as lines, one JSON array each, by the kinds of its columns."""

    def __init__(self, kinds: Sequence[str]) -> None:
        self._out = [(at, _OUT[kind]) for at, kind in enumerate(kinds) if kind in _OUT]
        self._in = [_IN[kind] for kind in kinds]

    def line(self, row: Sequence[Any]) -> bytes:
        """One row as a line that ends in a line feed."""
        values = list(row)
        for at, convert in self._out:
            if values[at] is not None:
                values[at] = convert(values[at])
        return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"

    def row(self, line: bytes) -> list[Any]:
        """The row a line holds. Raises ValueError when it is not one of these columns."""
        values = json.loads(line)
        if not isinstance(values, list) or len(values) != len(self._in):
            raise ValueError("a row has other columns than its table")
        return [
            None if value is None else convert(value) for value, convert in zip(values, self._in, strict=True)
        ]
