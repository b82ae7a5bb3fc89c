"""What a guesser tries first is refused, however it is written; what nobody would guess is taken."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from app.access.easy import easy

OWN = ["0012345678", "見本 花子", "ミホン ハナコ", "Mihon Hanako", "行政管理課", "見本市"]
#: What the commonest passwords of ten letters and more look like.
STEMS = (
    "password", "passw0rd", "p@ssword", "admin", "welcome", "letmein", "iloveyou", "qwerty", "asdfgh",
    "1q2w3e4r", "zxcvbn", "abc123", "sunshine", "princess", "football", "baseball", "michael", "jordan",
    "sakura", "hanako", "tanaka", "yamada", "arigatou", "konnichiwa", "aishiteru", "fukushima", "nippon",
    "kenshu", "mihon", "summer", "winter", "monday", "august", "pokemon", "dragon", "monkey", "himitsu",
    "pasuwaado",
)  # fmt: skip
TAILS = (
    "1", "12", "123", "1234", "12345", "123456", "!", "!!", "1!", "123!", "@1", "#1", "00", "0000",
    "1111", "777", "1985", "1999", "2000", "2020", "2026", "2026!", "0401", "20260401", "r8", "abc",
    "qwe",
)  # fmt: skip
SPELLINGS: tuple[Callable[[str], str], ...] = (
    str, str.capitalize, str.upper, lambda word: word.replace("a", "@"), lambda word: word * 2,
)  # fmt: skip


def test_three_thousand_common_ones_are_refused() -> None:
    common = {spelling(stem) + tail for stem, tail, spelling in product(STEMS, TAILS, SPELLINGS)}
    long_enough = {password for password in common if len(password) >= 10}
    assert len(long_enough) > 3000
    assert not [password for password in long_enough if not easy(password, OWN)]


@pytest.mark.parametrize("password", [
    "1234567890", "0987654321", "1111111111", "qwertyuiop", "QWERTYUIOP", "asdfghjkl;", "1qaz2wsx3edc",
    "1q2w3e4r5t", "q1w2e3r4t5y6", "a1b2c3d4e5", "1z2x3c4v5b", "123123123123", "abcabcabcabc",
    "abababababab", "0102030405", "147258369147", "19850401hanako", "hanako19850401", "basketball1",
    "redmonkey7", "drowssap12", "あいうえおかきくけこ", "ぱすわーど12345", "ありがとう2026",
    "研修研修研修研修研修", "ソーシャルメディア1",
])  # fmt: skip
def test_what_is_guessed_first(password: str) -> None:
    assert easy(password)


@pytest.mark.parametrize("password", [
    "0012345678", "００１２３４５６７８", "0012345678!", "mihonhanako", "MihonHanako1", "hanako_mihon",
    "見本花子見本花子見本", "ミホンハナコ2026", "行政管理課行政管理課", "見本市役所2026",
])  # fmt: skip
def test_what_anybody_knows_of_its_owner(password: str) -> None:
    assert easy(password, OWN)


@pytest.mark.parametrize("password", [
    "correct horse battery", "さくらの下で昼休みに", "おうちの猫は三毛猫です", "xk7mq2vw9p",
    "Tr0ub4dor&3", "みかん自転車ゆうびん", "kettle violin harbor", "acdefhjkmnpr", "0834917265",
    "青い傘と古い時計の駅",
])  # fmt: skip
def test_what_nobody_would_guess(password: str) -> None:
    assert not easy(password, OWN)
