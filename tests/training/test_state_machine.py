"""Whatever people and HR do in whatever order: no pass turns into a fail unannulled, nothing is lost, nothing
is sent twice; and the machine that says so sees each mistake planted here.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from app.courses.library import Library
from app.db import begin_writing, db
from app.reminders import ledger, mail
from app.reminders.models import ReminderRow
from app.reminders.plan import Fate
from app.training import attempts, deciding, progress
from app.training.decision import Kind
from app.training.models import AttemptRow
from tests.reminders.conftest import connect
from tests.reminders.post_office import PostOffice
from tests.training.city import MailServer
from tests.training.living_city import LivingCity


@pytest.fixture
def city(
    app: Flask, library: Library, monkeypatch: pytest.MonkeyPatch, empty_database: Path, tmp_path: Path
) -> None:
    """The course, a mail server that lives in this process, and a database emptied for each history."""
    course = library.course("sns-guideline")
    assert course is not None

    def empty() -> None:
        db.session.remove()
        db.engine.dispose()
        # The same file with other contents: a site takes no answers into another one.
        for beside in tmp_path.glob("test.sqlite3-*"):
            beside.unlink()
        shutil.copy(empty_database, tmp_path / "test.sqlite3")

    LivingCity.course, LivingCity.server = course, (server := MailServer())
    monkeypatch.setattr(LivingCity, "empty", staticmethod(empty), raising=False)
    connect(app, PostOffice(port=1))
    monkeypatch.setattr(mail.Postman, "__enter__", lambda self: self)
    monkeypatch.setattr(mail.Postman, "ready", lambda self: None)
    monkeypatch.setattr(mail.Postman, "send", lambda self, message, _to: server.send(message))


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        LivingCity,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_no_order_of_actions_takes_a_pass_or_an_entry_or_sends_twice(city: None) -> None:
    run(examples=5, steps=20)


@pytest.mark.long
def test_many_orders_of_actions(city: None) -> None:
    run(examples=int(os.environ.get("KENSHU_HISTORIES", 300)), steps=30)


# ---- what it must see


def the_last_test_counts(patch: pytest.MonkeyPatch) -> None:
    real = progress._section_state

    def last_only(read_at: datetime | None, tests: Any) -> Any:
        return real(read_at, [one for one in tests if one.finished_at is not None][-1:])

    patch.setattr(progress, "_section_state", last_only)


def a_new_test_replaces_the_last(patch: pytest.MonkeyPatch) -> None:
    """A finished test is written over."""
    real = attempts.start_attempt

    def forgetful(person_id: str, course: Any, section: Any, now: datetime) -> str:
        begin_writing()
        for row in db.session.query(AttemptRow).filter_by(person_id=person_id, section=section.slug):
            if row.finished_at is not None:
                row.passed = False
        db.session.commit()
        return real(person_id, course, section, now)

    patch.setattr("tests.training.city_people.start_attempt", forgetful)


def what_is_taken_back_is_deleted(patch: pytest.MonkeyPatch) -> None:
    def delete(kind: Kind, ids: Iterable[int], _by: str, _now: datetime) -> int:
        begin_writing()
        for one in ids:
            db.session.delete(db.session.get_one(deciding.TABLES[kind], one))
        db.session.commit()
        return 1

    patch.setattr(deciding, "withdraw", delete)


def what_a_dead_sender_left_is_sent_again(patch: pytest.MonkeyPatch) -> None:
    def try_again(_now: datetime) -> int:
        begin_writing()
        for row in db.session.query(ReminderRow).filter_by(state=Fate.SENDING):
            row.state = Fate.LATER
        db.session.commit()
        return 0

    patch.setattr(ledger, "find_abandoned", try_again)


def a_mail_whose_answer_was_lost_is_sent_again(patch: pytest.MonkeyPatch) -> None:
    real = mail.Postman.send

    def hopeful(self: mail.Postman, message: Any, to: str) -> mail.Answer:
        answer = real(self, message, to)
        return mail.Answer(Fate.LATER) if answer.fate is Fate.UNKNOWN else answer

    patch.setattr(mail.Postman, "send", hopeful)


Deed = Callable[[LivingCity], None]


def passes_then_fails(city: LivingCity) -> None:
    city.learn(1, 0, 0)
    city.no_pass_is_lost()
    city.fail_what_was_passed(0)


def decides_and_takes_back(city: LivingCity) -> None:
    city.decide(0, 0, False)
    city.no_entry_is_lost()
    city.take_decisions_back()


def sender_dies(city: LivingCity) -> None:
    city.remind(["died", "taken"])


def answer_is_lost(city: LivingCity) -> None:
    city.remind(["broken", "taken"])


MISTAKES: tuple[tuple[Deed, Callable[[pytest.MonkeyPatch], None]], ...] = (
    (passes_then_fails, the_last_test_counts),
    (passes_then_fails, a_new_test_replaces_the_last),
    (decides_and_takes_back, what_is_taken_back_is_deleted),
    (sender_dies, what_a_dead_sender_left_is_sent_again),
    (answer_is_lost, a_mail_whose_answer_was_lost_is_sent_again),
)


@pytest.mark.parametrize(("deed", "plant"), MISTAKES, ids=lambda one: one.__name__)
def test_a_mistake_is_seen(
    city: None, monkeypatch: pytest.MonkeyPatch, deed: Deed, plant: Callable[[pytest.MonkeyPatch], None]
) -> None:
    """What the machine asks after every step holds, and no more once a rule of the product is taken away."""
    held(deed)
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        held(deed)


def held(deed: Deed) -> None:
    city = LivingCity()
    for step in (lambda _city: None, deed):
        step(city)
        city.no_pass_is_lost()
        city.no_entry_is_lost()
        city.nobody_hears_the_same_twice()
