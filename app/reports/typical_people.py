"""The dates typical people would get in a year's run: real people, else made-up ones. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.fiscal_year import FiscalYear
from app.people.employment import (
    FAR_FUTURE,
    Appointment,
    Category,
    Organisation,
    Person,
    Placement,
    ServiceState,
)
from app.reports.completion import Facts
from app.training.duties import Duties, DutyRules, duties_of
from app.training.refresher import Out, Run, membership
from app.training.standing import NOTHING_DONE, Completed, Progress, standing
from app.wareki import wareki

DAY = timedelta(days=1)
#: The kinds of people the preview shows the dates of.
NEW_HIRE = "期間中に採用される人"
BACK_FROM_LEAVE = "期間中に休みから戻る人"
TWO_POSTS = "二つの職に就いている人"
REAPPOINTED = "4月1日に再び任用された人"
RETIRING = "年度内に退職する人"


@dataclass(frozen=True, slots=True)
class Typical:
    """What somebody of a kind will get: ``who`` is a real person, or "" for a made-up example."""

    kind: str
    who: str
    says: str
    due: date | None


Finder = Callable[[Duties, Run], date | None]
"""The day on which somebody is an example of a kind, or None."""


def typical(facts: Facts, rules: DutyRules, run: Run, organisation: Organisation) -> list[Typical]:
    """One person of each kind: a real one where there is one, else a made-up one under the same rules."""
    return [
        _example(kind, finder, facts, run, organisation) or _made_up(kind, rules, run)
        for kind, finder in KINDS.items()
    ]


def _example(kind: str, finder: Finder, facts: Facts, run: Run, organisation: Organisation) -> Typical | None:
    for duties in sorted(facts.people, key=lambda d: (d.person.appointments[-1:] == (), d.person.id)):
        day = finder(duties, run)
        if day is None:
            continue
        course = facts.progress.get(duties.person.id, NOTHING_DONE)
        post = duties.post_on(day, organisation.order())
        if post is None or duties.duty_on(day) is None:
            continue
        says, due = _says(duties, course, run, day)
        says = _more(kind, duties, says, day)
        return Typical(kind, f"{post.appointment.number} {duties.person.name}", says, due)
    return None


def _says(duties: Duties, course: Progress, run: Run, day: date) -> tuple[str, date | None]:
    """What the person gets, in a sentence, and the date."""
    member = membership(duties, course, run, day)
    if member.out is Out.STILL_OWES_COURSE:
        due = standing(duties, course, day).due
        until = f"期限は{wareki(due)}です。" if due else "お休みの間は猶予です。"
        return f"研修そのものを受けます。{until}修了すると、同じ年度の年度研修は省かれます。", due
    if member.out is not None:
        return f"この実施の対象ではありません({member.out.value})。", None
    assert member.duty is not None and member.entered is not None and member.due is not None
    if duties.on_leave(member.duty, day):
        return "お休みの間は猶予です。戻った日から、残りの日数(少なくとも30日)が期限になります。", None
    due = duties.due_after_leave(member.duty, member.entered, member.due, run.id, day)
    if due != run.due:
        return f"期限は{wareki(due)}です(全員の期限は{wareki(run.due)})。", due
    return f"期限は全員と同じ{wareki(due)}です。", due


def _more(kind: str, duties: Duties, says: str, day: date) -> str:
    """What there is to say of the kind besides the date."""
    duty = duties.duty_on(day)
    if kind == RETIRING and duty is not None:
        return f"{says}{wareki(duty.service.end)}に任用が終わり、翌日からは対象ではありません。"
    if kind == TWO_POSTS:
        return f"{says}二つの職でも、受けるのは一度です。"
    return says


def _new_hire(duties: Duties, run: Run) -> date | None:
    return next((d.begins for d in duties.owing if run.opens < d.service.start <= run.closes), None)


def _back_from_leave(duties: Duties, run: Run) -> date | None:
    for duty in duties.owing:
        for leave in duties.leaves(duty):
            back = leave.end + DAY if leave.end < FAR_FUTURE else None
            if back is not None and run.opens < back <= run.closes and duty.service.covers(back):
                return back
    return None


def _two_posts(duties: Duties, run: Run) -> date | None:
    held = [span for span in duties.spans if span.start <= run.opens <= span.end]
    owing = duties.duty_on(run.opens)
    return run.opens if owing is not None and len({s.appointment.id for s in held}) > 1 else None


def _reappointed(duties: Duties, run: Run) -> date | None:
    april = FiscalYear(run.fiscal_year).first_day
    ended = any(a.end == april - DAY for a in duties.person.appointments)
    again = any(a.start == april for a in duties.person.appointments)
    return run.opens if ended and again and duties.duty_on(run.opens) is not None else None


def _retiring(duties: Duties, run: Run) -> date | None:
    duty = duties.duty_on(run.opens)
    if duty is None or any(_one_year(a) for a in duties.person.appointments):
        return None
    return run.opens if duty.service.end <= FiscalYear(run.fiscal_year).last_day else None


def _one_year(appointment: Appointment) -> bool:
    """会計年度任用 and the like end every 31 March; that is no leaving."""
    return appointment.end is not None and (appointment.end - appointment.start).days < 366


KINDS: Mapping[str, Finder] = {
    NEW_HIRE: _new_hire,
    BACK_FROM_LEAVE: _back_from_leave,
    TWO_POSTS: _two_posts,
    REAPPOINTED: _reappointed,
    RETIRING: _retiring,
}


def _made_up(kind: str, rules: DutyRules, run: Run) -> Typical:
    """A made-up regular employee of long standing, shaped to be of the kind."""
    april = FiscalYear(run.fiscal_year).first_day
    long_ago = FiscalYear(run.fiscal_year - 10).first_day
    month = min(run.opens + timedelta(days=30), run.closes)
    done = Progress(completions=(Completed(april - timedelta(days=300), 100, "", "", ""),))
    day = run.opens
    appointments: tuple[Appointment, ...]
    if kind == NEW_HIRE:
        appointments, done, day = (_post(1, month),), NOTHING_DONE, month
    elif kind == BACK_FROM_LEAVE:
        states = ((april, ServiceState.LEAVE), (month, ServiceState.ACTIVE))
        appointments, day = (_post(1, long_ago, states=states),), month
    elif kind == TWO_POSTS:
        appointments = (_post(1, long_ago), _post(2, long_ago, main=False))
    elif kind == REAPPOINTED:
        appointments = (_post(1, FiscalYear(run.fiscal_year - 1).first_day, april - DAY), _post(2, april))
    else:
        appointments = (_post(1, long_ago, FiscalYear(run.fiscal_year).last_day),)
    duties = duties_of(Person("", "", "", appointments), rules)
    says, due = _says(duties, done, run, day)
    says = _more(kind, duties, says, day)
    when = {NEW_HIRE: "に採用", BACK_FROM_LEAVE: "に復帰"}.get(kind)
    return Typical(kind, "", f"{wareki(month)}{when}の例: {says}" if when else f"例: {says}", due)


def _post(
    id: int,
    start: date,
    end: date | None = None,
    main: bool = True,
    states: tuple[tuple[date, ServiceState], ...] = (),
) -> Appointment:
    return Appointment(id, "", str(id), start, end, main, (Placement(start, None, Category.REGULAR),), states)
