"""People, posts and days in one line each, for tests of reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from app.people.employment import (
    Appointment,
    Category,
    Consultation,
    Department,
    Organisation,
    Person,
    Placement,
    ServiceState,
)
from app.reports.completion import Facts, Line, lines_on
from app.training.duties import duties_of
from app.training.standing import Completed, Progress

_ids = count(1)

DAY = date(2026, 6, 1)
APRIL = date(2026, 4, 1)


@dataclass(frozen=True)
class Rules:
    """A course's rules, as the default course has them but introduced long ago."""

    introduced: date = date(2020, 4, 1)
    due_days: int = 30
    service_gap_days: int = 31
    min_term_days: int = 31
    assigned: tuple[str, ...] | None = None


RULES = Rules()


def post(
    start: date = APRIL,
    end: date | None = None,
    category: Category = Category.REGULAR,
    department: str | None = "010",
    main: bool = True,
    number: str = "",
    authority: str = "市長",
    states: tuple[tuple[date, ServiceState], ...] = (),
    retired: bool = False,
    source: str = "職員",
) -> Appointment:
    """One appointment with one placement."""
    key = next(_ids)
    return Appointment(
        key,
        source,
        number or f"{key:07}",
        start,
        end,
        main,
        (Placement(start, department, category, authority),),
        states,
        retired,
    )


def person(*appointments: Appointment, name: str = "試験 花子") -> Person:
    """A person with these appointments."""
    return Person(f"p{next(_ids)}", name, "シケン ハナコ", appointments)


def done(on: date, score: int | None = 90) -> Progress:
    """Somebody who completed on a day."""
    return Progress(on - timedelta(days=3), (Completed(on, score, "eラーニング", "令和5年版", "AAAA-2222"),))


def facts(
    people: Sequence[Person],
    progress: dict[str, Progress] | None = None,
    departments: Sequence[Department] = (),
    consultations: Sequence[Consultation] = (),
    roster_days: dict[str, date] | None = None,
    rules: Rules = RULES,
) -> Facts:
    """The facts of a small city."""
    return Facts(
        [duties_of(p, rules, consultations) for p in people],
        progress or {},
        departments or CITY,
        roster_days or {},
    )


#: 総務部(人事課、行政管理課), 教育部(学校).
CITY = (
    Department("020", "教育部", position=2),
    Department("010", "総務部", position=1),
    Department("012", "行政管理課", parent="010", position=2),
    Department("011", "人事課", parent="010", position=1),
    Department("021", "第一小学校", parent="020", position=1),
)


def lines(
    people: Sequence[Person], progress: dict[str, Progress] | None = None, day: date = DAY
) -> list[Line]:
    """The lines of a small city on a day."""
    return lines_on(facts(people, progress), Organisation.on(day, CITY))
