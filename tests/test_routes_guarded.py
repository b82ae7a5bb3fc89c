"""Every page is private unless it says @public, and nothing changes by a GET."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app.access.roles import Role

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


def test_hr_and_department_pages_name_their_roles(app: Flask) -> None:
    for rule in rules(app):
        roles = app.view_functions[rule.endpoint].__dict__.get("roles", frozenset())
        if rule.rule.startswith("/hr/"):
            assert roles and roles <= {Role.HR, Role.AUDITOR, Role.ADMIN}, rule.rule
        if rule.rule.startswith("/department/"):
            assert roles and Role.LEARNER not in roles, rule.rule
