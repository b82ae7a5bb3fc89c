"""Who owes a year's run (年度研修) of a course, by when, and how they stand: pure.

The course itself goes first: whoever still owes it owes that, not the refresher.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.business_days import next_open_day
from app.fiscal_year import FiscalYear
from app.training.blueprint import MOST_QUESTIONS
from app.training.duties import Duties, Duty
from app.training.standing import Progress, Standing, State, judge
from app.wareki import wareki


@dataclass(frozen=True, slots=True)
class Run:
    """One 実施 of a course in a 年度, from ``opens`` to ``closes``, both inclusive."""

    id: str
    course: str
    fiscal_year: int
    title: str
    opens: date
    due: date
    closes: date
    base_date: date
    questions: int
    skip_if_completed_same_year: bool = True
    joiner_days: int = 30


class Out(StrEnum):
    """Why a person is not in a run, in words."""

    NOT_OPEN = "実施期間の前"
    NOT_OWED = "受講の対象ではない"
    NOT_IN_WINDOW = "実施期間に在職していない"
    STILL_OWES_COURSE = "研修そのものを受講中"
    OWED_COURSE_THEN = "実施期間の間は研修そのものを受講中"
    COURSE_EXEMPT = "研修そのものが免除"
    COMPLETED_SAME_YEAR = "同じ年度に研修そのものを修了"


@dataclass(frozen=True, slots=True)
class Membership:
    """Whether a person is in a run on a day: ``entered`` and ``due`` when in, else ``out`` says why not."""

    duty: Duty | None
    entered: date | None = None
    due: date | None = None
    out: Out | None = None


def membership(duties: Duties, course: Progress, run: Run, day: date) -> Membership:
    """Whether the person is in ``run`` on ``day``; ``course`` is what was done of the course itself."""
    duty = duties.duty_on(day)
    if duty is None:
        return Membership(None, out=Out.NOT_OWED)
    if day < run.opens:
        return Membership(duty, out=Out.NOT_OPEN)
    completed = course.completed_by(day)
    if completed is None:
        exempt = any(e.start <= day <= e.end for e in course.exemptions)
        return Membership(duty, out=Out.COURSE_EXEMPT if exempt else Out.STILL_OWES_COURSE)
    if run.skip_if_completed_same_year and FiscalYear.of(completed.on).year == run.fiscal_year:
        return Membership(duty, out=Out.COMPLETED_SAME_YEAR)
    joined = _first_day_in_window(duty, run)
    if joined is None:
        return Membership(duty, out=Out.NOT_IN_WINDOW)
    entered = max(joined, completed.on + timedelta(days=1))
    if entered > run.closes:
        return Membership(duty, out=Out.OWED_COURSE_THEN)
    return Membership(duty, entered, _due(run, entered, duties))


def _first_day_in_window(duty: Duty, run: Run) -> date | None:
    """The first day in the window of the service owed now; an earlier service is over with its own run."""
    starts = (
        max(span.start, duty.begins, run.opens)
        for span in duty.service.spans
        if span.start <= run.closes and span.end >= max(duty.begins, run.opens)
    )
    return min((day for day in starts if day <= run.closes), default=None)


def _due(run: Run, entered: date, duties: Duties) -> date:
    """The run's due date; for a joiner in the window the later of it and ``joiner_days`` from the start."""
    if entered <= run.opens:
        return run.due
    own = next_open_day(entered + timedelta(days=run.joiner_days), duties.closed_days)
    return max(run.due, own)


def run_standing(duties: Duties, course: Progress, run: Run, done: Progress, day: date) -> Standing:
    """状況 in a run on ``day``; ``done`` is what was done in the run, with the exemptions from it.

    Whether a pass was in time is judged by the service in which it was made, whatever service followed.
    """
    member = membership(duties, course, run, day)
    completed = done.completed_by(day)
    if member.out is not None:
        return Standing(State.NOT_OWED, None, None, completed)
    if completed is not None:
        then = membership(duties, course, run, completed.on)
        member = member if then.out is not None else then
    assert member.duty is not None and member.entered is not None and member.due is not None
    return judge(duties, member.duty, member.entered, member.due, run.id, done, day)


def last_day_to_take(run: Run, due: date | None) -> date:
    """Until when the test may be taken: the window's end, or a later 受講期限 of one's own."""
    return run.closes if due is None else max(run.closes, due)


def run_problems(run: Run) -> list[str]:
    """Why a run cannot be opened with these dates, in sentences."""
    year = FiscalYear(run.fiscal_year)
    problems = []
    if not run.title.strip():
        problems.append("実施の名前を入力してください。")
    if run.opens not in year:
        first, last = wareki(year.first_day), wareki(year.last_day)
        problems.append(f"始まりの日は、{year.label}({first}から{last}まで)の日にしてください。")
    if run.closes not in year:
        problems.append(f"終わりの日は、{year.label}の日({wareki(year.last_day)}まで)にしてください。")
    if run.closes < run.opens:
        problems.append("終わりの日は、始まりの日以後にしてください。")
    if not run.opens <= run.due <= run.closes:
        problems.append("受講期限は、始まりの日から終わりの日までの間にしてください。")
    if not 1 <= run.questions <= MOST_QUESTIONS:
        problems.append(f"出題数は、1から{MOST_QUESTIONS}までにしてください。")
    return problems
