"""Opening this year's run changes nothing of last year's: its report, its files, its pages."""

from __future__ import annotations

import io
import re
from datetime import date

import openpyxl
import pytest
from flask.testing import FlaskClient

from app.access.roles import Role
from tests.signing_in import enter, sign_in
from tests.web.hr_city import build_city
from tests.web.running import a_run, completed

LAST = "sns-guideline-2025"
OF_LAST_YEAR = f"run={LAST}&as_of=2026-03-31"
FORMS = ("person", "department", "category", "authority")
#: The report as HR sees it, its files, what stands behind it; the course's own report of that day.
OF_HR = (
    *(f"/hr/report?by={form}&{OF_LAST_YEAR}" for form in FORMS),
    *(f"/hr/report.{kind}?by={form}&bare=1&{OF_LAST_YEAR}" for form in FORMS for kind in ("csv", "xlsx")),
    f"/hr/report/denominators?{OF_LAST_YEAR}", f"/hr/report/unfinished?{OF_LAST_YEAR}", f"/hr/years/{LAST}",
    "/hr/report.csv?by=person&bare=1&as_of=2026-03-31", "/hr/report.xlsx?by=person&bare=1&as_of=2026-03-31",
)  # fmt: skip


@pytest.fixture
def hr(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> tuple[FlaskClient, str, str]:
    """Somebody of HR who passed last year's run (and its serial), on 1 June 2026."""
    monkeypatch.setenv("KENSHU_NOW", "2026-06-01T12:00")
    people = build_city()
    a_run(2025)
    serial = completed(people["hr"], date(2025, 7, 1), LAST)
    completed(people["head"], date(2025, 8, 20), LAST)
    account = sign_in(client, people["hr"], Role.HR)
    return client, account, serial


def test_opening_this_years_run_changes_nothing_of_last_years(hr: tuple[FlaskClient, str, str]) -> None:
    client, account, serial = hr
    pages = (*OF_HR, f"/courses/sns-guideline/refresher/{LAST}/", f"/certificates/{serial}")
    before = {page: shown(client, page) for page in pages}
    assert "令和8年度" not in client.get("/").text
    a_run(2026)
    enter(client, account)
    assert "令和8年度" in client.get("/").text
    for page in pages:
        assert shown(client, page) == before[page], page


def shown(client: FlaskClient, page: str) -> object:
    """What a page or file says of the year, to the last letter.

    Left out: the choices on top (they offer every run), the value of the evidence chain (it grows with every
    look), the moment a workbook was written.
    """
    answer = client.get(page)
    assert answer.status_code == 200, page
    if ".csv" in page:
        return answer.data
    if ".xlsx" in page:
        table = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
        return [[(cell.value, cell.number_format) for cell in row] for row in table.iter_rows()]
    main = answer.text[answer.text.index("<main") : answer.text.index("</main>")]
    return re.sub(r'<form[^>]*filters.*?</form>|<p class="evidence-value">.*?</p>', "", main, flags=re.DOTALL)
