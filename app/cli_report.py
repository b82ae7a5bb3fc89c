"""`flask report completion`: who owes the course and how they stand, as a file."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import AppGroup

from app import clock
from app.audit.exports import evidence_pair, note_export
from app.courses.model import Course
from app.loaded import library, site
from app.reports.choosing import Choice
from app.reports.facts import load_report
from app.reports.files import NotInCP932, csv_bytes, xlsx_bytes
from app.reports.report import Form, Report, last_day_of
from app.training.refresher import Run
from app.training.runs import find_run, load_runs

BY = "flask report"
report_cli = AppGroup("report", help="報告を作ります。")


class Day(click.ParamType[date]):
    """A date as people write it here: 2026-04-01."""

    name = "DATE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the date, or say how it is written (exit code 2)."""
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(str(value), "%Y-%m-%d").date()
        except ValueError:
            self.fail(f"{value!r} を日付として読めません。2026-04-01 の形で書いてください。", param, ctx)


@report_cli.command("completion")
@click.option("--course", "slug", metavar="SLUG", help="研修(一つだけなら省略できます)")
@click.option("--run", "run_id", metavar="ID", help="年度研修の実施(flask run-year list に出るID)")
@click.option("--as-of", type=Day(), help="基準日(省略すると今日。将来の日も可)")
@click.option("--known-at", type=Day(), help="この日の終わりまでに記録されていた内容で(省略すると現在)")
@click.option("--year", type=click.IntRange(1990, 2200), help="年度(今日とその年度の3月31日の早いほう)")
@click.option("--by", "form", type=click.Choice([f.value for f in Form]), default=Form.PERSON.value,
              show_default=True, help="行の単位")  # fmt: skip
@click.option("--encoding", type=click.Choice(["utf-8", "cp932"]), default="utf-8", show_default=True,
              help="CSVの文字コード")  # fmt: skip
@click.option("--bare", is_flag=True, help="先頭の「#」の行(XLSXでは2枚目のシート)を書きません")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="書き出すファイル(.csv 又は .xlsx)")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="結果を JSON で示します")
def completion(
    slug: str | None,
    run_id: str | None,
    as_of: date | None,
    known_at: date | None,
    year: int | None,
    form: str,
    encoding: str,
    bare: bool,
    output: Path | None,
    as_json: bool,
) -> None:
    """受講状況を職員別、所属別、職員区分別、任命権者別に書き出します。"""
    now = clock.now()
    today = clock.day_of(now)
    path = _output(output, encoding)
    if as_of is not None and year is not None:
        raise click.UsageError("--as-of と --year は、どちらか一方だけ指定してください。")
    run = _run(run_id)
    if run is not None and slug not in (None, run.course):
        raise click.UsageError(f"実施「{run.id}」は、研修「{run.course}」のものです。")
    course = _course(run.course if run is not None else slug)
    day = as_of or (today if year is None else last_day_of(year, today))
    known = None if known_at is None else clock.end_of(known_at)
    report = load_report(course, site().closed_days, day, Choice(), run, known)
    sheet = report.sheet(Form(form), site().authorities)
    about = (*report.about(Form(form), len(sheet.rows), now), *evidence_pair())
    try:
        if path.suffix.lower() == ".xlsx":
            content = xlsx_bytes(sheet, None if bare else about)
        else:
            content = csv_bytes(sheet, None if bare else about, cp932=encoding == "cp932")
        _write(path, content, names=Form(form) is Form.PERSON)
        note_export("completion", form, day, len(sheet.rows), content, path.name, BY, now)
    except NotInCP932 as error:
        _refuse(str(error))
    except OSError as error:
        _refuse(f"{path} に書き込めません。フォルダーとファイルを確かめてください({error.strerror})。")
    _tell(report, Form(form), path, len(sheet.rows), as_json)


def _output(output: Path | None, encoding: str) -> Path:
    if output is None:
        raise click.UsageError("--output に、書き出すファイル(.csv 又は .xlsx)を指定してください。")
    suffix = output.suffix.lower()
    if suffix not in (".csv", ".xlsx"):
        raise click.UsageError("--output のファイル名は、.csv 又は .xlsx で終わるようにしてください。")
    if suffix == ".xlsx" and encoding != "utf-8":
        raise click.UsageError("--encoding cp932 は、CSVのときだけ使えます。")
    return output


def _course(slug: str | None) -> Course:
    slugs = library().slugs
    if slug is None and len(slugs) > 1:
        raise click.UsageError(f"研修が複数あります。--course で選んでください: {'、'.join(slugs)}")
    course = library().course(slug or slugs[0])
    if course is None:
        _refuse(f"研修「{slug}」はありません。あるのは次の研修です: {'、'.join(slugs)}")
    return course


def _run(run_id: str | None) -> Run | None:
    run = None if run_id is None else find_run(run_id)
    if run_id is not None and run is None:
        known = "、".join(one.id for one in load_runs()) or "(まだありません)"
        _refuse(f"年度研修の実施「{run_id}」はありません。あるのは次の実施です: {known}")
    return run


def _write(path: Path, content: bytes, names: bool) -> None:
    """Replace the file whole or not at all; one with ``names`` is for its owner alone."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if not names:
            # Numbers alone are for whoever may read the folder, as any file made here would be.
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(name, 0o666 & ~umask)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _tell(report: Report, form: Form, path: Path, rows: int, as_json: bool) -> None:
    if as_json:
        total = report.rows(Form.CATEGORY, ())[-1].tally
        click.echo(
            json.dumps(
                {
                    "file": str(path),
                    "by": form.value,
                    "course": report.course.slug,
                    "run": None if report.run is None else report.run.id,
                    "as_of": report.day.isoformat(),
                    "rows": rows,
                    "notice": report.gap,
                    "employed": total.employed,
                    "required": total.required,
                    "completed": total.completed,
                    "rate": total.rate,
                    "left": report.leavers.people,
                    "left_unfinished": report.leavers.unfinished,
                },
                ensure_ascii=True,
            )
        )
        return
    if report.gap:
        click.echo(f"注意: {report.gap}")
    click.echo(f"{report.day.isoformat()}現在の受講状況({form.label})を {path} に書き出しました。{rows}行")
    leavers = report.leavers
    click.echo(f"期中退職者: {leavers.people}人(うち未修了 {leavers.unfinished}人)")


def _refuse(reason: str) -> NoReturn:
    click.echo(reason, err=True)
    sys.exit(1)
