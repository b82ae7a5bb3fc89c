"""Groups are sums of parts that tell nobody."""

from __future__ import annotations

import pytest

from app.reports.item_columns import clause_sheet
from app.reports.item_groups import By, Cell, Part, by_group, large_enough
from app.reports.items import ClauseLine


def part(category: str, department: str, people: int, wrong: int, label: str = "1") -> Part:
    return Part(label, category, department, Cell(people, wrong, people, wrong))


@pytest.mark.parametrize(("people", "wrong", "shown"), [(5, 4, True), (4, 0, False), (6, 6, False)])
def test_a_part_is_five_people_not_all_of_them_wrong(people: int, wrong: int, shown: bool) -> None:
    assert bool(large_enough([part("正規職員", "10", people, wrong)])) is shown


def test_too_few_in_their_department_count_in_their_category_together() -> None:
    few = [part("再任用職員", "10", 3, 1), part("再任用職員", "20", 4, 1)]
    (line,) = by_group([part("正規職員", "10", 9, 2), *few])
    assert line.groups[By.DEPARTMENT] == {"10": Cell(9, 2, 9, 2)}
    assert line.groups[By.CATEGORY] == {"正規職員": Cell(9, 2, 9, 2), "再任用職員": Cell(7, 2, 7, 2)}
    assert line.everybody == Cell(16, 4, 16, 4)


def test_too_few_anywhere_count_in_nothing() -> None:
    (line,) = by_group([part("正規職員", "10", 9, 2), part("再任用職員", "10", 4, 1)])
    assert line.everybody == Cell(9, 2, 9, 2)
    assert by_group([part("再任用職員", "10", 4, 1)]) == []


def test_clauses_stand_by_their_wrong_share_and_what_is_hidden_is_a_dash() -> None:
    lines = by_group([part("正規職員", "10", 10, 2), part("正規職員", "20", 8, 4, "2")])
    assert [line.label for line in lines] == ["2", "1"]
    made = clause_sheet(
        [ClauseLine("3(1)", 40, 7)], "昨日まで", lines, "令和7年度", By.DEPARTMENT, {"10": "第10課"}
    )
    assert made.rows == (
        ("市全体", "市全体", "昨日まで", "3(1)", None, 40, 7, "17.5"),
        ("所属別", "区分の合計", "令和7年度", "2", 8, 8, 4, "50.0"),
        ("所属別", "区分の合計", "令和7年度", "1", 10, 10, 2, "20.0"),
        ("所属別", "第10課", "令和7年度", "2", None, None, None, "-"),
        ("所属別", "第10課", "令和7年度", "1", 10, 10, 2, "20.0"),
    )
