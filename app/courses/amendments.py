"""What changed in a course's sections, when, and how much it matters; old text beside new. Pure."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class AmendmentKind(StrEnum):
    """How much a change matters to people who completed the older text."""

    EDITORIAL = "editorial"
    CLARIFYING = "clarifying"
    MATERIAL = "material"

    @property
    def label(self) -> str:
        """On screen."""
        return {"editorial": "字句の修正", "clarifying": "説明の補足", "material": "内容の改定"}[self.value]


@dataclass(frozen=True, slots=True)
class Amendment:
    """One change of one section, in one sentence; ``language`` is the sentence's."""

    id: str
    section: str
    kind: AmendmentKind
    day: date
    summary: str
    language: str = "ja"


@dataclass(frozen=True, slots=True)
class Compared:
    """A paragraph before and after: runs of text, each marked whether it is only on its side."""

    before: tuple[tuple[str, bool], ...]
    after: tuple[tuple[str, bool], ...]

    @property
    def changed(self) -> bool:
        """Whether the two differ."""
        return self.before != self.after


def compare(before: str, after: str) -> list[Compared]:
    """Old paragraphs beside new ones; within a pair the letters that went and came are marked."""
    old, new = _paragraphs(before), _paragraphs(after)
    found: list[Compared] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [Compared(((text, False),), ((text, False),)) for text in old[a:b]]
            continue
        for place in range(max(b - a, d - c)):
            left = old[a + place] if a + place < b else ""
            right = new[c + place] if c + place < d else ""
            found.append(_letters(left, right))
    return found


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]


def _letters(left: str, right: str) -> Compared:
    before: list[tuple[str, bool]] = []
    after: list[tuple[str, bool]] = []
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    if matcher.ratio() < 0.3:
        return Compared(((left, True),) if left else (), ((right, True),) if right else ())
    for tag, a, b, c, d in matcher.get_opcodes():
        if b > a:
            before.append((left[a:b], tag != "equal"))
        if d > c:
            after.append((right[c:d], tag != "equal"))
    return Compared(tuple(before), tuple(after))
