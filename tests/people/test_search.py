"""However a name is typed, it is found; what is stored stays as it came."""

from __future__ import annotations

import pytest

from app.people.search import profile_key, search_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋 﨑子", "高橋崎子"),
        ("渡邉", "渡辺"),
        ("渡邊", "渡辺"),
        ("齋藤", "斉藤"),
        ("齊藤", "斎藤"),
        ("濵田", "浜田"),
        ("𠮷田", "吉田"),
        ("澤田", "沢田"),
        ("德永", "徳永"),
        ("桒原", "桑原"),
        ("ﾀｶﾊｼ ｻｷｺ", "たかはし　さきこ"),
        ("ガッコウ", "ｶﾞｯｺｳ"),
        ("渡邉\U000e0100", "渡辺"),
        ("神田", "神田"),
        ("SMITH Anna", "ｓｍｉｔｈａｎｎａ"),
        ("0001234", "０００１２３４"),
        ("花\u200b子", "花子"),
        ("ﾞハナコ", "ハナコ"),
    ],
)
def test_these_meet(one: str, other: str) -> None:
    assert search_key(one) == search_key(other)


DIFFERENT = [("佐藤", "佐籐"), ("サトー", "サトウ"), ("ハ", "バ"), ("ツ", "ッ")]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_these_do_not(one: str, other: str) -> None:
    assert search_key(one) != search_key(other)


def test_a_profile_is_found_by_each_of_its_names() -> None:
    key = profile_key("髙橋 花子", "ﾀｶﾊｼ ﾊﾅｺ", "TAKAHASHI Hanako")
    for words in ("高橋", "たかはし", "タカハシハナコ", "takahashi", "hanako"):
        assert search_key(words) in key
    assert search_key("子タカ") not in key, "no word runs from one name into the next"
