"""A small city in which every page has something to show, and the people who see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.access.roles import Role
from app.auth import cookie_name
from app.fiscal_year import FiscalYear
from app.people.employment import Category
from tests.house_client import HouseClient
from tests.people_builder import add_department, hire
from tests.signing_in import enter, give_account, give_operator
from tests.web.hr_city import build_city
from tests.web.learner import Learner
from tests.web.running import a_run, completed

#: Where each begins; the rest is found by following links.
STARTS = ("/", "/login", "/password", "/check", "/nowhere")


@dataclass(frozen=True)
class Visitor:
    """Somebody with a browser: what their cookie holds, and where they begin."""

    name: str
    account: str | None
    starts: tuple[str, ...] = STARTS


def build(app: Flask) -> dict[str, Visitor]:
    """Fill the database and return the visitors by name."""
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


def cookies(client: FlaskClient, url: str) -> list[dict[str, str]]:
    """The client's cookies, for a browser."""
    names = (cookie_name(), "kenshu_form")
    found = ((name, client.get_cookie(name)) for name in names)
    return [{"name": name, "value": cookie.value, "url": url} for name, cookie in found if cookie]


