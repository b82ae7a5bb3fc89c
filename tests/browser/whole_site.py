"""A small city in which every page has something to show, and the people who see it."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.access.roles import Role
from app.auth import cookie_name
from app.db import db
from app.fiscal_year import FiscalYear
from app.people.directory import load_people
from app.people.employment import Category
from app.people.models import MergeRow
from app.training.models import AttemptRow, CompletionRow
from app.training.runs import RunRow
from tests.browser.amended import amend
from tests.house_client import HouseClient
from tests.people.roster_files import bring, csv_bytes
from tests.people_builder import add_department, hire
from tests.signing_in import enter, give_account, give_operator
from tests.web.hr_city import build_city
from tests.web.learner import COURSE, Learner, link
from tests.web.running import a_run, completed

#: Where each begins; the rest is found by following links.
STARTS = ("/", "/login", "/password", "/check", "/nowhere")


GROUP = {
    "subject": "sns-guideline", "method": "集合", "signed_by": "見本 講師", "evidence_number": "8総人第34号",
    "paper_test": "", "step": "keep",
}  # fmt: skip
#: A roster, the next one in which somebody is missing, and a new number with a name that was there before.
ROSTERS = (
    ["9900001,試験 桃子,シケン モモ,012,正規職員,2024-04-01,,,,",
     "9900002,試験 二郎,シケン ジロウ,012,正規職員,2024-04-01,,,,",
     "9900003,試験 三郎,シケン サブロウ,012,会計年度,2024-04-01,2025-03-31,,,"],
    ["9900001,試験 桃子,シケン モモ,012,正規職員,2024-04-01,,,,",
     "9900004,試験 三郎,シケン サブロウ,012,正規職員,2025-04-01,,,,"],
)  # fmt: skip


@dataclass(frozen=True)
class Visitor:
    """Somebody with a browser: what their cookie holds, and where they begin."""

    name: str
    account: str | None
    starts: tuple[str, ...] = STARTS


def build(app: Flask, folder: Path) -> dict[str, Visitor]:
    """Fill the database and return the visitors by name; ``folder`` takes the amended courses."""
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = HouseClient
    people = build_city()
    add_department("030", "給食センター", position=3)
    today = clock.today()
    completed(people["new"], today - timedelta(days=400))
    a_run(FiscalYear.of(today).year, opens=today - timedelta(days=10), due=today + timedelta(days=60),
          closes=today + timedelta(days=90))  # fmt: skip
    learner = hire("0001001", start=today - timedelta(days=5), category=Category.FISCAL_YEAR_PART)
    done = hire("0001002", start=date(2024, 4, 1))
    head = give_account(people["director"], Role.HEAD, department="020")
    visitors = {
        "stranger": Visitor("stranger", None),
        "learner": Visitor("learner", give_account(learner)),
        "done": Visitor("done", give_account(done)),
        "again": Visitor("again", give_account(people["new"])),
        "head": Visitor("head", head, (*STARTS, "/department/")),
        "hr": Visitor("hr", give_operator("jinji", Role.HR), (*STARTS, "/hr/")),
        "auditor": Visitor("auditor", give_operator("kansa", Role.AUDITOR), (*STARTS, "/hr/")),
        "admin": Visitor("admin", give_operator("kanri", Role.ADMIN), (*STARTS, "/hr/accounts")),
    }
    _learn(signed_in(app, visitors["learner"]), signed_in(app, visitors["done"]))
    amend(app, folder)
    again, leading, office = (signed_in(app, visitors[name]) for name in ("again", "head", "hr"))
    visitors["again"] = replace(visitors["again"], starts=(*STARTS, *_refresh(again)))
    visitors["head"] = replace(visitors["head"], starts=(*STARTS, "/department/", *_lead(leading)))
    visitors["hr"] = replace(visitors["hr"], starts=(*STARTS, "/hr/", *_work(office, people)))
    return visitors


def signed_in(app: Flask, visitor: Visitor) -> FlaskClient:
    """A client with the visitor's session."""
    client = app.test_client()
    if visitor.account is not None:
        enter(client, visitor.account)
    return client


def _learn(beginner: FlaskClient, finisher: FlaskClient) -> None:
    """One stands in the middle of things, the other has completed the course."""
    going = Learner(beginner)
    going.read("1-definition")
    going.take("1-definition", wrong=3)
    going.read("3-scope")
    going.begin("3-scope")
    going.answer(right=False)
    ended = Learner(finisher)
    ended.do_everything()
    ended.confirm()


def _refresh(client: FlaskClient) -> list[str]:
    """The year's test, failed; where its result is to be seen."""
    learner = Learner(client)
    page = learner.post(f"{COURSE}refresher/{db.session.scalars(select(RunRow.id)).one()}/")
    while "data-outcome" not in page:
        page = learner.get(link(learner.answer(right=False), "次へ"))
    return [learner.at]


def _lead(client: FlaskClient) -> list[str]:
    """A 所属長 hands a list in and makes sheets for those to be asked."""
    client.post("/department/group", data={**GROUP, "held_on": clock.today(), "lines": "0000007"})
    made = client.post("/department/reminders/print").location
    return [made] if made and "/prints/" in made else []


def _work(client: FlaskClient, people: dict[str, str]) -> list[str]:
    """HR in the middle of everything; where that is to be seen."""
    today = clock.today()
    for days, lines in zip((2, 1), ROSTERS, strict=True):
        missing = 1 if days == 1 else None
        bring(lines, as_of=today - timedelta(days=days), source="別", accept=missing)
    for number in ("9900011", "9900012"):
        hire(number, "試験 同人", date(2024, 4, 1))
    kept, merged = (p.id for p in load_people() if p.name == "試験 同人")
    client.post(f"/hr/people/{kept}/merge/{merged}", data={"reason": "同じ人"})
    file = csv_bytes(
        f"99{at:05},試験 {at},シケン,012,正規職員,2024-04-01,,本務,在職," for at in range(100, 250)
    )
    staged = client.post("/hr/roster", data={"roster": (io.BytesIO(file), "名簿.csv"), "source": "新"})
    fixed = client.post("/hr/report/fixed", data={"subject": "sns-guideline", "as_of": today})
    paper = client.post("/hr/group/tests", data={**GROUP, "held_on": today, "questions": "5"})
    sheets = client.post("/hr/reminders/print")
    client.post("/hr/amendments/asked", data={"opened_on": today, "due": today + timedelta(days=30)})
    refreshed = db.session.scalars(select(AttemptRow.id).where(AttemptRow.run_id != "")).one()
    return [
        *(answer.location for answer in (staged, fixed, paper, sheets)),
        f"/hr/people/{people['new']}/merge/{people['gone']}",
        f"/hr/evidence/{refreshed}",
        f"/hr/merges/{db.session.scalars(select(MergeRow.id)).one()}/split",
        f"/hr/completions/{db.session.scalars(select(CompletionRow.serial).limit(1)).one()}/annul",
        "/hr/reminders/kinds/not-started",
    ]


def cookies(client: FlaskClient, url: str) -> list[dict[str, str]]:
    """The client's cookies, for a browser."""
    names = (cookie_name(), "kenshu_form")
    found = ((name, client.get_cookie(name)) for name in names)
    return [{"name": name, "value": cookie.value, "url": url} for name, cookie in found if cookie]
