"""No exported cell is a formula: the one guard of every CSV, and how it is taken off again."""

from __future__ import annotations

import re

#: Blanks and signs nobody sees: a spreadsheet may drop them before it looks at a cell.
_UNSEEN = r"\s\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
#: What a formula begins with, in every width that is folded to it; the minus sign becomes one in CP932.
_SIGNS = r"=+\-@＝＋－＠﹦﹢﹣﹫⁼⁺⁻₌₊₋−"
_RUNS = re.compile(rf"[{_UNSEEN}]*[{_SIGNS}]|[\t\r\n']")
#: What only looks so: a lone dash, a number.
_HARMLESS = re.compile(r"[-－−]|[-+]?\d+(\.\d+)?")


def guarded(text: str) -> str:
    """Put an apostrophe before what a spreadsheet could run; a code such as ``-`` stays.

    An apostrophe of the text's own is doubled, so that ``unguarded`` gives back what stood there.
    """
    return "'" + text if _RUNS.match(text) and not _HARMLESS.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The text before it was guarded; a lone apostrophe stays."""
    return text[1:] if text.startswith("'") and len(text) > 1 else text
