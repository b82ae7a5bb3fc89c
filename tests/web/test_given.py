"""Numbers and days in addresses that nothing can hold are answered like any that aren't there."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.web.hr_city import TODAY

BEYOND = [str(2**31), str(2**63), "9" * 25]
TEST = "/courses/sns-guideline/1-definition/quiz/nobodys"


@pytest.mark.parametrize("number", BEYOND)
def test_a_stranger_names_a_number_no_table_holds(client: FlaskClient, number: str) -> None:
    from_here = {"Origin": "http://localhost"}
    form = {"choice": "0", "csrf_token": "any"}
    assert client.post(f"{TEST}/{number}", data=form, headers=from_here).status_code == 404
    held = client.post(f"{TEST}/1?step={number}", data=form, headers=from_here)
    assert held.headers["Location"].startswith("/login")


@pytest.mark.parametrize("number", BEYOND)
@pytest.mark.parametrize(
    "address", ["/hr/merges/{}/split", "/hr/decisions/due/withdraw", "/hr/heads/{}/withdraw"]
)
def test_hr_names_one(hr: FlaskClient, address: str, number: str) -> None:
    assert hr.post(address.format(number), data={"id": number}).status_code == 404


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_no_fiscal_year_is_around_is_today(hr: FlaskClient, day: str) -> None:
    page = hr.get(f"/hr/report?as_of={day}")
    assert page.status_code == 200
    assert f"{day}" in page.text
    assert TODAY.isoformat() in page.text
