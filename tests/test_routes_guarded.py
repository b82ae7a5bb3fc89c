"""Every page is private unless it says @public, and nothing changes by a GET."""

from __future__ import annotations

import re
from datetime import date

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app.access.policy import POLICY, Reach, Right, holders
from app.access.roles import Role
from app.auth import is_public, right_of
from tests.people_builder import add_appointment, add_person
from tests.signing_in import enter, give_account, give_operator

#: Everything a stranger may open; a page added here is a decision.
OPEN = {
    "static",
    "health.healthz",
    "account.login",
    "account.enter",
    "account.logout",
    "check.index",
    "showing.switch",
}


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def address(rule: Rule) -> str:
    """The rule's address with something put in for each of its parts."""
    return re.sub(r"<[^>]+>", "1", rule.rule)


def test_only_the_listed_pages_are_public(app: Flask) -> None:
    public = {
        rule.endpoint for rule in rules(app) if "public" in app.view_functions[rule.endpoint].__dict__
    } | {"static"}
    assert public == OPEN


def test_a_stranger_is_sent_to_the_sign_in_page(app: Flask, client: FlaskClient) -> None:
    for rule in rules(app):
        if rule.endpoint in OPEN:
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = client.open(address(rule), method=method)
            assert answer.status_code == 303, f"{method} {rule.rule}"
            assert answer.headers["Location"].startswith("/login"), f"{method} {rule.rule}"


def test_a_view_changes_things_or_shows_them(app: Flask) -> None:
    for rule in rules(app):
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        assert methods in ({"GET"}, {"POST"}), f"{rule.endpoint}: {methods}"


def test_every_private_page_names_its_right(app: Flask) -> None:
    for rule in rules(app):
        if not is_public(rule.endpoint):
            assert right_of(rule.endpoint) in POLICY, f"{rule.endpoint}: @requires(Right...) above the view"


def test_a_page_that_names_no_right_is_closed_to_everybody(app: Flask, client: FlaskClient) -> None:
    app.view_functions["home.index"].__dict__.pop("right")
    for login, role in (("a", Role.HR), ("b", Role.ADMIN), ("c", Role.AUDITOR)):
        enter(client, give_operator(login, role))
        assert client.get("/").status_code == 403
    app.view_functions["home.index"].__dict__["right"] = Right.OWN_ACCOUNT


def test_an_address_tells_who_may(app: Flask) -> None:
    """Said a second time, in a few words, so that a right at the wrong page is seen."""
    office, seeing = {Role.HR, Role.AUDITOR, Role.ADMIN}, {Right.SEE_RECORDS, Right.SEE_CERTIFICATE}
    for rule in rules(app):
        if is_public(rule.endpoint):
            continue
        right = right_of(rule.endpoint)
        assert right is not None
        may = holders(right)
        if rule.rule.startswith("/hr/"):
            assert may <= office, rule.rule
            if "POST" in (rule.methods or set()):
                assert Role.AUDITOR not in may or right is Right.VERIFY, rule.rule
        elif rule.rule.startswith("/department/"):
            assert set(POLICY[right].items()) == {(Role.HEAD, Reach.BELOW)}, rule.rule
        elif rule.rule.startswith("/courses/"):
            assert right in (Right.READ_COURSES, Right.TAKE_COURSES), rule.rule
        if "POST" in (rule.methods or set()):
            assert right not in {*seeing, Right.READ_COURSES}, rule.rule


def test_every_page_asks_every_role(app: Flask, client: FlaskClient) -> None:
    """The whole matrix: whoever the table does not name gets 403, whoever it names does not."""
    learner = add_person()
    add_appointment(learner, "0000001", date(2020, 4, 1))
    for role in Role:
        account = give_account(learner) if role is Role.LEARNER else give_operator(f"{role}-1", role)
        enter(client, account)
        for rule in rules(app):
            if is_public(rule.endpoint):
                continue
            right = right_of(rule.endpoint)
            assert right is not None
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                refused = client.open(address(rule), method=method).status_code == 403
                assert refused == (role not in holders(right)), f"{role} {method} {rule.rule}"
