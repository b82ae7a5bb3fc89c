"""How hard a password is to guess for somebody who tries common words, runs, years and names first. Pure.

What is no leaked password as it stands may still be one in new clothes, or Japanese, or the owner's name: a
password is cut into the cheapest parts a guesser would put together; each part costs the power of ten of the
tries it takes, and few parts are few tries.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

#: Two common words and a figure are refused, three words that have nothing to do with each other taken.
ENOUGH = 7.5
WORD, OWN, RUN, SAME, YEAR, DATE = 3.0, 1.0, 1.5, 1.0, 2.0, 3.0
DIGIT, LETTER, OTHER = 1.0, 1.4, 3.0
#: What belongs to this site wherever it stands.
SITE = (
    "kenshu",
    "研修",
    "けんしゅう",
    "ソーシャルメディア",
    "ガイドライン",
    "sns",
    "socialmedia",
    "guideline",
)

#: Written by hand: what stands in ``common_words.txt``, a line of words a line.
_WORDS = Path(__file__).with_name("common_words.txt")
#: Rows and slanting columns of keyboards, American and Japanese, and the alphabet; read both ways.
_RUNS = (
    "01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop@[", "asdfghjkl;:]", "zxcvbnm,./", "!@#$%^&*()",
    "!\"#$%&'()", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "zaq1xsw2cde3vfr4bgt5nhy6mju7",
    "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0",
    "qazwsxedcrfvtgbyhnujmikolp", "qazxswedcvfrtgbnhyujmkiolp", "azertyuiop", "asdfjkl;",
    "147258369", "159357", "135790", "24680", "112233445566778899", "1020304050", "102938475610",
    "0102030405060708091011121314151617181920", "いろはにほへとちりぬるを",
    "あいうえおかきくけこさしすせそたちつてとなにぬねの",
    "アイウエオカキクケコサシスセソタチツテトナニヌネノ",
)  # fmt: skip
_LEET = str.maketrans(
    {"@": "a", "4": "a", "3": "e", "!": "i", "1": "i", "0": "o", "$": "s", "5": "s", "7": "t"}
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_DATE = re.compile(
    r"(?:(?:19|20)?\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)?\d\d"
    r"|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:19|20)\d\d|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))"
)


def easy(password: str, own: Iterable[str] = ()) -> bool:
    """True when a guesser who begins with what is common finds it soon.

    ``own`` are texts anybody knows of its owner: number, name, 所属, the city.
    """
    return tries(password, own) < ENOUGH


def tries(password: str, own: Iterable[str] = ()) -> float:
    """The power of ten of the tries it takes, as far as we can tell."""
    letters = unicodedata.normalize("NFKC", password).casefold()
    known = _pieces((*own, *SITE))
    # a1b2c3d4, 1z2x3c4v: two texts shuffled into each other.
    shuffled = _split(letters[::2], known) + _split(letters[1::2], known) + 1
    return min(_split(letters, known), shuffled)


def _split(letters: str, known: frozenset[str]) -> float:
    """What the cheapest way to cut the text into parts costs."""
    cheapest = [0.0]
    for end in range(1, len(letters) + 1):
        cheapest.append(
            min(
                cheapest[start] + _cost(letters[start:end], letters[:start], known)
                for start in range(max(0, end - 64), end)
            )
        )
    return cheapest[-1]


def _cost(part: str, before: str, own: frozenset[str]) -> float:
    if len(part) == 1:
        return DIGIT if part.isdigit() else LETTER if part.isascii() else OTHER
    costs = [float("inf")]
    if part in own:
        costs.append(OWN)
    if len(set(part)) == 1 or (len(part) > 2 and before.endswith(part)) or _folded_over(part):
        costs.append(SAME)
    if {part, part.translate(_LEET)} & _runs():
        costs.append(RUN)
    if part.isdigit():
        costs.append(YEAR if _YEAR.fullmatch(part) else DATE if _DATE.fullmatch(part) else float("inf"))
    elif {part, part[::-1], part.translate(_LEET)} & _words():
        costs.append(WORD)
    return min(costs)


@cache
def _runs() -> frozenset[str]:
    """Every piece of a run of three letters or more, forwards and backwards."""
    both = [*_RUNS, *(run[::-1] for run in _RUNS)]
    return frozenset(
        run[start:end] for run in both for start in range(len(run)) for end in range(start + 3, len(run) + 1)
    )


def _folded_over(part: str) -> bool:
    """1212, abab: two letters and the same two again."""
    return len(part) > 3 and part[2:] == part[:-2]


def _pieces(texts: Iterable[str]) -> frozenset[str]:
    """Each text as it is compared, and the words it is made of."""
    return frozenset(piece for text in texts for piece in _cut(text) if len(piece) > 1)


def _cut(text: str) -> Iterator[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    yield "".join(folded.split())
    yield from re.split(r"[\s・,.@_-]+", folded)


@cache
def _words() -> frozenset[str]:
    lines = _WORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
