"""Every text of the screens has its English, with the same things put into it."""

from __future__ import annotations

import re

from app import catalogue
from app.cli_texts import extract

PUT_IN = re.compile(r"%\((\w+)\)s|%%")
COUNTED = re.compile(
    r"%\(\w+\)s (answers|days|departments|devices|items|lines|mails|minutes|people|problems|questions|records"
    r"|scenarios|sections|sheets|situations|times)\b"
)
#: Numbers of a setting or of a sum, which are never one.
NEVER_ONE = (
    "%(done)s of ",
    "shorter than %(n)s days",
    "all %(n)s sections",
    "%(n)s days later",
    "%(n)s minutes without",
    "Once %(n)s people",
    "when %(n)s more",
    "fewer than %(n)s people",
    "once %(n)s people",
    "%(m)s people",
)
CATALOGUE = catalogue.load(catalogue.path_of("en"), "en")


def english(text: str) -> str:
    message = CATALOGUE.get(text)
    return "" if message is None else str(message.string)


def test_every_text_is_translated() -> None:
    lacking = [text for text in extract() if not english(text)]
    assert not lacking, "flask texts update で messages.po に加え、訳してください: " + "、".join(lacking)


def test_the_same_is_put_into_both_languages() -> None:
    wrong = [
        message.id
        for message in CATALOGUE
        if message.string and set(PUT_IN.findall(str(message.id))) != set(PUT_IN.findall(str(message.string)))
    ]
    assert not wrong


def test_english_is_right_for_one_and_for_many() -> None:
    """The catalogue knows no plurals: a number stands after its word ("People: 1")."""
    wrong = [
        message.string
        for message in CATALOGUE
        if COUNTED.search(str(message.string)) and not any(kept in str(message.string) for kept in NEVER_ONE)
    ]
    assert not wrong


def test_translations_hold_no_markup() -> None:
    assert not [message.id for message in CATALOGUE if message.id and "<" in str(message.string)]


def test_a_language_without_catalogue_stays_japanese() -> None:
    assert catalogue.translations("fr").gettext("わたしの研修") == "わたしの研修"
