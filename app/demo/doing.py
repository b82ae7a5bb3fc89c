"""When somebody of the demonstration begins a course, and how well they do: chance, within what they owe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from app.clock import JST, day_of, end_of
from app.courses.model import Course
from app.demo.cast import PROGRESS, Stage
from app.demo.learning import Learned, Way, at_a_meeting, learn, office_time
from app.demo.organisation import SCHOOLS
from app.fiscal_year import FiscalYear
from app.people.employment import Appointment, Person, ServiceState
from app.training.duties import Duties, Duty

#: 所属 where fewer get to it, and the share who never do.
SLOW = {"0601": 0.24, "1014": 0.3, "0412": 0.2, "0304": 0.15, "1031": 0.2}
#: 所属 without a computer for everybody: many take part at a meeting, this share of them in the course.
TOGETHER = {"0601": "集合", "1014": "集合", "1021": "集合", "1022": "集合", "0302": "紙", "1012": "紙"}
AT_MEETINGS = 0.5
#: 所属 that cannot let everybody go at once, by how many 年度 before today's their turn came.
TURNS = {
    **dict.fromkeys(("0411", "0412", "0413", "0414", "0415", "0703", "1011", "1012", "1014", *SCHOOLS), 0),
    **dict.fromkeys(("0302", "0304", "0305", "030101", "0402", "0403", "0404", "0405", "0406", "0601"), 1),
}
NEVER, LATE, VOLUNTEERS = 0.022, 0.07, 0.05
STAGES = {
    Stage.UNDER_WAY: Way(0.95, sections=2, then="open", steady=True),
    Stage.ONE_FAILED: Way(0.95, sections=1, then="failed", steady=True),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """The present, and the first day of the records."""

    now: datetime
    today: date
    opening: date


@dataclass(frozen=True, slots=True)
class Turn:
    """When those of some 所属 who were there before the course take it; HR moved their 期限 in March."""

    decided_on: date
    opens: date
    due: date


def turn_of(duty: Duty, course: Course, today: date) -> Turn | None:
    """The turn of somebody who was in service when the course was introduced; None without one."""
    back = TURNS.get(duty.service.spans[-1].placement.department or "")
    if back is None or duty.service.start >= course.rules.introduced:
        return None
    year = FiscalYear.of(today).year - back
    return Turn(date(year, 3, 2), date(year, 5, 11), date(year, 9, 30))


def what_was_done(duties: Duties, course: Course, moment: Moment, seed: int) -> Learned:
    """Everything this person did in the course up to now; the same for the same seed and history."""
    person = duties.person
    first = person.appointments[0]
    random = Random(f"{seed}:{course.slug}:{first.source}:{first.number}:{first.start}:{person.kana}")
    stage, days_ago = PROGRESS.get(person.appointments[-1].number, (Stage.CHANCE, 0))
    if stage is Stage.NOTHING:
        return Learned()
    if stage in STAGES:
        begins = office_time(morning(moment.today - timedelta(days=days_ago)), random)
        return learn(course, random, STAGES[stage], min(begins, moment.now - timedelta(hours=3)), moment.now)
    if not duties.owing:
        return _volunteer(person, course, moment, random)
    for duty in duties.owing:
        learned = _in_service(duties, duty, course, moment, random, surely=stage is Stage.DONE)
        if learned.confirmed_at is not None or learned.readings:
            return learned
    return Learned()


def _in_service(
    duties: Duties, duty: Duty, course: Course, moment: Moment, random: Random, surely: bool
) -> Learned:
    department = duty.service.spans[-1].placement.department or ""
    way = Way(ability=random.triangular(0.72, 0.98, 0.92))
    never = SLOW.get(department, NEVER)
    turn = None if surely else turn_of(duty, course, moment.today)
    opens, due = (turn.opens, turn.due) if turn else (duty.begins, duty.due)
    # What was owed long ago was often caught up with.
    if (moment.today - due).days > 400:
        never /= 2
    if not surely and random.random() < never:
        if random.random() < 0.5:
            return Learned()
        way = Way(way.ability, random.randint(0, 3), random.choice(("read", "open", "failed")))
    last_day = (due - opens).days
    wait = int(random.triangular(0, last_day - 3, last_day * 0.35))
    if not surely and random.random() < LATE + never:
        wait = last_day + 1 + int(random.expovariate(1 / 35))
    begins = at_work(duties, duty, opens + timedelta(days=wait))
    if begins is None:
        return Learned()
    until = moment.now if duty.service.end >= moment.today else min(moment.now, end_of(duty.service.end))
    if department in TOGETHER and not surely and random.random() < AT_MEETINGS:
        return at_a_meeting(TOGETHER[department], day_of(office_time(morning(begins), random)), until)
    return learn(course, random, way, office_time(morning(begins), random), until)


def at_work(duties: Duties, duty: Duty, day: date) -> date | None:
    """``day``, or the first day after it on which the person is in service and not on leave."""
    for span in sorted(duty.service.spans, key=lambda s: s.start):
        if span.end < day:
            continue
        day = max(day, span.start)
        away = [since for since, _ in span.appointment.states if since > day]
        if span.appointment.state_on(day) is not ServiceState.LEAVE:
            return day
        back = [since for since in away if span.appointment.state_on(since) is not ServiceState.LEAVE]
        if back and back[0] <= span.end:
            return back[0] + timedelta(days=5)
    return None


def _volunteer(person: Person, course: Course, moment: Moment, random: Random) -> Learned:
    """A few take the course though they need not."""
    post: Appointment = person.appointments[0]
    first = max(post.start, moment.opening)
    last = min(post.end or moment.today, moment.today)
    if random.random() > VOLUNTEERS or last <= first:
        return Learned()
    begins = first + timedelta(days=random.randint(0, (last - first).days))
    return learn(course, random, Way(0.9), office_time(morning(begins), random), moment.now)


def morning(day: date) -> datetime:
    """Eight o'clock in Japan."""
    return datetime.combine(day, time(8, 0), JST)
