"""Handing a file out: what it is called, of what kind it is, and that it was given stands in the chain."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from flask import Response

from app import clock
from app.audit.exports import note_export
from app.auth import me

#: By how a file's name ends.
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def hand_out(content: bytes, file: str, shown: str, what: str, form: str, as_of: date, rows: int) -> Response:
    """Give ``content`` as ``file`` and note it; ``shown`` is its name in Japanese, "" for none."""
    note_export(what, form, as_of, rows, content, file, me().name, clock.now())
    response = Response(content, content_type=TYPES[file.rsplit(".", 1)[1]])
    spoken = f"; filename*=UTF-8''{quote(shown)}" if shown else ""
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"{spoken}'
    return response
