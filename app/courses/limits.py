"""How much a text may hold: far more than an author writes, less than makes reading it slow or endless.

Python-Markdown's time grows with the square of some signs in a paragraph, and it calls itself once for each
level of nesting. So a text is measured, in one pass over its lines, before anything else reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from app.courses.source import ContentError

MOST_BYTES = 400_000
MOST_LINES = 3_000
LONGEST_LINE = 10_000
#: Blanks within a line; spaces before it (four of them are a level of nesting).
WIDEST_GAP, DEEPEST = 80, 40
#: `- > 1.` before the words of one line.
MOST_MARKERS = 10
#: Signs that mean something to Markdown -> how many a file may hold, markers too; brackets in a paragraph.
SIGNS = "[*_`<&{|\\!"
MOST_SIGNS = 6_000
MOST_BRACKETS = 150
MOST_FOOTNOTES, MOST_FENCES = 200, 200

_GAP = re.compile(rf"(?<=\S)\s{{{WIDEST_GAP + 1},}}")
_MARKER = re.compile(r"\s*(?:[-*+](?=\s)|\d{1,9}[.)](?=\s)|[>:])")
_FENCE = re.compile(r" {0,3}(?:```|~~~)")


def beyond(path: str, data: bytes) -> Iterator[ContentError]:
    """Every place where a file holds more than it may, found as it is asked for."""
    if len(data) > MOST_BYTES:
        yield _too_big(path, data)
        return
    lines = data.decode("utf-8", errors="replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MOST_LINES + 1:
        sentence = f"ファイルの行が多すぎます({MOST_LINES:,}行まで)。ファイルを分けてください。"
        yield ContentError(path, MOST_LINES + 1, sentence)
    yield from _shapes(path, lines)
    if path.endswith(".md"):
        yield from _counts(path, lines)


def _too_big(path: str, data: bytes) -> ContentError:
    line = data[:MOST_BYTES].count(b"\n") + 1
    return ContentError(
        path, line, f"ファイルが大きすぎます({MOST_BYTES:,}バイトまで)。ファイルを分けてください。"
    )


def _shapes(path: str, lines: Sequence[str]) -> Iterator[ContentError]:
    """Lines that are too long, too wide or too deep by themselves."""
    for number, line in enumerate(lines, start=1):
        for wrong, sentence in _line(line):
            if wrong:
                yield ContentError(path, number, sentence)


def _line(line: str) -> Iterable[tuple[object, str]]:
    yield len(line) > LONGEST_LINE, f"1行が長すぎます({LONGEST_LINE:,}字まで)。行を分けてください。"
    if len(line) <= WIDEST_GAP and line[:1] not in " \t>-*+:0123456789":
        return
    yield _GAP.search(line), f"空白が続きすぎます({WIDEST_GAP}字まで)。空白を減らしてください。"
    depth = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
    deep = f"行の初めの空白が多すぎます({DEEPEST}字まで)。入れ子を減らしてください。"
    yield line.strip() and depth > DEEPEST, deep
    markers = f"行の初めの印(「-」「>」など)が多すぎます({MOST_MARKERS}個まで)。入れ子を減らしてください。"
    yield _markers(line) > MOST_MARKERS, markers


def _markers(line: str) -> int:
    found, at = 0, 0
    while found <= MOST_MARKERS and (match := _MARKER.match(line, at)):
        found, at = found + 1, match.end()
    return found


def _counts(path: str, lines: Sequence[str]) -> Iterator[ContentError]:
    """Lines at which a paragraph or the file comes to hold too many signs."""
    signs = brackets = footnotes = fences = 0
    for number, line in enumerate(lines, start=1):
        # Markdown ends a paragraph at spaces and tabs alone, at no other blank.
        brackets = brackets + line.count("[") if line.strip(" \t") else 0
        signs += sum(map(line.count, SIGNS)) + _markers(line)
        footnotes += line.count("[^")
        fences += bool(_FENCE.match(line))
        for count, most, what in (
            (brackets, MOST_BRACKETS, "一つの段落の「[」"),
            (footnotes, MOST_FOOTNOTES, "脚注の印「[^」"),
            (fences, MOST_FENCES, "「```」の行"),
            (signs, MOST_SIGNS, f"記号({' '.join(SIGNS)} と行の初めの印)"),
        ):
            if count > most:
                sentence = f"{what}が多すぎます({most:,}個まで)。段落かファイルを分けてください。"
                yield ContentError(path, number, sentence)
