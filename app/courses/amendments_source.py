"""`amendments.toml`: the changes of a course's sections as an author writes them. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from app.courses.amendments import Amendment, AmendmentKind
from app.courses.source import Problems, lines_of, toml_of

PATH = "amendments.toml"
_ID = re.compile(r"[a-z0-9][a-z0-9-]*")


def amendments_of(
    files: Mapping[str, bytes], sections: Collection[str], language: str, problems: Problems
) -> tuple[Amendment, ...]:
    """Read the amendments of a course, in the order of their days; every mistake is noted with its line.

    What changed is said in ``language`` where the author wrote it, else in Japanese.
    """
    found: dict[str, Amendment] = {}
    for line, entry in _entries(files, problems):
        wrong = _wrong(entry, sections, found)
        if wrong:
            problems.add(PATH, line, wrong)
            continue
        english = str(entry.get("summary_en", "")).strip() if language == "en" else ""
        found[entry["id"]] = Amendment(
            entry["id"], entry["section"], AmendmentKind(entry["kind"]),
            date(entry["date"].year, entry["date"].month, entry["date"].day),
            english or entry["summary"].strip(), "en" if english else "ja",
        )  # fmt: skip
    return tuple(sorted(found.values(), key=lambda one: one.day))


def check_amendment_translation(files: Mapping[str, bytes], found: Problems) -> None:
    """Where a course has an English text, what changed is said in English too."""
    for line, entry in _entries(files, Problems()):
        if isinstance(entry, dict) and not entry.get("summary_en"):
            found.add(
                PATH,
                line,
                "英語の教材があるので、summary_en に、何が変わったかを英語の一文で書いてください。",
            )


def _entries(files: Mapping[str, bytes], problems: Problems) -> list[tuple[int, Any]]:
    """Each ``[[amendment]]`` as written, with its line."""
    if PATH not in files:
        return []
    lines = lines_of(PATH, files[PATH], problems)
    entries = (toml_of(PATH, lines, 1, problems) or {}).get("amendment", [])
    if not isinstance(entries, list):
        problems.add(PATH, 1, "改定は、一つずつ [[amendment]] の下に書いてください。")
        return []
    starts = [at for at, line in enumerate(lines, start=1) if line.strip() == "[[amendment]]"]
    return [(starts[at] if at < len(starts) else 1, entry) for at, entry in enumerate(entries)]


def _wrong(entry: object, sections: Collection[str], found: Mapping[str, Amendment]) -> str:
    if not isinstance(entry, dict):
        return "改定は、id、section、kind、date、summary の5つで書いてください。"
    identifier = entry.get("id")
    if not isinstance(identifier, str) or not _ID.fullmatch(identifier):
        return "id は、英小文字、数字、ハイフンで書いてください。"
    if identifier in found:
        return f"id「{identifier}」が二つあります。改定ごとに別の id を付けてください。"
    if entry.get("section") not in sections:
        return f"節「{entry.get('section')}」はありません。節のフォルダーの名前を書いてください。"
    if entry.get("kind") not in set(AmendmentKind):
        return "kind は editorial(字句の修正)、clarifying(説明の補足)、material(内容の改定)のどれかです。"
    if not isinstance(entry.get("date"), date):
        return 'date は改定の日付です。2026-07-01 の形で、" で囲まずに書いてください。'
    summary = entry.get("summary")
    if not isinstance(summary, str) or not summary.strip():
        return "summary に、何が変わったかを一文で書いてください。"
    if not isinstance(entry.get("summary_en", ""), str):
        return 'summary_en は文字です。" で囲んでください。'
    return ""
