"""What of a roster may stand in a letter: an address that is one, a name that is only a name. Pure."""

from __future__ import annotations

import re
import unicodedata

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_LONGEST = 254
#: Letters, spaces and signs that are seen; controls, line ends and marks that turn the direction are not.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def usable(address: str) -> bool:
    """True for one plain address: nothing in it begins another header, line or recipient."""
    return len(address) <= _LONGEST and _ADDRESS.fullmatch(address) is not None


def one_line(text: str) -> str:
    """``text`` without anything unseen, its runs of blanks made one space.

    Variation selectors of a name (𠮷󠄀, 邉󠄂) are marks, not controls, and stay.
    """
    seen = (c if c.isspace() or unicodedata.category(c) not in _UNSEEN else "" for c in text)
    return " ".join("".join(seen).split())
