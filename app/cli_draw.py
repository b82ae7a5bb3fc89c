"""`flask draw fairness`: the proof that the forms of a year's run are equally hard."""

from __future__ import annotations

import json
import sys

import click
from flask.cli import AppGroup

from app import clock
from app.cli_run_year import course_or_refuse, refuse
from app.fiscal_year import FiscalYear
from app.loaded import library
from app.training.blueprint import Blueprint
from app.training.fairness import Proof, prove
from app.training.runs import bank_of, find_run, make_blueprint, run_blueprint, suggested
from app.training.yearly import kept_forms, redraws

draw_cli = AppGroup("draw", help="問題の出し方を確かめます。")


@draw_cli.command("fairness")
@click.option("--run", "run_id", metavar="ID", help="年度研修の実施(省略すると、いま開くとした場合)")
@click.option("--course", "slug", metavar="SLUG", help="研修(--run がなく、一つだけなら省略できます)")
@click.option("--forms", type=click.IntRange(2, 1_000_000), default=10_000, show_default=True, help="引く数")
@click.option("--json", "as_json", is_flag=True, help="結果を JSON で示します")
def fairness(run_id: str | None, slug: str | None, forms: int, as_json: bool) -> None:
    """さまざまな受講歴の人に問題用紙を引き、難しさの差が許容の範囲にあることを確かめます。"""
    if run_id is None:
        course = course_or_refuse(slug)
        run = suggested(course, FiscalYear.of(clock.today()).year)
        plan, title = make_blueprint(course, run, clock.now()), run.title
        kept: dict[str, tuple[str, ...]] = {}
    else:
        known = find_run(run_id)
        found = None if known is None else library().course(known.course)
        if known is None or found is None:
            refuse(f"年度研修の実施「{run_id}」はありません。")
        course, plan, title = found, run_blueprint(run_id), known.title
        kept = kept_forms(run_id)
    wrong = [attempt for attempt in kept if not redraws(attempt)]
    proof = prove(bank_of(course), plan, forms, f"{course.slug}:{run_id or 'now'}", kept.values())
    if as_json:
        click.echo(json.dumps(_facts(proof, title, len(kept), wrong)))
    else:
        _tell(proof, plan, title, len(kept), wrong)
    sys.exit(0 if proof.holds and not wrong else 1)


def _tell(proof: Proof, plan: Blueprint, title: str, kept: int, wrong: list[str]) -> None:
    measure = (
        "段階ごとの見込み" if proof.measure == "level" else "これまでの最初の解答の正答率(開いたときの値)"
    )
    click.echo(title)
    click.echo(f"引いた問題用紙: {proof.forms:,}(うち実際に出題したもの {kept:,})")
    click.echo(f"難しさの測り方: {measure}")
    average = 10 * max(proof.questions, 1)
    click.echo(f"正答率の見込み: {proof.hardest / average:.2f}%から{proof.easiest / average:.2f}%まで")
    click.echo(f"最大の差: {proof.difference / 10:.1f}ポイント(許容 {proof.tolerance / 10:.1f}ポイント)")
    click.echo(f"理論上の最大の差: {plan.widest / 10:.1f}ポイント")
    click.echo(f"節と難しさの配分から外れた問題用紙: {proof.off_plan:,}")
    click.echo(f"最近見た問題を含む問題用紙: {proof.repeated:,}")
    if kept:
        click.echo(f"同じ入力から引き直して一致しなかったもの: {len(wrong):,}")
    click.echo("範囲に収まっています。" if proof.holds and not wrong else "範囲を外れています。")


def _facts(proof: Proof, title: str, kept: int, wrong: list[str]) -> dict[str, object]:
    return {
        "title": title,
        "forms": proof.forms,
        "kept": kept,
        "measure": proof.measure,
        "difference": proof.difference,
        "tolerance": proof.tolerance,
        "unit": "thousandths of a question, a question",
        "off_plan": proof.off_plan,
        "repeated": proof.repeated,
        "not_redrawn": wrong,
        "holds": proof.holds and not wrong,
    }
