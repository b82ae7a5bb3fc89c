"""A small city with people signed in, and what its database says after a fault."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from sqlalchemy import text

from app import clock, create_app
from app.access import passwords
from app.access.models import AccountRow
from app.access.sessions import add_session
from app.audit import check
from app.courses.library import Library
from app.db import begin_writing, db
from app.loaded import library
from app.people.employment import Category
from app.people.models import AppointmentRow, PersonRow, PlacementRow, ProfileRow, TermRow
from app.settings import ROOT, Settings
from app.training.records import keep_reading, load_attempt, start_attempt
from tests.answering import answer_all
from tests.faults.ledger import Entry

COURSE = "sns-guideline"
PASSWORD = "春のはじまりの試験です"
#: Where what people did stands.
DONE = ("attempts", "attempt_questions", "answers", "answer_steps", "completions", "evidence")
START = date(2024, 4, 1)
RECORDED = datetime(2024, 4, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Person:
    """Somebody in service: their id, 職員番号, a session's token, and their name."""

    id: str
    number: str
    token: str
    name: str


@dataclass
class Ground:
    """One installation: its folder, its database, its people."""

    folder: Path
    url: str
    app: Flask
    people: list[Person] = field(default_factory=list)
    #: What the server teaches from.
    content: Path = ROOT / "content"

    @property
    def sections(self) -> list[str]:
        """The sections that have a test."""
        with self.app.app_context():
            course = library().course(COURSE)
            assert course is not None
            return [section.slug for section in course.sections if section.scenarios]

    def let_go(self) -> None:
        """Drop every line to the database: it went away and came back."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def sound(self) -> list[str]:
        """What is wrong with the database and its evidence; [] is good."""
        with self.app.app_context():
            found = [f"{seq}: {words}" for seq, words in check.check_all().findings]
            if db.engine.dialect.name == "sqlite":
                found += [w for w in db.session.scalars(text("PRAGMA integrity_check")) if w != "ok"]
            db.session.remove()
            return found

    def missing(self, entries: Sequence[Entry]) -> list[Entry]:
        """Acknowledged answers that the database does not hold exactly as they were sent."""
        with self.app.app_context():
            orders = self._map("SELECT attempt_id, position, choice_order FROM attempt_questions")
            answers = self._map("SELECT attempt_id, position, chosen FROM answers")
            steps = {
                (attempt, position, step): (order, chosen)
                for attempt, position, step, order, chosen in db.session.execute(
                    text("SELECT attempt_id, position, step, choice_order, chosen FROM answer_steps")
                )
            }
            db.session.remove()

        def kept(entry: Entry) -> bool:
            if (step := steps.get((entry.attempt, entry.position, entry.step))) is not None:
                return str(step[0]).split(",")[int(entry.value)] == str(step[1])
            at = (entry.attempt, entry.position)
            return (
                orders.get(at, "").split(",")[int(entry.value)] == answers.get(at) if at in answers else False
            )

        return [entry for entry in entries if not kept(entry)]

    def digest(self) -> str:
        """One value of everything people did: another one when anything of it changed."""
        whole = hashlib.sha256()
        with self.app.app_context():
            for table in DONE:
                rows = db.session.execute(text(f"SELECT * FROM {table}")).all()
                whole.update("\n".join([table, *sorted(map(repr, rows))]).encode())
            db.session.remove()
        return whole.hexdigest()

    def pass_every_test(self, people: Sequence[Person]) -> None:
        """Let people read and pass everything, so that only 確認しました is left."""
        now = clock.now()
        with self.app.app_context():
            course = library().course(COURSE)
            assert course is not None
            for person in people:
                for section in course.sections:
                    keep_reading(person.id, course, section, now)
                    if section.scenarios:
                        attempt = load_attempt(start_attempt(person.id, course, section, now))
                        assert attempt is not None
                        answer_all(attempt, now)
            db.session.remove()

    @property
    def statement(self) -> str:
        """The sentence above 確認しました."""
        with self.app.app_context():
            course = library().course(COURSE)
            assert course is not None
            return course.rules.statement

    def count(self, statement: str, **values: object) -> int:
        """One number out of the database."""
        with self.app.app_context():
            found = db.session.scalar(text(statement), values)
            db.session.remove()
            return int(found or 0)

    def doubled(self) -> int:
        """Tests under way, completions and entries of evidence that stand twice."""
        twice = 0
        with self.app.app_context():
            for columns, table, which in (
                ("person_id, course, section, run_id", "attempts", "WHERE finished_at IS NULL"),
                ("person_id, course, run_id, version", "completions", ""),
                ("event, key", "evidence_marks", ""),
            ):
                twice += len(
                    db.session.execute(
                        text(f"SELECT {columns} FROM {table} {which} GROUP BY {columns} HAVING count(*) > 1")
                    ).all()
                )
            db.session.remove()
        return twice

    def _map(self, statement: str) -> dict[tuple[str, int], str]:
        return {(row[0], row[1]): row[2] for row in db.session.execute(text(statement))}


@contextmanager
def ground(people: int, url: str = "", read: Library | None = None) -> Iterator[Ground]:
    """A fresh installation with ``people`` signed in; gone afterwards.

    ``url`` names an empty database, ``read`` courses that were read before.
    """
    with TemporaryDirectory(prefix="kenshu-faults-") as place:
        folder = Path(place)
        url = url or f"sqlite:///{(folder / 'kenshu.sqlite3').as_posix()}"
        app = create_app(Settings(url, ROOT / "content", folder, "only for faults"), read)
        made = Ground(folder, url, app)
        with app.app_context():
            db.create_all()
            settle(made, people)
        try:
            yield made
        finally:
            made.let_go()


def settle(made: Ground, people: int, first: int = 1) -> None:
    """Take ``people`` into service and sign them in; numbers from ``first`` on. In the site's context."""
    word = passwords.hash_password(PASSWORD)
    begin_writing()
    for number in range(first, first + people):
        person = PersonRow(created_at=RECORDED)
        db.session.add(person)
        db.session.flush()
        post = AppointmentRow(
            person_id=person.id, source="職員", number=f"{number:07}", start=START, main=True, post="",
            recorded_at=RECORDED,
        )  # fmt: skip
        account = AccountRow(person_id=person.id, password_hash=word, created_at=RECORDED)
        name = f"試験 {number:04}"
        db.session.add_all([
            ProfileRow(person_id=person.id, name=name, kana="シケン", search_key=name, recorded_at=RECORDED),
            post, account,
        ])  # fmt: skip
        db.session.flush()
        db.session.add_all([
            TermRow(appointment_id=post.id, end=None, retired=False, recorded_at=RECORDED),
            PlacementRow(appointment_id=post.id, since=START, category=Category.REGULAR, authority="市長",
                         title="", recorded_at=RECORDED),
        ])  # fmt: skip
        token = add_session(account, clock.now(), clock.today())
        made.people.append(Person(person.id, post.number, token, name))
    db.session.commit()
    db.session.remove()
