"""Who counts where, and that every line adds up."""

from __future__ import annotations

from datetime import date

import pytest

from app.people.employment import Category, Department, Organisation, ServiceState
from app.reports.choosing import SLICES, Choice
from app.reports.columns import DEPARTMENT_COLUMNS, NAMED_COLUMNS, Heading, person_columns, sheet
from app.reports.completion import (
    NO_AUTHORITY,
    NO_DEPARTMENT,
    Count,
    Row,
    Tally,
    by_authority,
    by_category,
    by_department,
    lines_on,
)
from app.training.standing import Progress
from tests.reports.makers import APRIL, CITY, DAY, done, facts, lines, person, post

ON_LEAVE = ((APRIL, ServiceState.LEAVE),)


def table(rows: list[Row]) -> dict[str, tuple[object, ...]]:
    """名称 -> the twelve numbers."""
    return {row[0]: row[1:] for row in sheet(NAMED_COLUMNS, rows).rows}  # type: ignore[misc]


@pytest.mark.parametrize(
    ("appointments", "progress", "expected"),
    [
        ([post()], None, Count.OVERDUE),
        ([post(start=date(2026, 5, 20))], None, Count.NOT_STARTED),
        ([post(start=date(2026, 5, 20))], Progress(date(2026, 5, 21)), Count.IN_PROGRESS),
        ([post()], done(date(2026, 4, 10)), Count.COMPLETED),
        ([post()], done(date(2026, 6, 2)), Count.OVERDUE),
        ([post(states=ON_LEAVE)], None, Count.DEFERRED),
        ([post(category=Category.ELECTED)], None, Count.NOT_OWED),
        ([post(category=Category.EXTERNAL)], None, Count.NOT_OWED),
        ([post(category=Category.FIRE_CORPS)], None, Count.NOT_OWED),
        ([post(category=Category.PREFECTURAL_TEACHER)], None, Count.CONSULT),
        ([post(category=Category.PREFECTURAL_TEACHER)], done(date(2026, 4, 10)), Count.CONSULT),
        ([post(category=Category.ELECTED), post(category=Category.FIRE_CORPS)], None, Count.CONSULT),
        ([post(start=date(2026, 5, 15), end=date(2026, 6, 10))], None, Count.NOT_OWED),
    ],
)  # fmt: skip
def test_everybody_counts_in_one_column(appointments, progress, expected):  # type: ignore[no-untyped-def]
    someone = person(*appointments)
    (line,) = lines([someone], {someone.id: progress} if progress else None)
    assert line.count is expected


def test_who_is_not_in_force_that_day_has_no_line() -> None:
    gone = person(post(end=date(2026, 5, 31)))
    coming = person(post(start=date(2026, 6, 2)))
    here = person(post(end=DAY))
    assert [line.person for line in lines([gone, coming, here])] == [here]


def test_an_open_consultation_shows_as_not_owed_but_counts_apart() -> None:
    teacher = person(post(category=Category.PREFECTURAL_TEACHER))
    columns = person_columns(Heading(DAY, "研修"))
    (row,) = sheet(columns, lines([teacher])).rows
    cells = dict(zip((c.name for c in columns), row, strict=True))
    assert (cells["適用区分"], cells["受講区分"], cells["状況"]) == ("要協議", "対象外", "対象外")
    assert (cells["期限"], cells["義務年度"]) == (None, None)


def test_a_department_counts_all_below_it_and_zero_lines_stay() -> None:
    people = [
        person(post(department="011")),
        person(post(department="012", category=Category.ELECTED)),
        person(post(department="010")),
        person(post(department="old")),
        person(post(department=None)),
    ]
    organisation = Organisation.on(DAY, CITY)
    rows = sheet(DEPARTMENT_COLUMNS, by_department(lines(people), organisation)).rows
    assert [row[:5] for row in rows] == [
        ("010", "総務部", 1, 3, 1),
        ("011", "人事課", 2, 1, 0),
        ("012", "行政管理課", 2, 1, 1),
        ("020", "教育部", 1, 0, 0),
        ("021", "第一小学校", 2, 0, 0),
        ("", NO_DEPARTMENT, None, 2, 0),
        ("", "合計", None, 5, 1),
    ]


def test_departments_are_those_of_the_day() -> None:
    old = Department("030", "福祉課", position=1, valid_to=date(2026, 3, 31))
    new = Department("030", "こども課", position=1, valid_from=APRIL)
    someone = person(post(start=date(2025, 4, 1), department="030"))
    known = facts([someone], departments=(old, new))
    for day, name in ((date(2026, 3, 31), "福祉課"), (APRIL, "こども課")):
        (line,) = lines_on(known, Organisation.on(day, known.departments))
        assert line.department is not None
        assert line.department.name == name


def test_all_categories_stand_in_their_order() -> None:
    rows = by_category(lines([person(post(category=Category.EXTERNAL))]))
    assert [row.name for row in rows] == [*(c.value for c in Category), "合計"]
    assert table(rows)["市職員以外"] == (1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, "-")


def test_authorities_listed_then_others_then_none() -> None:
    people = [person(post(authority=a)) for a in ("教育委員会", "水道", "", "市長")]
    rows = by_authority(lines(people), ("市長", "教育委員会", "議会議長"))
    assert [(row.name, row.tally.employed) for row in rows] == [
        ("市長", 1), ("教育委員会", 1), ("議会議長", 0), ("水道", 1), (NO_AUTHORITY, 1), ("合計", 4),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("completed", "overdue", "rate"),
    [(999, 1, "99.9"), (2999, 1, "99.9"), (1, 2, "33.3"), (2, 1, "66.6"), (1, 0, "100.0"), (0, 1, "0.0"),
     (0, 0, "-")],
)  # fmt: skip
def test_the_rate_is_cut(completed: int, overdue: int, rate: str) -> None:
    assert Tally(completed=completed, overdue=overdue).rate == rate


def test_lines_stand_by_department_then_number() -> None:
    people = [
        person(post(department=None, number="0000001")),
        person(post(department="021", number="0000002")),
        person(post(department="011", number="0000009")),
        person(post(department="011", number="0000003")),
    ]
    numbers = [line.post.appointment.number for line in lines(people)]
    assert numbers == ["0000003", "0000009", "0000002", "0000001"]


def test_every_number_leads_to_the_people_behind_it() -> None:
    people = [
        person(post(department="011", states=ON_LEAVE)),
        person(post(department="012", category=Category.ELECTED)),
        person(post(department="021", category=Category.PREFECTURAL_TEACHER, authority="県")),
        person(post(department=None, authority="")),
        person(post(department="010")),
        person(post(department="020", start=date(2026, 5, 20))),
    ]
    progress = {people[4].id: done(date(2026, 4, 20))}
    organisation = Organisation.on(DAY, CITY)
    everybody = lines(people, progress)
    groups = [
        ("department", by_department(everybody, organisation)),
        ("category", by_category(everybody)),
        ("authority", by_authority(everybody, ())),
    ]
    for name, rows in groups:
        for row in rows:
            for column in NAMED_COLUMNS[1:-1]:
                choice = Choice(**{name: row.key}, column=column.key or "")  # type: ignore[arg-type]
                assert len(choice.lines(everybody, organisation)) == column.value(row), (row, column)


def test_unfinished_are_those_who_owe_and_have_not_completed() -> None:
    unfinished = next(s for s in SLICES if s.key == "unfinished")
    someone, other = person(post()), person(post())
    stands = lines([someone, other], {someone.id: done(date(2026, 4, 20))})
    assert [unfinished.holds(line) for line in stands] == [False, True]
    assert Tally.of(stands).unfinished == 1
