"""Whatever happens in whatever order, nobody hears the same twice: random histories in one small city."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from email.message import EmailMessage

import pytest
from flask import Flask

from app import clock
from app.db import begin_writing, db
from app.people.employment import ServiceState
from app.people.models import AppointmentRow, ServiceStateRow
from app.reminders import ledger, mail, outbox
from app.reminders.mail import Answer
from app.reminders.models import ReminderRow
from app.reminders.outbox import NotNow
from app.reminders.plan import Fate
from app.training.decisions import DeferralRow
from tests.people_builder import RECORDED, hire
from tests.reminders.conftest import connect, give_mail
from tests.reminders.post_office import PostOffice
from tests.web.hr_city import build_city, complete, keep

START = date(2026, 4, 1)


class Killed(BaseException):
    """The process ends here."""


class Server:
    """A mail server and a fate that may end the process at any step of the talk."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.taken: Counter[str] = Counter()
        self.message_ids: set[str] = set()

    def send(self, message: EmailMessage, to: str) -> Answer:
        event = self.chance.choice(["taken"] * 6 + ["later", "returned", "lost", "broken", "killed", "died"])
        if event in ("taken", "broken", "died"):
            self.taken[message["Message-ID"]] += 1
            self.message_ids.add(message["Message-ID"])
        if event in ("killed", "died"):
            raise Killed
        fates = {"taken": Fate.SENT, "later": Fate.LATER, "returned": Fate.RETURNED}
        return Answer(fates.get(event, Fate.UNKNOWN))


@pytest.mark.parametrize("seed", range(6))
def test_random_histories(app: Flask, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    chance = random.Random(seed)
    monkeypatch.setenv("KENSHU_NOW", f"{START}T10:00")
    city = build_city()
    people = list(city.values())
    people += [hire(f"00008{n:02}", f"試験 {n}", START + timedelta(days=3 * n)) for n in range(6)]
    for number, person in enumerate(people):
        give_mail(person, f"p{number}@city.example.jp" if number % 4 else "")
    connect(app, PostOffice(port=1))
    server = Server(chance)
    monkeypatch.setattr(mail.Postman, "__enter__", lambda self: self)
    monkeypatch.setattr(mail.Postman, "ready", lambda self: None)
    monkeypatch.setattr(mail.Postman, "send", lambda self, message, to: server.send(message, to))
    day, done = START, {city["hr"], city["head"]}
    for _step in range(60):
        day += timedelta(days=chance.choice([0, 0, 1, 3, 7]))
        monkeypatch.setenv("KENSHU_NOW", f"{day}T10:00")
        told_before = {(e.person_id, e.kind, e.duty) for e in ledger.entries() if e.fate is not Fate.LATER}
        act(chance, people, day, done)
        for entry in ledger.entries():
            key = (entry.person_id, entry.kind, entry.duty)
            if entry.person_id in done and key not in told_before:
                assert entry.fate not in (Fate.SENT, Fate.PRINTED, Fate.UNKNOWN), "after completion"
    rows = Counter((e.person_id, e.kind, e.duty) for e in ledger.entries())
    assert set(rows.values()) == {1}
    assert set(server.taken.values()) <= {1}
    assert server.taken, "this history sent nothing: it shows nothing"


def act(chance: random.Random, people: list[str], day: date, done: set[str]) -> None:
    person = chance.choice(people)
    what = chance.choice(["send"] * 5 + ["print", "complete", "leave", "return", "mail", "defer", "decide"])
    if what == "send":
        try:
            outbox.send(clock.now, "試験")
        except Killed:
            db.session.rollback()
        except NotNow:
            pass
    elif what == "print":
        plan = outbox.plan_on(day)
        ledger.keep_printed(plan.on_paper, day, clock.now(), "試験", f"{day}")
    elif what == "complete" and person not in done:
        complete(person, day)
        done.add(person)
    elif what in ("leave", "return"):
        change_state(person, day, ServiceState.LEAVE if what == "leave" else ServiceState.ACTIVE)
    elif what == "mail":
        give_mail(person, f"new{chance.randrange(1000)}@city.example.jp")
    elif what == "defer":
        end = day + timedelta(days=20)
        keep(DeferralRow(person_id=person, start=day, end=end, recorded_at=clock.now()))
    elif what == "decide":
        outbox.look_after(clock.now())
        for entry in ledger.entries(ledger.Search(fate=Fate.UNKNOWN)):
            ledger.decide_unknown(entry.id, Fate.SENT, "試験", clock.now())


def change_state(person: str, day: date, state: ServiceState) -> None:
    begin_writing()
    for row in db.session.query(AppointmentRow).filter_by(person_id=person):
        db.session.add(
            ServiceStateRow(
                appointment_id=row.id, since=max(day, row.start), state=state, recorded_at=RECORDED
            )
        )
    db.session.commit()


def test_the_check_would_see_a_double(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: were a lost mail tried again, a person would get it twice."""
    monkeypatch.setenv("KENSHU_NOW", f"{START}T10:00")
    people = build_city()
    give_mail(people["late"], "late@city.example.jp")
    connect(app, PostOffice(port=1))
    monkeypatch.setattr(mail.Postman, "__enter__", lambda self: self)
    monkeypatch.setattr(mail.Postman, "ready", lambda self: None)
    taken: list[str] = []

    def break_after_taking(_self: mail.Postman, _message: EmailMessage, to: str) -> Answer:
        taken.append(to)
        return Answer(Fate.UNKNOWN)

    monkeypatch.setattr(mail.Postman, "send", break_after_taking)
    outbox.send(clock.now, "試験")
    outbox.send(clock.now, "試験")
    assert taken == ["late@city.example.jp"]
    begin_writing()
    for entry in ledger.entries():
        db.session.get_one(ReminderRow, entry.id).state = Fate.LATER
    db.session.commit()
    outbox.send(clock.now, "試験")
    assert len(taken) == 2
