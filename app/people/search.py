"""Keys under which people are found: 髙橋 and 高橋, ｶﾅ and カナ and かな meet. For searching only."""

from __future__ import annotations

import unicodedata

#: 異体字 on the left are searched as the common form on the right.
VARIANTS: dict[str, str] = {
    "高": "髙", "崎": "﨑碕嵜", "辺": "邉邊", "斉": "齋齊斎", "浜": "濵濱", "徳": "德", "柳": "栁桺",
    "吉": "𠮷", "沢": "澤", "広": "廣", "国": "國", "恵": "惠", "島": "嶋嶌", "桑": "桒", "瀬": "瀨",
    "真": "眞", "竜": "龍", "滝": "瀧", "関": "關", "桜": "櫻", "塩": "鹽", "実": "實", "寿": "壽",
    "栄": "榮", "峰": "峯", "渕": "淵渊", "富": "冨", "蔵": "藏", "頼": "賴", "館": "舘",
    "条": "條", "万": "萬", "与": "與", "礼": "禮", "鉄": "鐵", "豊": "豐", "薮": "藪籔", "曽": "曾",
    "総": "總", "芦": "蘆", "鴎": "鷗", "侠": "俠", "剣": "劍劒", "児": "兒", "亀": "龜", "円": "圓",
    "黒": "黑", "状": "狀", "緑": "綠", "清": "淸", "静": "靜", "青": "靑", "増": "增", "弥": "彌",
    "応": "應", "気": "氣", "学": "學", "沖": "冲", "凉": "涼", "槙": "槇",
    "郎": "郞", "尭": "堯", "彦": "彥", "来": "來", "梅": "楳", "桧": "檜",
    "梼": "檮", "祢": "禰", "遥": "遙", "巌": "巖", "稲": "稻", "従": "從", "覚": "覺", "誉": "譽",
}  # fmt: skip

_TABLE: dict[int, str | None] = {
    ord(variant): common for common, variants in VARIANTS.items() for variant in variants
}
# Hiragana to katakana (small kana stay small).
_TABLE |= {code: chr(code + 0x60) for code in range(0x3041, 0x3097)} | {0x309D: "ヽ", 0x309E: "ヾ"}
# Variation selectors, zero-width and direction characters, voiced marks that stand alone.
_DROPPED = (
    *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), *range(0x200B, 0x2010), *range(0x202A, 0x202F),
    *range(0x2060, 0x206A), 0xFEFF, 0x00AD, 0x3099, 0x309A, 0x309B, 0x309C, 0x034F, 0x061C, 0x180E,
)  # fmt: skip
_TABLE |= dict.fromkeys(_DROPPED, None)


def search_key(text: str) -> str:
    """Fold ``text``: NFKC, no selectors, kana to full katakana, 異体字, no spaces, lower case."""
    folded = unicodedata.normalize("NFKC", text).translate(_TABLE).casefold()
    return "".join(folded.split())


def profile_key(name: str, kana: str = "", roman: str = "") -> str:
    """The key kept beside a profile: every way to write the person, each folded, apart by a bar."""
    return "|".join(search_key(part) for part in (name, kana, roman) if part)
