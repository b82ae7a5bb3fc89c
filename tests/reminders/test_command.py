"""`flask remind`: keeps the hours, says what it would do, exits as a scheduler expects."""

from __future__ import annotations

import json

import pytest
from click.testing import Result
from flask import Flask

from app.reminders import ledger
from app.reminders.sender import only_sender
from app.settings import Smtp
from tests.reminders.conftest import connect, give_mail
from tests.reminders.post_office import PostOffice


def remind(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["remind", *words])


def test_it_sends_and_says_how_many(app: Flask, office: PostOffice, people: dict[str, str]) -> None:
    connect(app, office)
    give_mail(people["new"], "")
    done = remind(app)
    assert done.exit_code == 0
    assert "2通を送りました。" in done.output
    assert "紙で渡す人: 1人" in done.output
    assert len(office.taken) == 2
    assert {e.by for e in ledger.entries()} == {"flask remind"}
    assert "0通を送りました。" in remind(app).output


def test_a_dry_run_changes_nothing(app: Flask, office: PostOffice, people: dict[str, str]) -> None:
    connect(app, office)
    done = remind(app, "--dry-run")
    assert done.exit_code == 0
    assert "late@city.example.jp" in done.output
    assert "3通を送る予定です。何も送っていません。" in done.output
    assert office.taken == [] and ledger.entries() == []


def test_json_for_machines(app: Flask, office: PostOffice, people: dict[str, str]) -> None:
    connect(app, office)
    office.hook = lambda stage, to: "break" if stage == "data" and to.startswith("late") else None
    first = json.loads(remind(app, "--json").output)
    assert (first["sent"], first["dry_run"], first["open"], first["day"]) == (2, False, True, "2026-06-01")
    assert [one["address"] for one in first["unknown"]] == ["late@city.example.jp"]
    again = json.loads(remind(app, "--json", "--dry-run").output)
    assert sum(again["waiting"].values()) == 0
    assert len(again["unknown"]) == 1


@pytest.mark.parametrize(
    "moment", ["2026-06-01T07:00", "2026-06-06T10:00", "2026-05-05T10:00", "2027-01-02T10:00"]
)
def test_outside_the_hours_it_does_nothing_and_is_content(
    app: Flask, office: PostOffice, people: dict[str, str], monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    connect(app, office)
    monkeypatch.setenv("KENSHU_NOW", moment)
    done = remind(app)
    assert done.exit_code == 0
    assert "いまは、メールを送る時間ではありません。" in done.output
    assert office.taken == []


def test_without_a_server_it_says_so(app: Flask, people: dict[str, str]) -> None:
    done = remind(app)
    assert done.exit_code == 0
    assert "KENSHU_SMTP_HOST" in done.output


def test_a_refusal_has_a_reason(app: Flask, office: PostOffice, people: dict[str, str]) -> None:
    connect(app, PostOffice(port=1))
    done = remind(app)
    assert done.exit_code == 1
    assert "メールのサーバー(127.0.0.1:1)を使えません" in done.output
    connect(app, office)
    with only_sender():
        busy = remind(app)
    assert busy.exit_code == 1
    assert "いまメールを送っています" in busy.output
    assert ledger.entries() == []


GOOD = {"KENSHU_SMTP_HOST": "mail.example.jp", "KENSHU_SMTP_FROM": "kenshu@city.example.jp"}


def test_settings_of_the_mail_server() -> None:
    assert Smtp.from_environment({}) is None
    assert Smtp.from_environment({"KENSHU_SMTP_FROM": "a@b"}) is None
    smtp = Smtp.from_environment({**GOOD, "KENSHU_SMTP_PORT": "587", "KENSHU_SMTP_TLS": "starttls"})
    assert smtp == Smtp("mail.example.jp", "kenshu@city.example.jp", 587, "starttls")
    secret = Smtp.from_environment({**GOOD, "KENSHU_SMTP_USER": "u", "KENSHU_SMTP_PASSWORD": "secret"})
    assert "secret" not in repr(secret)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KENSHU_SMTP_PORT", "x"),
        ("KENSHU_SMTP_PORT", "0"),
        ("KENSHU_SMTP_PORT", "70000"),
        ("KENSHU_SMTP_TLS", "ssl"),
        ("KENSHU_SMTP_FROM", ""),
        ("KENSHU_SMTP_FROM", "研修 <a@b>"),
        ("KENSHU_SMTP_FROM", "a@b\r\nBcc: c@d"),
    ],
)
def test_settings_that_do_not_fit_stop_the_start(name: str, value: str) -> None:
    with pytest.raises(SystemExit, match=name):
        Smtp.from_environment({**GOOD, name: value})
