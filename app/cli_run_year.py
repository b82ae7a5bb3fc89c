"""`flask run-year`: open, list and close the years' runs; the same preview as the page, in text."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date
from typing import Any, NoReturn

import click
from flask.cli import AppGroup

from app import clock
from app.cli_report import Day
from app.courses.model import Course
from app.fiscal_year import FiscalYear
from app.loaded import library, site
from app.reports.collecting import no_collecting
from app.reports.facts import load_facts
from app.reports.run_preview import Preview, preview
from app.training.blueprint import TOLERANCE, Blueprint
from app.training.refresher import Run, run_problems
from app.training.runs import (
    KnownRun,
    Refused,
    close_run,
    closing_problems,
    find_run,
    known_runs,
    load_runs,
    make_blueprint,
    open_run,
    suggested,
)

BY = "flask run-year"
DRY_RUN = click.option("--dry-run", is_flag=True, help="内容を示すだけで、何も変えません")
YES = click.option("--yes", is_flag=True, help="示した内容で実行します")
JSON = click.option("--json", "as_json", is_flag=True, help="結果を JSON で示します")

run_year_cli = AppGroup("run-year", help="年度研修の実施を開き、一覧にし、早く終えます。")


@run_year_cli.command("list")
@JSON
def list_runs(as_json: bool) -> None:
    """年度研修の実施を、新しい順に示します。"""
    known = known_runs()
    if as_json:
        click.echo(json.dumps([_known_facts(one) for one in known], ensure_ascii=True))
        return
    if not known:
        click.echo("年度研修は、まだ開かれていません。")
    for one in known:
        run = one.run
        click.echo(f"{run.id}  {run.title}")
        click.echo(
            f"  {run.opens}から{run.closes}まで  期限 {run.due}  基準日 {run.base_date}  {run.questions}問"
        )


@run_year_cli.command("open")
@click.option("--course", "slug", metavar="SLUG", help="研修(一つだけなら省略できます)")
@click.option("--year", type=click.IntRange(1990, 2200), help="年度(省略すると今年度)")
@click.option("--title", help="実施の名前")
@click.option("--opens", type=Day(), help="始まりの日")
@click.option("--due", type=Day(), help="受講期限")
@click.option("--closes", type=Day(), help="終わりの日")
@click.option("--base-date", type=Day(), help="基準日")
@click.option("--questions", type=int, help="出題数")
@click.option("--joiner-days", type=click.IntRange(0, 365), help="期間中に対象になった人の期限の日数")
@click.option("--skip-same-year/--keep-same-year", "skip_if_completed_same_year", default=None,
              help="同じ年度に研修そのものを修了した人を省く / 省かない")  # fmt: skip
@DRY_RUN
@YES
@JSON
def open_command(
    slug: str | None, year: int | None, dry_run: bool, yes: bool, as_json: bool, **changes: Any
) -> None:
    """だれがいつまでに受けることになるかを示し、--yes があれば年度研修を開きます。"""
    now = clock.now()
    course = course_or_refuse(slug)
    base = suggested(course, year or FiscalYear.of(clock.day_of(now)).year)
    given = {name: value for name, value in changes.items() if value is not None}
    if "opens" in given and "base_date" not in given:
        given["base_date"] = given["opens"]
    run = replace(base, **given)
    problems = run_problems(run)
    if problems:
        refuse("\n".join(problems))
    with no_collecting():
        seen = preview(load_facts(course, site().closed_days), course.rules, run, load_runs(course.slug))
    plan = make_blueprint(course, run, now)
    opened = None
    if yes and not dry_run:
        try:
            opened = open_run(course, run, BY, now)
        except Refused as refused:
            refuse("\n".join(refused.problems))
    if as_json:
        click.echo(json.dumps(_preview_facts(seen, plan, opened), ensure_ascii=True))
    else:
        _tell(seen, plan)
        if opened is not None:
            click.echo(f"開きました: {opened.id}")
        elif dry_run:
            click.echo("確かめただけで、開いていません。")
    if opened is None and not dry_run:
        refuse("まだ開いていません。この内容で開くには、--yes を付けてもう一度実行してください。")


@run_year_cli.command("close")
@click.argument("run_id", metavar="ID")
@click.option("--on", "last_day", type=Day(), help="最後の日(省略すると今日)")
@click.option("--reason", default="", help="早く終える理由")
@DRY_RUN
@YES
@JSON
def close_command(
    run_id: str, last_day: date | None, reason: str, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """実施の終わりの日を早めます。対象の人と、これまでの記録は変わりません。"""
    now = clock.now()
    day = last_day or clock.day_of(now)
    run = find_run(run_id)
    if run is None:
        known = "、".join(one.id for one in load_runs()) or "(まだありません)"
        refuse(f"年度研修の実施「{run_id}」はありません。あるのは次の実施です: {known}")
    problems = closing_problems(run, day, reason)
    if problems:
        refuse("\n".join(problems))
    closing = yes and not dry_run
    if closing:
        close_run(run_id, day, reason, BY, now)
    if as_json:
        click.echo(json.dumps({"id": run_id, "closes": day.isoformat(), "closed": closing}))
    else:
        done = "終わりの日を変えました" if closing else "終わりの日を変えます(まだ変えていません)"
        click.echo(f"{run.title}: {done}。{run.closes} → {day}")
    if not closing and not dry_run:
        refuse("この内容で終えるには、--yes を付けてもう一度実行してください。")


def course_or_refuse(slug: str | None) -> Course:
    """The course named, or the only one; else refuse."""
    slugs = library().slugs
    if slug is None and len(slugs) > 1:
        raise click.UsageError(f"研修が複数あります。--course で選んでください: {'、'.join(slugs)}")
    course = library().course(slug or slugs[0])
    if course is None:
        refuse(f"研修「{slug}」はありません。あるのは次の研修です: {'、'.join(slugs)}")
    return course


def _tell(seen: Preview, plan: Blueprint) -> None:
    run = seen.run
    click.echo(run.title)
    click.echo(
        f"  {run.opens}から{run.closes}まで  期限 {run.due}  基準日 {run.base_date}  {run.questions}問"
    )
    for other in seen.same_year:
        click.echo(f"注意: 同じ年度の実施がもうあります: {other.id} {other.title}")
    total = seen.total
    click.echo(
        f"\n対象 {total.joins}人(うち猶予 {total.deferred}人)、対象外 {total.out}人、在籍 {total.employed}人"
    )
    for reason, count in seen.total.why:
        click.echo(f"  対象外 {count:>6}人  {reason}")
    for heading, rows in (("職員区分別", seen.categories), ("所属別", seen.departments)):
        click.echo(f"\n{heading}(在籍、対象、うち猶予、対象外)")
        for row in rows:
            name = "  " * row.level + row.name
            why = "、".join(f"{reason} {count}" for reason, count in row.why)
            shown = f"{row.employed:>6} {row.joins:>6} {row.deferred:>6} {row.out:>6}{name}"
            click.echo(f"{shown} (対象外: {why})" if why else shown)
    if seen.elected:
        click.echo("\n公選職の人")
        for one in seen.elected:
            click.echo(f"  {one.post.appointment.number} {one.person.name}  {one.reason or '対象'}")
    click.echo("\nこのような人の期限")
    for example in seen.typical:
        who = f"({example.who})" if example.who else ""
        click.echo(f"  {example.kind}{who}: {example.says}")
    by = "段階" if plan.measure == "level" else "最初の解答の正答率"
    click.echo(f"\n難しさは{by}でそろえます。差は{TOLERANCE / 10}ポイント以内です。\n")


def _preview_facts(seen: Preview, plan: Blueprint, opened: Run | None) -> dict[str, Any]:
    return {
        "opened": None if opened is None else opened.id,
        "run": _run_facts(opened or seen.run),
        "day": seen.day.isoformat(),
        "employed": seen.total.employed,
        "in": seen.total.joins,
        "deferred": seen.total.deferred,
        "out": dict(seen.total.why),
        "departments": [
            [row.name, row.employed, row.joins, row.deferred, row.out, dict(row.why)]
            for row in seen.departments
        ],
        "categories": [
            [row.name, row.employed, row.joins, row.deferred, row.out, dict(row.why)]
            for row in seen.categories
        ],
        "elected": [one.post.appointment.number for one in seen.elected],
        "typical": [
            [one.kind, one.who, one.says, None if one.due is None else one.due.isoformat()]
            for one in seen.typical
        ],
        "measure": plan.measure,
        "same_year": [other.id for other in seen.same_year],
    }


def _run_facts(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "course": run.course,
        "fiscal_year": run.fiscal_year,
        "title": run.title,
        "opens": run.opens.isoformat(),
        "due": run.due.isoformat(),
        "closes": run.closes.isoformat(),
        "base_date": run.base_date.isoformat(),
        "questions": run.questions,
    }


def _known_facts(one: KnownRun) -> dict[str, Any]:
    return _run_facts(one.run) | {
        "opened_at": one.opened_at.isoformat(),
        "opened_by": one.opened_by,
        "closed_because": one.closed_because,
    }


def refuse(reason: str) -> NoReturn:
    """Say why and end with exit code 1."""
    click.echo(reason, err=True)
    sys.exit(1)
