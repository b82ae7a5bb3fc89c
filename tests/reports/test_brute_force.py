"""Any report of any history equals a slow reading of INTERFACE 5, and every line adds up."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings

from app.people.employment import Organisation
from app.reports.columns import Heading, person_columns, sheet
from app.reports.completion import Facts, Line, lines_on
from app.reports.notices import leavers
from app.training.duties import duties_of
from tests.reports import brute_force as slow
from tests.reports.brute_force import World
from tests.reports.histories import asked
from tests.reports.tables import tables_agree

QUICK, LONG = 200, 10_000


@dataclass(frozen=True)
class Rules:
    introduced: date
    due_days: int
    service_gap_days: int
    min_term_days: int
    assigned: tuple[str, ...] | None


def quick_facts(world: World) -> Facts:
    rules = Rules(
        world.introduced,
        world.due_days,
        world.gap,
        world.min_term,
        None if world.assigned is None else tuple(c.value for c in world.assigned),
    )
    return Facts(
        [duties_of(p, rules, world.consultations, world.closed) for p in world.people],
        world.progress,
        world.departments,
    )


def compare(world: World, days: list[date]) -> None:
    facts = quick_facts(world)
    served = {p.id: slow.services(world, p) for p in world.people}
    for day in days:
        compare_day(world, facts, served, day)


def compare_day(world: World, facts: Facts, served: dict[str, list[slow.Served]], day: date) -> None:
    organisation = Organisation.on(day, facts.departments)
    lines = lines_on(facts, organisation)
    order = slow.official_order(world.departments, day)
    codes = [code for code, _level in order]
    stands = [s for p in world.people if (s := slow.on_day(world, p, served[p.id], day, codes))]

    assert by_person(lines, day) == expected_by_person(stands, codes, day)
    tables_agree(world, lines, organisation, stands)
    left = [d for p in world.people if (d := slow.left_in_year(world, p, day))]
    assert leavers(facts, day, world.gap).people == len(left)


def by_person(lines: list[Line], day: date) -> list[dict[str, object]]:
    columns = person_columns(Heading(day, "研修"))
    names = [c.name for c in columns]
    return [dict(zip(names, row, strict=True)) for row in sheet(columns, lines).rows]


def expected_by_person(stands: list[slow.Stands], codes: list[str], day: date) -> list[dict[str, object]]:
    def place(s: slow.Stands) -> tuple[object, ...]:
        rank = codes.index(s.department) if s.department else len(codes)
        return (rank, s.post.number, s.post.source, s.person.id)

    return [
        {
            "年度": slow.fiscal(day),
            "基準日": day,
            "研修": "研修",
            "職員番号": s.post.number,
            "氏名": s.person.name,
            "フリガナ": s.person.kana,
            "所属コード": s.department,
            "所属名": department_name(s, day),
            "任命権者": s.placement.authority,
            "職員区分": s.placement.category.value,
            "適用区分": s.scope,
            "受講区分": s.assigned,
            "義務年度": s.year,
            "期限": s.due,
            "状況": s.state,
            "修了日": s.completed,
            "期限内": s.on_time,
            "得点": 90 if s.completed else None,
            "受講方法": "eラーニング" if s.completed else "",
            "ガイドラインの版": "版" if s.completed else "",
        }
        for s in sorted(stands, key=place)
    ]


def department_name(s: slow.Stands, day: date) -> str:
    renamed = "行政管理課" if day < date(2025, 4, 1) else "総務課"
    names = {"010": "総務部", "011": "人事課", "012": renamed, "020": "教育部", "021": "小学校"}
    return {**names, "030": "こども課"}.get(s.department, "所属なし")


@settings(max_examples=QUICK, deadline=None, suppress_health_check=list(HealthCheck))
@given(asked())
def test_a_report_equals_the_slow_reading(case: tuple[World, list[date]]) -> None:
    compare(*case)


@pytest.mark.long
@settings(
    max_examples=int(os.environ.get("KENSHU_HISTORIES", LONG)),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(asked())
def test_ten_thousand_histories_equal_the_slow_reading(case: tuple[World, list[date]]) -> None:
    compare(*case)
