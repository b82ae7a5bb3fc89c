"""A round of sending against a server that really listens: at most once, whatever the server does."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from flask import Flask

from app import clock
from app.db import begin_writing, db
from app.people.employment import ServiceState
from app.people.models import MergeRow, ServiceStateRow
from app.reminders import ledger, outbox
from app.reminders.due import Kind
from app.reminders.mail import NoServer
from app.reminders.models import ReminderRow
from app.reminders.outbox import NotNow, Outcome
from app.reminders.plan import Fate, OnPaper
from app.reminders.sender import Busy, only_sender
from app.settings import Smtp
from tests.people_builder import RECORDED, add_appointment, hire
from tests.reminders.conftest import connect, give_mail
from tests.reminders.post_office import PostOffice
from tests.web.hr_city import TODAY, complete

#: Who of the small city is to be told something on its day: two are overdue, one is new.
TOLD = {"late@city.example.jp", "new@city.example.jp", "director@city.example.jp"}


def send(**chosen: object) -> Outcome:
    return outbox.send(clock.now, "試験", **chosen)  # type: ignore[arg-type]


def fates() -> dict[str, Fate]:
    return {entry.name: entry.fate for entry in ledger.entries()}


def test_each_gets_one_mail_and_a_second_round_sends_nothing(
    app: Flask, office: PostOffice, people: dict[str, str]
) -> None:
    connect(app, office)
    assert send().sent == 3
    assert set(office.by_recipient) == TOLD
    assert send() == Outcome()
    assert len(office.taken) == 3
    kinds = {e.person_id: e.kind for e in ledger.entries()}
    assert kinds == {
        people["late"]: Kind.OVERDUE, people["director"]: Kind.OVERDUE, people["new"]: Kind.NOT_STARTED
    }  # fmt: skip


def test_nobody_who_has_completed_is_away_has_left_or_owes_nothing(
    app: Flask, office: PostOffice, people: dict[str, str]
) -> None:
    connect(app, office)
    send()
    for name in ("hr", "head", "away", "gone", "teacher", "mayor"):
        assert f"{name}@city.example.jp" not in office.by_recipient


def test_a_mail_says_what_it_should_to_one_person_only(
    app: Flask, office: PostOffice, people: dict[str, str]
) -> None:
    connect(app, office)
    send(kind=Kind.NOT_STARTED)
    ((to, message),) = office.taken
    assert (to, message["To"]) == ("new@city.example.jp", "new@city.example.jp")
    assert message["Cc"] is None
    assert message["Subject"] == "受講のお願い(未受講の方へ)"
    assert "試験 新人 様" in message.get_content()
    assert "0000004" not in message.get_content()


def test_who_is_told_by_paper_and_why(app: Flask, office: PostOffice, people: dict[str, str]) -> None:
    connect(app, office)
    give_mail(people["late"], "")
    give_mail(people["new"], "soumu@city.example.jp")
    give_mail(people["hr"], "Soumu@city.example.jp")
    give_mail(people["director"], "a@b\r\nBcc: c@d")
    why = {r.person_id: r.on_paper for r in outbox.plan_on(TODAY).on_paper}
    assert why == {
        people["late"]: OnPaper.NO_ADDRESS,
        people["new"]: OnPaper.SHARED,
        people["director"]: OnPaper.UNUSABLE,
    }
    assert send() == Outcome()
    assert office.taken == []


def test_without_a_server_everybody_gets_paper(app: Flask, people: dict[str, str]) -> None:
    plan = outbox.plan_on(TODAY)
    assert not plan.by_mail
    assert {r.on_paper for r in plan.on_paper} == {OnPaper.NO_SERVER}
    with pytest.raises(NotNow):
        send()


@pytest.mark.parametrize(
    "moment", ["2026-06-01T07:00", "2026-06-01T17:15", "2026-06-06T10:00", "2026-12-30T10:00"]
)
def test_nothing_leaves_outside_the_hours(
    app: Flask, office: PostOffice, people: dict[str, str], monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    connect(app, office)
    monkeypatch.setenv("KENSHU_NOW", moment)
    with pytest.raises(NotNow):
        send()
    assert office.taken == [] and ledger.entries() == []


def test_the_round_ends_with_the_hours(app: Flask, office: PostOffice, people: dict[str, str]) -> None:
    connect(app, office)
    ticks = iter(["2026-06-01T17:14"] * 7)

    def now() -> datetime:
        return datetime.fromisoformat(next(ticks, "2026-06-01T17:15")).replace(tzinfo=clock.JST)

    outcome = outbox.send(now, "試験")
    assert (outcome.sent, outcome.left) == (1, 2)
    assert "時間が終わりました" in outcome.stopped


def test_a_recipient_refused_for_good_gets_paper_until_the_address_changes(
    app: Flask, office: PostOffice, people: dict[str, str]
) -> None:
    connect(app, office)
    office.hook = lambda stage, to: "550 no such user" if stage == "rcpt" and to.startswith("late") else None
    assert send().fates == {Fate.SENT: 2, Fate.RETURNED: 1}
    (request,) = outbox.plan_on(TODAY).requests
    assert request.on_paper is OnPaper.RETURNED
    assert send() == Outcome()
    give_mail(people["late"], "other@city.example.jp")
    assert send().sent == 1
    assert office.by_recipient["other@city.example.jp"] == 1


@pytest.mark.parametrize("stage", ["rcpt", "data"])
def test_a_temporary_refusal_is_tried_again(
    app: Flask, office: PostOffice, people: dict[str, str], stage: str
) -> None:
    connect(app, office)
    office.hook = lambda at, to: "451 later" if at == stage and to.startswith("late") else None
    assert send().fates == {Fate.SENT: 2, Fate.LATER: 1}
    office.hook = lambda _at, _to: None
    assert send().sent == 1
    assert set(office.by_recipient.values()) == {1}
    (late,) = [m for to, m in office.taken if to.startswith("late")]
    assert (
        late["Message-ID"]
        == db.session.query(ReminderRow).filter_by(address="late@city.example.jp").one().message_id
    )


def test_a_break_in_the_middle_of_a_text_is_unknown_and_never_repeated(
    app: Flask, office: PostOffice, people: dict[str, str]
) -> None:
    connect(app, office)
    office.hook = lambda stage, to: "break" if stage == "data" and to.startswith("late") else None
    outcome = send()
    assert outcome.fates == {Fate.SENT: 2, Fate.UNKNOWN: 1}
    office.hook = lambda _at, _to: None
    assert send() == Outcome()
    assert fates()["髙橋 﨑子"] is Fate.UNKNOWN
    (entry,) = ledger.entries(ledger.Search(fate=Fate.UNKNOWN))
    assert ledger.decide_unknown(entry.id, Fate.SENT, "見本 一郎", clock.now())
    assert not ledger.decide_unknown(entry.id, Fate.PRINTED, "見本 一郎", clock.now())
    assert send() == Outcome()


def test_a_server_that_takes_nothing_is_left_alone(
    app: Flask, office: PostOffice, people: dict[str, str]
) -> None:
    connect(app, office)
    for n in range(4):
        give_mail(hire(f"000010{n}", f"試験 {n}"), f"more{n}@city.example.jp")
    office.hook = lambda stage, _to: "452 full" if stage == "rcpt" else None
    outcome = send()
    assert outcome.fates == {Fate.LATER: 3}
    assert outcome.left == 4
    assert outcome.stopped


def test_a_server_that_is_not_there_begins_nothing(app: Flask, people: dict[str, str]) -> None:
    connect(app, PostOffice(port=1))
    with pytest.raises(NoServer):
        send()
    assert ledger.entries() == []


def test_a_server_that_asks_for_tls_it_cannot_give_gets_nothing(
    app: Flask, office: PostOffice, people: dict[str, str]
) -> None:
    connect(app, office)
    loaded = app.extensions["kenshu"]
    object.__setattr__(
        loaded.settings, "smtp", Smtp("127.0.0.1", "kenshu@city.example.jp", office.port, tls="starttls")
    )
    with pytest.raises(NoServer):
        send()
    assert office.taken == []


def test_who_completes_while_the_round_goes_on_is_left_alone(
    app: Flask, office: PostOffice, people: dict[str, str]
) -> None:
    connect(app, office)
    plan = outbox.plan_on(TODAY)
    (late,) = [r for r in plan.by_mail if r.person_id == people["late"]]
    read_at = clock.now()
    complete(people["late"], TODAY)
    assert ledger.begin(late, TODAY, clock.now(), "試験", "<x@y>", read_at) is None
    assert send().sent == 2
    assert "late@city.example.jp" not in office.by_recipient


def test_only_one_sends(app: Flask, office: PostOffice, people: dict[str, str]) -> None:
    connect(app, office)
    with only_sender(), pytest.raises(Busy):
        send()
    assert send().sent == 3


def test_merged_records_are_one_person(app: Flask, office: PostOffice, people: dict[str, str]) -> None:
    connect(app, office)
    send(kind=Kind.OVERDUE)
    twin = hire("0000999", "髙橋 﨑子")
    give_mail(twin, "twin@city.example.jp")
    begin_writing()
    db.session.add(MergeRow(kept_id=twin, merged_id=people["late"], recorded_at=RECORDED))
    db.session.commit()
    send()
    assert "twin@city.example.jp" not in office.by_recipient


def test_back_from_leave(
    app: Flask, office: PostOffice, people: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(app, office)
    begin_writing()
    row = db.session.query(ServiceStateRow).one()
    db.session.add(
        ServiceStateRow(
            appointment_id=row.appointment_id,
            since=date(2026, 6, 2),
            state=ServiceState.ACTIVE,
            recorded_at=RECORDED,
        )
    )
    db.session.commit()
    assert send(departments={"012"}).sent == 2
    monkeypatch.setenv("KENSHU_NOW", "2026-06-02T10:00")
    assert send(departments={"012"}).sent == 1
    to, message = office.taken[-1]
    assert to == "away@city.example.jp"
    assert "お休みの間は、期限は進んでいません" in message.get_content()


def test_a_new_service_years_later_is_a_new_duty(
    app: Flask, office: PostOffice, people: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(app, office)
    once = hire("0000777", "試験 再", date(2026, 5, 1), date(2026, 12, 31))
    give_mail(once, "again@city.example.jp")
    send()
    assert office.by_recipient["again@city.example.jp"] == 1
    add_appointment(once, "0000778", date(2029, 4, 1))
    monkeypatch.setenv("KENSHU_NOW", "2029-04-02T10:00")
    send()
    assert office.by_recipient["again@city.example.jp"] == 2
    mine = ledger.entries(ledger.Search(people=frozenset({once})))
    assert {e.duty for e in mine} == {"sns-guideline", "sns-guideline@2029-04-01"}
    send()
    assert office.by_recipient["again@city.example.jp"] == 2


def test_paper_is_marked_once(app: Flask, people: dict[str, str]) -> None:
    plan = outbox.plan_on(TODAY)
    assert ledger.keep_printed(plan.on_paper, TODAY, clock.now(), "試験", "b1") == 3
    assert ledger.keep_printed(plan.on_paper, TODAY, clock.now(), "試験", "b2") == 0
    assert outbox.plan_on(TODAY).requests == ()
    assert [(b.batch, b.sheets) for b in ledger.batches()] == [("b1", 3)]
    assert ledger.batches(frozenset({"012"})) == []
