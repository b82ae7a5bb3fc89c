"""`flask roster import` and `flask roster export`."""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import AppGroup

from app import clock, private_files
from app.db import db
from app.loaded import site
from app.people.directory import load_departments, load_people
from app.people.roster import words
from app.people.roster.apply import ImportRefused, Request, apply, prepare, refuse
from app.people.roster.changes import Plan
from app.people.roster.dates import DateUnclear, read_date
from app.people.roster.departments import DepartmentFile, read_departments
from app.people.roster.export import export_csv, export_rows, export_xlsx
from app.people.roster.findings import FileRefused
from app.people.roster.lines import Roster
from app.people.roster.plan import Terms
from app.people.roster.reader import read_roster
from app.people.roster.state import absent
from app.people.roster.tables import MAX_BYTES

DEFAULT_SOURCE = "職員"
OPERATOR = "コマンド"

roster_cli = AppGroup("roster", help="名簿を取り込み、書き出します。")


class Day(click.ParamType[date]):
    """A date in any spelling a roster may use."""

    name = "DATE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the option; wrong usage when it is no date."""
        if isinstance(value, date):
            return value
        try:
            day = read_date(str(value)).day
        except DateUnclear as unclear:
            self.fail(f"{value}: {unclear.message}{unclear.cure}", param, ctx)
        if day is None:
            self.fail("日付を 2026-04-01 のように書いてください。", param, ctx)
        return day


@roster_cli.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--departments", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="所属のファイル"
)
@click.option(
    "--source", default=DEFAULT_SOURCE, show_default=True, help="名簿区分(正規、会計年度、消防団など)"
)
@click.option("--add-only", is_flag=True, help="加えるだけで、名簿にない人を調べません")
@click.option("--as-of", type=Day(), help="基準日(いつ現在の名簿か。なければ今日)")
@click.option("--dry-run", is_flag=True, help="変更の予定を示すだけで、取り込みません")
@click.option("--yes", is_flag=True, help="確認せずに取り込みます")
@click.option("--accept-missing", type=click.IntRange(0), metavar="N", help="名簿にない人がN人で正しいとき")
@click.option(
    "--slips", type=click.Path(dir_okay=False, path_type=Path), help="初期パスワードのファイルの書き出し先"
)
@click.option("--json", "as_json", is_flag=True, help="機械で読む形(JSON)で出力します")
def import_roster(
    file: Path,
    departments: Path | None,
    source: str,
    add_only: bool,
    as_of: date | None,
    dry_run: bool,
    yes: bool,
    accept_missing: int | None,
    slips: Path | None,
    as_json: bool,
) -> None:
    """名簿 FILE(CSV か .xlsx)を読み、変更の予定を示し、まとめて取り込みます。"""
    now, today = clock.now(), clock.today()
    source = source.strip()
    if not source or len(source) > 40:
        raise click.BadParameter("名簿区分を40字までで書いてください。", param_hint="--source")
    show = _Output(as_json)
    request = Request(
        Terms(source, as_of or today, today, add_only), _roster(file, show), _departments(departments, show)
    )
    plan = prepare(request)
    db.session.rollback()
    show.plan(plan)
    try:
        if dry_run and not plan.refused:
            show.done(False, "予定を示しただけで、何も取り込んでいません(--dry-run)。")
            return
        refuse(plan, accept_missing)
        if not plan.empty:
            _confirm(yes or plan.unchanged, show)
            _writable(slips, show)
            apply(request, now, OPERATOR, accept_missing, plan.digest)
            show.done(True, "" if plan.unchanged else f"取り込みました({words.summary(plan)})。")
        else:
            show.done(False, "")
    except ImportRefused as refused:
        show.refused(refused.reason)
    if slips is not None:
        _write_slips(slips, show)


