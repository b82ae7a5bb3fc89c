"""Dates in Japanese eras (和暦), and their English: in sentences, lists and on paper, wherever people read.

HR's tables and every file write 2026-04-01: columns stay narrow, and a page and its file compare.
"""

from __future__ import annotations

from datetime import date

#: (first day, name, letter used in R8.4.1 style), newest first.
ERAS: tuple[tuple[date, str, str], ...] = (
    (date(2019, 5, 1), "令和", "R"),
    (date(1989, 1, 8), "平成", "H"),
    (date(1926, 12, 25), "昭和", "S"),
    (date(1912, 7, 30), "大正", "T"),
    (date(1868, 1, 25), "明治", "M"),
)

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip


def era_year(day: date) -> tuple[str, str]:
    """Return the era's name and the year within it ("元" for the first)."""
    for first, name, _letter in ERAS:
        if day >= first:
            number = day.year - first.year + 1
            return name, "元" if number == 1 else str(number)
    raise ValueError(f"before the first era of the table: {day}")


def wareki(day: date) -> str:
    """令和8年4月1日."""
    name, year = era_year(day)
    return f"{name}{year}年{day.month}月{day.day}日"


def wareki_with_year(day: date) -> str:
    """令和8年4月1日(2026年): the form for certificates and reports."""
    return f"{wareki(day)}({day.year}年)"


def english_day(day: date) -> str:
    """1 April 2026: on English pages; the same whatever the machine's locale."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
