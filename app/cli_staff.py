"""flask staff: give roles, make operators' accounts, reset a password."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app import clock
from app.access import grants
from app.access.roles import Role

BY = "flask staff"

staff_cli = AppGroup("staff", help="役割を与える、パスワードを再発行する。")


@staff_cli.command("grant")
@click.argument("number")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.option("--department", help="head のとき: 受け持つ所属の所属コード(下の所属も含む)")
@click.option("--name", help="名簿にない人(操作する人)のアカウントを作るとき: その人の名前")
def grant(number: str, role: str, department: str | None, name: str | None) -> None:
    """NUMBER の人に ROLE を与えます。アカウントがなければ作り、初期パスワードを1回だけ表示します。"""
    now, today = clock.now(), clock.today()
    try:
        granted = grants.grant(number, Role(role), department, name, BY, now, today)
    except grants.GrantRefused as refused:
        raise click.ClickException(str(refused)) from None
    where = f"(所属コード {department})" if department else ""
    click.echo(f"{granted.name} さんに「{Role(role).label}」{where}の役割を与えました。")
    _show_once(granted)


@staff_cli.command("reset-password")
@click.argument("number")
def reset_password(number: str) -> None:
    """NUMBER の人の初期パスワードを作り直し、1回だけ表示します。いまのパスワードは使えなくなります。"""
    try:
        granted = grants.reset_password(number, BY, clock.now(), clock.today())
    except grants.GrantRefused as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"{granted.name} さんの初期パスワードを作りました。")
    _show_once(granted)


def _show_once(granted: grants.Granted) -> None:
    if granted.password:
        click.echo(f"初期パスワード: {granted.password}")
        click.echo("この表示は1回だけです。はじめてログインしたときに、自分のパスワードに変えてもらいます。")