@roster_cli.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--source", default=DEFAULT_SOURCE, show_default=True, help="名簿区分")
@click.option("--as-of", type=Day(), help="基準日(なければ今日)")
@click.option("--json", "as_json", is_flag=True, help="機械で読む形(JSON)で出力します")
def export_roster(file: Path, source: str, as_of: date | None, as_json: bool) -> None:
    """基準日に在籍する人と予定の人を、取り込めるかたちの FILE(.csv か .xlsx)に書き出します。"""
    kind = file.suffix.lower()
    if kind not in (".csv", ".xlsx"):
        raise click.BadParameter("ファイル名の終わりを .csv か .xlsx にしてください。", param_hint="FILE")
    show = _Output(as_json)
    day = as_of or clock.today()
    people, departments, missing = load_people(), load_departments(), absent()
    rows = export_rows(people, departments, source.strip(), day, missing)
    left_out = len(export_rows(people, departments, source.strip(), day)) - len(rows)
    if not rows:
        show.refused(
            f"名簿区分「{source}」に、{day.isoformat()} の在籍者はいません。何も書き出していません。"
        )
    data = export_csv(rows) if kind == ".csv" else export_xlsx(rows)
    try:
        private_files.write(file, data)
    except OSError as error:
        show.refused(f"{file}: 書き込めません({error.strerror})。")
    if left_out and not as_json:
        click.echo(f"要確認(名簿になかった)の任用{left_out}件は書き出していません。")
    show.data = {
        "source": source, "as_of": day.isoformat(), "lines": len(rows), "left_out": left_out,
        "file": str(file),
    }  # fmt: skip
    show.done(
        True, f"{len(rows)}行を {file} に書き出しました(名簿区分: {source}、基準日: {day.isoformat()})。"
    )


class _Output:
    """Speaks Japanese to people, JSON to machines."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.data: dict[str, object] = {}

    def plan(self, plan: Plan) -> None:
        """Show what would change."""
        if self.as_json:
            self.data = words.as_data(plan)
        else:
            for line in words.as_text(plan):
                click.echo(line)

    def done(self, applied: bool, sentence: str) -> None:
        """Say how it ended."""
        if self.as_json:
            click.echo(json.dumps(self.data | {"applied": applied}, ensure_ascii=False))
        elif sentence:
            click.echo(sentence)

    def refused(self, reason: str, **more: object) -> NoReturn:
        """Say why nothing was changed; exit code 1."""
        if self.as_json:
            click.echo(
                json.dumps(self.data | {"applied": False, "refused": reason} | more, ensure_ascii=False)
            )
        else:
            click.echo(reason, err=True)
        sys.exit(1)


def _roster(path: Path, show: _Output) -> Roster:
    try:
        return read_roster(_bytes(path, show), path.name, site())
    except FileRefused as refused:
        show.refused(f"{path.name}: {refused}")


def _departments(path: Path | None, show: _Output) -> DepartmentFile | None:
    if path is None:
        return None
    try:
        return read_departments(_bytes(path, show), path.name, site())
    except FileRefused as refused:
        show.refused(f"{path.name}: {refused}")


def _bytes(path: Path, show: _Output) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        show.refused(f"{path.name}: 読めません({error.strerror})。")


def _confirm(yes: bool, show: _Output) -> None:
    if yes:
        return
    if not sys.stdin.isatty() or show.as_json:
        show.refused("何も取り込んでいません。取り込むには --yes を付けてください。")
    if not click.confirm("取り込みますか", default=False):
        show.refused("何も取り込んでいません。")


def _writable(path: Path | None, show: _Output) -> None:
    """Refuse before anything changes when the slips could not be written afterwards."""
    if path is not None and not (path.parent.is_dir() and os.access(path.parent, os.W_OK)):
        show.refused(f"{path}: この場所に書き込めません。何も取り込んでいません。")


def _write_slips(path: Path, show: _Output) -> None:
    from app.access.accounts import create_missing, slips_csv

    made = create_missing(clock.now(), clock.today(), OPERATOR)
    if made or not path.exists():
        private_files.write(path, slips_csv(made))
    if not show.as_json:
        click.echo(
            f"初期パスワード {len(made)}人分を {path} に書き出しました。"
            if made
            else "新しい初期パスワードはありません。"
        )
