"""Every text a learner meets has its English, with the same things put into it."""

from __future__ import annotations

import re

import pytest

from app import catalogue
from app.cli_texts import extract

#: What learners meet, by paths below app/; pages for HR and heads may follow in English later.
LEARNERS = (
    "auth.py", "templates/layout.html", "templates/account/", "templates/certificates/", "templates/check/",
    "templates/components/", "templates/courses/", "templates/errors/", "templates/home/", "templates/quiz/",
    "templates/refresher/", "web/account.py", "web/certificates.py", "web/check.py", "web/courses.py",
    "web/errors.py", "web/home.py", "web/navigation.py", "web/quiz.py", "web/refresher.py", "web/taking.py",
)  # fmt: skip
PUT_IN = re.compile(r"%\((\w+)\)s|%%")
CATALOGUE = catalogue.load(catalogue.path_of("en"), "en")


def english(text: str) -> str:
    message = CATALOGUE.get(text)
    return "" if message is None else str(message.string)


@pytest.fixture(scope="module")
def texts() -> dict[str, list[str]]:
    return extract()


def test_learners_pages_are_translated(texts: dict[str, list[str]]) -> None:
    lacking = [
        text
        for text, files in texts.items()
        if not english(text) and (not files or any(name.startswith(LEARNERS) for name in files))
    ]
    assert not lacking, "flask texts update で messages.po に加え、訳してください: " + "、".join(lacking)


def test_the_same_is_put_into_both_languages() -> None:
    wrong = [
        message.id
        for message in CATALOGUE
        if message.string and set(PUT_IN.findall(str(message.id))) != set(PUT_IN.findall(str(message.string)))
    ]
    assert not wrong


def test_translations_hold_no_markup() -> None:
    assert not [message.id for message in CATALOGUE if message.id and "<" in str(message.string)]


def test_a_language_without_catalogue_stays_japanese() -> None:
    assert catalogue.translations("fr").gettext("わたしの研修") == "わたしの研修"
