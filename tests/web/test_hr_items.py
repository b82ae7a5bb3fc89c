"""What the city gets wrong, as HR sees it: every number agrees with a naive reading, every clause is linked.

Together with ``tests/reports/test_subtracting.py``, where an attacker works on those same numbers, it holds
that nobody can be told from all the pages.
"""

from __future__ import annotations

import csv
import re
from datetime import UTC, date, datetime
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient

from app.access.roles import Role
from app.courses.model import Course
from tests.reports.items_world import (
    DEPARTMENTS,
    LOOKS,
    Given,
    Rule,
    behind_a_look,
    by_label,
    keep_world,
    make_world,
)
from tests.signing_in import enter, give_operator

Numbers = tuple[int, int]
"""Answers and wrong ones."""


@pytest.fixture
def hr(client: FlaskClient) -> FlaskClient:
    enter(client, give_operator("jinji", Role.HR))
    return client


def at_noon(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    monkeypatch.setenv("KENSHU_NOW", f"{day.isoformat()}T12:00")
    monkeypatch.setattr("app.clock._started", datetime.now(UTC))


def read_page(client: FlaskClient, course: Course) -> dict[str, Numbers]:
    """The numbers of the questions on the page."""
    html = client.get("/hr/items").get_data(as_text=True)
    ids = {s.title: s.id for section in course.sections for s in section.scenarios}
    found = re.findall(r'item-title">(.*?)</span>.*?class="note">([\d,]+)/([\d,]+)人', html, re.S)
    return {ids[title]: (int(n), int(n) - int(right)) for title, right, n in found}


def read_file(client: FlaskClient, by: str) -> dict[tuple[str, str, str], Numbers]:
    """The numbers of a file by (集計, 名称, 項); what is hidden is left out."""
    text = client.get(f"/hr/items.csv?by={by}&bare=1").get_data().decode("utf-8-sig")
    return {
        (row["集計"], row["名称"], row["項"]): (int(row["最初の解答"]), int(row["誤答"]))
        for row in csv.DictReader(text.splitlines())
        if row["最初の解答"]
    }


def counted(given: frozenset[Given]) -> Numbers:
    return len(given), sum(not one.correct for one in given)


def name_of(group: str) -> str:
    return f"第{group}課" if group in DEPARTMENTS else group or "区分の合計"


@pytest.mark.parametrize(("seed", "people"), [(0, 90), (7, 40)])
def test_every_number_of_every_page_agrees_with_a_naive_reading(
    hr: FlaskClient, course: Course, seed: int, people: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make_world(course, seed, people)
    keep_world(course, world)
    compared = 0
    for day in LOOKS:
        at_noon(monkeypatch, day)
        questions, groups, _year = behind_a_look(world, day, Rule())
        assert read_page(hr, course) == {name: counted(given) for name, given in questions.items()}
        city = {("市全体", "市全体", label): counted(given) for label, given in by_label(questions).items()}
        for by, kind in (("category", "職員区分別"), ("department", "所属別")):
            parted = {
                (kind, name_of(group), label): counted(given)
                for (group, label), given in groups.items()
                if not group or (group in DEPARTMENTS) is (by == "department")
            }
            assert read_file(hr, by) == city | parted
            compared += len(parted)
    assert compared > 20


def test_every_clause_leads_to_its_text(
    hr: FlaskClient, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_world(course, make_world(course, 0))
    at_noon(monkeypatch, date(2026, 6, 1))
    html = hr.get("/hr/items").get_data(as_text=True)
    links = re.findall(r'<th scope="row"><a href="([^"#]*)#([^"]*)"', html)
    assert len(links) == 6
    for path, anchor in links:
        assert f'id="{unquote(anchor)}"' in hr.get(path).get_data(as_text=True), anchor


def test_a_group_stands_beside_all_of_them(
    hr: FlaskClient, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_world(course, make_world(course, 0))
    at_noon(monkeypatch, date(2026, 6, 1))
    shown = {label: n for (_by, name, label), n in read_file(hr, "department").items() if name == "第10課"}
    assert shown
    html = hr.get("/hr/items?by=department&group=10").get_data(as_text=True)
    found = re.findall(r"<tr><th scope=\"row\">.*?</tr>", html)
    rows = [re.sub(r"<[^>]*>", " ", row).split() for row in found]
    beside = {row[0]: (int(row[4]), int(row[3])) for row in rows if len(row) == 6}
    assert beside == shown
    unknown = hr.get("/hr/items?by=department&group=none").get_data(as_text=True)
    assert "5人未満" not in unknown


def test_before_anything_can_be_shown_the_page_says_when(hr: FlaskClient) -> None:
    html = hr.get("/hr/items").get_data(as_text=True)
    assert "まだ示せる解答がありません。" in html and "年度が終わってから" in html
