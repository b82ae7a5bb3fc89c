"""A small city's chain made without the site: entries, and the seals, completions and texts beside them."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from app.evidence import lines
from app.evidence.chain import Entry, Value, canonical, commitment, follow, stamp
from app.evidence.verifier import Verification

START = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)


@dataclass
class Corpus:
    """A chain under construction."""

    entries: list[Entry] = field(default_factory=list)
    sealed: dict[str, tuple[str, str, list[str]]] = field(default_factory=dict)
    completions: list[dict[str, Value]] = field(default_factory=list)
    texts: dict[str, dict[str, bytes]] = field(default_factory=dict)
    step: timedelta = timedelta(seconds=7)

    def say(self, event: str, **facts: Value) -> Entry:
        """Add an entry."""
        at = START + self.step * len(self.entries)
        body = canonical({**facts, "event": event, "at": stamp(at)})
        last = self.entries[-1] if self.entries else None
        self.entries.append(follow("kenshu", last, body))
        return self.entries[-1]

    def publish(self, section: str, files: dict[str, bytes]) -> str:
        """Publish a revision of a section."""
        revision = revision_of(files)
        self.texts[revision] = files
        self.say("content.published", course="sns", section=section, revision=revision)
        return revision

    def complete(self, number: int, revisions: Sequence[str]) -> None:
        """A person begins, passes every section and confirms."""
        owner = f"{number:032x}"
        content = [f"{number:07}", f"試験 {number}", "髙﨑課"]
        made = commitment(f"{number + 7:032x}", content)
        self.sealed[made] = (owner, f"{number + 7:032x}", content)
        attempts: list[str] = []
        for place, revision in enumerate(revisions):
            attempt = f"{number:016x}{place:016x}"
            attempts.append(attempt)
            self.say("attempt.started", attempt=attempt, person=owner, person_commit=made, revision=revision)
            self.say("attempt.submitted", attempt=attempt, person=owner, revision=revision, asked=5,
                     correct=4, passed=1, pass_mark=80, halves=0, rule="mark-or-one-lost")  # fmt: skip
        facts: dict[str, Value] = {
            "course": "sns", "run": "", "version": "令和5年版", "method": "eラーニング",
            "statement": hashlib.sha256("読みました。".encode()).hexdigest(),
            "correct": 4 * len(attempts), "halves": 0, "asked": 5 * len(attempts),
            "paper": "", "serial": f"ABCD-{number:04}",
        }  # fmt: skip
        entry = self.say(
            "completion.granted", **facts, person=owner, person_commit=made, attempts=list(attempts)
        )
        self.completions.append(
            {**facts, "person": owner, "confirmed_at": str(entry.facts()["at"]), "annulled": 0,
             "number": content[0], "name": content[1], "department": content[2]}
        )  # fmt: skip

    def lines(self) -> list[bytes]:
        """The export, without its last line."""
        return [
            *chain_lines(self.entries, names=True, stored=True),
            *(lines.sealed_line(made, *seal) for made, seal in self.sealed.items()),
            *(lines.completion_line(facts) for facts in self.completions),
            *(
                one
                for revision, files in self.texts.items()
                for one in lines.text_lines(revision, "sns", "1", digests(files), bodies(files))
            ),
        ]


def chain_lines(entries: Sequence[Entry], names: bool = False, stored: bool = False) -> list[bytes]:
    """Header and entries as they would be written from these rows."""
    span = lines.Span("kenshu", None, entries[-1] if entries else None)
    head = lines.header(span, stamp(START), names, stored)
    return [head, *map(lines.entry_line, entries)]


def city(people: int = 12) -> Corpus:
    """Twelve people over two sections."""
    corpus = Corpus()
    revisions = [
        corpus.publish(section, {"course.toml": b"title = 1", f"{section}/lesson.ja.md": text.encode()})
        for section, text in (("1-what", "# 定義\n"), ("2-why", "# 目的\n"))
    ]
    for number in range(1, people + 1):
        corpus.complete(number, revisions)
    return corpus


def digests(files: dict[str, bytes]) -> dict[str, str]:
    """SHA-256 by path."""
    return {path: hashlib.sha256(body).hexdigest() for path, body in files.items()}


def bodies(files: dict[str, bytes]) -> dict[str, bytes]:
    """Bytes by SHA-256."""
    return {hashlib.sha256(body).hexdigest(): body for body in files.values()}


def revision_of(files: dict[str, bytes]) -> str:
    """A revision as docs/evidence.md defines it."""
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(path.encode() + b"\0" + hashlib.sha256(files[path]).digest())
    return whole.hexdigest()


def verify(export: Iterable[bytes], *anchors: str) -> Verification:
    """Let the verifier read these lines (closed with a right last line)."""
    return verify_bytes(b"".join(lines.closed(export)), *anchors)


def verify_bytes(content: bytes, *anchors: str) -> Verification:
    """Let the verifier read these bytes."""
    check = Verification()
    for anchor in anchors:
        assert check.want(anchor)
    check.read(io.BytesIO(content))
    return check


def changed(line: bytes, **facts: object) -> bytes:
    """A line that is no entry, with other facts."""
    return json.dumps(json.loads(line) | facts, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
