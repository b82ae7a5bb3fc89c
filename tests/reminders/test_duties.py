"""The kinds over what can be owed: the course, a year's run, an amended section; and what HR decided."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from flask import Flask

from app import clock
from app.reminders import outbox
from app.reminders.due import Kind
from app.reminders.notices import lists_on
from app.training.corrections_models import AmendmentOpeningRow
from app.training.decisions import DeferralRow, DueChangeRow, ExemptionRow
from app.training.models import ContentRevisionRow
from app.training.runs import RunClosingRow, RunRow
from tests.people_builder import hire
from tests.reminders.conftest import connect, give_mail
from tests.reminders.post_office import PostOffice
from tests.web.hr_city import complete, keep

RUN = "sns-guideline-2026"


def open_run(
    opens: date = date(2026, 6, 1), due: date = date(2026, 7, 31), closes: date = date(2026, 9, 30)
) -> None:
    keep(
        RunRow(
            id=RUN,
            course="sns-guideline",
            fiscal_year=2026,
            title="令和8年度の年度研修",
            opens=opens,
            due=due,
            closes=closes,
            base_date=opens,
            questions=10,
            skip_if_completed_same_year=True,
            joiner_days=30,
            pinned="{}",
            opened_at=clock.now(),
        )
    )


def kinds_on(day: date, person: str) -> dict[str, Kind]:
    """By duty, what the day asks for of this person."""
    return {r.duty: r.kind for r in outbox.plan_on(day, [person]).requests}


@pytest.fixture
def learner(app: Flask, people: dict[str, str]) -> str:
    """Somebody who completed the course two years ago."""
    person = hire("0000500", "試験 経験", date(2020, 4, 1))
    give_mail(person, "learner@city.example.jp")
    complete(person, date(2024, 9, 20))
    return person


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 5, 31), None),
        (date(2026, 6, 1), Kind.OPENED),
        (date(2026, 6, 10), Kind.OPENED),
        (date(2026, 6, 11), Kind.NOT_STARTED),
        (date(2026, 7, 24), Kind.DUE_SOON),
        (date(2026, 7, 31), Kind.DUE_SOON),
        (date(2026, 8, 1), Kind.OVERDUE),
        (date(2026, 9, 30), Kind.OVERDUE),
        (date(2026, 10, 1), None),
    ],
)
def test_a_years_run(learner: str, day: date, kind: Kind | None) -> None:
    open_run()
    assert kinds_on(day, learner) == ({} if kind is None else {RUN: kind})


def test_nobody_is_asked_for_a_run_that_is_over(learner: str) -> None:
    """Not on a list for the 所属長 either: its test cannot be taken any more."""
    open_run()
    for day, listed in ((date(2026, 9, 30), [RUN]), (date(2026, 10, 1), [])):
        asked = [each for sheaf in lists_on(day) for each in sheaf.items if each.owed.person_id == learner]
        assert [each.owed.key for each in asked] == listed


def test_who_owes_the_course_is_told_of_that_alone(people: dict[str, str]) -> None:
    open_run()
    assert kinds_on(date(2026, 6, 1), people["late"]) == {"sns-guideline": Kind.OVERDUE}


def test_a_run_closed_early_asks_for_nothing_more(learner: str) -> None:
    open_run()
    keep(
        RunClosingRow(
            run_id=RUN,
            last_day=date(2026, 8, 15),
            reason="試験",
            recorded_at=datetime(2026, 8, 1, tzinfo=clock.JST),
        )
    )
    assert kinds_on(date(2026, 8, 15), learner) == {RUN: Kind.OVERDUE}
    assert kinds_on(date(2026, 8, 16), learner) == {}


def test_course_and_run_are_told_apart_in_the_ledger(
    app: Flask, office: PostOffice, learner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(app, office)
    open_run()
    outbox.send(clock.now, "試験")
    (message,) = [m for to, m in office.taken if to == "learner@city.example.jp"]
    assert "「令和8年度の年度研修」の受講が始まりました。" in message.get_content()
    monkeypatch.setenv("KENSHU_NOW", "2026-06-02T10:00")
    assert outbox.send(clock.now, "試験").sent == 0


def test_a_deferral_is_silence_and_then_a_word_about_the_return(learner: str) -> None:
    open_run()
    keep(
        DeferralRow(
            person_id=learner, start=date(2026, 6, 10), end=date(2026, 8, 31), recorded_at=clock.now()
        )
    )
    assert kinds_on(date(2026, 6, 9), learner) == {RUN: Kind.OPENED}
    for day in (date(2026, 6, 10), date(2026, 8, 1), date(2026, 8, 31)):
        assert kinds_on(day, learner) == {}
    assert kinds_on(date(2026, 9, 1), learner) == {RUN: Kind.BACK}
    # 51 days were left on 10 June: they count from 1 September, beyond the run's own end.
    assert kinds_on(date(2026, 10, 16), learner) == {RUN: Kind.DUE_SOON}


def test_exempt_people_are_left_in_peace(learner: str) -> None:
    open_run()
    keep(
        ExemptionRow(
            person_id=learner,
            course="sns-guideline",
            run_id=RUN,
            reason="その他",
            start=date(2026, 6, 1),
            end=date(2027, 3, 31),
            document="8須総第1号",
            recorded_at=clock.now(),
        )
    )
    assert kinds_on(date(2026, 8, 15), learner) == {}


def test_a_moved_date_is_the_one_that_counts(people: dict[str, str]) -> None:
    keep(
        DueChangeRow(
            person_id=people["late"],
            course="sns-guideline",
            due=date(2026, 6, 30),
            decided_on=date(2026, 6, 1),
            reason="試験",
            recorded_at=clock.now(),
        )
    )
    assert kinds_on(date(2026, 6, 2), people["late"]) == {"sns-guideline": Kind.NOT_STARTED}
    assert kinds_on(date(2026, 6, 23), people["late"]) == {"sns-guideline": Kind.DUE_SOON}
    assert kinds_on(date(2026, 7, 1), people["late"]) == {"sns-guideline": Kind.OVERDUE}


def test_an_amended_section_is_a_duty_of_its_own(learner: str) -> None:
    keep(
        ContentRevisionRow(
            digest="a" * 64,
            course="sns-guideline",
            section="3-scope",
            manifest="{}",
            first_used_at=clock.now(),
        )
    )
    keep(
        AmendmentOpeningRow(
            course="sns-guideline",
            amendment="2026-06",
            section="3-scope",
            opened_on=date(2026, 6, 1),
            due=date(2026, 7, 1),
            after="a" * 64,
            recorded_at=clock.now(),
        )
    )
    duty = "sns-guideline/amendment:2026-06"
    assert kinds_on(date(2026, 5, 29), learner) == {}
    assert kinds_on(date(2026, 6, 1), learner) == {duty: Kind.OPENED}
    assert kinds_on(date(2026, 7, 2), learner) == {duty: Kind.OVERDUE}
