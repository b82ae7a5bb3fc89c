"""HR, the auditor, a head and a learner ask for the report."""

from __future__ import annotations

import csv
import io
import re
import time
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import openpyxl
import pytest
from flask.testing import FlaskClient

from app.access.roles import Role
from app.clock import JST
from app.db import begin_writing, db
from app.people.models import DepartmentRow, RosterImportRow
from tests.people_builder import RECORDED, add_appointment, add_department, add_person, hire
from tests.signing_in import enter, give_operator, sign_in
from tests.web.hr_city import COUNTS, keep
from tests.web.running import completed

FORMS = ("person", "department", "category", "authority")


class Table(HTMLParser):
    """The cells of #report and the addresses in them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[tuple[str, str]]] = []
        self._in = self._cell = False
        self._text, self._href = "", ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "table":
            self._in = values.get("id") == "report"
        if self._in and tag == "tr":
            self.rows.append([])
        if self._in and tag in ("td", "th"):
            self._cell, self._text, self._href = True, "", ""
        if self._cell and tag == "a":
            self._href = values.get("href") or ""

    def handle_data(self, data: str) -> None:
        if self._cell:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if self._in and tag in ("td", "th"):
            self.rows[-1].append((" ".join(self._text.split()), self._href))
            self._cell = False
        if tag == "table":
            self._in = False


def page(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.status
    return response.get_data(as_text=True)


def found(html: str) -> int:
    match = re.search(r'id="found"><strong>([\d,]+)人</strong>', html)
    assert match
    return int(match[1].replace(",", ""))


@pytest.mark.parametrize("form", FORMS[1:])
def test_every_form_adds_up_to_the_city(hr: FlaskClient, form: str) -> None:
    table = Table(page(hr, f"/hr/report?by={form}"))
    names = [text for text, _href in table.rows[0]]
    total = dict(zip(names, [text for text, _href in table.rows[-1]], strict=True))
    assert {name: total[name] for name in COUNTS} == {name: str(value) for name, value in COUNTS.items()}


def test_the_servers_time_zone_changes_no_byte(hr: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """One completes in the last second of a day in Japan, another in the first of the next."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system knows no tzset")
    turn = datetime(2026, 5, 31, 15, tzinfo=UTC)
    for number, at in (("0009001", turn - timedelta(seconds=1)), ("0009002", turn)):
        completed(hire(number, start=date(2020, 4, 1)), at.astimezone(JST).date(), at=at)
    files = set()
    with monkeypatch.context() as patch:
        for zone in ("UTC", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati"):
            patch.setenv("TZ", zone)
            time.tzset()
            files.add(hr.get("/hr/report.csv?by=person&bare=1&as_of=2026-06-30").get_data())
    time.tzset()
    assert len(files) == 1
    days = {
        row["職員番号"]: row["修了日"] for row in csv.DictReader(io.StringIO(files.pop().decode("utf-8-sig")))
    }
    assert days["0009001"] == "2026-05-31" and days["0009002"] == "2026-06-01"


@pytest.mark.parametrize("form", FORMS[1:])
@pytest.mark.parametrize(
    "filters", ["", "&state=overdue", "&department=010", "&duty_year=2026", "&category=正規職員"]
)
def test_each_number_leads_to_exactly_the_people_behind_it(hr: FlaskClient, form: str, filters: str) -> None:
    table = Table(page(hr, f"/hr/report?by={form}{filters}"))
    checked = 0
    for row in table.rows[1:]:
        for text, href in row:
            if href:
                assert found(page(hr, href)) == int(text), href
                checked += 1
    assert checked > 5


@pytest.mark.parametrize("form", FORMS)
def test_csv_xlsx_and_page_say_the_same(hr: FlaskClient, form: str) -> None:
    raw = hr.get(f"/hr/report.csv?by={form}").get_data()
    assert raw.startswith(b"\xef\xbb\xbf# ")
    assert raw.count(b"\r\n") == raw.count(b"\n")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig").split("\r\n", 1)[1])))
    book = openpyxl.load_workbook(io.BytesIO(hr.get(f"/hr/report.xlsx?by={form}").get_data()))
    table = book.worksheets[0]
    cells = [["" if c is None else str(c) for c in row] for row in table.iter_rows(values_only=True)]
    assert cells == [[re.sub(r"\.0$", "", c) if c != "100.0" else "100" for c in row] for row in rows]
    assert "基準日" in str(book.worksheets[1]["A3"].value) + str(book.worksheets[1]["A4"].value)
    if form != "person":
        shown = [[text for text, _href in row] for row in Table(page(hr, f"/hr/report?by={form}")).rows]
        assert shown == rows


def test_by_person_has_the_columns_in_order(hr: FlaskClient) -> None:
    text = hr.get("/hr/report.csv?by=person&bare=1").get_data().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert ",".join(rows[0]) == (
        "年度,基準日,研修,職員番号,氏名,フリガナ,所属コード,所属名,任命権者,職員区分,適用区分,受講区分,義務年度,期限,状況,"
        "修了日,期限内,得点,受講方法,ガイドラインの版"
    )
    assert [r["職員番号"] for r in rows][:3] == ["0000001", "0000002", "0000003"]
    by_number = {r["職員番号"]: r for r in rows}
    assert by_number["0000002"]["期限内"] == "期限後"
    assert by_number["0000001"]["得点"] == "90"
    assert by_number["0000005"]["期限"] == ""
    assert by_number["0000008"]["所属名"] == "所属なし"
    assert by_number["0000007"]["状況"] == "対象外"


def test_the_same_filters_choose_page_and_files(hr: FlaskClient) -> None:
    address = "by=person&state=overdue&department=010"
    assert found(page(hr, f"/hr/report?{address}")) == 1
    text = hr.get(f"/hr/report.csv?{address}").get_data().decode("utf-8-sig")
    assert text.split("\r\n")[0].count("所属: 総務部") == 1
    assert len(text.strip().split("\r\n")) == 3


def test_a_report_of_an_earlier_day_names_departments_as_they_were(hr: FlaskClient) -> None:
    begin_writing()
    db.session.query(DepartmentRow).filter_by(code="012").update({"valid_from": date(2026, 4, 1)})
    db.session.commit()
    add_department("012", "総務課", parent="010", position=2, valid_to=date(2026, 3, 31))
    assert "総務課" in page(hr, "/hr/report?by=department&as_of=2026-03-31")
    assert "総務課" not in page(hr, "/hr/report?by=department&as_of=2026-04-01")


def test_who_left_is_told_under_the_table(hr: FlaskClient) -> None:
    assert re.search(r"期中退職者: 1人\(うち未修了 1人\)", page(hr, "/hr/report"))


def test_a_missing_april_roster_is_said_first(hr: FlaskClient) -> None:
    add_appointment(add_person("試験 年度"), "0000020", date(2025, 4, 1), date(2026, 3, 31), department="012")
    html = page(hr, "/hr/report")
    notice = "4月1日付け名簿 未反映:1人"
    assert notice in html
    assert html.index(notice) < html.index("<h1")
    assert hr.get("/hr/report.csv").get_data().decode("utf-8-sig").startswith(f"# 注意: {notice} / ")
    keep(RosterImportRow(source="職員", as_of=date(2026, 4, 1), kind="roster", imported_at=RECORDED))
    assert notice not in page(hr, "/hr/report")


def test_a_character_cp932_lacks_is_named(hr: FlaskClient) -> None:
    raw = hr.get("/hr/report.csv?by=person&encoding=cp932").get_data()
    assert "髙橋 﨑子" in raw.decode("cp932")
    add_appointment(add_person("𠮷田 試験"), "0000021", date(2026, 4, 1))
    response = hr.get("/hr/report.csv?by=person&encoding=cp932", follow_redirects=True)
    assert "𠮷(U+20BB7" in response.get_data(as_text=True)


def test_the_list_for_heads_has_one_sheet_a_department_and_no_reason(hr: FlaskClient) -> None:
    html = page(hr, "/hr/report/unfinished")
    assert html.count('class="sheet paper"') == 2
    assert html.index("行政管理課") < html.index("教育部")
    assert "猶予" in html
    assert "見本 一郎" not in html.split("<main", 1)[1]


def test_the_report_to_the_council_compares_with_a_month_before(hr: FlaskClient) -> None:
    html = page(hr, "/hr/report/council")
    assert "2026-05-01" in html
    assert "前回比" in html


@pytest.mark.parametrize(
    "query", ["as_of=x", "by=nonsense", "department=999", "page=99&by=person", "year=2025&duty_year=x"]
)
def test_an_address_somebody_mistyped_still_answers(hr: FlaskClient, query: str) -> None:
    page(hr, f"/hr/report?{query}")


@pytest.mark.parametrize(
    "address",
    ["/hr/report", "/hr/report.csv", "/hr/report.xlsx", "/hr/report/unfinished", "/hr/report/council"],
)
def test_a_head_a_learner_and_a_stranger_are_refused(
    client: FlaskClient, people: dict[str, str], address: str
) -> None:
    assert client.get(address).status_code == 303
    for name in ("head", "late"):
        sign_in(client, people[name])
        assert client.get(address).status_code == 403
    enter(client, give_operator("audit", Role.AUDITOR))
    assert client.get(address).status_code == 200
