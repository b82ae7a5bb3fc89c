"""The demonstration city as files: the same every time, of a believable size, readable, nobody real."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import lru_cache
from itertools import pairwise

import pytest

from app.demo.cast import ACCOUNTS, CAST
from app.demo.city import City, build
from app.demo.names import LATIN, STEMS, TECHNICAL, TECHNICAL_UTF8
from app.demo.organisation import SUCCESSORS, UNITS, places, units_on
from app.people.employment import Category
from app.people.roster.departments import read_departments
from app.people.roster.reader import read_roster
from app.settings import ROOT
from app.site import load_site

INTRODUCED = date(2023, 9, 11)
SITE = load_site(ROOT / "content")
#: An ordinary day, both ends of a 年度, 29 February, New Year, a day far ahead.
DAYS = (
    date(2026, 11, 22),
    date(2027, 3, 31),
    date(2027, 4, 1),
    date(2028, 2, 29),
    date(2027, 1, 1),
    date(2033, 7, 20),
)
EVERY_DAY = pytest.mark.parametrize("today", DAYS, ids=str)


@lru_cache(maxsize=len(DAYS))
def city(today: date) -> City:
    return build(today, INTRODUCED)


def test_the_same_seed_and_day_give_the_same_bytes() -> None:
    assert build(DAYS[0], INTRODUCED).files == city(DAYS[0]).files
    assert build(DAYS[0], INTRODUCED, seed=2).files != city(DAYS[0]).files


@EVERY_DAY
def test_the_city_is_of_the_size_it_says(today: date) -> None:
    posts = [p for p in city(today).posts if p.in_force(today)]
    people = Counter(source for source, _name in {(p.source, p.human.name) for p in posts})
    assert 1200 <= len({p.human.name for p in posts}) <= 1350
    assert 540 <= people["職員"] <= 640
    assert 400 <= people["会計年度"] <= 480
    assert 140 <= people["消防団"] <= 170
    assert 40 <= people["委員"] <= 50 and 45 <= people["県費"] <= 60
    assert len(places(today, city(today).years.reform)) == 45


@EVERY_DAY
def test_three_years_of_lists_lead_up_to_the_day(today: date) -> None:
    found = city(today)
    assert found.files[0].as_of == found.years.opening
    assert len({f.as_of for f in found.files if (f.as_of.month, f.as_of.day) == (4, 1)}) >= 2
    for source in ("職員", "会計年度"):
        days = [f.as_of for f in found.files if f.source == source]
        assert days[-1] == today and all(a < b for a, b in pairwise(days))
    assert all(f.handed_in <= f.as_of <= today for f in found.files)


@pytest.mark.parametrize(
    "today", [DAYS[0], *(pytest.param(day, marks=pytest.mark.long) for day in DAYS[1:])], ids=str
)
def test_every_list_is_read_without_a_problem(today: date) -> None:
    categories: set[Category] = set()
    for file in city(today).files:
        roster = read_roster(file.roster, file.filename, SITE)
        assert not roster.problems, [str(p) for p in roster.problems[:3]]
        # Names have their 髙 and 﨑, as in every city hall.
        others = [str(note) for note in roster.notes if "字形の違いがある字" not in note.message]
        assert not others, others[:3]
        categories |= {line.category for line in roster.lines}
        if file.departments is not None:
            assert not read_departments(file.departments, "所属.csv", SITE).problems
    assert categories == set(Category)


@EVERY_DAY
def test_nobody_stands_in_a_department_that_does_not_exist(today: date) -> None:
    found = city(today)
    for day in (found.years.opening, *found.years.aprils, today):
        existing = {unit.code for unit in units_on(day, found.years.reform)}
        stray = [p for p in found.posts if p.in_force(day) and p.place_on(day).department not in existing]
        assert not stray, stray[:3]


def test_every_name_is_made_up() -> None:
    stems = tuple(stem for stem, _kana in STEMS)
    technical = {name for name, _ in (*TECHNICAL, *TECHNICAL_UTF8)}
    assert all(name.startswith(stems) for name in technical)
    for post in city(DAYS[0]).posts:
        name = post.human.name
        latin = name.split(" ")[0] in {"Sample", *(first for first, _ in LATIN)}
        assert name.startswith(stems) or latin, name


def test_letters_that_get_lost_are_among_the_names() -> None:
    text = "".join(p.human.name for p in city(DAYS[0]).posts)
    assert set("髙﨑濵栁德𠮷é") <= set(text)


def test_the_reorganisation_leaves_no_department_without_successor() -> None:
    closed = {unit.code for unit in UNITS if not unit.name}
    assert set(SUCCESSORS) == closed
    assert any(unit.old_name and unit.name and unit.old_name != unit.name for unit in UNITS)


@EVERY_DAY
def test_the_cast_is_on_the_last_lists(today: date) -> None:
    numbers = {p.number: p for p in city(today).posts if p.in_force(today)}
    for account in ACCOUNTS:
        if not account.operator:
            assert numbers[account.number].human.name == account.name
    assert len({human.name for human in CAST}) == len(CAST)


def test_histories_hold_what_pages_are_to_show() -> None:
    found = city(DAYS[0])
    posts, today = found.posts, found.years.today
    assert sum(p.gone_from is not None for p in posts) == 3
    assert sum(not p.main for p in posts) >= 10
    assert sum(bool(p.previous) for p in posts) >= 40
    assert sum(any(word == "育休" for _, word in p.states) for p in posts) >= 15
    assert sum(len(p.places) > 1 for p in posts) >= 200
    assert sum(p.category.startswith("会計年度") and (today - p.start).days <= 30 for p in posts) >= 12
    foreign = [p for p in posts if p.human.language == "en"]
    assert any(p.start.month == 8 for p in foreign) and any(p.start.month == 4 for p in foreign)
