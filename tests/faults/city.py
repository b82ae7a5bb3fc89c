"""The small city in which every page has something to show: who visits it, and every object it holds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote

from sqlalchemy import text
from werkzeug.routing import Rule

from app import clock
from app.access import policy
from app.access.policy import Reach, Right
from app.access.roles import Role
from app.access.sessions import find_session, open_session
from app.courses.library import Library
from app.db import Base, db
from app.loaded import library
from app.reminders.drafts import DRAFTS
from app.reminders.due import Kind as Reminder
from app.reports.facts import people_ever_in
from app.reports.fixing import file_names, fixed_reports
from app.training.decision import Kind as Decision
from tests.browser.whole_site import STARTS, build
from tests.faults import planted
from tests.faults.ground import Ground, ground
from tests.signing_in import give_account

#: What a GET may add to: who looked, which file was handed out, when a session was seen.
BOOKKEEPING = {
    "sessions", "looks", "evidence", "evidence_marks", "evidence_persons", "evidence_sealed",
    "known_browsers", "sign_in_limits", "held_answers", "account_events",
}  # fmt: skip
#: Who may do what, as it stands in the repository: a control may take it out of the server.
RIGHTS = MappingProxyType({right: dict(policy.POLICY[right]) for right in Right})
#: Ways of saying which object, and how the database names all there are.
OBJECTS = {
    "attempt": "SELECT id FROM attempts WHERE run_id = ''",
    "run.attempt": "SELECT id FROM attempts WHERE run_id <> ''",
    "evidence.attempt": "SELECT id FROM attempts",
    "serial": "SELECT serial FROM completions",
    "person_id": "SELECT id FROM persons",
    "other_id": "SELECT id FROM persons ORDER BY id DESC",
    "appointment_id": "SELECT id FROM appointments",
    "staged_id": "SELECT id FROM staged_rosters",
    "batch": "SELECT DISTINCT batch FROM reminders WHERE batch <> ''",
    "run": "SELECT id FROM runs",
    "run_id": "SELECT id FROM runs",
    "list_id": "SELECT id FROM group_lists",
    "test_id": "SELECT id FROM paper_tests",
    "merge_id": "SELECT id FROM merges",
    "grant_id": "SELECT id FROM role_grants",
    "question_id": "SELECT id FROM identity_questions",
    "reminders.number": "SELECT id FROM reminders",
    "hr_fixed.number": "SELECT number FROM fixed_reports",
}
#: An object nobody has.
NOWHERE = "f" * 32


@dataclass(frozen=True)
class Guest:
    """Somebody at the site, with a session; ``token`` is "" for a stranger."""

    name: str
    token: str
    person_id: str | None
    roles: frozenset[Role]
    departments: frozenset[str]
    starts: tuple[str, ...]

    def reach(self, right: Right) -> Reach | None:
        """How far they may use ``right``."""
        return max((RIGHTS[right][role] for role in self.roles if role in RIGHTS[right]), default=None)


@dataclass
class City:
    """A ground with its guests, and the objects by the name an address gives them."""

    on: Ground
    guests: dict[str, Guest]
    objects: dict[str, list[str]]
    #: What belongs beside an object in an address.
    beside: dict[str, dict[str, str]]

    def addresses(self, rule: Rule, each: int) -> Iterator[dict[str, str]]:
        """At most ``each`` ways of filling a rule with objects there are."""
        lists = {name: self.values(rule, name) for name in rule.arguments}
        for turn in range(min(each, max(map(len, lists.values()), default=1))):
            values = {name: found[turn % len(found)] for name, found in lists.items()}
            # A test stands under its own section or run, an appointment under its own person.
            named = values.get("attempt") or values.get("appointment_id", "")
            yield values | {n: v for n, v in self.beside.get(named, {}).items() if n in values}

    def values(self, rule: Rule, name: str) -> list[str]:
        """The objects an argument of a rule may name; one that isn't there where there are none."""
        room = rule.endpoint.partition(".")[0]
        of = "run" if name == "attempt" and "run" in rule.arguments else room
        found = self.objects.get(f"{of}.{name}") or self.objects.get(name)
        return found or ["1"]

    def owned(self, guest: Guest) -> dict[str, set[str]]:
        """What is one guest's own, by the name an address gives it."""
        with self.on.app.app_context():
            mine = {"p": guest.person_id}
            below = people_ever_in(guest.departments) if guest.departments else set()
            found = {
                "attempt": _column("SELECT id FROM attempts WHERE person_id = :p", mine),
                "serial": _column("SELECT serial FROM completions WHERE person_id = :p", mine),
                "person_id": sorted(below),
                "batch": [
                    batch for batch, department in db.session.execute(
                        text("SELECT batch, min(department) FROM reminders WHERE batch <> '' GROUP BY batch "
                             "HAVING count(DISTINCT department) = 1"))
                    if department in guest.departments
                ],
            }  # fmt: skip
            db.session.remove()
        return {name: set(values) for name, values in found.items()}

    def secrets(self, guest: Guest) -> re.Pattern[str] | None:
        """What no page may say to ``guest``: others' ids, numbers, names, serials; None when they may all."""
        if guest.reach(Right.SEE_RECORDS):
            return None
        with self.on.app.app_context():
            seen = people_ever_in(guest.departments) if guest.departments else set()
            seen |= {guest.person_id} if guest.person_id else set()
            people = db.session.execute(
                text("SELECT p.person_id, p.name, a.number FROM profiles p "
                     "JOIN appointments a ON a.person_id = p.person_id")
            ).all()  # fmt: skip
            ours = {word for person, *words in people if person in seen for word in words}
            ours |= set(_column("SELECT name FROM completions WHERE person_id = :p", {"p": guest.person_id}))
            words = {w for person, *words in people if person not in seen for w in (person, *words)} - ours
            if guest.reach(Right.KEEP_ACCOUNTS):
                words = set()
            whose = "SELECT {} FROM {} WHERE person_id <> :p"
            mine = {"p": guest.person_id or ""}
            words |= set(_column(whose.format("id", "attempts"), mine))
            words |= set(_column(whose.format("serial", "completions"), mine))
            db.session.remove()
        return re.compile("|".join(rf"(?<![0-9A-Za-z]){re.escape(w)}(?![0-9A-Za-z])" for w in sorted(words)))

    def state(self, but: Collection[str] = BOOKKEEPING) -> str:
        """One value of every record but bookkeeping."""
        whole = hashlib.sha256()
        with self.on.app.app_context():
            for table in Base.metadata.sorted_tables:
                if table.name not in but:
                    rows = sorted(map(repr, db.session.execute(text(f"SELECT * FROM {table.name}")).all()))
                    whole.update("\n".join([table.name, *rows]).encode())
            db.session.remove()
        return whole.hexdigest()


