"""HR's pages in English: values, headings and names speak the page's language; the files stay Japanese."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.roles import Role
from app.fiscal_year import FiscalYear
from app.web import shown
from tests.signing_in import enter, give_operator
from tests.web.hr_city import build_city


@pytest.fixture
def office(client: FlaskClient) -> FlaskClient:
    """HR, reading English, in a city of a few people."""
    build_city()
    enter(client, give_operator("jinji", Role.HR))
    client.post("/showing", data={"lang": "en"})
    return client


def test_the_report_has_english_headings_on_screen_and_japanese_ones_in_the_file(office: FlaskClient) -> None:
    page = office.get("/hr/report?by=person").text
    head = re.search(r"<thead>.*?</thead>", page, re.DOTALL)
    assert head and "Staff category" in head[0] and "職員区分" not in re.sub(r"<[^>]*>", "", head[0])
    assert "permanent employees" in page and "Completion rate (%) =" in page
    assert "職員区分" in office.get("/hr/report.csv?by=person").get_data(as_text=True)


def test_a_course_and_a_day_are_named_in_english(office: FlaskClient) -> None:
    page = office.get("/hr/").text
    assert "Training on the Guideline" in page and "ソーシャルメディア利用ガイドライン研修" not in page
    assert "as of " in page and "as of now" not in page


def test_no_cell_holds_the_head_of_the_catalogue(office: FlaskClient) -> None:
    """An empty value has no translation: the catalogue keeps its own head under the empty text."""
    for path in ("/hr/report?by=person", "/hr/report", "/hr/people", "/hr/"):
        assert "Content-Type: text/plain" not in office.get(path).text


def test_a_fiscal_year_is_short_in_english(app: Flask) -> None:
    year = FiscalYear.of(date(2026, 4, 1))
    with app.test_request_context("/"):
        assert (shown.fiscal_year(year), shown.word("正規職員")) == ("令和8年度", "正規職員")
