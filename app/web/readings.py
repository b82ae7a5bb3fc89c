"""ふりがな over the words of the screens; lessons and scenarios carry their own. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from markupsafe import Markup

#: Words that are read in one way only, wherever they stand.
READINGS = {
    "会計年度任用職員": "かいけいねんどにんようしょくいん",
    "発信前": "はっしんまえ",
    "発信": "はっしん",
    "研修": "けんしゅう",
    "行政管理課": "ぎょうせいかんりか",
    "市政情報": "しせいじょうほう",
    "閉庁日": "へいちょうび",
    "開庁日": "かいちょうび",
    "未着手": "みちゃくしゅ",
    "対象外": "たいしょうがい",
    "要協議": "ようきょうぎ",
    "期限内": "きげんない",
    "手引": "てびき",
    "個人情報": "こじんじょうほう",
    "個人": "こじん",
    "業務": "ぎょうむ",
    "定義": "ていぎ",
    "目的": "もくてき",
    "必要性": "ひつようせい",
    "適用範囲": "てきようはんい",
    "範囲": "はんい",
    "基本的": "きほんてき",
    "留意事項": "りゅういじこう",
    "事項": "じこう",
    "全文": "ぜんぶん",
    "庁内資料": "ちょうないしりょう",
    "対応": "たいおう",
    "運用": "うんよう",
    "一般職": "いっぱんしょく",
    "特別職": "とくべつしょく",
    "正規職員": "せいきしょくいん",
    "年度": "ねんど",
    "職員番号": "しょくいんばんごう",
    "職員区分": "しょくいんくぶん",
    "職員": "しょくいん",
    "所属長": "しょぞくちょう",
    "所属": "しょぞく",
    "人事担当": "じんじたんとう",
    "人事": "じんじ",
    "担当": "たんとう",
    "受講期限": "じゅこうきげん",
    "期限超過": "きげんちょうか",
    "超過": "ちょうか",
    "令和": "れいわ",
    "更新": "こうしん",
    "番号": "ばんごう",
    "移動": "いどう",
    "利用": "りよう",
    "得点": "とくてん",
    "選択": "せんたく",
    "全部": "ぜんぶ",
    "受講": "じゅこう",
    "期限": "きげん",
    "修了証": "しゅうりょうしょう",
    "修了": "しゅうりょう",
    "教材": "きょうざい",
    "確認": "かくにん",
    "内容": "ないよう",
    "所要時間": "しょようじかん",
    "時間": "じかん",
    "制限": "せいげん",
    "結果": "けっか",
    "合格": "ごうかく",
    "正解": "せいかい",
    "解答済": "かいとうず",
    "解答": "かいとう",
    "質問": "しつもん",
    "問題": "もんだい",
    "場面": "ばめん",
    "理由": "りゆう",
    "状況": "じょうきょう",
    "記録": "きろく",
    "保存": "ほぞん",
    "適用": "てきよう",
    "任用": "にんよう",
    "任意": "にんい",
    "免除": "めんじょ",
    "猶予": "ゆうよ",
    "対象": "たいしょう",
    "必要": "ひつよう",
    "勤務時間": "きんむじかん",
    "勤務": "きんむ",
    "私物": "しぶつ",
    "操作": "そうさ",
    "画面": "がめん",
    "入力": "にゅうりょく",
    "変更": "へんこう",
    "初期": "しょき",
    "有効": "ゆうこう",
    "再発行": "さいはっこう",
    "発行": "はっこう",
    "表示": "ひょうじ",
    "印刷": "いんさつ",
    "本文": "ほんぶん",
    "出典": "しゅってん",
    "抜粋": "ばっすい",
    "公開": "こうかい",
    "次": "つぎ",
    "途中": "とちゅう",
    "再開": "さいかい",
    "中断": "ちゅうだん",
    "選": "えら",
    "読": "よ",
    "答": "こた",
    "押": "お",
    "済": "す",
    "始": "はじ",
    "終": "お",
    "直": "なお",
    "戻": "もど",
    "進": "すす",
    "困": "こま",
    "問": "と",
    "続": "つづ",
    "確": "たし",
    "残": "のこ",
    "受": "う",
    "変": "か",
    "覚": "おぼ",
}
#: Readings of one letter hold only in front of the ending that makes the word.
_ENDINGS = {
    "次": "にのへ", "選": "ばびぶべぼん", "読": "まみむめもん", "答": "え", "押": "さしすせそ",
    "済": "まみむん", "始": "まめ", "終": "わえ", "直": "さしすせそ", "戻": "らりるれろっ",
    "進": "まみむめもん", "困": "っらりる", "問": "い", "続": "きけいく", "確": "か", "残": "らりるれっ",
    "受": "けか", "変": "わえ", "覚": "え",
}  # fmt: skip

#: The kanji in front of which, or behind which, a word of ours may be part of another word.
_KANJI = "[一-龥々]"
_WORDS = sorted((word for word in READINGS if len(word) > 1), key=len, reverse=True)
_WORD = re.compile(
    "|".join(map(re.escape, _WORDS))
    + "|"
    + "|".join(f"(?<!{_KANJI}){letter}(?=[{after}])" for letter, after in _ENDINGS.items())
)
_TAG = re.compile(r"(<[^>]*>)")
_NAME = re.compile(r"</?([a-z0-9]+)")
#: Where no ふりがな belongs: buttons, titles, labels (read aloud twice), what authors marked themselves.
_PLAIN = {"button", "title", "h1", "label", "option", "select", "textarea", "script", "ruby", "summary",
          "svg"}  # fmt: skip
_VOID = {"input", "br", "hr", "img", "meta", "link", "path", "circle", "use", "wbr", "source", "col"}
_OWN = re.compile(
    r'class="(?:[^"]* )?(?:button|lesson|situation|find|story|so-far|answers?|clause-text|post|certificate'
    r'|letter|sheet|who-name|mono|brand-text)[ "]|lang="en"'
)


def with_readings(html: str) -> Markup:
    """The page's HTML with ふりがな over the words we know; for Japanese pages only."""
    parts = _TAG.split(html)
    plain: list[str] = []
    for at, part in enumerate(parts):
        if at % 2 == 0:
            if part and not plain:
                parts[at] = _read(part)
            continue
        name_found = _NAME.match(part)
        if name_found is None:
            continue
        name = name_found[1]
        if part[1] == "/":
            if plain and plain[-1] == name:
                plain.pop()
        elif (
            name not in _VOID
            and not part.endswith("/>")
            and ((plain and name == plain[-1]) or name in _PLAIN or _OWN.search(part))
        ):
            plain.append(name)
    return Markup("".join(parts))


@lru_cache(4096)
def _read(text: str) -> str:
    read = _WORD.sub(lambda m: f"<ruby>{m[0]}<rp>(</rp><rt>{READINGS[m[0]]}</rt><rp>)</rp></ruby>", text)
    # In one piece, so that a row of boxes (flex) does not take the sentence apart at its readings.
    return read if read == text else f"<span>{read}</span>"
