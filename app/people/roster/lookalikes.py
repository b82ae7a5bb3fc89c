"""Letters of a name that are easily taken for others: HR is told, nothing is changed or joined by them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from app.people.search import VARIANTS, search_key

_KEPT = "そのまま取り込みます。"
_LOOK = "元の名簿の字を確かめてください。"
# In 井ノ口 or 八ケ代 the kana between two kanji is right.
_BESIDE = "[ァ-ヺ](?<![ノツッケヶカヵガ])"
#: What a name may hold -> what HR is told of it.
ODD: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]"),
        f"字形の指定(異体字セレクタ)の付いた字があります。{_KEPT}画面では、指定のない字形で出ることがあります。",
    ),
    (
        re.compile(f"[{''.join(VARIANTS.values())}]"),
        f"字形の違いがある字(「髙」と「高」など)があります。{_KEPT}探すときは区別しません。",
    ),
    (re.compile("[\uff61-\uff9f]"), f"半角のカタカナがあります。{_KEPT}"),
    (
        # Greek, Cyrillic, Armenian, Cherokee, Coptic, letters of formulas.
        re.compile(
            "[\u0370-\u058f\u13a0-\u13ff\u1c80-\u1c8f\u1f00-\u1fff\u2c80-\u2cff\U0001d400-\U0001d7ff]"
        ),
        f"ローマ字と見分けにくい別の文字(キリル文字など)があります。{_KEPT}{_LOOK}",
    ),
    (re.compile("[\u2e80-\u2fdf]"), f"漢字と見分けにくい別の文字(部首)があります。{_KEPT}{_LOOK}"),
    (
        re.compile(
            rf"(?<={_BESIDE})[二口工八力夕卜千]|[二口工八力夕卜千](?={_BESIDE})"
            r"|(?<![ァ-ヺー])[ニロエハタトチ](?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])[ニロエハタトチ](?![ァ-ヺー])"
        ),
        f"カタカナと漢字の見分けにくい字(「ロ」と「口」など)が隣り合っています。{_KEPT}{_LOOK}",
    ),
)
_LATIN = str.maketrans(
    "АВЕЅІЈКМНОРСТХУаеѕіјорсхуһԁΑΒΕΖΗΙΚΜΝΟΡΤΥΧαινορυχニロエハカタトチ",
    "ABESIJKMHOPCTXYaesijopcxyhdABEZHIKMNOPTYXaivopux二口工八力夕卜千",
)


def odd_letters(name: str) -> Iterable[str]:
    """What HR is told of a name's letters, in sentences."""
    return (sentence for letters, sentence in ODD if letters.search(name))


def skeleton(name: str) -> str:
    """What is left of a name where everything that looks alike is one: NFKC, case, 字形, other scripts."""
    return search_key(unicodedata.normalize("NFKC", name).translate(_LATIN))
