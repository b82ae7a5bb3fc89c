"""What the site hands out, opened as a spreadsheet would; and every address its links lead to."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import openpyxl
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect, Rule

from app.formulas import unguarded
from tests.faults.browser import Page

_LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"')
_BOOK = b"PK\x03\x04"
HERE = "http://127.0.0.1"

Look = Callable[[str], Page]


def decoded(body: bytes) -> str:
    """A CSV file as text: UTF-8, else CP932."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp932")


def rows_of(body: bytes) -> list[list[str]]:
    """The cells of a CSV file or of a workbook's first sheet, as text, without the ``#`` line."""
    if body.startswith(_BOOK):
        sheet = openpyxl.load_workbook(io.BytesIO(body)).worksheets[0]
        return [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
    rows = list(csv.reader(io.StringIO(decoded(body), newline="")))
    return [[unguarded(cell) for cell in row] for row in rows if not row or not row[0].startswith("#")]


def text_of(page: Page) -> str:
    """Everything a page or file says."""
    if page.body.startswith(_BOOK) and b"xl/workbook.xml" in page.body:
        return "\n".join(" ".join(row) for row in rows_of(page.body))
    return page.text


def rule_of(app: Flask, path: str) -> tuple[Rule, dict[str, str]] | None:
    """The rule behind an address and what it names, or None."""
    try:
        rule, values = app.url_map.bind("127.0.0.1").match(unquote(urlsplit(path).path), return_rule=True)
    except (HTTPException, RequestRedirect):
        return None
    return rule, {name: str(value) for name, value in values.items()}


def harvest(
    app: Flask, look: Look, starts: Iterable[str], each: int
) -> Iterator[tuple[str, Rule, dict[str, str], Page]]:
    """Every page and file that links lead to from ``starts``, at most ``each`` of one rule."""
    ahead, met = list(starts), Counter[str]()
    seen = set(ahead)
    while ahead:
        path = ahead.pop(0)
        found = rule_of(app, path)
        if found is None or met[found[0].rule] >= each:
            continue
        met[found[0].rule] += 1
        page = look(path)
        yield path, *found, page
        for href in [page.location, *map(unescape, _LINK.findall(page.text))]:
            parts = urlsplit(urldefrag(urljoin(HERE + path, href)).url)
            local = parts.path + (f"?{parts.query}" if parts.query else "")
            if href and parts.hostname == "127.0.0.1" and local not in seen:
                seen.add(local)
                ahead.append(local)


def unlike(one: Page, other: Page) -> bool:
    """Whether two files say different things, cell by cell."""
    return [[_value(c) for c in row] for row in rows_of(one.body)] != [
        [_value(c) for c in row] for row in rows_of(other.body)
    ]


def _value(cell: str) -> str | float:
    return float(cell) if re.fullmatch(r"(0|[1-9]\d*)(\.\d+)?", cell) else cell
