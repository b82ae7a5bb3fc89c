"""What another site sends is refused, whatever token it brought; a browser that says nothing is not."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.people_builder import hire
from tests.signing_in import sign_in

RUBY = {"ruby": "on"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://example.com"},
        {"Origin": "http://localhost.example.com"},
        {"Origin": "http://["},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_site_changes_nothing(client: FlaskClient, headers: dict[str, str]) -> None:
    sign_in(client, hire("0000001"))
    assert client.post("/showing", data=RUBY, headers=headers).status_code == 400
    assert "ふりがなを消す" not in client.get("/").text


@pytest.mark.parametrize("headers", [{}, {"Origin": "null"}, {"Origin": "http://localhost:8080"}])
def test_our_own_pages_and_silent_browsers_may(client: FlaskClient, headers: dict[str, str]) -> None:
    sign_in(client, hire("0000001"))
    assert client.post("/showing", data=RUBY, headers=headers).status_code == 303
    assert "ふりがなを消す" in client.get("/").text


@pytest.mark.parametrize("referrer", ["http://[", "http://[::1", "//"])
def test_an_address_nobody_can_read_is_no_mistake_of_ours(client: FlaskClient, referrer: str) -> None:
    answer = client.post("/login", data={"number": "1", "password": "x"}, headers={"Referer": referrer})
    assert answer.status_code == 401
    path = f"/courses/sns-guideline/1-definition/quiz/{'0' * 32}/1"
    assert client.post(path, data={"choice": "0"}, headers={"Referer": referrer}).status_code in (303, 400)
