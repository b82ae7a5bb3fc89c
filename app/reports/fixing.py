"""確定報告: a report kept as made, byte for byte; and 確定後の変動, each later difference with its reason."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from app.courses.model import Course
from app.db import begin_writing, db
from app.evidence import ledger
from app.evidence.chain import Value
from app.fiscal_year import FiscalYear
from app.loaded import library, site
from app.reports.choosing import Choice
from app.reports.columns import Heading, person_columns, sheet
from app.reports.facts import load_report
from app.reports.files import cell_text, csv_bytes, xlsx_bytes
from app.reports.fixed_models import FixedReportRow
from app.reports.later import Reasons
from app.reports.report import Form, Report
from app.training.refresher import Run
from app.training.runs import find_run

#: The same in every line: no difference can lie there.
CONSTANT = frozenset({"年度", "基準日", "研修"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One person whose line is another one now, with the cells that differ and why."""

    number: str
    name: str
    cells: Sequence[tuple[str, str, str]]
    reasons: Sequence[str]


def fix_report(course: Course, run: Run | None, as_of: date, document: str, by: str, now: datetime) -> str:
    """Keep the whole report of a day with a 報告番号, as it comes out now; return the number."""
    begin_writing()
    report = load_report(course, site().closed_days, as_of, Choice(), run)
    number = _next_number(as_of)
    head = ledger.head_line()
    body, files = _files(report, number, document, head, now)
    row = FixedReportRow(
        number=number,
        course=course.slug,
        run_id="" if run is None else run.id,
        title=report.title,
        as_of=as_of,
        document=document,
        body=body,
        digest=hashlib.sha256(body).hexdigest(),
        lines=json.dumps(_lines(report), ensure_ascii=False, sort_keys=True),
        head=head,
        made_at=now,
        made_by=by,
    )
    db.session.add(row)
    ledger.append(
        "report.fixed", now, by=by,
        report=number, document=document, as_of=as_of.isoformat(), course=course.slug, run=row.run_id,
        rows=len(report.lines), sha256=row.digest, files=files, head=head,
    )  # fmt: skip
    db.session.commit()
    return number


def _next_number(as_of: date) -> str:
    year = FiscalYear.of(as_of)
    taken = db.session.scalar(
        select(func.count()).where(FixedReportRow.as_of.between(year.first_day, year.last_day))
    )
    return f"{year.label}第{(taken or 0) + 1}号"


def _files(
    report: Report, number: str, document: str, head: str, now: datetime
) -> tuple[bytes, dict[str, Value]]:
    """Every form as CSV and XLSX in one zip, and the SHA-256 of each."""
    buffer = io.BytesIO()
    digests: dict[str, Value] = {}
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for form in Form:
            cells = report.sheet(form, site().authorities)
            about = (
                ("報告番号", number),
                ("決裁番号", document or "-"),
                *report.about(form, len(cells.rows), now),
                ("記録の値", head or "-"),
            )
            for suffix, content in (("csv", csv_bytes(cells, about)), ("xlsx", xlsx_bytes(cells, about))):
                name = f"{report.day.isoformat()}-{form.value}.{suffix}"
                archive.writestr(name, content)
                digests[name] = hashlib.sha256(content).hexdigest()
    return buffer.getvalue(), digests


def _lines(report: Report) -> dict[str, dict[str, str]]:
    """The report by person: person id -> column -> cell."""
    made = sheet(person_columns(Heading(report.day, report.title)), report.lines)
    return {
        line.person.id: {
            name: cell_text(cell) for name, cell in zip(made.names, row, strict=True) if name not in CONSTANT
        }
        for line, row in zip(report.lines, made.rows, strict=True)
    }


def fixed_reports() -> list[FixedReportRow]:
    """Every fixed report, newest first."""
    return list(db.session.scalars(select(FixedReportRow).order_by(FixedReportRow.made_at.desc())))


def find_fixed(number: str) -> FixedReportRow | None:
    """The report with this 報告番号, or None."""
    return db.session.get(FixedReportRow, number)


def file_names(row: FixedReportRow) -> list[str]:
    """What the kept zip holds."""
    with zipfile.ZipFile(io.BytesIO(row.body)) as archive:
        return archive.namelist()


def file_of(row: FixedReportRow, name: str) -> bytes | None:
    """One file of a fixed report, byte for byte as made; None when there is none of that name."""
    with zipfile.ZipFile(io.BytesIO(row.body)) as archive:
        return archive.read(name) if name in archive.namelist() else None


def differences(row: FixedReportRow) -> list[Difference]:
    """確定後の変動: whoever's line would be another one today. Raises LookupError when the course is gone."""
    course = library().course(row.course)
    if course is None:
        raise LookupError(row.course)
    run = find_run(row.run_id) if row.run_id else None
    report = load_report(course, site().closed_days, row.as_of, Choice(), run)
    then: dict[str, dict[str, str]] = json.loads(row.lines)
    now = _lines(report)
    changed = [i for i in {**then, **now} if then.get(i) != now.get(i)]
    reasons = Reasons(changed, row.course, row.made_at)
    found = []
    for person_id in changed:
        before, after = then.get(person_id, {}), now.get(person_id, {})
        either = after or before
        cells = [
            (name, before.get(name, ""), after.get(name, ""))
            for name in either
            if before.get(name, "") != after.get(name, "")
        ]
        if not before or not after:
            words = {True: "載っている", False: "載っていない"}
            cells = [("報告の行", words[bool(before)], words[bool(after)])]
        found.append(Difference(either["職員番号"], either["氏名"], cells, reasons.of(person_id)))
    return sorted(found, key=lambda one: one.number)
