"""What an editor sees in the readings of a whole course: one word is read in one way."""

from __future__ import annotations

from app.courses.check_text import pages
from app.courses.draft import Draft, prose
from app.courses.render import RUBY
from app.courses.source import Problems


def check_readings(draft: Draft, found: Problems) -> None:
    """A word keeps the reading it was first given; a single letter may be read in many ways."""
    first: dict[str, tuple[str, str]] = {}
    for section in draft.sections:
        for _, page in pages(section):
            for at, line in prose(page):
                for word, reading in RUBY.findall(line):
                    given, where = first.setdefault(word, (reading, f"{page.path}:{page.line(at)}"))
                    if given != reading and len(word) > 1:
                        sentence = f"「{word}」のふりがなが「{reading}」と「{given}」({where})です。"
                        found.add(page.path, page.line(at), sentence + "どちらかにそろえてください。")
