"""A mail server and a small city that has mail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import update

from app.db import begin_writing, db
from app.people.models import ProfileRow
from app.settings import Smtp
from tests.reminders.post_office import PostOffice, post_office
from tests.web.hr_city import build_city

#: A Monday, 10:00 in Japan.
OPEN = "2026-06-01T10:00"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    """A mail server that listens."""
    with post_office() as running:
        yield running


@pytest.fixture
def people(app: Flask, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The small city at an hour at which mail goes out, everybody with an address of their own."""
    monkeypatch.setenv("KENSHU_NOW", OPEN)
    made = build_city()
    for name, person_id in made.items():
        give_mail(person_id, f"{name}@city.example.jp")
    return made


def give_mail(person_id: str, mail: str) -> None:
    """Let a person have this メール from now on."""
    begin_writing()
    db.session.execute(update(ProfileRow).where(ProfileRow.person_id == person_id).values(mail=mail))
    db.session.commit()


def connect(app: Flask, office: PostOffice | None) -> None:
    """Let the site send through this server, or through none."""
    smtp = None if office is None else Smtp("127.0.0.1", "kenshu@city.example.jp", office.port)
    loaded = app.extensions["kenshu"]
    app.extensions["kenshu"] = replace(loaded, settings=replace(loaded.settings, smtp=smtp))
