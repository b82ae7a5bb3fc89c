"""The demonstration city as files: what its offices would have handed in over the years, day by day.

Pure: the same seed, day and beginning of the course give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.demo import residents
from app.demo.cast import CAST
from app.demo.names import TECHNICAL, Human, humans, latin
from app.demo.one_year import SOURCE as ONE_YEAR
from app.demo.one_year import OneYearStaff
from app.demo.organisation import BY_CODE, COLUMNS, UNITS, department_rows, units_on
from app.demo.other_staff import fixed_terms, from_elsewhere, reemployed, special_posts, substitutes
from app.demo.posts import COLUMNS as ROSTER_COLUMNS
from app.demo.posts import DAY, Post, as_csv
from app.demo.regulars import SOURCE as STAFF
from app.demo.regulars import Regulars
from app.demo.years import Years

SEED = 20230911
#: Every list and the encoding its office writes; the staff system knows no UTF-8.
SOURCES = {
    STAFF: "cp932",
    ONE_YEAR: "utf-8-sig",
    residents.CORPS: "utf-8-sig",
    residents.BOARDS: "cp932",
    residents.TEACHERS: "cp932",
}
#: How many days ahead the lists of 1 April are handed in.
AHEAD = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class RosterFile:
    """One list as handed in on a day, to hold from ``as_of``; with the departments where they changed."""

    source: str
    as_of: date
    handed_in: date
    filename: str
    roster: bytes
    departments: bytes | None = None


@dataclass(frozen=True, slots=True)
class City:
    """Every list in the order in which it was handed in."""

    years: Years
    files: tuple[RosterFile, ...]
    posts: tuple[Post, ...]


def build(today: date, introduced: date, seed: int = SEED) -> City:
    """The city's years up to ``today``; ``introduced`` is the day from which its course is owed."""
    years = Years.of(seed, today, introduced)
    posts = _posts(years)
    days = _list_days(years)
    files = [
        _file(years, posts, source, day, previous)
        for source in SOURCES
        for previous, day in zip([None, *days[source]], days[source], strict=False)
    ]
    order = list(SOURCES)
    files.sort(key=lambda file: (file.handed_in, file.as_of, order.index(file.source)))
    return City(years, tuple(files), tuple(posts))


def _posts(years: Years) -> list[Post]:
    people = humans(years.random("names"), {human.name for human in CAST})
    regulars = Regulars(years, people)
    staff = regulars.play()
    technical = iter([Human(*pair) for pair in TECHNICAL])
    for post, human in zip([p for p in staff if p.number[-2:] == "77"], technical, strict=False):
        post.human = human
    staff += special_posts(years, people)
    staff += reemployed(years, regulars.retired)
    staff += fixed_terms(years, people)
    staff += substitutes(years, people)
    staff += from_elsewhere(years, people)
    one_year = OneYearStaff(years, people, latin(years.random("latin"))).play(_once_regular(years, staff))
    _become_regular(years, staff, one_year)
    corps = residents.fire_corps(years, people, staff)
    posts = [*staff, *one_year, *corps, *residents.boards(years, people), *residents.teachers(years, people)]
    _forget_some(years, posts)
    _reorganise(years, posts)
    return posts


def _once_regular(years: Years, staff: Iterable[Post]) -> Human:
    """Somebody who left long ago and comes back without naming the old number: HR is asked."""
    recent = years.today - 200 * DAY
    return next(
        p.human for p in staff
        if p.left and p.end and p.end < recent and p.category == "正規" and p.human not in CAST
    )  # fmt: skip


def _become_regular(years: Years, staff: Iterable[Post], one_year: Sequence[Post]) -> None:
    """Each April one of those whose year ended is hired as a regular, under a new number."""
    last = {post.human: post for post in sorted(one_year, key=lambda p: p.start)}
    hired = {post.start: post for post in staff if post.category == "正規" and not post.previous}
    for april in years.aprils:
        ending = [
            p for p in last.values()
            if p.end == april - DAY and not p.left and p.main and _can_be_written(p.human.name, STAFF)
        ]  # fmt: skip
        if ending and april in hired:
            hired[april].human, hired[april].previous = ending[0].human, ending[0].number


