"""`flask remind`: what cron or the Task Scheduler runs, as often as it likes; it keeps the city's hours."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import datetime

import click
from flask.cli import with_appcontext

from app import clock
from app.loaded import settings, site
from app.reminders import ledger, outbox
from app.reminders.due import Kind
from app.reminders.hours import may_send, next_opening
from app.reminders.mail import NoServer
from app.reminders.outbox import NotNow, Outcome
from app.reminders.plan import Fate, Plan
from app.reminders.sender import Busy

#: Whom the ledger names for what nobody pressed.
SENDER = "flask remind"


@dataclass(frozen=True, slots=True)
class Round:
    """What one call did or, with --dry-run, would do."""

    moment: datetime
    plan: Plan
    outcome: Outcome
    unknown: list[ledger.Entry]
    open: bool
    note: str


@click.command("remind")
@click.option("--dry-run", is_flag=True, help="送らずに、だれに何を送るかを示します")
@click.option("--json", "as_json", is_flag=True, help="結果を JSON で示します")
@with_appcontext
def remind(dry_run: bool, as_json: bool) -> None:
    """受講のお願いのメールを送ります。市の決めた時間のほかと閉庁日には、何も送りません。"""
    moment = clock.now()
    is_open = may_send(moment, site().remind_hours, site().closed_days)
    outcome, note = Outcome(), ""
    if not dry_run:
        outbox.look_after(moment)
        if settings().smtp is None:
            note = "メールのサーバーが設定されていません(KENSHU_SMTP_HOST)。お願いは、紙で渡してください。"
        elif not is_open:
            note = _closed(moment)
        else:
            outcome = _send()
    plan = outbox.plan_on(clock.day_of(moment))
    unknown = ledger.entries(ledger.Search(fate=Fate.UNKNOWN))
    if dry_run:
        unknown += ledger.entries(ledger.Search(fate=Fate.SENDING))
    done = Round(moment, plan, outcome, unknown, is_open, note)
    _tell_json(done, dry_run) if as_json else _tell(done, dry_run)
    if outcome.stopped and not dry_run:
        sys.exit(1)


def _send() -> Outcome:
    try:
        return outbox.send(clock.now, SENDER)
    except (Busy, NoServer, NotNow) as refusal:
        click.echo(str(refusal) or "ほかの所で、いまメールを送っています。", err=True)
        sys.exit(1)


def _closed(moment: datetime) -> str:
    opening = next_opening(moment, site().remind_hours, site().closed_days)
    following = "" if opening is None else f"次に送るのは、{clock.jst(opening):%Y-%m-%d %H:%M} からです。"
    return f"いまは、メールを送る時間ではありません。{following}"


def _tell(done: Round, dry_run: bool) -> None:
    if dry_run:
        if not done.open:
            click.echo(_closed(done.moment))
        for request in done.plan.by_mail:
            click.echo(f"メール  {request.kind.label}  {request.owed.line.person.name}  {request.address}")
        click.echo(f"{len(done.plan.by_mail)}通を送る予定です。何も送っていません。")
    elif done.note:
        click.echo(done.note)
    else:
        click.echo(f"{done.outcome.sent}通を送りました。")
    for fate in (Fate.LATER, Fate.RETURNED):
        if done.outcome.fates.get(fate):
            click.echo(f"{fate.label}: {done.outcome.fates[fate]}通")
    if done.outcome.stopped:
        click.echo(f"途中で止めました。{done.outcome.stopped}残り{done.outcome.left}通", err=True)
    if done.plan.on_paper:
        click.echo(f"紙で渡す人: {len(done.plan.on_paper)}人(人事の「受講のお願い」で印刷できます)")
    if done.unknown:
        click.echo(f"届いたか分からないメール: {len(done.unknown)}通(人事が確かめてください)")
        for entry in done.unknown:
            click.echo(f"  {clock.jst(entry.begun_at):%Y-%m-%d %H:%M}  {entry.kind.label}  {entry.name}")


def _tell_json(done: Round, dry_run: bool) -> None:
    plan = done.plan
    click.echo(
        json.dumps(
            {
                "day": plan.day.isoformat(),
                "dry_run": dry_run,
                "open": done.open,
                "sent": done.outcome.sent,
                "refused": sum(done.outcome.fates.get(f, 0) for f in (Fate.LATER, Fate.RETURNED)),
                "stopped": done.outcome.stopped,
                "waiting": {k.value: len(plan.only(k).by_mail) for k in Kind},
                "paper": {k.value: len(plan.only(k).on_paper) for k in Kind},
                "unknown": [
                    {"person": e.person_id, "kind": e.kind.value, "duty": e.duty, "address": e.address}
                    for e in done.unknown
                ],
            },
            ensure_ascii=True,
        )
    )
