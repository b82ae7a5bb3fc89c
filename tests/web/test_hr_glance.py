"""HR's first page: every number and rate leads to its people, in the run chosen; the year before stays."""

from __future__ import annotations

import re
from datetime import date, datetime
from html import unescape
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient

from app.clock import JST
from app.people import merging
from app.reports.kept import forget
from app.training.annulling import annul
from app.training.decision import ANNULMENT_REASONS
from tests.web.hr_city import complete
from tests.web.running import a_run

LATER = datetime(2026, 6, 1, 11, 0, tzinfo=JST)


def links(html: str, path: str) -> list[dict[str, list[str]]]:
    """The queries of all links to a page."""
    found = [urlsplit(unescape(href)) for href in re.findall(r'href="([^"]*)"', html)]
    return [parse_qs(one.query) for one in found if one.path == path]


def test_every_link_to_a_report_keeps_the_run_chosen(hr: FlaskClient) -> None:
    run = a_run().id
    main = hr.get(f"/hr/?run={run}").get_data(as_text=True).split("<main")[1]
    for path in ("/hr/report", "/hr/report/unfinished", "/hr/report/denominators", "/hr/changes"):
        asked = links(main, path)
        assert asked or path == "/hr/report/unfinished"
        assert all(query.get("run") == [run] for query in asked), path


def test_a_number_of_a_bar_leads_to_so_many_people_and_a_rate_to_its_denominator(hr: FlaskClient) -> None:
    html = hr.get("/hr/").get_data(as_text=True)
    bars = re.findall(r'<table class="table table-condensed bars bars-people">.*?</table>', html, re.S)
    numbers = re.findall(r'href="(/hr/report\?[^"]*state=[^"]*)">([\d,]+)<', "".join(bars))
    assert len(numbers) > 5
    for href, number in numbers:
        listed = hr.get(unescape(href)).get_data(as_text=True)
        assert f"<strong>{number}人</strong>" in listed, href
    rates = re.findall(r'href="(/hr/report/denominators\?[^"]*)">([\d.]+)%<', "".join(bars))
    assert rates
    for href, rate in rates:
        page = hr.get(unescape(href)).get_data(as_text=True)
        rows = [re.sub(r"<[^>]*>", " ", row).split() for row in re.findall(r"<tr>.*?</tr>", page, re.S)]
        sums = {row[0]: int(row[-1]) for row in rows if row and row[-1].isdecimal()}
        assert f"{sums['修了'] * 1000 // sums['対象者数'] / 10:.1f}" == rate


def test_methods_stand_apart_in_time_and_late(hr: FlaskClient) -> None:
    html = hr.get("/hr/").get_data(as_text=True)
    (table,) = re.findall(r'<h2 id="methods">.*?</table>', html, re.S)
    rows = [re.sub(r"<[^>]*>", " ", row).split() for row in re.findall(r"<tr>.*?</tr>", table, re.S)]
    assert rows[1:] == [["eラーニング", "1", "1", "2"], ["合計", "1", "1", "2"]]


def test_a_method_and_a_department_with_late_people_lead_to_them(hr: FlaskClient) -> None:
    html = hr.get("/hr/").get_data(as_text=True)
    (methods,) = re.findall(r'<h2 id="methods">.*?</table>', html, re.S)
    (attention,) = re.findall(r'<h2 id="attention">.*?</table>', html, re.S)
    numbers = re.findall(r'href="(/hr/report\?[^"]*state=[^"]*)">([\d,]+)<', methods + attention)
    assert len(numbers) == 3 + 3 + 2
    for href, number in numbers:
        listed = hr.get(unescape(href)).get_data(as_text=True)
        assert f"<strong>{number}人</strong>" in listed, href
    assert "受講方法 eラーニング" in hr.get("/hr/report?by=person&method=eラーニング").get_data(as_text=True)


def test_a_department_with_others_below_is_counted_alone_and_its_numbers_lead_nowhere(
    hr: FlaskClient,
) -> None:
    """The report of such a one holds those below, too: other numbers."""
    html = hr.get("/hr/").get_data(as_text=True)
    (attention,) = re.findall(r'<h2 id="attention">.*?</table>', html, re.S)
    rows = {row.count("state="): row for row in re.findall(r"<tr><th scope=\"row\".*?</tr>", attention, re.S)}
    assert "行政管理課" in rows[2] and "教育部" in rows[0]


def test_the_year_before_is_drawn_as_it_was_known(hr: FlaskClient, people: dict[str, str]) -> None:
    serial = complete(people["late"], date(2025, 5, 1))
    before = last_row(hr)
    assert before[-2:] == ["60.0", "50.0"]
    annul(serial, next(iter(ANNULMENT_REASONS)), "1号", "人事", LATER)
    forget()
    assert last_row(hr)[-2:] == ["40.0", "50.0"]


def last_row(hr: FlaskClient) -> list[str]:
    html = hr.get("/hr/").get_data(as_text=True)
    *_, last = re.findall(r'<th scope="row" class="date">(.*?)</tr>', html)
    return re.sub(r"<[^>]*>", " ", last).split()


def test_what_was_annulled_and_merged_this_week_can_be_opened(
    hr: FlaskClient, people: dict[str, str]
) -> None:
    serial = complete(people["late"], date(2026, 5, 1))
    annul(serial, next(iter(ANNULMENT_REASONS)), "1号", "人事", LATER)
    merging.merge(people["late"], people["gone"], "同じ人", "人事", LATER)
    html = hr.get("/hr/").get_data(as_text=True)
    assert 'href="/hr/changes#annulled">1</a>' in html and 'href="/hr/changes#merged">1</a>' in html
    listed = hr.get("/hr/changes").get_data(as_text=True)
    for place, href in (("annulled", f"/hr/completions/{serial}/annul"), ("merged", "/hr/people/")):
        (found,) = re.findall(rf'id="{place}">.*?<li><a href="({href}[^"]*)"', listed, re.S)
        assert hr.get(found).status_code == 200
