"""The 手引 HR writes: a learner reads hers, a 所属長 theirs."""

from __future__ import annotations

from flask.testing import FlaskClient

from app.access.roles import Role
from tests.people_builder import add_department, hire
from tests.signing_in import sign_in


def test_a_learner_reads_her_handbook_from_her_own_page(client: FlaskClient) -> None:
    add_department("01", "総務部")
    sign_in(client, hire("0000001", department="01"))
    assert "/guide/learners" in client.get("/").text
    page = client.get("/guide/learners").text
    assert "<h1>受講の手引</h1>" in page
    assert "{{" not in page
    assert client.get("/guide/heads").status_code == 403


def test_a_head_reads_theirs_from_the_page_of_the_department(client: FlaskClient) -> None:
    add_department("01", "総務部")
    sign_in(client, hire("0000001", department="01"), Role.HEAD, department="01")
    assert "/guide/heads" in client.get("/department/").text
    page = client.get("/guide/heads").text
    assert "<h1>所属長の手引</h1>" in page
    assert "{{" not in page