@contextmanager
def city(hostile: Sequence[str] = (), read: Library | None = None) -> Iterator[City]:
    """A fresh city, gone afterwards; with ``hostile`` these texts stand in every field of it."""
    with ground(0, read=read) as on:
        with on.app.app_context():
            guests = _guests(on, hostile)
            objects = _objects()
            beside = _beside()
        yield City(on, guests, objects, beside)


def _guests(on: Ground, hostile: Sequence[str]) -> dict[str, Guest]:
    visitors = build(on.app, on.folder)
    # The server teaches what the author changed.
    on.content = on.folder / "amended"
    other = _column("SELECT person_id FROM appointments WHERE number = '0000002'")[0]
    accounts = {name: (visitor.account, visitor.starts) for name, visitor in visitors.items()}
    accounts["other head"] = (give_account(other), (*STARTS, "/department/"))
    if hostile:
        planted.plant(hostile)
        on.content = planted.content(on.content, on.folder, hostile)
    return {name: _guest(name, *account) for name, account in accounts.items()}


def _guest(name: str, account: str | None, starts: tuple[str, ...]) -> Guest:
    if account is None:
        return Guest(name, "", None, frozenset(), frozenset(), starts)
    token = open_session(account, clock.now(), clock.today())
    found = find_session(token, clock.now(), clock.today())
    assert found is not None
    rights = found.rights
    return Guest(name, token, rights.person_id, rights.roles, rights.departments, starts)


def _objects() -> dict[str, list[str]]:
    found = {name: _column(statement) for name, statement in OBJECTS.items()}
    (course, *_rest) = library().courses()
    fixed = fixed_reports()
    return found | {
        "course": [course.slug],
        "section": [section.slug for section in course.sections],
        "scenario": [scenario.id for section in course.sections for scenario in section.scenarios][:5],
        "amendment": [amendment.id for amendment in course.amendments] or ["none"],
        "reminders.kind": [kind.value for kind in Reminder],
        "hr_decisions.kind": [kind.value for kind in Decision],
        "drafts.name": list(DRAFTS),
        "hr_fixed.name": file_names(fixed[0]) if fixed else [],
        "filename": ["css/site.css"],
        "path": ["../course.toml", "3-scope/none.png"],
        "key": ["new", "missing"],
    }


def _beside() -> dict[str, dict[str, str]]:
    tests = db.session.execute(text("SELECT id, section, run_id FROM attempts"))
    posts = db.session.execute(text("SELECT id, person_id FROM appointments"))
    found = {test: {"section": section, "run": run} for test, section, run in tests}
    found |= {str(number): {"person_id": person} for number, person in posts}
    db.session.remove()
    return found


def _column(statement: str, values: Mapping[str, str | None] | None = None) -> list[str]:
    return [str(row[0]) for row in db.session.execute(text(statement), values or {})]


def rules(on: Ground) -> list[tuple[str, Rule]]:
    """Every method and rule of the site."""
    return [
        (method, rule)
        for rule in sorted(on.app.url_map.iter_rules(), key=lambda rule: rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def filled(rule: Rule, values: dict[str, str]) -> str:
    """The address of a rule."""
    return re.sub(r"<([^>]+)>", lambda found: quote(values[found[1].rpartition(":")[2]]), rule.rule)


def nowhere(rule: Rule, values: dict[str, str], names: Sequence[str]) -> str:
    """The same address with objects that aren't there."""
    return filled(rule, values | dict.fromkeys(names, NOWHERE))
