"""Appointments of the demonstration city, what happens to them, and how a roster lists them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.demo.names import Human
from app.demo.organisation import BY_CODE
from app.fiscal_year import FiscalYear

COLUMNS = (
    "職員番号",
    "氏名",
    "フリガナ",
    "ローマ字氏名",
    "所属コード",
    "所属名",
    "職名",
    "職員区分",
    "勤務区分",
    "任命権者",
    "任用開始日",
    "任用終了日",
    "本務兼務",
    "在職区分",
    "異動年月日",
    "前職員番号",
    "メール",
    "言語",
)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where and as what an appointment stands from ``since`` on."""

    since: date
    department: str
    title: str


@dataclass(slots=True)
class Post:
    """One appointment.

    ``planned`` is an end set from the start, ``end`` the day it does end. ``gone_from`` is the first list
    that leaves it out without a word, ``listed_from`` the first that names it when it is planned ahead.
    """

    human: Human
    source: str
    number: str
    category: str
    start: date
    end: date | None
    places: list[Place]
    states: list[tuple[date, str]] = field(default_factory=list)
    work_type: str = "常勤"
    authority: str = ""
    main: bool = True
    previous: str = ""
    planned: date | None = None
    left: bool = False
    mail: str = ""
    gone_from: date | None = None
    listed_from: date | None = None

    def place_on(self, day: date) -> Place:
        """The place that holds on ``day``."""
        return [self.places[0], *(p for p in self.places[1:] if p.since <= day)][-1]

    def in_force(self, day: date) -> bool:
        """True from the first to the last day."""
        return self.start <= day and (self.end is None or day <= self.end)

    def move(self, day: date, department: str, title: str) -> None:
        """Stand elsewhere, or as something else, from ``day`` on."""
        place = Place(day, department, title)
        if self.places[-1].since == day:
            self.places[-1] = place
        else:
            self.places.append(place)

    def leave(self, last: date) -> None:
        """退職: ``last`` is the last day."""
        self.end, self.left = last, True

    def listed(self, day: date, previous_list: date | None) -> bool:
        """True when the list of ``day`` names it: in force, or ended by 退職 since the list before."""
        if (self.listed_from or self.start) > day or (self.gone_from is not None and day >= self.gone_from):
            return False
        if self.end is None or self.end >= day:
            return True
        return self.left and previous_list is not None and self.end >= previous_list

    def line(self, day: date, reform: date) -> tuple[str, ...]:
        """The roster's line as it would be written on ``day``."""
        place = self.place_on(day)
        state = [("", "在職"), *(("", word) for since, word in self.states if since <= day)][-1][1]
        ended = self.end is not None and self.end < day
        if ended and self.left:
            state = "退職"
        changes = [p.since for p in self.places[1:] if p.since <= day]
        changes += [since for since, _ in self.states if since <= day]
        end = self.end if ended else self.planned
        unit = BY_CODE[place.department]
        return (
            self.number, self.human.name, self.human.kana, self.human.roman,
            place.department, unit.name_on(day, reform), place.title, self.category, self.work_type,
            self.authority or unit.authority,
            self.start.isoformat(), end.isoformat() if end else "", "本務" if self.main else "兼務", state,
            max(changes).isoformat() if changes and not ended else "", self.previous,
            self.mail, self.human.language,
        )  # fmt: skip


def within_years(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Cut [first, last] at every 31 March: the one-year appointments of somebody who stays on."""
    while first <= last:
        end = min(FiscalYear.of(first).last_day, last)
        yield first, end
        first = end + DAY


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[str]], encoding: str) -> bytes:
    """A CSV file as a personnel system writes it (CRLF)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode(encoding)
