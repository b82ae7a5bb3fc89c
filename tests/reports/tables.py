"""The report's tables of groups beside the slow reading's: every cell of every line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from app.people.employment import Category, Organisation
from app.reports.columns import DEPARTMENT_COLUMNS, NAMED_COLUMNS, sheet
from app.reports.completion import Line, Row, by_authority, by_category, by_department
from tests.reports import brute_force as slow
from tests.reports.brute_force import Stands, World

AUTHORITIES = ("市長", "教育委員会", "議会議長")


def tables_agree(
    world: World, lines: Sequence[Line], organisation: Organisation, stands: list[Stands]
) -> None:
    """By department, category and authority: as counted slowly, and every line adds up."""
    day = organisation.day
    departments = by_department(lines, organisation)
    assert table(departments) == [
        *(
            (code, level, *slow.numbers(below(world, stands, code, day)))
            for code, level in slow.official_order(world.departments, day)
        ),
        ("", None, *slow.numbers([s for s in stands if s.department == ""])),
        ("", None, *slow.numbers(stands)),
    ]
    names = [c.value for c in Category]
    categories = by_category(lines)
    assert named(categories) == groups(stands, names, lambda s: s.placement.category.value)
    spare = sorted({s.placement.authority for s in stands} - {*AUTHORITIES, ""})
    authorities = by_authority(lines, AUTHORITIES)
    assert named(authorities) == groups(
        stands, [*AUTHORITIES, *spare, "任命権者なし"], lambda s: s.placement.authority or "任命権者なし"
    )
    for rows in (departments, categories, authorities):
        identities(rows)


def below(world: World, stands: list[Stands], code: str, day: date) -> list[Stands]:
    return [s for s in stands if slow.within(s.department, code, world.departments, day)]


def table(rows: list[Row]) -> list[tuple[object, ...]]:
    return [(row[0], *row[2:]) for row in sheet(DEPARTMENT_COLUMNS, rows).rows]


def named(rows: list[Row]) -> list[tuple[object, ...]]:
    return list(sheet(NAMED_COLUMNS, rows).rows)


def groups(stands: list[Stands], names: list[str], key: Callable[[Stands], str]) -> list[tuple[object, ...]]:
    lines = [(name, *slow.numbers([s for s in stands if key(s) == name])) for name in names]
    return [*lines, ("合計", *slow.numbers(stands))]


def identities(rows: list[Row]) -> None:
    for row in rows:
        cells = dict(zip(slow.COLUMNS, sheet(NAMED_COLUMNS, [row]).rows[0][1:], strict=True))
        n = {name: value for name, value in cells.items() if isinstance(value, int)}
        assert n["対象者数"] + n["対象外"] + n["要協議"] + n["免除"] + n["猶予"] == n["在籍者数"]
        assert n["修了"] + n["受講中"] + n["未着手"] + n["期限超過"] == n["対象者数"]
        assert n["期限内修了"] <= n["修了"]
