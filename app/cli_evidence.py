"""flask evidence: export, verify, anchor; the auditor's pack; 廃棄."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import date
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import AppGroup

from app import clock
from app.audit import check, pack, retention
from app.audit.adopt import adopt
from app.audit.export import write_export
from app.cli_report import Day
from app.evidence import ledger, verifier
from app.evidence.chain import Anchor, find_anchors, stamp
from app.reminders.forgetting import forget_addresses

BY = "flask evidence"
JSON = click.option("--json", "as_json", is_flag=True, help="結果を JSON で示します")
FILE = click.Path(dir_okay=False, path_type=Path)
WORDS = verifier.ANCHOR_WORDS

evidence_cli = AppGroup("evidence", help="記録(証跡)を書き出し、確かめます。")


@evidence_cli.command("export")
@click.argument("file", type=FILE)
@click.option("--since", type=click.IntRange(0), default=0, metavar="N", help="N番より後だけ(続きの書き出し)")
@click.option("--without-names", is_flag=True, help="職員番号、氏名、所属を含めません")
@click.option("--anyway", is_flag=True, help="記録に問題があっても書き出します(調査のため)")
@JSON
def export(file: Path, since: int, without_names: bool, anyway: bool, as_json: bool) -> None:
    """記録を FILE に書き出します。先に、保存されている記録をすべて確かめます。"""
    checked = check.check_all()
    if not checked.good and not anyway:
        _tell_findings(checked)
        _refuse("記録に問題があるため、書き出していません。調査のために書き出すときは --anyway を付けます。")
    try:
        made = write_export(file, clock.now(), since, names=not without_names, by=BY)
    except LookupError:
        _refuse(f"{since}番の記録はありません。")
    except OSError as error:
        _refuse(f"{file} に書き込めません。フォルダーとファイルを確かめてください({error.strerror})。")
    if as_json:
        facts = {"file": str(file), "entries": made.entries, "head": made.head, "sha256": made.sha256}
        click.echo(json.dumps(facts | {"ok": checked.good}))
    else:
        click.echo(f"記録{made.entries:,}件を {file} に書き出しました。")
        click.echo(f"記録の値: {made.head}")
        click.echo(f"ファイルの値(SHA-256): {made.sha256}")
    sys.exit(0 if checked.good else 1)


@evidence_cli.command("verify")
@click.argument("file", type=FILE, required=False)
@click.option("--anchor", "anchors", multiple=True, metavar="LINE", help="紙の値「kenshu 123 …」(何回でも)")
@click.option("--anchors", "anchor_files", multiple=True, type=FILE, metavar="FILE",
              help="紙の値を1行に一つ書いたファイル")  # fmt: skip
@click.option("--tail", type=click.IntRange(1), metavar="N", help="新しいほうからN件だけ(すばやい確認)")
@click.option("--keep", is_flag=True, help="結果を「検証結果」のページに残します(夜間の確認に)")
@JSON
def verify(
    file: Path | None,
    anchors: tuple[str, ...],
    anchor_files: tuple[Path, ...],
    tail: int | None,
    keep: bool,
    as_json: bool,
) -> None:
    """保存されている記録を確かめます。FILE を書くと、書き出したファイルを確かめます。"""
    if tail and (keep or anchors or anchor_files or file):
        raise click.UsageError("--tail は、FILE、--anchor、--anchors、--keep と一緒には使えません。")
    if file is not None:
        words = [w for line in anchors for w in ("--anchor", line)]
        words += [w for path in anchor_files for w in ("--anchors", str(path))]
        sys.exit(verifier.main([str(file), *words, *(["--json"] if as_json else [])]))
    wanted = _anchors(anchors, anchor_files)
    started = time.perf_counter()
    checked = check.check_tail(tail) if tail else check.check_all(wanted)
    if keep:
        check.keep(checked, clock.now())
    seconds = time.perf_counter() - started
    _tell_json(checked, seconds) if as_json else _tell(checked, seconds)
    sys.exit(0 if checked.good and all(s == "contained" for s in checked.anchors.values()) else 1)


@evidence_cli.command("anchor")
@click.argument("file", type=FILE, required=False)
def anchor(file: Path | None) -> None:
    """記録の値を1行表示します。FILE を書くと、その終わりに書き足します(毎日の控えに)。

    FILE の最後の値がいまの記録に含まれないときは、書き足さずに 1 で終わります。
    """
    newest = ledger.head()
    if newest is None:
        _refuse("記録がまだありません。")
    line = f"{newest.line} {stamp(clock.now())}"
    if file is None:
        click.echo(line)
        return
    try:
        earlier = find_anchors(file.read_text(encoding="utf-8-sig")) if file.exists() else []
        for one in earlier[-1:]:
            state = check.find_anchor(one)
            if state != "contained":
                _refuse(f"前回の値 {_shown(one)} は、いまの記録に{WORDS[state]}。")
        with file.open("a", encoding="utf-8", newline="\n") as kept:
            kept.write(line + "\n")
            kept.flush()
            os.fsync(kept.fileno())
    except (OSError, UnicodeDecodeError) as error:
        _refuse(f"{file} を読み書きできません({error})。")
    click.echo(line)


@evidence_cli.command("adopt")
def adopt_command() -> None:
    """記録を始める前からあった受講の結果を、まとめて記録に加えます(後から加えたことも記録されます)。"""
    click.echo(f"{adopt(clock.now(), BY):,}件を記録に加えました。")


@evidence_cli.command("pack")
@click.argument("file", type=FILE)
@click.option("--year", type=click.IntRange(1990, 2200), required=True, help="年度(2026 は令和8年度)")
def pack_command(file: Path, year: int) -> None:
    """監査の人に渡す一式(.zip)を作ります。"""
    if file.suffix.lower() != ".zip":
        raise click.UsageError("FILE の名前は、.zip で終わるようにしてください。")
    try:
        made = pack.write_pack(file, year, clock.now(), BY)
    except pack.NothingYet as error:
        _refuse(str(error))
    except OSError as error:
        _refuse(f"{file} に書き込めません。フォルダーとファイルを確かめてください({error.strerror})。")
    click.echo(f"{made.files}個のファイルを {file} にまとめました。記録の値: {made.head}")


@evidence_cli.command("redact")
@click.option("--before", type=Day(), required=True, help="この日より前に保存年限が終わったものを廃棄します")
@click.option("--answers", is_flag=True, help="この日より前に終わった確認テストの回答だけを廃棄します")
@click.option("--dry-run", is_flag=True, help="対象を数えるだけで、廃棄しません")
@click.option("--yes", is_flag=True, help="確認の質問をしません")
def redact(before: date, answers: bool, dry_run: bool, yes: bool) -> None:
    """保存年限を過ぎた人の氏名などを廃棄します。廃棄したことは記録に残り、元には戻せません。"""
    now = clock.now()
    if before > clock.day_of(now):
        _refuse("先の日付は指定できません。")
    if answers:
        count = retention.answers_before(before)
        what = f"{before.isoformat()}より前に終わった確認テスト{count:,}回の回答"
    else:
        count = len(retention.people_before(before))
        what = f"{before.isoformat()}より前に保存年限が終わった{count:,}人の氏名など"
    click.echo(f"廃棄の対象: {what}")
    if dry_run or count == 0:
        return
    if not yes:
        click.confirm("廃棄すると、元には戻せません。廃棄しますか", abort=True)
    if answers:
        done = retention.redact_answers(before, now, BY)
    else:
        done = retention.redact(before, now, BY, also=(forget_addresses,))
    click.echo(f"{done:,}{'回分' if answers else '人分'}を廃棄しました。記録の値: {ledger.head_line()}")


def _anchors(lines: tuple[str, ...], files: tuple[Path, ...]) -> list[Anchor]:
    found: list[Anchor] = []
    for line in lines:
        read = find_anchors(line)
        if not read:
            raise click.UsageError(f"「{line}」を値として読めません。kenshu 123 0123456789abcdef の形です。")
        found += read
    for path in files:
        try:
            found += find_anchors(path.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError) as error:
            raise click.UsageError(f"{path} を読めません({error})。") from None
    return found


def _tell(checked: check.Checked, seconds: float) -> None:
    click.echo(f"記録{checked.entries:,}件を確かめました({seconds:.1f}秒)。")
    click.echo(f"最後の値: {checked.head or 'なし'}")
    if checked.good:
        click.echo("問題はありません。")
    else:
        _tell_findings(checked)
    for one, state in checked.anchors.items():
        click.echo(f"紙の値 {_shown(one)}: {WORDS[state]}。")
    if checked.redacted:
        click.echo(f"廃棄済みの人: {checked.redacted:,}人")


def _tell_findings(checked: check.Checked) -> None:
    first = next((seq for seq, _ in checked.findings if seq is not None), None)
    click.echo(f"問題があります。{'' if first is None else f'最初の問題は{first}番です。'}")
    for seq, reason in checked.findings[:20]:
        click.echo(f"  - {'' if seq is None else f'{seq}番: '}{reason}")


def _tell_json(checked: check.Checked, seconds: float) -> None:
    first = checked.first
    facts = {
        "ok": checked.good,
        "entries": checked.entries,
        "head": checked.head,
        "first_bad": first[0] if first else None,
        "problems": [{"seq": seq, "reason": reason} for seq, reason in checked.findings],
        "anchors": [{"anchor": _shown(one), "state": state} for one, state in checked.anchors.items()],
        "persons_redacted": checked.redacted,
        "seconds": round(seconds, 3),
    }
    click.echo(json.dumps(facts))


def _shown(one: Anchor) -> str:
    return f"{one.chain} {one.seq} {one.digits}"


def _refuse(reason: str) -> NoReturn:
    click.echo(reason, err=True)
    sys.exit(1)
