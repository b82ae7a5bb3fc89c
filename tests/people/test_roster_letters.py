"""Letters of a name that deceive the eye: told or refused, kept as they are, and never a reason to join."""

# ruff: noqa: E501 - tables are read line by line
from __future__ import annotations

import pytest
from flask import Flask

from app.people.directory import load_people
from app.people.roster.lookalikes import skeleton
from app.people.roster.reader import read_roster
from app.settings import ROOT
from app.site import load_site
from tests.people.roster_files import bring, csv_bytes, person

SITE = load_site(ROOT / "content")
HEADINGS = "職員番号,氏名,ローマ字氏名,所属コード,職員区分,任用開始日"
SHOWN = "そのまま取り込みます。"
#: A name that may be somebody's -> what HR is told of it.
TOLD = {
    "葛\U000e0100 花子": "異体字セレクタ", "辻\ufe00 花子": "異体字セレクタ",
    "髙橋 花子": "「髙」と「高」など", "渡邉 花子": "「髙」と「高」など", "渡邊 花子": "「髙」と「高」など",
    "𠮷野 花子": "「髙」と「高」など",
    "ﾊﾝｶｸ ﾊﾅｺ": "半角のカタカナ",
    "\u0420aul Smith": "キリル文字など", "Pa\u03c5l Smith": "キリル文字など", "\U0001d40faul": "キリル文字など",
    "\u2f9a見 花子": "部首", "見\u2ed1 花子": "部首",
    "山ロ 花子": "カタカナと漢字", "ニ宮 花子": "カタカナと漢字", "メリ力 花子": "カタカナと漢字",
}  # fmt: skip
#: Nothing to say of these.
PLAIN = (
    "試験 花子", "葛 花子", "渡辺 花子", "井ノ口 花子", "二ノ宮 ミチ子", "三ツ力 はなこ", "チヨ子 ハル",
    "Paul Smith", "Ｐａｕｌ Ｓｍｉｔｈ", "\ufa19 花子", "ハナコ エリ", "佐々木 ゑ仁〆", "José Ñandú",
)  # fmt: skip
#: What is in nobody's name: marks of direction, tags, fillers, control characters.
REFUSED = (
    "\u202e", "\u202d", "\u202a", "\u202b", "\u202c", "\u2066", "\u2067", "\u2068", "\u2069", "\u200e", "\u200f",
    "\u061c", "\U000e0041", "\U000e0001", "\u3164", "\uffa0", "\u115f", "\u1160", "\u2800", "\u034f", "\u180e",
    "\u206a", "\ufff9", "\ufffd", "\ue000", "\U000f0001", "\x01", "\x1b", "\x7f", "\x85", "\u2028",
)  # fmt: skip
#: Nothing is seen of them and nothing lost with them: taken out, and told.
TAKEN_OUT = ("\u200b", "\u200c", "\u200d", "\u2060", "\u2063", "\ufeff", "\u00ad")
#: Pairs that look alike, or nearly.
ALIKE = (
    ("渡邉 花子", "渡邊 花子"), ("葛 花子", "葛\U000e0100 花子"), ("髙橋 花子", "高橋 花子"),
    ("ﾊﾝｶｸ ﾊﾅｺ", "ハンカク ハナコ"), ("Paul Smith", "\u0420aul Smith"), ("Paul Smith", "Ｐａｕｌ ＳＭＩＴＨ"),
    ("Paul Smith", "\U0001d40faul Smith"), ("山口 花子", "山ロ 花子"), ("二宮 花子", "ニ宮 花子"),
    ("高見 花子", "\u2fbc見 花子"), ("神 花子", "\ufa19 花子"), ("がだ 花子", "か\u3099た\u3099 花子"),
)  # fmt: skip


def line(number: str, name: str, roman: str = "") -> str:
    return f"{number},{name},{roman},0101,正規,2026-04-01"


def notes_of(*lines: str) -> list[str]:
    roster = read_roster(csv_bytes(lines, HEADINGS), "名簿.csv", SITE)
    assert [str(p) for p in roster.problems] == []
    return [str(note) for note in roster.notes]


@pytest.mark.parametrize("name", TOLD)
def test_an_odd_letter_is_told_and_kept(name: str) -> None:
    roster = read_roster(csv_bytes([line("0000001", name)], HEADINGS), "名簿.csv", SITE)
    assert not roster.problems and roster.lines[0].name == name
    said = [str(note) for note in roster.notes]
    assert any(TOLD[name] in one and SHOWN in one and "「氏名」" in one and "2行目" in one for one in said), (
        said
    )


@pytest.mark.parametrize("name", PLAIN)
def test_of_a_plain_name_nothing_is_said(name: str) -> None:
    assert notes_of(line("0000001", name)) == []


def test_the_romanised_name_is_looked_at_too() -> None:
    assert any(
        "「ローマ字氏名」に、ローマ字と見分けにくい" in one
        for one in notes_of(line("1234567", "試験 一", "H\u0430na"))
    )


#: Each at the beginning, within and at the end of a name, but for blanks at its edge: no part of a name.
PLACED = [(letter, p.format(letter)) for letter in REFUSED for p in ("{}花子", "花{}子", "花子{}")]


@pytest.mark.parametrize(("letter", "name"), [one for one in PLACED if one[1].strip() != "花子"], ids=ascii)
def test_what_is_in_no_name_is_refused_with_its_place(letter: str, name: str) -> None:
    roster = read_roster(csv_bytes([line("0000001", name)], HEADINGS), "名簿.csv", SITE)
    said = str(roster.problems[0])
    assert said.startswith("2行目「氏名」") and f"U+{ord(letter):04X}" in said and said.endswith("ください。")
    assert (letter not in said or letter == "\ufffd") and not roster.lines


@pytest.mark.parametrize("letter", TAKEN_OUT, ids=ascii)
def test_what_has_no_width_is_taken_out_and_told(letter: str) -> None:
    roster = read_roster(csv_bytes([line("0000001", f"花{letter}子")], HEADINGS), "名簿.csv", SITE)
    assert roster.lines[0].name == "花子"
    assert any("幅のない文字" in str(note) for note in roster.notes)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_who_looks_alike_is_told_and_stays_two_people(app: Flask, one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)
    lines = [line("0000001", one), line("0000002", other)]
    assert any("別の人として取り込みます" in note and "3行目" in note for note in notes_of(*lines))
    for _again in range(2):
        bring(lines, headings=HEADINGS)
        assert len(load_people()) == 2
    bring([line("0000001", other), line("0000002", one)], headings=HEADINGS)
    assert (person("0000001").name, person("0000002").name) == (other, one)
    bring([line("0000001", one)], source="消防団", headings=HEADINGS)
    assert len(load_people()) == 3, "the same number within another 名簿区分 is somebody else"


def test_two_people_of_one_name_are_nothing_odd() -> None:
    assert notes_of(line("0000001", "試験 花子"), line("0000002", "試験　花子")) == []
