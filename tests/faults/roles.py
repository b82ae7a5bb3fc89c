"""Every address as every role, with other people's objects: nobody gets a page or an object not theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from werkzeug.routing import Rule

from app.access.models import AccountRow, RoleGrantRow
from app.access.policy import reach
from app.access.roles import Role
from app.db import begin_writing, db
from tests.faults.browser import Browser, Page
from tests.faults.ground import RECORDED, Ground, Person
from tests.faults.server import Server
from tests.faults.table import Row

#: Addresses with an object that belongs to one learner.
OWNED = ("<attempt>", "<serial>")
FAKE = "0" * 32


@dataclass
class Found:
    """What a crawl met."""

    requests: int = 0
    leaks: int = 0
    unguarded: int = 0
    changed: int = 0


def allowed(on: Ground, rule: Rule) -> frozenset[str]:
    """Who may by the table of rights; everybody here but the stranger is a learner, too."""
    marks = on.app.view_functions[rule.endpoint].__dict__
    if "public" in marks or rule.endpoint == "static":
        return frozenset({"stranger", *Role})
    right = marks.get("right")
    return frozenset(role for role in Role if right and reach({Role.LEARNER, role}, right))


def give(on: Ground, person: Person, role: Role) -> None:
    """Give somebody a role."""
    with on.app.app_context():
        begin_writing()
        account = db.session.query(AccountRow).filter_by(person_id=person.id).one()
        db.session.add(RoleGrantRow(account_id=account.id, role=role.value, recorded_at=RECORDED))
        db.session.commit()
        db.session.remove()


def address(rule: Rule, victim: Person, attempt: str) -> str:
    """The rule's address about ``victim``."""
    known = {"course": "sns-guideline", "section": "1-definition", "attempt": attempt, "person_id": victim.id}

    def put(found: re.Match[str]) -> str:
        name = found[1].rpartition(":")[2]
        return known.get(name, attempt if name == "serial" else "1")

    return re.sub(r"<([^>]+)>", put, rule.rule)


def routes(on: Ground) -> Iterator[tuple[str, Rule]]:
    """Every method and rule of the site."""
    for rule in sorted(on.app.url_map.iter_rules(), key=lambda rule: rule.rule):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule


def crawl(on: Ground, server: Server, victims: int) -> Found:
    """Ask every address as everybody, once for each of ``victims``."""
    found = Found()
    people = {role: on.people[-1 - number] for number, role in enumerate(Role)}
    for role, person in people.items():
        if role is not Role.LEARNER:
            give(on, person, role)
    browsers = {str(role): Browser(server.port, person.token) for role, person in people.items()}
    browsers["stranger"] = Browser(server.port)
    for victim in on.people[:victims]:
        owner = Browser(server.port, victim.token)
        attempt = owner.begin("1-definition").rpartition("/")[2]
        for method, rule in routes(on):
            if rule.endpoint == "account.logout":
                continue
            before = _state(on)
            for name, browser in browsers.items():
                _ask(on, found, name, browser, (method, rule), victim, attempt)
            if method == "GET":
                found.changed += _state(on) != before
    return found


def _ask(
    on: Ground,
    found: Found,
    role: str,
    browser: Browser,
    to: tuple[str, Rule],
    victim: Person,
    attempt: str,
) -> None:
    method, rule = to
    path = address(rule, victim, attempt)
    may = role in allowed(on, rule)
    if method == "GET":
        page = browser.ask(path)
        found.requests += 1
    else:
        bare = browser.ask(path, [])
        found.requests += 1
        # Without a form token nothing is done, whoever asks.
        found.unguarded += bare.status not in (400, 403, 404) and not _to_sign_in(bare)
        if may and not any(part in rule.rule for part in OWNED):
            return
        page = browser.post(path)
        found.requests += 1
    if not may:
        found.leaks += not (_to_sign_in(page) if role == "stranger" else page.status in (403, 404))
        found.leaks += victim.name in page.text
    elif role == Role.LEARNER and any(part in rule.rule for part in OWNED):
        missing = browser.ask(address(rule, victim, FAKE), None if method == "GET" else [])
        found.requests += 1
        found.leaks += page.status != 404 or victim.name in page.text
        if method == "GET":
            found.leaks += _plain(page) != _plain(missing)


def _to_sign_in(page: Page) -> bool:
    return page.status == 303 and page.location.startswith("/login")


def _plain(page: Page) -> tuple[int, str]:
    """The page without what differs from one request to the next."""
    text = re.sub(r'name="csrf_token" value="[^"]*"', "", page.text)
    return page.status, re.sub(r"[0-9a-f]{32}", "", text)


def _state(on: Ground) -> tuple[int, ...]:
    # The chain of evidence grows by a GET: a report that is fetched is noted there.
    tables = ("attempts", "answers", "completions", "readings", "role_grants", "appointments")
    return tuple(on.count(f"SELECT count(*) FROM {table}") for table in tables)


def row(on: Ground, victims: int) -> Row:
    """The row of roles, routes and objects."""
    with Server(on) as server:
        found = crawl(on, server, victims)
    with Server(on, "roles") as server:
        browser = Browser(server.port, on.people[1].token)
        open_pages = 0
        for method, rule in routes(on):
            if method == "GET" and rule.rule.startswith("/hr/") and not rule.arguments:
                open_pages += browser.ask(rule.rule).status == 200
    return Row(
        "6", "役割、ページ、対象のどの組合せでも、自分のもの以外は見えず、変わらない",
        f"{found.requests:,}件の要求: 漏れ{found.leaks}、印のない送信の受付{found.unguarded}、"
        f"GETで変わった記録{found.changed}",
        not (found.leaks or found.unguarded or found.changed) and found.requests >= 500,
        f"権限表を外すと、受講者に人事の{open_pages}ページが開く", open_pages > 0,
    )  # fmt: skip
