"""Formulas in every field, every file handed out read as a spreadsheet reads it: none is a formula."""

from __future__ import annotations

import csv
import io
import re
import sys
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import openpyxl

from app import clock
from app.fiscal_year import FiscalYear
from tests.faults import planted
from tests.faults.browser import Browser
from tests.faults.city import City
from tests.faults.commands import command
from tests.faults.corpora import FORMULAS
from tests.faults.ground import COURSE
from tests.faults.handed import decoded, harvest
from tests.faults.server import Server
from tests.faults.table import Row

#: The 名簿区分 of the roster that is brought in and written out.
SOURCE = "式"
PROMISE = "書き出したファイルのどのセルも、表計算ソフトの式にならない"
_UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp"}
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?|[-－−]")


@dataclass
class Found:
    """What the files held."""

    files: int = 0
    cells: int = 0
    #: Cells in which a text of the corpus stood, guarded.
    met: int = 0
    formulas: list[str] = field(default_factory=list)
    drifted: list[str] = field(default_factory=list)


def runs(cell: str) -> bool:
    """Whether a spreadsheet could take a CSV cell for a formula: told apart without the site's own rule."""
    if cell.startswith(("\t", "\r", "\n")):
        return True
    seen = next((c for c in cell if unicodedata.category(c) not in _UNSEEN), "")
    folded = unicodedata.normalize("NFKC", seen).replace("−", "-")
    return folded in {"=", "+", "-", "@"} and not _NUMBER.fullmatch(cell)


def look(name: str, body: bytes, found: Found) -> None:
    """Read one file; a zip file by file."""
    if body.startswith(b"PK\x03\x04") and b"xl/workbook.xml" not in body:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for inner in archive.namelist():
                if inner.endswith((".csv", ".xlsx")):
                    look(f"{name}/{inner}", archive.read(inner), found)
        return
    found.files += 1
    if body.startswith(b"PK\x03\x04"):
        for sheet in openpyxl.load_workbook(io.BytesIO(body)).worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    found.cells += 1
                    found.met += isinstance(cell.value, str) and runs(cell.value.lstrip("'"))
                    if cell.data_type == "f" or cell.hyperlink is not None:
                        found.formulas.append(f"{name} {cell.coordinate}: {cell.value!r}")
        return
    for number, texts in enumerate(csv.reader(io.StringIO(decoded(body), newline="")), 1):
        for one in texts:
            found.cells += 1
            found.met += one.startswith("'") and runs(one[1:])
            if runs(one):
                found.formulas.append(f"{name}:{number}: {one!r}")


def measure(city: City, server: Server, each: int) -> Found:
    """Every file anybody is led to, the auditor's pack, slips and rosters, read cell by cell."""
    found = Found()
    for name, body in (*pages(city, server.port, each), *_posted(city, server)):
        look(name, body, found)
    brought = city.on.folder / "brought.csv"
    kept = [f"'{words}" for words in FORMULAS if words == words.strip() and words.isprintable()]
    brought.write_bytes(planted.roster(kept, "012"))
    assert not _done(city, server, "import", str(brought), "--source", SOURCE, "--yes")
    for kind in ("csv", "xlsx"):
        file = city.on.folder / f"roster.{kind}"
        _done(city, server, "export", str(file), "--source", SOURCE)
        look(file.name, file.read_bytes(), found)
        # What was written reads back as what is known.
        before = city.state()
        refused = _done(city, server, "import", str(file), "--source", SOURCE, "--yes")
        if refused or city.state() != before:
            found.drifted.append(f"{file.name}: {'refused' if refused else 'another roster'}")
    return found


def _done(city: City, server: Server, *words: str) -> int:
    return command(city.on.folder, city.on.url, "roster", *words, without=server.without).wait(300)


def pages(city: City, port: int, each: int, names: Iterable[str] = ()) -> Iterator[tuple[str, bytes]]:
    """The files people find behind links, and the same in the other encoding and without the first line."""
    for guest in (city.guests[name] for name in names or city.guests):
        browser = Browser(port, guest.token)
        for path, _rule, _values, page in harvest(city.on.app, browser.ask, guest.starts, each):
            bare = urlsplit(path).path
            if page.status == 200 and bare.endswith((".csv", ".xlsx")):
                yield f"{guest.name} {path}", page.body
                more = "&" if "?" in path else "?"
                if bare.endswith(".csv"):
                    for words in ("bare=1", "encoding=cp932"):
                        if (other := browser.ask(f"{path}{more}{words}")).status == 200:
                            yield f"{guest.name} {path} {words}", other.body


def _posted(city: City, server: Server) -> Iterator[tuple[str, bytes]]:
    """What comes after a button: a report fixed now, the pack of this 年度, slips."""
    hr = Browser(server.port, city.guests["hr"].token)
    today, year = clock.today(), FiscalYear.of(clock.today()).year
    hr.post("/hr/report/fixed", ("subject", COURSE), ("as_of", today.isoformat()))
    yield "pack", hr.post("/hr/evidence/pack", ("year", str(year))).body
    yield "slips", hr.post("/hr/slips", ("output", "csv")).body


def row(city: City, each: int) -> Row:
    """The row of exports: formulas stand in every field already."""
    with Server(city.on) as server:
        found = measure(city, server, each)
    with Server(city.on, "formula guard") as server:
        control = measure(city, server, 1)
    for words in [*found.formulas, *found.drifted]:
        print(words, file=sys.stderr)
    return Row(
        "8c", PROMISE,
        f"文例{len(FORMULAS)}をすべての欄に入れ、{found.files}個のファイルの{found.cells:,}セル"
        f"(文例のあるもの{found.met:,}): 式になるもの{len(found.formulas)}。"
        f"書き出した名簿を取り込んで、ちがうもの{len(found.drifted)}",
        not found.formulas and not found.drifted and found.met > 0,
        f"守りを外すと、{len(control.formulas):,}セルが式になる", bool(control.formulas),
    )  # fmt: skip
