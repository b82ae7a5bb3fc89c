"""A post in a blockquote: where it stands, who speaks, and the phrases it falls into. Text in, values out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

MARK = "=="
SOURCE = re.compile(r"\*\*(?P<name>[^*]+)\*\*\s*$")
#: What a source is called -> how it looks (`post-…` in the style sheet); the first that fits.
LOOKS = (
    ("x", ("X(旧", "X(formerly")),
    ("facebook", ("フェイスブック", "Facebook")),
    ("instagram", ("インスタグラム", "Instagram")),
    ("youtube", ("ユーチューブ", "YouTube")),
    ("chat", ("LINE", "チャット", "メッセージ", "chat", "Chat")),
    ("notice", ("掲示", "お知らせ", "回覧", "通知", "貼り紙", "Notice", "notice")),
    ("mail", ("メール", "mail")),
)
#: Names a story may drop; the only one dropped is where its post stands.
SERVICES = (
    "X(旧ツイッター)",
    "フェイスブック",
    "LINE",
    "インスタグラム",
    "ユーチューブ",
    "チャット",
    "X (formerly Twitter)",
    "Facebook",
    "Instagram",
    "YouTube",
    "chat",
)
OWN = ("わたし", "私", "自分", "Me", "I")
_SPEAKER = re.compile(r"(?P<who>[^\s::「」。、]{1,14}(?: [^\s::]{1,14})?)[::]\s*(?P<text>\S.*)$")
# After a stop (and what closes around it), before a hashtag, at a comma or stop with a space behind it.
_CUT = re.compile(
    r"(?<=[、。!?!?…，．])(?![、。!?!?…，．」』)）])"
    r"|(?<=[、。!?!?…，．][」』)）])(?![、。」』)）])"
    r"|(?<=[,.;:!?])(?=\s)"
    r"|(?<=\s)(?=[#＃])"
)
_WORDS = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Said:
    """Lines that belong together: a paragraph, or what one person says in a chat."""

    lines: tuple[str, ...]
    who: str = ""

    @property
    def own(self) -> bool:
        """Whether the reader's own side of a chat says it."""
        return self.who in OWN or not self.who


@dataclass(frozen=True, slots=True)
class PostText:
    """A post as written: `source` is its first line in bold ("" without one), `look` how it is drawn."""

    source: str
    look: str
    said: tuple[Said, ...]

    @property
    def text(self) -> str:
        """Its words alone, a line each."""
        return "\n".join(line for said in self.said for line in said.lines)


def read_post(lines: Sequence[str], named: str = "") -> PostText:
    """Read a blockquote's lines; `named` is its source when it doesn't say so itself."""
    rest = list(lines)
    while rest and not rest[0].strip():
        rest.pop(0)
    first = SOURCE.match(rest[0].strip()) if rest else None
    source = first["name"].strip() if first else named
    look = look_of(source)
    return PostText(source, look, tuple(_said(rest[1:] if first else rest, look == "chat")))


def _said(lines: Sequence[str], chat: bool) -> list[Said]:
    found: list[Said] = []
    apart = True
    for line in lines:
        speaker = _SPEAKER.match(line) if chat else None
        if not line.strip():
            apart = True
        elif speaker:
            found.append(Said((speaker["text"],), speaker["who"]))
            apart = False
        elif apart:
            found.append(Said((line,)))
            apart = False
        else:
            found[-1] = Said((*found[-1].lines, line), found[-1].who)
    return found


def look_of(source: str) -> str:
    """How a post from there is drawn; "" for one like any other."""
    return next((look for look, names in LOOKS if any(name in source for name in names)), "")


def source_named_in(story: str) -> str:
    """The one service a story names, or ""."""
    named = [name for name in SERVICES if name in story]
    return named[0] if len(named) == 1 else ""


def cut(line: str) -> tuple[str, ...]:
    """A line's phrases, in order and without a gap: what a reader can point at.

    Where the marks stand plays no part, so the phrases betray nothing.
    """
    pieces: list[str] = []
    for piece in _CUT.split(line):
        if pieces and not _WORDS.search(piece):
            pieces[-1] += piece
        elif piece:
            pieces.append(piece)
    if len(pieces) > 1 and not _WORDS.search(pieces[0]):
        pieces[:2] = ["".join(pieces[:2])]
    return tuple(pieces)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of a post: its text without marks, and the marked stretches in it (from, to)."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


def unmarked(line: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """A line without its `==` and where they stood; an odd one out counts as text."""
    parts = line.split(MARK)
    if len(parts) % 2 == 0:
        parts[-2:] = [MARK.join(parts[-2:])]
    text, marks = "", []
    for at, part in enumerate(parts):
        if at % 2 and part:
            marks.append((len(text), len(text) + len(part)))
        text += part
    return text, tuple(marks)


def phrases(line: str) -> tuple[Phrase, ...]:
    """The phrases of a line written with marks."""
    text, marks = unmarked(line)
    found, start = [], 0
    for piece in cut(text):
        end = start + len(piece)
        inside = [(max(a, start) - start, min(b, end) - start) for a, b in marks if a < end and b > start]
        found.append(Phrase(piece, tuple(inside)))
        start = end
    return tuple(found)


def crossing(line: str) -> tuple[str, ...]:
    """Marked stretches of a line that reach over more than one phrase."""
    text, marks = unmarked(line)
    ends, at = [], 0
    for piece in cut(text):
        at += len(piece)
        ends.append(at)
    return tuple(text[a:b] for a, b in marks if any(a < end < b for end in ends))
