"""Kenshu の記録を、Kenshu なしで確かめる道具です。Python 3.9 以降だけで動きます(追加の部品は要りません)。

    python verifier.py EXPORT.jsonl [--anchor "kenshu 123 0123456789abcdef"]... [--anchors FILE]
                       [--certificate SERIAL]... [--file FILE]... [--list] [--json]

終了コード: 0 問題なし、1 問題あり、2 使い方の誤り。書き出しの形式は docs/evidence.md にあります。
この1ファイルは docs/evidence.md だけをもとに書かれ、Kenshu のプログラムを読み込みません。
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import sys
import time
import unicodedata
from datetime import datetime, timedelta, timezone
from typing import Any, BinaryIO

FORMAT = "kenshu-evidence/1"
GENESIS = "0" * 64
UTC = timezone.utc  # noqa: UP017 (Python 3.9 and 3.10 know it under this name only)
JST = timezone(timedelta(hours=9))
#: 同時に届いた操作の前後は、この時間まで、時計の逆戻りとみなしません。
CLOCK_TOLERANCE = timedelta(seconds=60)
ANCHOR = re.compile(r"\b([a-z][a-z0-9-]{0,31})\s+(\d{1,12})\s+([0-9a-f]{16,64})\b")
COMPARED = (
    "person", "course", "run", "version", "method", "statement", "correct", "halves", "asked", "paper",
)  # fmt: skip
LABELS = {
    "person": "本人", "course": "研修", "run": "実施回", "version": "ガイドラインの版", "method": "受講方法",
    "statement": "確認の文", "correct": "正答数", "asked": "出題数",
    "halves": "半分の正答の数", "paper": "紙の番号", "confirmed_at": "修了日時",
    "annulled": "取消し", "identity": "職員番号・氏名・所属",
}  # fmt: skip
FILE_EVENTS = {
    "export.made": "出力", "roster.imported": "名簿の取込み", "evidence.exported": "記録の書き出し",
}  # fmt: skip
NO_ATTEMPT = (False, 0, 0, 0, False)

Facts = dict[str, Any]


class Unusable(Exception):
    """使い方の誤り(終了コード 2)。"""


class Verification:
    """一つの書き出しを読み、分かったことをためる。"""

    def __init__(self) -> None:
        self.header: Facts = {}
        self.chain = ""
        self.first = 1
        self.last_seq = 0
        self.last_hash = GENESIS
        self.entries = 0
        self.expected = 0
        self.broken = False
        self.problems: list[tuple[int | None, str]] = []
        self.warnings: list[str] = []
        self.lines = 0
        self.sha = hashlib.sha256()
        self.ended = False
        # 紙の値: 番号 -> [(元の行, 値の先頭)]、元の行 -> 結果
        self.wanted: dict[int, list[tuple[str, str]]] = {}
        self.anchors: dict[str, str] = {}
        # 記録から読み取ったこと
        self.first_at = self.last_at = ""
        self.newest = datetime.min.replace(tzinfo=UTC)
        self.steps_back: list[tuple[int, float]] = []
        self.rehearsed = 0
        self.adopted = 0
        self.granted: dict[str, Facts] = {}
        self.annulled: dict[str, int] = {}
        # 確認テスト -> 合格か、正答数、半分の正答の数、出題数、採点し直したか
        self.attempts: dict[str, tuple[bool, int, int, int, bool]] = {}
        self.published: dict[str, int] = {}
        self.reports: list[Facts] = []
        self.files: dict[str, list[tuple[int, str, str]]] = {}
        self.redacted: dict[str, int] = {}
        self.needed: dict[str, tuple[str, int, int]] = {}
        # 書き出しに添えられた控え
        self.sealed: dict[str, Facts] = {}
        self.completions: list[Facts] = []
        self.texts: dict[str, Facts] = {}
        self.bodies: set[str] = set()
        self.misfiled: set[str] = set()

    # ---- 読む

    def read(self, file: BinaryIO) -> None:
        handlers = {
            "content.published": self._content_published,
            "attempt.submitted": self._attempt_submitted,
            "attempt.regraded": self._attempt_regraded,
            "completion.granted": self._completion_granted,
            "completion.annulled": self._completion_annulled,
            "completion.restored": self._completion_restored,
            "report.fixed": self._report_fixed,
            "evidence.redacted": self._redacted,
            **dict.fromkeys(FILE_EVENTS, self._file_made),
        }
        for line in file:
            self.lines += 1
            if self.lines == 1:
                self._header(line)
            elif line.startswith(b'{"kind":"end"'):
                self._end(line)
                continue
            elif line.startswith(b'{"kind":') or self._all_read(line):
                self._other(line)
            elif not self.broken:
                facts = self._entry(line)
                if facts is not None:
                    handler = handlers.get(facts.get("event", ""))
                    if handler is not None:
                        handler(self.last_seq, facts)
            self.sha.update(line)
        self._finish()

    def _all_read(self, line: bytes) -> bool:
        """記録をすべて読んだあとの、記録の形をしていない行か。"""
        return self.entries >= self.expected and not line.startswith(b'{"seq":')

    def _header(self, line: bytes) -> None:
        header = parsed(line)
        if header is None or header.get("kind") != "header" or header.get("format") != FORMAT:
            raise Damaged("最初の行が、Kenshu の記録の書き出しのものではありません。")
        try:
            self.chain = str(header["chain"])
            self.last_seq = int(header["since"])
            self.last_hash = str(header["prev"])
            self.first = self.last_seq + 1
            self.expected = int(header["entries"])
        except (KeyError, TypeError, ValueError):
            raise Damaged("最初の行を読めません。") from None
        self.header = header
        if self.last_seq == 0 and self.last_hash != GENESIS:
            self._problem(1, "最初の記録の前の値が、決められた値ではありません。")
        self._compare_anchors(self.last_seq, self.last_hash)

    def _entry(self, line: bytes) -> Facts | None:
        seq = self.last_seq + 1
        prev = self.last_hash
        start = b'{"seq":%d,"prev":"%s","hash":"' % (seq, prev.encode())
        if self.entries >= self.expected:
            return self._break(seq, "書き出しに書かれた件数より後に、記録が続いています。")
        stated = line[len(start) : len(start) + 64]
        body = line[len(start) + 73 : -2]
        hashed = hashlib.sha256(b"EV1\n%s\n%d\n%s\n" % (self.chain.encode(), seq, prev.encode()) + body)
        value = hashed.hexdigest()
        if (
            not line.startswith(start)
            or value.encode() != stated
            or line[len(start) + 64 : len(start) + 73] != b'","body":'
            or not line.endswith(b"}\n")
        ):
            return self._break(seq, why_broken(line, start, seq, prev))
        try:
            facts = json.loads(body.decode("utf-8"))
            at = facts["at"]
            moment = datetime.fromisoformat(at[:-1] + "+00:00")
        except (ValueError, KeyError, TypeError):
            return self._break(seq, "内容を読めません(値は一致しています)。")
        self.last_seq, self.last_hash = seq, value
        self.entries += 1
        if seq in self.wanted:
            self._compare_anchors(seq, value)
        self._note_common(seq, facts, at, moment)
        return dict(facts)

    def _note_common(self, seq: int, facts: Facts, at: str, moment: datetime) -> None:
        self.first_at = self.first_at or at
        self.last_at = at
        if "adopted" in facts:
            self.adopted += 1  # 元の日時で後から記録されたもの
        elif moment >= self.newest:
            self.newest = moment
        elif self.newest - moment > CLOCK_TOLERANCE:
            self.steps_back.append((seq, (self.newest - moment).total_seconds()))
            self.newest = moment
        if "clock" in facts:
            self.rehearsed += 1
        for owner, sealed in (("person", "person_commit"), ("by", "by_commit")):
            if sealed in facts:
                known = self.needed.get(facts[sealed])
                first = known[1] if known else seq
                self.needed[facts[sealed]] = (str(facts.get(owner, "")), first, seq)

    def _break(self, seq: int, reason: str) -> Facts | None:
        self.broken = True
        self._problem(seq, reason)
        return None

    def _problem(self, seq: int | None, reason: str) -> None:
        self.problems.append((seq, reason))

    # ---- 記録の種類ごとに

    def _content_published(self, seq: int, facts: Facts) -> None:
        self.published.setdefault(facts.get("revision", ""), seq)

    def _attempt_submitted(self, seq: int, facts: Facts) -> None:
        correct, halves, asked = facts.get("correct", 0), facts.get("halves", 0), facts.get("asked", 0)
        if facts.get("rule") == "mark-or-one-lost":
            points, most, mark = 2 * correct + halves, 2 * asked, facts.get("pass_mark", 0)
            passed = correct > 0 and (points * 100 >= mark * most or most - points <= 2)
            if passed != bool(facts.get("passed")):
                self._problem(seq, "合否が、得点と合格の基準から計算したものとちがいます。")
        if self.header["since"] == 0 and facts.get("revision") not in self.published:
            self._problem(seq, "出題した教材の記録が、これより前にありません。")
        outcome = (bool(facts.get("passed")), correct, halves, asked, False)
        self.attempts[facts.get("attempt", "")] = outcome

    def _attempt_regraded(self, _seq: int, facts: Facts) -> None:
        attempt = facts.get("attempt", "")
        _, correct, halves, asked, _ = self.attempts.get(attempt, NO_ATTEMPT)
        self.attempts[attempt] = (bool(facts.get("passed")), correct, halves, asked, True)

    def _completion_granted(self, seq: int, facts: Facts) -> None:
        serial = facts.get("serial", "")
        if serial in self.granted:
            self._problem(seq, f"修了証 {serial} が二度記録されています。")
        self.granted[serial] = {**facts, "seq": seq}
        listed = facts.get("attempts") or []
        if self.header["since"] or not listed:
            return
        found = [self.attempts.get(attempt, NO_ATTEMPT) for attempt in listed]
        if not all(passed for passed, *_ in found):
            self._problem(seq, f"修了証 {serial} のもとになる、合格した確認テストの記録がありません。")
            return
        total = [sum(attempt[place] for attempt in found) for place in (1, 2, 3)]
        stated = [facts.get("correct"), facts.get("halves"), facts.get("asked")]
        if total != stated and not any(again for *_, again in found):
            self._problem(seq, f"修了証 {serial} の得点が、確認テストの記録の合計とちがいます。")

    def _completion_annulled(self, seq: int, facts: Facts) -> None:
        serial = facts.get("serial", "")
        if self.header["since"] == 0 and serial not in self.granted:
            self._problem(seq, f"取り消された修了証 {serial} の、修了の記録がありません。")
        self.annulled[serial] = seq

    def _completion_restored(self, seq: int, facts: Facts) -> None:
        serial = facts.get("serial", "")
        if self.annulled.pop(serial, None) is None and self.header["since"] == 0:
            self._problem(seq, f"取消しを戻した修了証 {serial} の、取消しの記録がありません。")

    def _report_fixed(self, seq: int, facts: Facts) -> None:
        self.reports.append({**facts, "seq": seq})
        for name, digest in (facts.get("files") or {}).items():
            self.files.setdefault(digest, []).append((seq, f"報告 {facts.get('report', '')}", name))

    def _file_made(self, seq: int, facts: Facts) -> None:
        if facts.get("sha256"):
            place = (seq, FILE_EVENTS[facts["event"]], str(facts.get("file", "")))
            self.files.setdefault(facts["sha256"], []).append(place)

    def _redacted(self, seq: int, facts: Facts) -> None:
        for owner in [*(facts.get("persons") or []), *(facts.get("actors") or [])]:
            self.redacted[owner] = seq

    # ---- 記録に添えられた控え

    def _other(self, line: bytes) -> None:
        facts = parsed(line)
        kind = facts.get("kind") if facts else None
        if facts is None:
            self._problem(None, f"{self.lines}行目を読めません。")
        elif kind == "sealed":
            self.sealed[str(facts.get("commitment"))] = facts
        elif kind == "completion":
            self.completions.append(facts)
        elif kind == "text":
            self.texts[str(facts.get("revision"))] = facts
        elif kind == "file":
            try:
                data = base64.b64decode(str(facts.get("base64")), validate=True)
            except ValueError:
                data = b""
            digest = hashlib.sha256(data).hexdigest()
            (self.bodies if facts.get("digest") == digest else self.misfiled).add(str(facts.get("digest")))
        else:
            self._problem(None, f"{self.lines}行目は、知らない種類の行です。")

    def _end(self, line: bytes) -> None:
        wanted = b'{"kind":"end","lines":%d,"sha256":"%s"}\n' % (
            self.lines - 1,
            self.sha.hexdigest().encode(),
        )
        if self.ended or line != wanted:
            self._problem(None, "書き出しのファイルが、作られた後に変わっています。")
        self.ended = True

    # ---- まとめ

    def _finish(self) -> None:
        if not self.lines:
            raise Damaged("ファイルが空です。")
        if not self.broken and self.entries < self.expected:
            self._problem(
                self.last_seq + 1, f"書き出しには{self.expected}件とありますが、ここまでしかありません。"
            )
        elif not self.broken and self.header.get("head") != self.last_hash:
            self._problem(None, "最初の行に書かれた最後の値が、記録とちがいます。")
        if not self.ended:
            self._problem(None, "書き出しの終わりの行がありません(途中で切れています)。")
        self._settle_anchors()
        if not self.broken and self.header.get("since") == 0:
            self._check_sealed()
            if self.header.get("stored"):
                self._check_completions()
                self._check_texts()
        self._add_warnings()

    def _check_sealed(self) -> None:
        for value, facts in self.sealed.items():
            if commitment(facts) != value or value not in self.needed:
                seq = self.needed[value][1] if value in self.needed else None
                self._problem(seq, "氏名などの控えが、記録の値と一致しません。")
            elif facts.get("owner") != self.needed[value][0]:
                self._problem(self.needed[value][1], "氏名などの控えが、別の人に付け替えられています。")
            elif self.redacted.get(self.needed[value][0], 0) > self.needed[value][2]:
                self.warnings.append(f"{self.needed[value][1]}番の記録の人の控えが、廃棄の後も残っています。")
        if not self.header.get("names"):
            return
        for value, (owner, seq, last) in self.needed.items():
            if value not in self.sealed and self.redacted.get(owner, 0) < last:
                self._problem(seq, "氏名などの控えがありません(廃棄の記録もありません)。")

    def _check_completions(self) -> None:
        """保存されている修了を、記録だけから計算した修了と突き合わせる。"""
        stored: set[str] = set()
        for line in self.completions:
            serial = str(line.get("serial"))
            event = self.granted.get(serial)
            if event is None:
                self._problem(None, f"修了証 {serial} は保存されていますが、記録にありません。")
            elif serial in stored:
                self._problem(event["seq"], f"修了証 {serial} が二重に保存されています。")
            else:
                for name in self._differences(line, event):
                    self._problem(event["seq"], f"修了証 {serial} の{LABELS[name]}が、記録とちがいます。")
            stored.add(serial)
        for serial, event in self.granted.items():
            if serial not in stored:
                self._problem(event["seq"], f"修了証 {serial} は記録にありますが、保存されていません。")

    def _differences(self, line: Facts, event: Facts) -> list[str]:
        found = [name for name in COMPARED if line.get(name) != event.get(name)]
        if line.get("confirmed_at") != event.get("confirmed_at", event.get("at")):
            found.append("confirmed_at")
        if bool(line.get("annulled")) != (line.get("serial") in self.annulled):
            found.append("annulled")
        seal = self.sealed.get(event.get("person_commit", ""))
        identity = [line.get("number"), line.get("name"), line.get("department")]
        if seal is not None and seal.get("content") != identity:
            found.append("identity")
        return found

    def _check_texts(self) -> None:
        for revision, seq in self.published.items():
            text = self.texts.get(revision)
            if text is None:
                self._problem(seq, "教材の控えがありません。")
            elif not self._text_fits(revision, text):
                self._problem(seq, "教材の控えが、記録の値と一致しません。")
        for revision in self.texts.keys() - self.published.keys():
            self._problem(None, f"記録にない教材の控えがあります({revision[:16]})。")

    def _text_fits(self, revision: str, text: Facts) -> bool:
        whole = hashlib.sha256()
        files = text.get("files")
        if not isinstance(files, dict):
            return False
        for path in sorted(files):
            if files[path] not in self.bodies or files[path] in self.misfiled:
                return False
            whole.update(path.encode() + b"\0" + bytes.fromhex(files[path]))
        return whole.hexdigest() == revision

    def _add_warnings(self) -> None:
        for seq, seconds in self.steps_back[:10]:
            self.warnings.append(f"{seq}番で、サーバーの時計が{in_words(seconds)}戻っています。")
        if len(self.steps_back) > 10:
            self.warnings.append(f"時計の逆戻りは、全部で{len(self.steps_back)}回あります。")
        if self.rehearsed:
            self.warnings.append(f"{self.rehearsed}件は、予行演習用に動かした時計での記録です。")
        if self.adopted:
            self.warnings.append(
                f"{self.adopted}件は、記録を始める前からあったものを、後からまとめて記録したものです。"
            )
        if self.header.get("since"):
            self.warnings.append(
                f"{self.first}番より前を含まない書き出しです。修了などの突合せは、全部の書き出しで行えます。"
            )

    # ---- 紙の値

    def want(self, text: str) -> int:
        """紙の値の行を覚える。何行読めたかを返す。"""
        found = ANCHOR.findall(unicodedata.normalize("NFKC", text).lower())
        for chain, seq, digits in found:
            line = f"{chain} {seq} {digits}"
            if line not in self.anchors:
                self.anchors[line] = "waiting"
                self.wanted.setdefault(int(seq), []).append((line, digits))
        return len(found)

    def _compare_anchors(self, seq: int, value: str) -> None:
        for line, digits in self.wanted.get(seq, []):
            same = line.split(" ", 1)[0] == self.chain and value.startswith(digits)
            self.anchors[line] = "contained" if same else "different"

    def _settle_anchors(self) -> None:
        for line, state in self.anchors.items():
            seq = int(line.split(" ")[1])
            if state == "waiting" and seq > self.last_seq:
                self.anchors[line] = "unverified" if self.broken else "beyond"
            elif state == "waiting":
                self.anchors[line] = "before"

    @property
    def first_bad(self) -> int | None:
        """最初の問題の番号。"""
        numbers = [seq for seq, _ in self.problems if seq is not None]
        return min(numbers) if numbers else None


class Damaged(Exception):
    """書き出しとして読めない(終了コード 1)。"""


ANCHOR_WORDS = {
    "contained": "含まれています",
    "different": "ちがいます。この番号の記録は、紙に値が印刷された後で書き換えられています",
    "beyond": "ありません。記録がこの番号まで届いていません(古い状態に戻された疑いがあります)",
    "before": "確かめられません。この書き出しより前の番号です",
    "unverified": "確かめられません。その手前で記録が途切れています",
}


def parsed(line: bytes) -> Facts | None:
    """1行を読む。読めなければ None。"""
    try:
        facts = json.loads(line.decode("utf-8"))
    except ValueError:
        return None
    return facts if isinstance(facts, dict) else None


def why_broken(line: bytes, start: bytes, seq: int, prev: str) -> str:
    """つながらない行の、どこがおかしいか。"""
    number = re.match(rb'\{"seq":(\d{1,18}),', line)
    if number is None:
        return "この記録の行を読めません。"
    if int(number[1]) > seq:
        return "この番号の記録がありません(抜かれたか、番号が変えられています)。"
    if int(number[1]) < seq:
        return "この位置に、別の番号の記録が入っています。"
    if not line.startswith(b'{"seq":%d,"prev":"%s"' % (seq, prev.encode())):
        return "一つ前の記録の値とつながりません。"
    return "内容が、記録された値と一致しません。"


def commitment(sealed: Facts) -> str:
    """控えから計算した値。"""
    content = sealed.get("content")
    parts = [sealed.get("salt"), *(content if isinstance(content, list) else [])]
    try:
        text = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    except UnicodeEncodeError:
        return ""
    return hashlib.sha256(text).hexdigest()


def in_words(seconds: float) -> str:
    """長さを、人が読む形で。"""
    if seconds >= 86400:
        return f"{seconds / 86400:.1f}日"
    if seconds >= 3600:
        return f"{seconds / 3600:.1f}時間"
    return f"{seconds / 60:.0f}分" if seconds >= 60 else f"{seconds:.0f}秒"


def japan(at: str) -> str:
    """日本時間の日時。"""
    moment = datetime.fromisoformat(at[:-1] + "+00:00").astimezone(JST)
    return moment.strftime("%Y-%m-%d %H:%M")


def file_digest(path: str) -> str:
    """ファイルの SHA-256。"""
    whole = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                whole.update(block)
    except OSError as error:
        raise Unusable(f"{path} を読めません({error.strerror})。") from None
    return whole.hexdigest()


def certificate(check: Verification, serial: str) -> Facts:
    """修了証の番号について分かること。"""
    plain = unicodedata.normalize("NFKC", serial).strip().upper()
    event = check.granted.get(plain)
    if event is None:
        return {"serial": plain, "contained": False}
    seal = check.sealed.get(event.get("person_commit", ""), {}).get("content") or []
    return {
        "serial": plain,
        "contained": True,
        "seq": event["seq"],
        "at": event["at"],
        "course": event.get("course"),
        "person": seal,
        "redacted": event.get("person") in check.redacted and not seal,
        "annulled": check.annulled.get(plain),
    }


def result(check: Verification, seconds: float, asked: argparse.Namespace) -> Facts:
    """機械のための結果。"""
    files = []
    for path in asked.file:
        digest = file_digest(path)
        found = check.files.get(digest, [])
        files.append({"file": path, "sha256": digest, "contained": [list(place) for place in found]})
    return {
        "ok": not check.problems,
        "first_bad": check.first_bad,
        "problems": [{"seq": seq, "reason": reason} for seq, reason in check.problems],
        "warnings": check.warnings,
        "chain": check.chain,
        "first": check.first,
        "last": check.last_seq,
        "entries": check.entries,
        "head": f"{check.chain} {check.last_seq} {check.last_hash[:16]}",
        "first_at": check.first_at,
        "last_at": check.last_at,
        "anchors": [{"anchor": line, "state": state} for line, state in check.anchors.items()],
        "certificates": sorted(check.granted.keys() - check.annulled.keys()),
        "annulled": sorted(check.annulled),
        "reports": [
            {"report": r.get("report"), "seq": r["seq"], "as_of": r.get("as_of"), "files": r.get("files")}
            for r in check.reports
        ],
        "asked_certificates": [certificate(check, serial) for serial in asked.certificate],
        "asked_files": files,
        "persons_redacted": len(check.redacted),
        "seconds": round(seconds, 3),
        "rows_per_second": int(check.entries / seconds) if seconds > 0 else check.entries,
    }


def in_japanese(found: Facts, check: Verification, asked: argparse.Namespace) -> list[str]:
    """人のための結果。"""
    span = f"{found['first']}番から{found['last']}番まで、" if found["entries"] else ""
    lines = [f"記録「{found['chain']}」: {span}{found['entries']:,}件"]
    if found["first_at"]:
        lines.append(f"期間: {japan(found['first_at'])} から {japan(found['last_at'])} まで(日本時間)")
    lines.append(f"最後の値: {found['head']}")
    if found["ok"]:
        lines.append("結果: 問題はありません。記録は、作られたときのままつながっています。")
    else:
        first = found["first_bad"]
        lines.append(f"結果: 問題があります。{'' if first is None else f'最初の問題は{first}番です。'}")
        for problem in found["problems"][:20]:
            where = "" if problem["seq"] is None else f"{problem['seq']}番: "
            lines.append(f"  - {where}{problem['reason']}")
        if len(found["problems"]) > 20:
            lines.append(f"  ほかに{len(found['problems']) - 20}件")
    for anchor in found["anchors"]:
        lines.append(f"紙の値 {anchor['anchor']}: {ANCHOR_WORDS[anchor['state']]}。")
    if not found["anchors"]:
        lines.append(
            "紙の値(--anchor)がないため、記録全体の書き直しと、古い状態への巻戻しは、確かめていません。"
        )
    lines.append(f"修了証: 有効 {len(found['certificates']):,}件、取消し {len(found['annulled']):,}件")
    lines.append(f"確定した報告: {len(found['reports']):,}件")
    if asked.list:
        lines += [f"  修了証 {serial}" for serial in found["certificates"]]
        lines += [f"  修了証 {serial}(取消し)" for serial in found["annulled"]]
        lines += [f"  報告 {r['report']}({r['seq']}番、基準日 {r['as_of']})" for r in found["reports"]]
    lines += [certificate_words(one) for one in found["asked_certificates"]]
    for one in found["asked_files"]:
        places = "、".join(f"{seq}番の{what}" for seq, what, _ in one["contained"])
        words = f"{places}と同じものです" if places else "記録にありません"
        lines.append(f"ファイル {one['file']}: {words}。")
    lines.append(f"廃棄済みの人: {found['persons_redacted']:,}人")
    lines += [f"注意: {warning}" for warning in found["warnings"]]
    lines.append(
        f"所要時間: {found['seconds']:.1f}秒({found['entries']:,}件、1秒に{found['rows_per_second']:,}件)"
    )
    return lines


def certificate_words(one: Facts) -> str:
    """修了証についての1行。"""
    if not one["contained"]:
        return f"修了証 {one['serial']}: 記録にありません。"
    who = "(氏名は廃棄済み)" if one["redacted"] else f"({' '.join(one['person'])})" if one["person"] else ""
    words = f"修了証 {one['serial']}: {one['seq']}番にあります。{japan(one['at'])} 修了{who}"
    return f"{words}。{one['annulled']}番で取り消されています。" if one["annulled"] else f"{words}。"


def arguments(words: list[str] | None) -> argparse.Namespace:
    """コマンドの引数。"""
    parser = argparse.ArgumentParser(
        prog="verifier.py", description="Kenshu の記録の書き出しを、Kenshu なしで確かめます。"
    )
    parser.add_argument("export", metavar="EXPORT.jsonl", help="記録の書き出し")
    parser.add_argument("--anchor", action="append", default=[], metavar="LINE",
                        help="紙の値「kenshu 123 0123456789abcdef」(何回でも)")  # fmt: skip
    parser.add_argument("--anchors", action="append", default=[], metavar="FILE",
                        help="紙の値を1行に一つ書いたファイル")  # fmt: skip
    parser.add_argument("--certificate", action="append", default=[], metavar="SERIAL",
                        help="この番号の修了証が記録にあるか")  # fmt: skip
    parser.add_argument("--file", action="append", default=[], metavar="FILE",
                        help="この報告などのファイルが記録にあるか")  # fmt: skip
    parser.add_argument("--list", action="store_true", help="修了証と報告の番号をすべて表示する")
    parser.add_argument("--json", action="store_true", help="機械のための形(JSON)で表示する")
    return parser.parse_args(words)


def take_anchors(check: Verification, asked: argparse.Namespace) -> None:
    """引数とファイルの紙の値を読む。"""
    for line in asked.anchor:
        if not check.want(line):
            raise Unusable(f"「{line}」を紙の値として読めません。kenshu 123 0123456789abcdef の形です。")
    for path in asked.anchors:
        try:
            with open(path, encoding="utf-8-sig") as file:
                for line in file:
                    if line.strip() and not line.lstrip().startswith("#") and not check.want(line):
                        check.warnings.append(f"{path} の「{line.strip()}」は、紙の値として読めません。")
        except (OSError, UnicodeDecodeError) as error:
            raise Unusable(f"{path} を読めません({error})。") from None


def verify(asked: argparse.Namespace) -> tuple[Facts, Verification]:
    """書き出しを確かめ、結果を返す。"""
    check = Verification()
    take_anchors(check, asked)
    started = time.perf_counter()
    try:
        with open(asked.export, "rb") as file:
            check.read(file)
    except OSError as error:
        raise Unusable(f"{asked.export} を読めません({error.strerror})。") from None
    except Damaged as error:
        check.problems.append((None, str(error)))
    return result(check, time.perf_counter() - started, asked), check


def passed(found: Facts) -> bool:
    """問われたことのすべてに、よい答えが出たか。"""
    return (
        found["ok"]
        and all(anchor["state"] == "contained" for anchor in found["anchors"])
        and all(one["contained"] for one in found["asked_certificates"])
        and all(one["contained"] for one in found["asked_files"])
    )


def main(words: list[str] | None = None) -> int:
    """確かめて、終了コードを返す。"""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    asked = arguments(words)
    try:
        found, check = verify(asked)
    except Unusable as error:
        print(error, file=sys.stderr)
        return 2
    try:
        if asked.json:
            print(json.dumps(found, ensure_ascii=True), flush=True)
        else:
            print("\n".join(in_japanese(found, check, asked)), flush=True)
    except BrokenPipeError:
        # 読む側(head など)が先に終えた。残りは、どこにも出さない。
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0 if passed(found) else 1


if __name__ == "__main__":
    sys.exit(main())
