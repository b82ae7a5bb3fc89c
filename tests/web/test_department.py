"""A 所属長 looks at the people of the 所属 and all below it."""

from __future__ import annotations

from flask.testing import FlaskClient

from app.access.roles import Role
from tests.signing_in import enter, give_operator, sign_in
from tests.web.running import a_run


def shown(client: FlaskClient, query: str = "") -> str:
    response = client.get(f"/department/{query}")
    assert response.status_code == 200
    return response.get_data(as_text=True).split("<main", 1)[1]


def test_a_head_sees_their_own_and_all_below(client: FlaskClient, people: dict[str, str]) -> None:
    sign_in(client, people["director"])
    html = shown(client)
    assert "見本 部長" in html
    assert "試験 先生" in html
    assert "髙橋" not in html


def test_states_only_no_scores_and_no_reason(client: FlaskClient, people: dict[str, str]) -> None:
    sign_in(client, people["late"], Role.HEAD, department="010")
    html = shown(client)
    assert "修了" in html
    assert "猶予" in html
    for hidden in ("90", "得点:", "休職", "2023-09-20"):
        assert hidden not in html.replace("得点や解答は", "")


def test_who_serves_besides_is_marked_and_counted_in_nothing(
    client: FlaskClient, people: dict[str, str]
) -> None:
    sign_in(client, people["late"], Role.HEAD, department="012")
    html = shown(client)
    assert "見本 部長" in html
    assert "兼務" in html
    assert "対象者 2人、修了 0人、未修了 2人、猶予 1人" in html
    only = shown(client, "?show=unfinished")
    assert "見本 部長" not in only
    assert "試験 新人" in only


def test_who_is_late_comes_first_with_how_far_they_are(client: FlaskClient, people: dict[str, str]) -> None:
    sign_in(client, people["head"], Role.HEAD, department="012")
    html = shown(client)
    assert html.index("髙橋 﨑子") < html.index("試験 新人")
    assert html.count("まだログインしていません") == 2
    assert "令和8年" in html
    assert html.index("未修了の人に受講をお願いする") < html.index("<table")


def test_a_years_run_can_be_looked_at_as_well(client: FlaskClient, people: dict[str, str]) -> None:
    run = a_run()
    sign_in(client, people["head"], Role.HEAD, department="011")
    page = shown(client)
    assert run.title in page
    assert f"run={run.id}" in page
    looked_at = shown(client, f"?run={run.id}")
    assert f'aria-current="page">{run.title}</a>' in looked_at
    assert f'<p class="lead print-only">{run.title}</p>' in looked_at


def test_a_learner_hr_without_a_department_and_a_stranger_are_refused(
    client: FlaskClient, people: dict[str, str]
) -> None:
    assert client.get("/department/").status_code == 303
    sign_in(client, people["late"])
    assert client.get("/department/").status_code == 403
    enter(client, give_operator("office", Role.HR))
    assert client.get("/department/").status_code == 403
