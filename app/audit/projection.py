"""What the chain alone says of completions, tests, texts and people, to hold the tables against. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.evidence.chain import commitment

Score = tuple[int, int, int, str, str]
"""Outcome of a test: right answers, those worth half, passed, revision, the person's evidence id."""
Finding = tuple[int | None, str]
"""Number of the entry concerned (None: of none), and what is wrong, in Japanese."""

COMPARED = {
    "person": "本人",
    "course": "研修",
    "run": "実施回",
    "version": "ガイドラインの版",
    "method": "受講方法",
    "statement": "確認の文",
    "correct": "正答数",
    "halves": "半分の正答の数",
    "asked": "出題数",
    "paper": "紙の番号",
}


@dataclass
class Projection:
    """State recomputed from entries, fed in their order."""

    granted: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    annulled: dict[str, int] = field(default_factory=dict)
    #: Test -> number, outcome.
    attempts: dict[str, tuple[int, Score]] = field(default_factory=dict)
    published: dict[str, int] = field(default_factory=dict)
    #: Evidence id -> number of the entry that recorded the erasure.
    redacted: dict[str, int] = field(default_factory=dict)
    #: Commitment -> evidence id, first and last number that carry it.
    sealed: dict[str, tuple[str, int, int]] = field(default_factory=dict)

    def feed(self, seq: int, facts: dict[str, Any]) -> None:
        """Take in the next entry."""
        for owner, value in (("person", facts.get("person_commit")), ("by", facts.get("by_commit"))):
            if value:
                first = self.sealed[value][1] if value in self.sealed else seq
                self.sealed[value] = (facts[owner], first, seq)
        match facts["event"]:
            case "completion.granted":
                self.granted.setdefault(facts["serial"], (seq, facts))
            case "completion.annulled":
                self.annulled[facts["serial"]] = seq
            case "completion.restored":
                self.annulled.pop(facts["serial"], None)
            case "attempt.submitted":
                score = (
                    facts["correct"],
                    facts["halves"],
                    facts["passed"],
                    facts["revision"],
                    facts["person"],
                )
                self.attempts[facts["attempt"]] = (seq, score)
            case "attempt.regraded":
                seq, (correct, halves, _, revision, person) = self.attempts[facts["attempt"]]
                score = (correct, halves, facts["passed"], revision, person)
                self.attempts[facts["attempt"]] = (seq, score)
            case "content.published":
                self.published.setdefault(facts["revision"], seq)
            case "evidence.redacted":
                self.redacted.update(dict.fromkeys([*facts["persons"], *facts["actors"]], seq))

    def completions(self, stored: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
        """Where the table of completions differs from the chain."""
        seen = set()
        for line in stored:
            serial = line["serial"]
            seen.add(serial)
            if serial not in self.granted:
                yield None, f"修了証 {serial} は保存されていますが、記録にありません。"
                continue
            seq, facts = self.granted[serial]
            different = [label for name, label in COMPARED.items() if line[name] != facts[name]]
            different += ["修了日時"] * (line["confirmed_at"] != facts.get("confirmed_at", facts["at"]))
            different += ["取消し"] * (bool(line["annulled"]) != (serial in self.annulled))
            for label in different:
                yield seq, f"修了証 {serial} の{label}が、記録とちがいます。"
        for serial in self.granted.keys() - seen:
            yield self.granted[serial][0], f"修了証 {serial} は記録にありますが、保存されていません。"

    def identities(
        self, stored: Iterable[Mapping[str, Any]], texts: Mapping[str, list[str]]
    ) -> Iterator[Finding]:
        """Completions whose number, name or department is not the sealed one."""
        for line in stored:
            seq, facts = self.granted.get(line["serial"], (0, {}))
            sealed = texts.get(facts.get("person_commit", ""))
            if sealed is not None and sealed != [line["number"], line["name"], line["department"]]:
                yield seq, f"修了証 {line['serial']} の職員番号・氏名・所属が、記録とちがいます。"

    def seals(self, stored: Mapping[str, tuple[str, str, list[str]]]) -> Iterator[Finding]:
        """Sealed texts (commitment -> owner, salt, content) that don't fit, or are gone without 廃棄."""
        for value, (owner, salt, content) in stored.items():
            known = self.sealed.get(value)
            if known is None or commitment(salt, content) != value or known[0] != owner:
                yield (known[1] if known else None), "氏名などの控えが、記録の値と一致しません。"
        for value, (owner, first, last) in self.sealed.items():
            if value not in stored and self.redacted.get(owner, 0) < last:
                yield first, "氏名などの控えがありません(廃棄の記録もありません)。"

    def tests(self, stored: Mapping[str, Score]) -> Iterator[Finding]:
        """Finished tests whose outcome is not the recorded one."""
        for attempt, (seq, score) in self.attempts.items():
            if attempt not in stored:
                yield seq, "確認テストの結果が、保存されていません。"
            elif stored[attempt] != score:
                yield seq, "確認テストの結果が、記録とちがいます。"
        for _ in stored.keys() - self.attempts.keys():
            yield None, "記録にない確認テストの結果が、保存されています。"

    def texts(self, stored: Mapping[str, Mapping[str, str]], bodies: Mapping[str, str]) -> Iterator[Finding]:
        """Kept texts (revision -> path -> digest; stated -> true digest of bytes) that don't fit."""
        for revision, seq in self.published.items():
            files = stored.get(revision)
            if files is None:
                yield seq, "教材の控えがありません。"
            elif revision_of(files) != revision or any(bodies.get(d) != d for d in files.values()):
                yield seq, "教材の控えが、記録の値と一致しません。"
        for revision in stored.keys() - self.published.keys():
            yield None, f"記録にない教材の控えがあります({revision[:16]})。"


def revision_of(files: Mapping[str, str]) -> str:
    """The revision of a text whose files (path -> SHA-256) are these."""
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(path.encode() + b"\0" + bytes.fromhex(files[path]))
    return whole.hexdigest()
