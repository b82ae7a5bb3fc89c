"""Handing a file out: what it is called, of what kind it is, and that it was given stands in the chain."""

from __future__ import annotations

from codecs import BOM_UTF8
from datetime import date
from urllib.parse import quote

from flask import Response

from app import clock
from app.audit.exports import note_export
from app.auth import me

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def hand_out(content: bytes, file: str, shown: str, what: str, form: str, as_of: date, rows: int) -> Response:
    """Give ``content`` as ``file`` and note it; ``shown`` is its name in Japanese, "" for none."""
    note_export(what, form, as_of, rows, content, file, me().name, clock.now())
    response = Response(content, content_type=_type_of(content, file))
    spoken = f"; filename*=UTF-8''{quote(shown)}" if shown else ""
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"{spoken}'
    return response


def _type_of(content: bytes, file: str) -> str:
    """What the file is: our CSV in UTF-8 begins with its mark; CP932 has this name on the web."""
    if file.endswith(".xlsx"):
        return XLSX
    return f"text/csv; charset={'utf-8' if content.startswith(BOM_UTF8) else 'windows-31j'}"
