"""The edges of a year's run, each a worked example that docs/hr/refresher.md tells in the same words."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from app.people.employment import Appointment, Category, Person, ServiceState, Span
from app.settings import ROOT
from app.training.duties import Adjustments, DueChange, duties_of
from app.training.progress import load_progress
from app.training.refresher import Out, Run, membership, run_problems, run_standing
from app.training.standing import Progress, standing
from tests.people_builder import hire
from tests.training.test_duties import RULES, done, post
from tests.training.test_refresher import LAST_YEAR, RUN
from tests.web.running import completed

DOC = ROOT / "docs" / "hr" / "refresher.md"
LEAVE, BACK = ServiceState.LEAVE, ServiceState.ACTIVE
REGULAR = Category.REGULAR
LONG_AGO = date(2020, 4, 1)
NOTHING = Progress()


@dataclass(frozen=True)
class Edge:
    """Somebody's appointments, the day asked about, 状況 and 期限 in RUN (``out``: why not in it)."""

    appointments: tuple[Appointment, ...]
    day: date
    state: str
    due: date | None = None
    course: Progress = LAST_YEAR
    passed: Progress = NOTHING
    out: Out | None = None
    run: Run = RUN
    adjustments: Adjustments = Adjustments()  # noqa: RUF009


LEAP = replace(
    RUN, fiscal_year=2027, opens=date(2028, 1, 17), due=date(2028, 2, 18), closes=date(2028, 3, 31),
    base_date=date(2028, 1, 17),
)  # fmt: skip

EDGES = {
    "期限をまたぐ休み": Edge(
        (post(LONG_AGO, category=REGULAR, states=((date(2026, 7, 1), LEAVE), (date(2026, 10, 1), BACK))),),
        date(2026, 10, 1), "未着手", date(2026, 11, 2),
    ),
    "休んでいる間": Edge(
        (post(LONG_AGO, category=REGULAR, states=((date(2026, 7, 1), LEAVE), (date(2026, 10, 1), BACK))),),
        date(2026, 8, 15), "猶予",
    ),
    "始まる前からの休み": Edge(
        (post(LONG_AGO, category=REGULAR, states=((date(2026, 3, 1), LEAVE), (date(2026, 7, 20), BACK))),),
        date(2026, 7, 20), "未着手", date(2026, 9, 18),
    ),
    "1日だけの任用": Edge((post(date(2026, 7, 15), date(2026, 7, 15)),), date(2026, 7, 15), "対象外",
                    out=Out.NOT_OWED),
    "続く1日の任用の最後の日": Edge(
        (post(LONG_AGO, date(2026, 7, 14)), post(date(2026, 7, 15), date(2026, 7, 15), id=2)),
        date(2026, 7, 15), "未着手", date(2026, 7, 31),
    ),
    "退職した次の日": Edge((post(LONG_AGO, date(2026, 7, 15)),), date(2026, 7, 16), "対象外",
                  out=Out.NOT_OWED),
    "二つの任用の一つが終わった": Edge(
        (post(LONG_AGO, date(2026, 6, 30)), post(LONG_AGO, id=2, main=False)),
        date(2026, 7, 1), "未着手", date(2026, 7, 31),
    ),
    "二つの任用の一つだけが休み": Edge(
        (post(LONG_AGO, states=((date(2026, 6, 10), LEAVE),)), post(LONG_AGO, id=2, main=False)),
        date(2026, 8, 1), "期限超過", date(2026, 7, 31),
    ),
    "4月1日に職員番号が変わった": Edge(
        (post(LONG_AGO, date(2026, 3, 31), category=REGULAR),
         post(date(2026, 4, 1), date(2027, 3, 31), id=8001, category=Category.REEMPLOYED_TRANSITIONAL)),
        date(2026, 6, 1), "未着手", date(2026, 7, 31),
    ),
    "4月1日に再び任用された": Edge(
        (post(date(2025, 4, 1), date(2026, 3, 31)), post(date(2026, 4, 1), date(2027, 3, 31), id=2)),
        date(2026, 6, 1), "未着手", date(2026, 7, 31),
    ),
    "期間中に戻ってきた人": Edge(
        (post(LONG_AGO, date(2025, 3, 31)), post(date(2026, 7, 10), id=2)),
        date(2026, 7, 10), "未着手", date(2026, 8, 10),
    ),
    "うるう日に届く期限": Edge(
        (post(LONG_AGO, date(2025, 3, 31)), post(date(2028, 1, 30), id=2)),
        date(2028, 1, 30), "未着手", date(2028, 2, 29), run=LEAP,
    ),
    "うるう日に戻ってきた人": Edge(
        (post(LONG_AGO, date(2025, 3, 31)), post(date(2028, 2, 29), id=2)),
        date(2028, 2, 29), "未着手", date(2028, 3, 30), run=LEAP,
    ),
    "閉庁日の全員の期限": Edge(
        (post(LONG_AGO),), date(2026, 8, 1), "未着手", date(2026, 8, 1),
        run=replace(RUN, due=date(2026, 8, 1)),
    ),
    "期間中に採用された人": Edge(
        (post(date(2026, 7, 1)),), date(2026, 7, 1), "対象外", course=NOTHING, out=Out.STILL_OWES_COURSE
    ),
    "人事担当が猶予とした人": Edge(
        (post(LONG_AGO),), date(2026, 9, 1), "未着手", date(2026, 10, 1),
        adjustments=Adjustments(deferrals=(Span(date(2026, 7, 1), date(2026, 8, 31)),)),
    ),
    "期限を動かした人": Edge(
        (post(LONG_AGO),), date(2026, 9, 30), "未着手", date(2026, 9, 30),
        adjustments=Adjustments(
            due_changes=(DueChange(date(2026, 9, 30), date(2026, 7, 15), "繁忙期のため", RUN.id),)
        ),
    ),
    "期限のあとに合格して退職し、期間中に戻った人": Edge(
        (post(LONG_AGO, date(2026, 8, 31)), post(date(2026, 11, 2), id=2)),
        date(2026, 11, 2), "修了", date(2026, 7, 31), passed=done(date(2026, 8, 5)),
    ),
}  # fmt: skip