def _can_be_written(name: str, source: str) -> bool:
    return name.encode(SOURCES[source], "ignore").decode(SOURCES[source]) == name


def _forget_some(years: Years, posts: Iterable[Post]) -> None:
    """The last lists leave out three people without a word: they stand as 要確認."""
    today = years.today
    for source, count in ((STAFF, 2), (ONE_YEAR, 1)):
        able = [
            p for p in posts
            if p.source == source and p.main and p.in_force(today) and p.start.year < years.opening.year
            and p.category == "正規" and not p.number.startswith("00009")
        ] or [
            p for p in posts
            if p.source == source and p.main and p.in_force(today) and p.number.endswith("3")
            and p.number > "9001000" and p.start == years.reform
        ]  # fmt: skip
        for post in able[10 : 10 + count]:
            post.gone_from = today


def _reorganise(years: Years, posts: Iterable[Post]) -> None:
    """Nobody stays in a 所属 given up: whoever is still there on the day goes to its successor."""
    for post in posts:
        place = post.places[-1]
        unit = BY_CODE[place.department]
        open_then = post.end is None or post.end >= years.reform
        if open_then and not unit.name and place.since < years.reform:
            raise AssertionError(f"{post.number} stays in {unit.old_name}")


def _list_days(years: Years) -> dict[str, list[date]]:
    """The days of each list: opening, every 1 April, where people change also in between, today."""
    today = years.today
    regular = {years.opening, *years.aprils}
    autumns = {date(a.year, 10, 1) for a in [years.opening, *years.aprils]}
    days = {source: set(regular) for source in SOURCES}
    days[STAFF] |= autumns | {today}
    days[ONE_YEAR] |= autumns | {date(a.year, 7, 1) for a in years.aprils} | {today}
    days[ONE_YEAR] |= {date(a.year + 1, 2, 5) for a in [years.opening, *years.aprils]}
    days[residents.BOARDS] |= {date(a.year, 8, 1) for a in [years.opening, *years.aprils]}
    days[STAFF] |= {date(a.year + 1, 1, 5) for a in [years.opening, *years.aprils]}
    return {s: sorted(d for d in found if years.opening <= d <= today) for s, found in days.items()}


def _file(years: Years, posts: list[Post], source: str, day: date, previous: date | None) -> RosterFile:
    order = {unit.code: index for index, unit in enumerate(UNITS)}
    listed = [p for p in posts if p.source == source and p.listed(day, previous)]
    listed.sort(key=lambda p: (order[p.place_on(day).department], p.number, not p.main, p.start))
    encoding = SOURCES[source]
    april = (day.month, day.day) == (4, 1) and day != years.opening
    departments = None
    if source == STAFF and (april or day in (years.opening, years.today)):
        heads, former = _heads(years, posts, day), _heads(years, posts, day - DAY)
        departments = as_csv(COLUMNS, department_rows(day, years.reform, heads, former), encoding)
    columns = [c for c in ROSTER_COLUMNS if c != "メール" or source == STAFF]
    places = [ROSTER_COLUMNS.index(column) for column in columns]
    lines = ([line[place] for place in places] for line in (p.line(day, years.reform) for p in listed))
    return RosterFile(
        source, day, day - AHEAD if april else day, f"{source}名簿_{day:%Y%m%d}.csv",
        as_csv(columns, lines, encoding), departments,
    )  # fmt: skip


def _heads(years: Years, posts: Iterable[Post], day: date) -> dict[str, str]:
    """所属コード -> 職員番号 of the 所属長 on ``day``."""
    titles = {unit.code: unit.head for unit in units_on(day, years.reform) if unit.head}
    titles |= {code: "校長" for code in ("1021", "1022", "1031", "1032")} | {"14": "団長"}
    found: dict[str, str] = {}
    for post in posts:
        place = post.place_on(day)
        if post.in_force(day) and post.main and titles.get(place.department) == place.title:
            found[place.department] = post.number
    return found
