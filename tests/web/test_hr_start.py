"""The way from an empty site to the first report."""

from __future__ import annotations

import io
import re

import pytest
from flask.testing import FlaskClient

from app.access.roles import Role
from app.reports.first_steps import Beginning, Step
from app.reports.tasks import LastRoster, Tasks
from tests.people_builder import RECORDED
from tests.signing_in import enter, give_operator
from tests.web.hr_city import TODAY
from tests.web.learner import Learner

ROSTER = (LastRoster("職員", TODAY, RECORDED, "人事"),)
FILE = """職員番号,氏名,所属コード,所属名,職員区分,任用開始日
0000101,見本 髙子,0101,行政管理課,正規職員,2019/4/1
"""


def standing(people: int = 0, heads: int = 0, begun: bool = False, reported: bool = False, absent: int = 0,
             without_account: int = 0, departments: int = 0,
             rosters: tuple[LastRoster, ...] = ()) -> Beginning:  # fmt: skip
    waiting = Tasks(absent, 0, without_account, 0, departments, rosters)
    return Beginning(people, heads, waiting, begun, reported)


@pytest.mark.parametrize(
    ("found", "done", "following"),
    [
        (standing(), "", Step.CITY),
        (standing(departments=3), "city departments", Step.ROSTER),
        (standing(people=1, without_account=1), "city", Step.DEPARTMENTS),  # somebody added by hand
        (standing(departments=3, people=9, rosters=ROSTER, absent=1, without_account=9),
         "city departments roster", Step.QUESTIONS),
        (standing(departments=3, people=9, rosters=ROSTER, without_account=1),
         "city departments roster questions", Step.SLIPS),
        (standing(departments=3, people=9, rosters=ROSTER),
         "city departments roster questions slips", Step.OPEN),
        (standing(departments=3, people=9, rosters=ROSTER, begun=True),
         "city departments roster questions slips open", Step.REPORT),
        (standing(departments=3, people=9, rosters=ROSTER, begun=True, reported=True), " ".join(Step), None),
        # People who come later are everyday work: the way stays walked.
        (standing(departments=3, people=9, rosters=ROSTER, begun=True, reported=True, absent=1,
                  without_account=2), " ".join(Step), None),
    ],
)  # fmt: skip
def test_each_step_is_read_from_what_happened(found: Beginning, done: str, following: Step | None) -> None:
    assert found.done == {Step(name) for name in done.split()}
    assert found.next == following


def test_what_comes_anew_is_said_and_no_silent_step_back() -> None:
    new = standing(departments=3, people=9, rosters=ROSTER, begun=True, without_account=2)
    assert (new.next, new.fell_back) == (Step.SLIPS, True)
    assert not standing(departments=3, people=9, rosters=ROSTER, without_account=2).fell_back


def next_step(html: str) -> str:
    """The title of the step the page leads to."""
    found = re.search(r'aria-current="step">.*?<h2>(.*?) <span', html, re.DOTALL)
    return found[1] if found else ""


def test_from_an_empty_site_to_the_first_report(client: FlaskClient) -> None:
    enter(client, give_operator("first", Role.HR))
    html = client.get("/hr/start").text
    assert next_step(html) == "市の設定を確かめる" and 'href="/hr/roster"' in html
    assert "course.toml の introduced" in html and "2023年9月11日" in html.replace("令和5年", "2023年")

    staged = client.post("/hr/roster", data={"roster": (io.BytesIO(FILE.encode()), "名簿.csv")}).location
    digest = re.search(r'name="digest" value="([^"]+)"', client.get(staged).text)
    assert digest and client.post(staged, data={"digest": digest[1]}).status_code == 303
    assert next_step(client.get("/hr/start").text) == "ログイン票を作って渡す"

    # A report taken early leaves the way where it is.
    client.get("/hr/report.csv")
    assert ">はじめに</a>" in client.get("/hr/report").text

    slips = client.post("/hr/slips", data={"output": "csv"}).text.splitlines()
    assert next_step(client.get("/hr/start").text) == "受講を始めてもらう"

    cook = client.application.test_client()
    words = slips[1].split(",")
    cook.post("/login", data={"number": words[0], "password": words[3]})
    new = {"new": "さくら咲くころの散歩道", "again": "さくら咲くころの散歩道"}
    assert cook.post("/password", data=new).status_code == 303
    Learner(cook).read("1-definition")
    assert "最初の報告まで終わりました" in client.get("/hr/start").text
    assert ">はじめに</a>" not in client.get("/hr/report").text


def test_the_auditor_reads_the_steps_and_is_led_nowhere(client: FlaskClient) -> None:
    enter(client, give_operator("audit", Role.AUDITOR))
    main = client.get("/hr/start").text.partition("<main")[2]
    assert next_step(main) == "市の設定を確かめる"
    assert 'href="/hr/roster"' not in main and 'href="/hr/accounts"' not in main