def said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def rows() -> dict[str, str]:
    """The doc's tables: the first cell of a line -> the rest of it."""
    text = DOC.read_text(encoding="utf-8")
    return {m[1].strip(): m[2] for m in re.finditer(r"^\| ([^|]+) \|(.+)\|$", text, re.MULTILINE)}


@pytest.mark.parametrize("name", EDGES)
def test_an_edge_comes_out_as_the_handbook_says(name: str) -> None:
    edge = EDGES[name]
    duties = duties_of(Person("p1", "試験 花子", "", edge.appointments), RULES, adjustments=edge.adjustments)
    stands = run_standing(duties, edge.course, edge.run, edge.passed, edge.day)
    assert (stands.state.value, stands.due) == (edge.state, edge.due)
    assert membership(duties, edge.course, edge.run, edge.day).out is edge.out
    row = rows()[name]
    assert edge.state in row or (edge.out is not None and "対象ではありません" in row)
    if edge.due is not None:
        assert said(edge.due) in row


#: The rows tested below with moments, in each time zone.
MOMENTS = {
    "3月31日 23:59:59 の修了", "4月1日 00:00:00 の修了", "7月31日 23:59:59 の合格", "8月1日 00:00:00 の合格"
}  # fmt: skip


def test_every_worked_example_of_the_handbook_is_tested() -> None:
    section = DOC.read_text(encoding="utf-8").split("\n## 境目の例\n")[1].split("\n## ")[0]
    names = re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE)
    assert set(names) - {"例"} == EDGES.keys() | MOMENTS


def test_a_pass_after_the_date_stays_late_whatever_service_follows() -> None:
    edge = EDGES["期限のあとに合格して退職し、期間中に戻った人"]
    duties = duties_of(Person("p1", "試験 花子", "", edge.appointments), RULES)
    assert run_standing(duties, edge.course, edge.run, edge.passed, edge.day).on_time is False


def test_the_new_hire_owes_the_course_in_thirty_days() -> None:
    duties = duties_of(Person("p1", "試験 花子", "", (post(date(2026, 7, 1)),)), RULES)
    assert standing(duties, NOTHING, date(2026, 7, 1)).due == date(2026, 7, 31)


def test_the_course_completed_after_the_window_leads_into_no_run() -> None:
    duties = duties_of(Person("p1", "試験 花子", "", (post(LONG_AGO),)), RULES)
    late = done(date(2027, 4, 5))
    assert membership(duties, late, RUN, date(2027, 4, 6)).out is Out.OWED_COURSE_THEN


ZONES = ("UTC", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati")


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The server's own time zone, which must not matter."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system knows no tzset")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


@pytest.mark.parametrize(
    ("moment", "year", "out"),
    [
        (datetime(2026, 3, 31, 14, 59, 59, tzinfo=UTC), 2025, None),
        (datetime(2026, 3, 31, 15, 0, 0, tzinfo=UTC), 2026, Out.COMPLETED_SAME_YEAR),
    ],
)
def test_the_years_turn_at_midnight_in_japan(
    app: Flask, zone: str, moment: datetime, year: int, out: Out | None
) -> None:
    person = hire("0001234", start=LONG_AGO)
    completed(person, date(2026, 3, 31), at=moment)
    course = load_progress("sns-guideline", [person])[person]
    on = course.completions[0].on
    assert on == date(2026, 3, 31) + timedelta(days=year - 2025)
    duties = duties_of(Person(person, "", "", (post(LONG_AGO),)), RULES)
    assert membership(duties, course, RUN, date(2026, 6, 1)).out is out


@pytest.mark.parametrize(
    ("moment", "on_time"),
    [
        (datetime(2026, 7, 31, 14, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 7, 31, 15, 0, 0, tzinfo=UTC), False),
    ],
)
def test_the_due_day_runs_to_midnight_in_japan(
    app: Flask, zone: str, moment: datetime, on_time: bool
) -> None:
    person = hire("0001234", start=LONG_AGO)
    completed(person, date(2026, 7, 31), RUN.id, at=moment)
    passed = load_progress("sns-guideline", [person], RUN.id)[person]
    assert load_progress("sns-guideline", [person]) == {}
    duties = duties_of(Person(person, "", "", (post(LONG_AGO),)), RULES)
    assert run_standing(duties, LAST_YEAR, RUN, passed, date(2027, 3, 31)).on_time is on_time


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({}, 0),
        ({"opens": date(2026, 4, 1), "closes": date(2027, 3, 31)}, 0),
        ({"opens": date(2026, 3, 31)}, 1),
        ({"closes": date(2027, 4, 1)}, 1),
        ({"closes": date(2026, 5, 31)}, 2),
        ({"due": date(2026, 12, 29)}, 1),
        ({"questions": 0}, 1),
        ({"title": " "}, 1),
    ],
)
def test_what_cannot_be_opened_is_said(changes: dict[str, object], problems: int) -> None:
    assert len(run_problems(replace(RUN, **changes))) == problems  # type: ignore[arg-type]
