"""The guideline's file: its front matter, and each clause with its verbatim quotation and plain rewording."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from app.courses.source import Page, Problems

REWORDING = re.compile(r"\s*(?:\*\*)?言い換え\s*[(\uff08]参考[)\uff09](?:\*\*)?\s*[:\uff1a]?\s*(?:\*\*)?\s*")
NOTE = re.compile(r"\s*(?:注\s*(?:[(\uff08]ママ[)\uff09])?|Note)\s*[:\uff1a]\s*")
_PART = re.compile(r" {0,3}##(?!#)\s*(?P<title>\S.*?)\s*$")
_CLAUSE = re.compile(r" {0,3}###(?!#)\s*(?P<label>\S.*?)\s*(?:\{\s*#(?P<id>[^\s}]+)\s*\})?\s*$")
_QUOTE = re.compile(r" {0,3}>\s?(?P<text>.*)$")


@dataclass(slots=True)
class ClauseSource:
    """A clause as written: verbatim `text` (an empty line parts paragraphs); `plain`, `note` in Markdown.

    `translation` is the same text in the reader's language, "" in Japanese.
    """

    label: str
    line: int
    part: str
    text: str = ""
    plain: str = ""
    note: str = ""
    translation: str = ""
    quoted: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)


@dataclass(slots=True)
class GuidelineSource:
    """The whole file: facts of the text and its clauses in order."""

    path: str
    title: str
    source: str
    source_page: str
    updated: date
    retrieved: date | None
    version: str
    excerpt: bool
    missing: tuple[str, ...]
    clauses: dict[str, ClauseSource]


def guideline_of(page: Page, problems: Problems) -> GuidelineSource:
    """Read a guideline file; unreadable or repeated clauses are noted."""
    front = page.front
    updated = front.get("updated")
    retrieved = front.get("retrieved")
    if not isinstance(updated, date):
        if page.readable:
            problems.add(
                page.path,
                1,
                "ガイドラインの updated(更新日)がありません。updated = 2023-09-11 の形で書いてください。",
            )
        updated = date.min
    title = text_of(front, "title")
    if page.readable and not title:
        problems.add(
            page.path, 1, "ガイドラインの title(題名)がありません。冒頭の「+++」の間に書いてください。"
        )
    return GuidelineSource(
        path=page.path,
        title=title,
        source=text_of(front, "source"),
        source_page=text_of(front, "page_number") or text_of(front, "source_page"),
        updated=updated,
        retrieved=retrieved if isinstance(retrieved, date) else None,
        version=text_of(front, "version") or updated.isoformat(),
        excerpt=front.get("excerpt") is True,
        missing=_missing(front),
        clauses=clauses_of(page, problems),
    )


def translated(guideline: GuidelineSource, page: Page, problems: Problems) -> GuidelineSource:
    """The guideline with its reference translation: each text stays as it is, with the other beside it."""
    theirs = clauses_of(page, problems)
    return replace(
        guideline,
        title=text_of(page.front, "title") or guideline.title,
        source=text_of(page.front, "source") or guideline.source,
        version=text_of(page.front, "version") or guideline.version,
        missing=_missing(page.front) or guideline.missing,
        clauses={
            label: _beside(clause, theirs[label]) if label in theirs else clause
            for label, clause in guideline.clauses.items()
        },
    )


def _beside(clause: ClauseSource, other: ClauseSource) -> ClauseSource:
    return replace(clause, part=other.part, note=other.note or clause.note, translation=other.text)


def _missing(front: Mapping[str, object]) -> tuple[str, ...]:
    parts = front.get("missing", [])
    return tuple(str(part) for part in parts) if isinstance(parts, list) else ()


def text_of(front: Mapping[str, object], key: str) -> str:
    """The front matter's string under `key`, stripped; empty when absent or of another type."""
    value = front.get(key)
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def clauses_of(page: Page, problems: Problems) -> dict[str, ClauseSource]:
    """Clauses by label; every one has its quotation."""
    found: dict[str, ClauseSource] = {}
    part, current = "", None
    for at, line in enumerate(page.lines):
        if heading := _CLAUSE.match(line):
            current = _begin(page, at, heading, part, found, problems)
        elif heading := _PART.match(line):
            part, current = heading["title"], None
        elif current is not None:
            quote = _QUOTE.match(line)
            (current.quoted if quote else current.body).append(quote["text"].rstrip() if quote else line)
    for clause in found.values():
        _settle(clause)
        if not clause.text:
            problems.add(
                page.path,
                clause.line,
                f"項「{clause.label}」の原文がありません。「> 」で始まる行に書いてください。",
            )
    return found


def _begin(
    page: Page, at: int, heading: re.Match[str], part: str, found: dict[str, ClauseSource], problems: Problems
) -> ClauseSource:
    label = heading["label"]
    clause = ClauseSource(label, page.line(at), part)
    if heading["id"] != label:
        problems.add(
            page.path,
            clause.line,
            f"項の見出しは「### {label} {{#{label}}}」の形で、同じ番号を2回書いてください。",
        )
    if label in found:
        problems.add(
            page.path, clause.line, f"項「{label}」が2回あります。片方を消すか、番号を直してください。"
        )
        return clause
    found[label] = clause
    return clause


def _settle(clause: ClauseSource) -> None:
    clause.text = "\n".join(clause.quoted).strip()
    notes: list[str] = []
    plain: list[str] = []
    for paragraph in re.split(r"\n\s*\n", "\n".join(clause.body).strip()):
        (notes if NOTE.match(paragraph) else plain).append(paragraph)
    clause.plain = REWORDING.sub("", "\n\n".join(plain), count=1).strip() if plain else ""
    clause.note = "\n\n".join(NOTE.sub("", note, count=1) for note in notes)
