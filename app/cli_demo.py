"""`flask demo fill`: the demonstration city in its own database."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from app import clock
from app.demo import fill as city
from app.demo.cast import ACCOUNTS
from app.loaded import settings

demo_cli = AppGroup("demo", help="見本の市を用意します。")


@demo_cli.command("fill")
def fill() -> None:
    """見本の市を作り、使えるアカウントを表示します。もうあるときは、そのまま使います。"""
    if not settings().demo:
        _refuse("見本の市は、KENSHU_DEMO=1 のときだけ作ります。python3 dev.py demo を使ってください。")
    try:
        if city.is_filled():
            click.echo(
                "見本の市は、もうあります。作り直すときは、見本の市のファイル(demo.sqlite3)を消してください。"
            )
        else:
            city.fill(clock.now(), clock.today(), click.echo)
    except city.NotDemo:
        _refuse(
            "このデータベースには、見本の市ではない記録か、途中で止まった見本の市があります。"
            "見本の市のファイル(demo.sqlite3)を消してから、もう一度実行してください。"
        )
    click.echo("")
    click.echo("見本の市のアカウント(登場する人は、すべて架空の人物です)")
    for number, password, who in (account.shown for account in ACCOUNTS):
        click.echo(f"  {number:<8}  {password:<16}  {who}")
    click.echo("")


def _refuse(sentence: str) -> None:
    click.echo(sentence, err=True)
    sys.exit(1)
