"""The auditor's pack of a 年度: one zip with everything needed to check the records without this site."""

from __future__ import annotations

import hashlib
import io
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from flask import current_app

from app.audit.check import check_all
from app.audit.export import write_export
from app.audit.stored import file_bodies, stored_texts
from app.clock import day_of
from app.db import db
from app.evidence import ledger, verifier
from app.fiscal_year import FiscalYear
from app.loaded import library, site
from app.people.directory import load_departments, load_people
from app.people.models import AppointmentRow
from app.people.roster.export import export_csv, export_rows
from app.reports.facts import load_facts
from app.reports.files import csv_bytes
from app.reports.fixed_models import FixedReportRow
from app.reports.report import Form, last_day_of, make_report
from app.settings import ROOT

_DRAFTS = "pack-"
#: A pack being made is written to all the time; one nobody touched for so long has no maker any more.
_ABANDONED_S = 15 * 60
FORMAT_PAGE = ROOT / "docs" / "evidence.md"


class NothingYet(Exception):
    """The 年度 has not begun; the message says so."""


@dataclass(frozen=True, slots=True)
class Year:
    """What a pack is about: 年度, 基準日 (31 March, or today while it runs), when it is made."""

    fiscal_year: FiscalYear
    day: date
    now: datetime


@dataclass(frozen=True, slots=True)
class Packed:
    """A pack as written."""

    files: int
    head: str
    sha256: str


Part = Callable[[Year], Iterable[tuple[str, bytes]]]
"""What makes some files of the pack: (path in the zip, bytes)."""


def rosters(year: Year) -> Iterable[tuple[str, bytes]]:
    """The roster on the 基準日, a file a 名簿区分."""
    people, departments = load_people(), load_departments()
    for number, source in enumerate(sorted(set(db.session.scalars(db.select(AppointmentRow.source)))), 1):
        rows = export_rows(people, departments, source, year.day)
        yield f"roster/{year.day.isoformat()}-{number}-{_plain(source)}.csv", export_csv(rows)


def standings(year: Year) -> Iterable[tuple[str, bytes]]:
    """The reports as they come out today for the 基準日 (what was fixed is in ``reports``)."""
    for course in library().courses():
        report = make_report(load_facts(course, site().closed_days), course, year.day)
        for form in Form:
            sheet = report.sheet(form, site().authorities)
            about = report.about(form, len(sheet.rows), year.now)
            name = f"standings/{course.slug}-{year.day.isoformat()}-{form.value}.csv"
            yield name, csv_bytes(sheet, (*about, ("記録の値", ledger.head_line())))


def texts(_year: Year) -> Iterable[tuple[str, bytes]]:
    """Every text people were shown, as files: texts/<course>/<section>/<revision>/…"""
    for row, files in stored_texts():
        bodies = file_bodies(set(files.values()))
        for path, digest in sorted(files.items()):
            yield f"texts/{row.course}/{row.section}/{row.digest[:16]}/{path}", bodies[digest]


def fixed_reports(year: Year) -> Iterable[tuple[str, bytes]]:
    """Every report fixed for a day of the 年度, file by file as it was made."""
    for row in db.session.scalars(db.select(FixedReportRow).order_by(FixedReportRow.made_at)):
        if row.as_of in year.fiscal_year:
            with zipfile.ZipFile(io.BytesIO(row.body)) as archive:
                for name in archive.namelist():
                    yield f"reports/{_plain(row.number)}/{_plain_file(name)}", archive.read(name)


def tools(_year: Year) -> Iterable[tuple[str, bytes]]:
    """The verifier and the description of the format."""
    yield "verifier.py", Path(verifier.__file__).read_bytes()
    if FORMAT_PAGE.is_file():
        yield "evidence.md", FORMAT_PAGE.read_bytes()


#: What goes into a pack beside the export.
PARTS: list[Part] = [fixed_reports, rosters, standings, texts, tools]


@contextmanager
def drafts_in(instance: Path) -> Iterator[Path]:
    """A folder to write a pack in, gone in the end; what killed makers left goes first."""
    clear_leftovers(instance)
    with tempfile.TemporaryDirectory(dir=instance, prefix=_DRAFTS, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def clear_leftovers(instance: Path) -> None:
    """Remove what a killed worker left of a pack: names and results."""
    for folder in instance.glob(f"{_DRAFTS}*"):
        with suppress(OSError):
            newest = max(path.stat().st_mtime for path in (folder, *folder.rglob("*")))
            if time.time() - newest > _ABANDONED_S:
                shutil.rmtree(folder, ignore_errors=True)


def write_pack(path: Path, year: int, now: datetime, by: str = "") -> Packed:
    """Write the zip whole or not at all. Raises NothingYet for a 年度 to come."""
    today = day_of(now)
    fiscal_year = FiscalYear(year)
    if fiscal_year.first_day > today:
        raise NothingYet(f"{fiscal_year.label}は、まだ始まっていません。")
    asked = Year(fiscal_year, last_day_of(year, today), now)
    checked = check_all()
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        export = Path(folder) / "evidence.jsonl"
        made = write_export(export, now, by=by, year=year)
        draft = Path(folder) / "draft.zip"
        sums: dict[str, str] = {export.name: made.sha256}
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(export, export.name)
            for name, body in _everything(asked):
                sums[name] = hashlib.sha256(body).hexdigest()
                archive.writestr(name, body)
            # Not render_template: a page for a folder has no menus, no language, no reader.
            page = current_app.jinja_env.get_template("evidence/pack_page.html").render(
                site=site(), year=asked, made=made, checked=checked
            )
            archive.writestr("index.html", page)
            archive.writestr("SHA256SUMS", "".join(f"{sums[n]}  {n}\n" for n in sorted(sums)))
        digest = hashlib.sha256(draft.read_bytes()).hexdigest()
        draft.chmod(0o600)  # names and results: for whoever made it alone
        draft.replace(path)
    return Packed(len(sums) + 2, made.head, digest)


def _everything(year: Year) -> Iterable[tuple[str, bytes]]:
    for part in PARTS:
        yield from part(year)


def _plain(name: str) -> str:
    """A name that is safe in a path."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in name)


def _plain_file(name: str) -> str:
    """The same with its ending."""
    path = Path(name)
    return f"{_plain(path.stem)}{path.suffix}"
