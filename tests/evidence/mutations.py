"""Ways to change an export: each returns the entry at which it must be found. And what they leave found.

A small city's export, changed at random a thousand times, cut back and rewritten a hundred times each.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from app.evidence import lines
from app.evidence.chain import Entry, follow
from tests.evidence.corpus import Corpus, changed, city, verify

CITY = city()
GOOD = CITY.lines()
COUNT = len(CITY.entries)
FORGED = b'{"at":"2026-04-01T00:00:00.000000Z","event":"x"}'

Mutation = Callable[[random.Random, list[bytes]], int | None]


def edit_byte(dice: random.Random, export: list[bytes]) -> int:
    seq = dice.randint(1, COUNT)
    line = bytearray(export[seq])
    place = dice.randrange(len(line))
    line[place] = dice.choice([b for b in range(256) if b != line[place]])
    export[seq] = bytes(line)
    return seq


def delete(dice: random.Random, export: list[bytes]) -> int:
    seq = dice.randint(1, COUNT)
    del export[seq]
    return seq


def insert(dice: random.Random, export: list[bytes]) -> int:
    """A forged entry that follows the one before it, or a copy of another."""
    seq = dice.randint(2, COUNT)
    if dice.random() < 0.5:
        forged = follow("kenshu", CITY.entries[seq - 2], FORGED)
        export.insert(seq, lines.entry_line(forged))
        return seq + 1  # the forged one fits; the true one after it no longer does
    copied = dice.choice([n for n in range(1, COUNT + 1) if n != seq])
    export.insert(seq, export[copied])
    return seq


def swap(dice: random.Random, export: list[bytes]) -> int:
    one, two = sorted(dice.sample(range(1, COUNT + 1), 2))
    export[one], export[two] = export[two], export[one]
    return one


def renumber(dice: random.Random, export: list[bytes]) -> int:
    seq = dice.randint(1, COUNT)
    other = dice.choice([n for n in range(1, COUNT + 40) if n != seq])
    export[seq] = re.sub(rb'^\{"seq":\d+', b'{"seq":%d' % other, export[seq])
    return seq


def rehash(dice: random.Random, export: list[bytes]) -> int:
    """A changed body with a hash of its own made right: the next entry no longer follows."""
    seq = dice.randint(1, COUNT - 1)
    entry = CITY.entries[seq - 1]
    forged = follow(entry.chain, None if seq == 1 else CITY.entries[seq - 2], entry.body[:-1] + b',"z":1}')
    export[seq] = lines.entry_line(forged)
    return seq + 1


def of_kind(dice: random.Random, export: list[bytes], kind: str) -> int:
    places = [n for n, line in enumerate(export) if line.startswith(b'{"kind":"%s"' % kind.encode())]
    return dice.choice(places)


def edit_projection(dice: random.Random, export: list[bytes]) -> int:
    place = of_kind(dice, export, "completion")
    facts = json.loads(export[place])
    name = dice.choice([n for n in facts if n not in ("kind", "serial")])
    other = facts[name] + 1 if isinstance(facts[name], int) else facts[name] + "x"
    export[place] = changed(export[place], **{name: other})
    return granted(facts["serial"])


def delete_projection(dice: random.Random, export: list[bytes]) -> int:
    return granted(json.loads(export.pop(of_kind(dice, export, "completion")))["serial"])


def edit_text(dice: random.Random, export: list[bytes]) -> int:
    """Only the text of a section is exchanged."""
    place = of_kind(dice, export, "file")
    digest = json.loads(export[place])["digest"]
    export[place] = changed(export[place], base64="5pS544GW44KT")
    users = [revision for revision, files in CITY.texts.items() if digest in digests_of(files)]
    return min(published(revision) for revision in users)


def edit_manifest(dice: random.Random, export: list[bytes]) -> int:
    place = of_kind(dice, export, "text")
    facts = json.loads(export[place])
    name = dice.choice(sorted(facts["files"]))
    other = dice.choice([f for f in facts["files"].values() if f != facts["files"][name]])
    export[place] = changed(export[place], files=facts["files"] | {name: other})
    return published(facts["revision"])


def edit_sealed(dice: random.Random, export: list[bytes]) -> int:
    place = of_kind(dice, export, "sealed")
    facts = json.loads(export[place])
    name = dice.choice(["commitment", "salt", "content", "owner"])
    other = [*facts["content"][:2], "別の課"] if name == "content" else facts[name][::-1]
    export[place] = changed(export[place], **{name: other})
    return next(e.seq for e in CITY.entries if facts["commitment"].encode() in e.body)


def granted(serial: str) -> int:
    return next(e.seq for e in CITY.entries if b"completion.granted" in e.body and serial.encode() in e.body)


def published(revision: str) -> int:
    return next(e.seq for e in CITY.entries if revision.encode() in e.body)


def digests_of(files: dict[str, bytes]) -> set[str]:
    return {hashlib.sha256(body).hexdigest() for body in files.values()}


MUTATIONS: tuple[Mutation, ...] = (
    edit_byte, edit_byte, edit_byte, delete, insert, swap, renumber, rehash,
    edit_projection, delete_projection, edit_text, edit_manifest, edit_sealed,
)  # fmt: skip


def shortened(keep: int) -> Corpus:
    """An older backup: the last entries, and what they speak of, are gone."""
    serials = {f"{e.facts()['serial']}" for e in CITY.entries[:keep] if b"granted" in e.body}
    commits = b"".join(e.body for e in CITY.entries[:keep])
    return Corpus(
        CITY.entries[:keep],
        {made: seal for made, seal in CITY.sealed.items() if made.encode() in commits},
        [c for c in CITY.completions if c["serial"] in serials],
        CITY.texts,
    )


def rewritten(at: int) -> Corpus:
    """Somebody with everything in hand changes one entry and computes all hashes anew."""
    entries: list[Entry] = []
    for entry in CITY.entries:
        body = entry.body.replace(b'"at":"2026', b'"at":"2025') if entry.seq == at else entry.body
        entries.append(follow("kenshu", entries[-1] if entries else None, body))
    completions = [
        {**c, "confirmed_at": str(c["confirmed_at"]).replace("2026", "2025")}
        if at == granted(str(c["serial"]))
        else c
        for c in CITY.completions
    ]
    return replace(CITY, entries=entries, completions=completions)


def unseen_changes(rounds: int) -> Iterator[str]:
    """Change the export at random; each change that was not found, or not at its entry."""
    dice = random.Random(20260401)
    for round_number in range(rounds):
        mutation = MUTATIONS[round_number % len(MUTATIONS)]
        export = list(GOOD)
        seq = mutation(dice, export)
        check = verify(export)  # even with a last line made right again
        if not check.problems or check.first_bad != seq:
            yield f"round {round_number}: {mutation.__name__} at {seq}: {check.problems[:3]}"


def rollbacks(times: int) -> Iterator[tuple[bool, str]]:
    """Cut the chain back; whether that was seen without a paper, and what one newer paper says."""
    dice = random.Random(100)
    for _ in range(times):
        keep = dice.randint(2, COUNT - 1)
        newer = CITY.entries[dice.randint(keep, COUNT - 1)]
        export = shortened(keep).lines()
        yield bool(verify(export).problems), verify(export, newer.line).anchors[newer.line]


def rewritings(times: int) -> Iterator[tuple[bool, str]]:
    """Rewrite the whole chain; whether that was seen without a paper, and what one newer paper says."""
    dice = random.Random(101)
    for _ in range(times):
        at = dice.randint(1, COUNT)
        paper = CITY.entries[dice.randint(at, COUNT) - 1]
        export = rewritten(at).lines()
        yield bool(verify(export).problems), verify(export, paper.line).anchors[paper.line]
