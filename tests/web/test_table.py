"""Tables: ordered and paged by the address alone, filters kept."""

from __future__ import annotations

import io
import re
from datetime import date
from html import unescape
from random import Random
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.roles import Role
from app.reminders.models import ReminderRow
from app.web.table import Keys, Order, asked_order, table_of
from tests.people.roster_files import csv_bytes
from tests.people_builder import RECORDED
from tests.signing_in import enter, give_operator
from tests.web.hr_city import NOON, build_city, keep

Pair = tuple[int | None, str]
KEYS: Keys[Pair] = {"number": lambda pair: pair[0], "word": lambda pair: pair[1]}


def test_blank_cells_come_last_and_equals_stay_as_they_came() -> None:
    random = Random(5)
    for _ in range(50):
        rows: list[Pair] = [(random.choice([None, 1, 2, 3]), str(at)) for at in range(12)]
        for descending in (False, True):
            ordered = Order("number", descending).of(rows, KEYS)
            filled = [row for row in ordered if row[0] is not None]
            numbers = [number for number, _ in ordered if number is not None]
            assert sorted(ordered, key=str) == sorted(rows, key=str)
            assert ordered == filled + [row for row in rows if row[0] is None]
            assert numbers == sorted(numbers, reverse=descending)
            for number in set(numbers):
                same = [row for row in ordered if row[0] == number]
                assert same == [row for row in rows if row[0] == number]


@pytest.mark.parametrize(
    ("stands", "pressed", "follows"),
    [("", "a", "a"), ("a", "a", "-a"), ("-a", "a", ""), ("b", "a", "a"), ("-b", "a", "a")],
)
def test_a_heading_leads_up_then_down_then_back(stands: str, pressed: str, follows: str) -> None:
    order = Order(stands.removeprefix("-"), stands.startswith("-"))
    assert str(order.after_pressing(pressed)) == follows


@pytest.mark.parametrize(
    ("query", "order", "page"),
    [("", "", 1), ("sort=-word&page=2", "-word", 2), ("sort=nobody", "", 1), ("sort=--word", "", 1),
     ("page=99", "", 3), ("page=-1", "", 1), ("page=x", "", 1)],
)  # fmt: skip
def test_whatever_the_address_says_there_is_a_page(app: Flask, query: str, order: str, page: int) -> None:
    rows: list[Pair] = [(at, f"{at:02}") for at in range(25)]
    with app.test_request_context(f"/hr/people?{query}"):
        assert str(asked_order(KEYS)) == order
        found = table_of(rows, KEYS, "hr_people.index", {"q": "見本"}, 10)
        assert (found.page, found.pages, found.found) == (page, 3, 25)
        expected = sorted(rows, reverse=True) if order == "-word" else rows
        assert list(found.rows) == expected[(page - 1) * 10 : page * 10]
        assert "q=" in found.heading("word")[1] and "page" not in found.heading("word")[1]


@pytest.fixture
def hr(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    monkeypatch.setenv("KENSHU_NOW", NOON)
    people = build_city()
    at = {"person_id": people["late"], "duty": "2024", "course": "sns-guideline", "department": "012",
          "day": date(2026, 5, 1), "begun_at": RECORDED, "title": "研修", "by": "人事"}  # fmt: skip
    keep(
        ReminderRow(kind="overdue", state="printed", due=None, **at),
        ReminderRow(kind="due-soon", state="sent", due=date(2024, 5, 1), **at),
    )
    enter(client, give_operator("jinji", Role.HR))
    return client


def column(html: str, heading: str) -> list[str]:
    """The cells under a heading of the page's first table that has it, as text."""
    for table in re.findall(r"<table.*?</table>", html, re.DOTALL):
        head, _, body = table.partition("</thead>")
        names = [re.sub(r"<[^>]+>", "", one).strip() for one in re.findall(r"<th\b.*?</th>", head, re.DOTALL)]
        if heading in names:
            rows = re.findall(r"<tr.*?</tr>", body.partition("<tfoot")[0], re.DOTALL)
            cells = [re.findall(r"<t[hd]\b.*?</t[hd]>", row, re.DOTALL) for row in rows]
            found = [row[names.index(heading)] for row in cells]
            return [" ".join(re.sub(r"<[^>]+>", "", cell).split()) for cell in found]
    raise AssertionError(f"no table with {heading}")


#: address, heading pressed, and whether its cells then go up by their own text (None: only that they turn).
PRESSED: tuple[tuple[str, str, Any], ...] = (
    ("/hr/people?department=010", "職員番号", str),
    ("/hr/people", "期限", str),
    ("/hr/report?by=person&category=正規職員", "職員番号", str),
    ("/hr/report?by=department", "期限超過", int),
    ("/hr/report?by=category", "在籍者数", int),
    ("/hr/reminders/ledger", "種類", None),
    ("/hr/accounts?q=見本", "職員番号", str),
)


@pytest.mark.parametrize(("address", "heading", "kind"), PRESSED)
def test_pressing_a_heading_orders_the_table_and_keeps_the_filters(
    hr: FlaskClient, address: str, heading: str, kind: Any
) -> None:
    link = rf'<th scope="col" class="[^"]*sortable[^"]*"([^>]*)><a href="([^"]*)">{heading}<'
    as_it_comes = hr.get(address).text
    found = re.search(link, as_it_comes)
    assert found and "aria-sort" not in found[1]
    up = hr.get(unescape(found[2])).text
    again = re.search(link, up)
    assert again and 'aria-sort="ascending"' in again[1]
    down = hr.get(unescape(again[2])).text
    back = re.search(link, down)
    assert back and 'aria-sort="descending"' in back[1]
    rising, falling = column(up, heading), column(down, heading)
    filled = [cell for cell in rising if cell]
    assert sorted(rising) == sorted(column(as_it_comes, heading)) and len(set(filled)) > 1
    assert next(cell for cell in falling if cell) == filled[-1]
    if kind is not None:
        assert [kind(cell) for cell in filled] == sorted(kind(cell) for cell in filled)
    for name, _, value in (pair.partition("=") for pair in address.partition("?")[2].split("&")):
        if name not in ("", "by"):
            assert re.search(rf'name="{name}"[^>]*value="{value}"|value="{value}" selected', up)
    assert column(hr.get(unescape(back[2])).text, heading) == column(as_it_comes, heading)


def test_every_row_of_a_staged_roster_can_be_seen(hr: FlaskClient) -> None:
    lines = [f"9{at:06},試験 {at:03},シケン,0101,正規職員,2026-04-01,,本務,在職," for at in range(230)]
    data = {"roster": (io.BytesIO(csv_bytes(lines)), "名簿.csv"), "source": "消防団"}
    preview = hr.post("/hr/roster", data=data).location
    section = re.search(r'href="([^"]+/joins)"', hr.get(preview).text)
    assert section
    seen = [cell for page in (1, 2, 3) for cell in column(hr.get(f"{section[1]}?page={page}").text, "氏名")]
    assert sorted(seen) == [f"試験 {at:03}" for at in range(230)]
    assert column(hr.get(f"{section[1]}?sort=-0").text, "職員番号")[0] == "9000229"
    assert hr.get(f"{section[1]}x").status_code == 404
