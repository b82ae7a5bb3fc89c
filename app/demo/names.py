"""Names nobody bears: a word for "sample" as surname, sometimes lengthened, with a plain given name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """(written, kana) of each word ``written/kana``."""
    return tuple((written, kana) for written, _, kana in (word.partition("/") for word in text.split()))


#: Every surname of the demonstration begins with one of these: (written, kana).
STEMS = _pairs("""
見本/ミホン 試験/シケン 架空/カクウ 例示/レイジ 仮名/カメイ 仮想/カソウ 模擬/モギ 書式/ショシキ
標本/ヒョウホン 演習/エンシュウ 練習/レンシュウ 試作/シサク 虚構/キョコウ 想定/ソウテイ
例題/レイダイ 試案/シアン 模型/モケイ 設例/セツレイ
""")
ENDINGS = (
    ("", ""), ("", ""), ("", ""), ("田", "ダ"), ("川", "カワ"), ("山", "ヤマ"), ("野", "ノ"), ("原", "ハラ"),
    ("沢", "サワ"), ("木", "ギ"), ("島", "シマ"),
)  # fmt: skip
GIVEN = _pairs("""
一郎/イチロウ 二郎/ジロウ 三郎/サブロウ 太郎/タロウ 花子/ハナコ さくら/サクラ 葵/アオイ 陽菜/ヒナ
結衣/ユイ 美咲/ミサキ 翔太/ショウタ 健太/ケンタ 大輔/ダイスケ 恵子/ケイコ 幸子/サチコ 和子/カズコ
正/タダシ 誠/マコト 実/ミノル 清/キヨシ 明/アキラ 隆/タカシ 進/ススム 学/マナブ 愛/アイ 舞/マイ
緑/ミドリ 楓/カエデ 光/ヒカル 薫/カオル 直樹/ナオキ 拓也/タクヤ 和也/カズヤ 達也/タツヤ 直美/ナオミ
真由美/マユミ 由美子/ユミコ 久美子/クミコ 智子/トモコ 裕子/ユウコ 陽子/ヨウコ 京子/キョウコ
洋子/ヨウコ 悦子/エツコ 節子/セツコ 春香/ハルカ 夏美/ナツミ 秋子/アキコ 冬美/フユミ 千尋/チヒロ
ひかり/ヒカリ みのり/ミノリ あゆみ/アユミ かおり/カオリ のぞみ/ノゾミ つばさ/ツバサ まこと/マコト
しおり/シオリ こずえ/コズエ いずみ/イズミ 大地/ダイチ 大樹/ダイキ 直人/ナオト 康介/コウスケ
浩/ヒロシ 豊/ユタカ 茂/シゲル 勉/ツトム 博/ヒロシ 昇/ノボル 修/オサム 亮/リョウ
""")
#: Names to see that 髙, 﨑, 𠮷 and the like come through every door; the last two need UTF-8.
TECHNICAL = (
    ("見本髙 正", "ミホンタカ タダシ"),
    ("例示﨑 花子", "レイジザキ ハナコ"),
    ("架空濵 明", "カクウハマ アキラ"),
    ("試験栁 葵", "シケンヤナギ アオイ"),
    ("仮名德 実", "カメイトク ミノル"),
)
TECHNICAL_UTF8 = (("見本𠮷 春香", "ミホンヨシ ハルカ"), ("架空𠮷 豊", "カクウヨシ ユタカ"))
LATIN = _pairs("""
Example/エグザンプル Specimen/スペシメン Placeholder/プレースホルダー Fictional/フィクショナル
""")
LATIN_GIVEN = (
    ("Daniel", "ダニエル"),
    ("Olivia Mae", "オリビア メイ"),
    ("Noah", "ノア"),
    ("Grace", "グレース"),
    ("José", "ホセ"),
    ("Hannah Lee", "ハンナ リー"),
    ("Liam", "リアム"),
    ("Chloé", "クロエ"),
    ("Ethan", "イーサン"),
    ("Zoe Ann", "ゾーイ アン"),
)


@dataclass(frozen=True, slots=True)
class Human:
    """One made-up person as a roster names them."""

    name: str
    kana: str
    roman: str = ""
    language: str = "ja"


def humans(random: Random, taken: Iterable[str]) -> Iterator[Human]:
    """Made-up people, no two of one name and none of the names ``taken``, in an order of chance."""
    surnames = [(a + b, c + d) for a, c in STEMS for b, d in dict.fromkeys(ENDINGS)]
    weights = [3 if any(name == stem for stem, _ in STEMS) else 1 for name, _ in surnames]
    given_out = set(taken)
    while True:
        surname = random.choices(surnames, weights)[0]
        given = random.choice(GIVEN)
        name = f"{surname[0]} {given[0]}"
        if name not in given_out:
            given_out.add(name)
            yield Human(name, f"{surname[1]} {given[1]}")


def latin(random: Random) -> Iterator[Human]:
    """Made-up people whose names are in Latin letters and who read English; ends after forty."""
    names = [(first, given) for first in LATIN for given in LATIN_GIVEN]
    for (name, kana), (given, given_kana) in random.sample(names, len(names)):
        yield Human(f"{name} {given}", f"{kana} {given_kana}", f"{name.upper()} {given}", "en")
