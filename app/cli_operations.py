"""flask backup, restore, doctor."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import with_appcontext

from app import clock
from app.loaded import library, settings
from app.operations import backup, doctor, restore
from app.operations.archive import Archive, BadArchive
from app.operations.backup import Refused

JSON = click.option("--json", "as_json", is_flag=True, help="結果を JSON で示します")
FILE = click.argument("file", type=click.Path(path_type=Path))


@click.command("backup")
@FILE
@click.option(
    "--keep", type=click.IntRange(1), metavar="N", help="FILE がフォルダーのとき、新しいN個だけ残します"
)
@JSON
@with_appcontext
def backup_command(file: Path, keep: int | None, as_json: bool) -> None:
    """サイトを動かしたまま、控えを FILE(.zip)に取ります。

    FILE がフォルダーなら、その中に日時の名前で取ります。控えには、すべての記録と教材が入ります。
    秘密の文字列(secret_key)と、ログイン中の状態は入りません。
    """
    if keep and not file.is_dir():
        raise click.UsageError("--keep は、FILE がフォルダーのときに使えます。")
    started = time.perf_counter()
    try:
        made = backup.back_up(file, settings(), clock.now(), keep)
    except Refused as reason:
        _refuse(str(reason), as_json)
    seconds = time.perf_counter() - started
    if as_json:
        _say_json(
            ok=True, file=str(made.path), rows=made.manifest.rows, tables=len(made.manifest.tables),
            bytes=made.size, sha256=made.sha256, revision=made.manifest.revision, head=made.manifest.head,
            broken=made.broken.seq if made.broken else None, seconds=round(seconds, 3),
        )  # fmt: skip
        return
    click.echo(f"控えを {made.path} に取り、読み返して確かめました({seconds:.1f}秒)。")
    click.echo(f"{len(made.manifest.tables)}表、{made.manifest.rows:,}行、{made.size:,}バイト")
    click.echo(f"ファイルの値(SHA-256): {made.sha256}")
    click.echo(f"記録の値: {made.manifest.head or 'なし'}")
    if made.broken:
        click.echo(
            f"注意: 受講の証拠が{made.broken.seq}番からつながっていません。"
            "flask evidence verify で確かめてください。",
            err=True,
        )


@click.command("restore")
@FILE
@click.option("--replace", is_flag=True, help="いまの記録の控えを取ってから、置き換えます")
@click.option("--check", "only_check", is_flag=True, help="戻さずに、控えを確かめるだけにします")
@click.option("--anyway", is_flag=True, help="受講の証拠がつながらない控えも戻します(調査のため)")
@JSON
@with_appcontext
def restore_command(file: Path, replace: bool, only_check: bool, anyway: bool, as_json: bool) -> None:
    """控え FILE を、設定したデータベースに戻します。

    先に控えをすべて確かめます。途中で止まったときは、前のまま何も変わりません。SQLite の控えを
    PostgreSQL に、またその逆に戻すこともできます。
    """
    started = time.perf_counter()
    try:
        if only_check:
            with Archive(file) as archive:
                restore.check(archive, anyway)
                done = restore.Restored(archive.manifest, None, None)
        else:
            done = restore.restore(file, settings(), clock.now(), replace, anyway)
    except (Refused, BadArchive) as reason:
        _refuse(str(reason), as_json)
    seconds = time.perf_counter() - started
    if as_json:
        _say_json(
            ok=True, restored=not only_check, rows=done.manifest.rows, made_at=done.manifest.made_at,
            revision=done.manifest.revision, head=done.manifest.head,
            before=str(done.before) if done.before else None,
            content=str(done.content) if done.content else None, seconds=round(seconds, 3),
        )  # fmt: skip
        return
    what = "控えは、そのまま戻せます" if only_check else "控えを戻し、行ごとに確かめました"
    click.echo(f"{what}({done.manifest.rows:,}行、{seconds:.1f}秒)。")
    click.echo(f"控えを取った日時: {done.manifest.made_at}(協定世界時)")
    click.echo(f"記録の値: {done.manifest.head or 'なし'}")
    if done.before:
        click.echo(f"置き換える前の記録の控え: {done.before}")
    if done.content:
        click.echo(
            f"控えの教材は、いまの教材と違います。{done.content} に置きました。"
            "こちらを使うときは、KENSHU_CONTENT をこのフォルダーにします。"
        )
    if not only_check:
        click.echo("全員が、もう一度ログインします。パスワードは前のままです。")


@click.command("doctor")
@click.option("--quick", is_flag=True, help="データベースのファイルの点検を、速いほうの方法にします")
@JSON
@with_appcontext
def doctor_command(quick: bool, as_json: bool) -> None:
    """この設置の悪い所を、文で示します。悪い所がなければ 0、あれば 1 で終わります。"""
    now = datetime.now(UTC)  # the machine's own clock is one of the things looked at
    found = doctor.examine(doctor.Patient(settings(), now, library().problem, quick))
    if as_json:
        findings = [{"grade": f.grade.value, "code": f.code, "sentence": f.sentence} for f in found.findings]
        _say_json(ok=found.well, checks=found.checks, findings=findings)
    else:
        for grade in (doctor.Grade.FACT, doctor.Grade.WARNING, doctor.Grade.FAULT):
            for finding in found.of(grade):
                click.echo(f"{grade.label}: {finding.sentence}")
        faults = len(found.of(doctor.Grade.FAULT))
        click.echo(f"直す所が{faults}件あります。" if faults else "悪い所はありません。")
    sys.exit(0 if found.well else 1)


def _refuse(reason: str, as_json: bool) -> NoReturn:
    if as_json:
        _say_json(ok=False, reason=reason)
    else:
        click.echo(reason, err=True)
    sys.exit(1)


def _say_json(**facts: object) -> None:
    click.echo(json.dumps(facts))
