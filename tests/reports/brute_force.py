"""INTERFACE 5 read word by word and day by day, slowly: what the report must equal.

Nothing of ``training.duties``, ``training.standing`` or ``reports`` is used here on purpose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import jpholiday

from app.people.employment import (
    Appointment,
    Category,
    Consultation,
    Department,
    Person,
    Placement,
    ServiceState,
)
from app.training.standing import Progress

ONE = timedelta(days=1)
#: Open-ended appointments run to here; long enough after every day asked about.
HORIZON = date(2028, 12, 31)

COLUMNS = ("在籍者数", "対象外", "要協議", "免除", "猶予", "対象者数", "修了", "期限内修了", "受講中",
           "未着手", "期限超過", "修了率")  # fmt: skip


@dataclass(frozen=True)
class World:
    """Everything there is to know."""

    people: tuple[Person, ...]
    progress: dict[str, Progress]
    departments: tuple[Department, ...]
    consultations: tuple[Consultation, ...]
    introduced: date
    assigned: frozenset[Category] | None
    closed: frozenset[date]
    due_days: int = 30
    gap: int = 31
    min_term: int = 31


def last_day(appointment: Appointment) -> date:
    return HORIZON if appointment.end is None else min(appointment.end, HORIZON)


def there(appointment: Appointment, day: date) -> bool:
    return appointment.start <= day <= last_day(appointment)


def placed(appointment: Appointment, day: date) -> Placement:
    return [p for i, p in enumerate(appointment.placements) if i == 0 or p.since <= day][-1]


def away(appointment: Appointment, day: date) -> bool:
    states = [state for since, state in appointment.states if since <= day]
    return bool(states) and states[-1] is ServiceState.LEAVE


def scope(world: World, person: Person, appointment: Appointment, day: date) -> str:
    """適用区分 of one post on one day."""
    category = placed(appointment, day).category
    held = [placed(a, day).category for a in person.appointments if there(a, day)]
    elected = Category.ELECTED in held
    both = elected and any(c is not Category.ELECTED for c in held)
    if both:
        outcome = answer(world, person, Category.ELECTED, day)
    elif category is Category.PREFECTURAL_TEACHER:
        outcome = answer(world, person, category, day)
    else:
        return {Category.ELECTED: "適用除外(公選)", Category.EXTERNAL: "適用外"}.get(category, "適用")
    if outcome is None:
        return "要協議"
    if category is Category.ELECTED:
        return "適用除外(公選)"
    return "適用" if outcome else "適用外"


def answer(world: World, person: Person, subject: Category, day: date) -> bool | None:
    """What HR recorded by ``day``: for the person before for the category, the latest."""
    known = [c for c in world.consultations if c.decided_on <= day]
    own = [c for c in known if c.person_id == person.id]
    general = [c for c in known if c.person_id is None and c.category is subject]
    chosen = own or general
    return sorted(chosen, key=lambda c: c.decided_on)[-1].applies if chosen else None


def owing_posts(world: World, person: Person, day: date) -> list[Appointment]:
    """The posts in force that owe the course taken alone (length of service not yet asked)."""
    found = []
    for appointment in person.appointments:
        if there(appointment, day) and scope(world, person, appointment, day) == "適用":
            category = placed(appointment, day).category
            if world.assigned is None:
                owes = category not in (Category.SPECIAL_PART, Category.FIRE_CORPS)
            else:
                owes = category in world.assigned
            if owes:
                found.append(appointment)
    return found


def open_day(world: World, day: date) -> date:
    while (
        day.weekday() in (5, 6)
        or jpholiday.is_holiday(day)
        or (day.month == 12 and day.day >= 29)
        or (day.month == 1 and day.day <= 3)
        or day in world.closed
    ):
        day += ONE
    return day


@dataclass
class Served:
    """One service: its days with an owing post, and the days of them on which everything was on leave."""

    days: list[date]
    leave: set[date]
    posts: dict[date, list[Appointment]]

    def begins(self, world: World) -> date:
        return max(self.days[0], world.introduced)

    def due(self, world: World, on: date) -> date:
        """The 受講期限 as it stands on a day: walk to it, stopping the clock while on leave."""
        begins = self.begins(world)
        due = open_day(world, begins + timedelta(days=world.due_days))
        left: date | None = None
        for day in self.days:
            if day > on:
                break
            if day in self.leave:
                left = left or day
            elif left is not None:
                if day > begins:
                    remaining = max((due - max(left, begins)).days, 30)
                    due = open_day(world, day + timedelta(days=remaining))
                left = None
        return due


def services(world: World, person: Person) -> list[Served]:
    """Every service that owes the course."""
    found: list[Served] = []
    first = min(a.start for a in person.appointments)
    last = max(last_day(a) for a in person.appointments)
    day = first
    while day <= last:
        posts = owing_posts(world, person, day)
        if posts:
            if not found or (day - found[-1].days[-1]).days - 1 > world.gap:
                found.append(Served([], set(), {}))
            found[-1].days.append(day)
            found[-1].posts[day] = posts
            if all(away(a, day) for a in posts):
                found[-1].leave.add(day)
        day += ONE
    return [s for s in found if len(s.days) >= world.min_term and s.days[-1] >= world.introduced]


@dataclass
class Stands:
    """One line by person, as words."""

    person: Person
    post: Appointment
    placement: Placement
    department: str
    scope: str
    assigned: str
    state: str
    year: int | None
    due: date | None
    completed: date | None
    on_time: str


def on_day(world: World, person: Person, served: list[Served], day: date, order: list[str]) -> Stands | None:
    """How a person stands on a day, or None when nobody is there. ``served`` are their services."""
    here = [a for a in person.appointments if there(a, day)]
    if not here:
        return None
    current = next((s for s in served if day in s.posts and s.begins(world) <= day), None)
    owing = current.posts[day] if current else []
    post = stood_under(here, owing, day, order)
    bound = scope(world, person, post, day)
    done = next((c.on for c in world.progress[person.id].completions if c.on <= day), None)
    state, due, year, on_time = "対象外", None, None, ""
    if current is not None:
        state, due = state_of(world, person, current, day, done)
        year = fiscal(current.begins(world))
        if done is not None:
            begun = [s for s in served if s.days[0] <= done]
            answered = begun[-1] if begun else served[0]
            due, year = answered.due(world, done), fiscal(answered.begins(world))
            on_time = "期限内" if done <= due or done in answered.leave else "期限後"
    code = placed(post, day).department
    return Stands(
        person,
        post,
        placed(post, day),
        code if code in order else "",
        bound,
        "受講対象" if post in owing else "任意" if bound == "適用" else "対象外",
        state,
        year,
        due,
        done,
        on_time,
    )


def stood_under(
    here: list[Appointment], owing: list[Appointment], day: date, order: list[str]
) -> Appointment:
    """The one post of those in force a person stands under."""

    def rank(a: Appointment) -> tuple[object, ...]:
        code = placed(a, day).department
        place = order.index(code) if code in order else len(order)
        return (a not in owing, not a.main, a.start, place, a.number, a.source)

    return sorted(here, key=rank)[0]


def state_of(
    world: World, person: Person, current: Served, day: date, done: date | None
) -> tuple[str, date | None]:
    """The first 状況 that fits, and the 期限."""
    progress = world.progress[person.id]
    due = current.due(world, day)
    if done is not None:
        return "修了", None
    if any(e.start <= day <= e.end for e in progress.exemptions):
        return "免除", due
    if day in current.leave:
        return "猶予", None
    if day > due:
        return "期限超過", due
    if progress.began_on is not None and progress.began_on <= day:
        return "受講中", due
    return "未着手", due


def fiscal(day: date) -> int:
    return day.year if day >= date(day.year, 4, 1) else day.year - 1


def numbers(stands: Sequence[Stands]) -> tuple[object, ...]:
    """The twelve numbers of one line of a table."""
    counted = ["要協議" if s.state == "対象外" and s.scope == "要協議" else s.state for s in stands]
    count = {name: counted.count(name) for name in COLUMNS}
    required = count["修了"] + count["受講中"] + count["未着手"] + count["期限超過"]
    rate = "-"
    if required:
        cut = count["修了"] * 1000 // required
        rate = f"{cut // 10}.{cut % 10}"
    timely = sum(s.state == "修了" and s.on_time == "期限内" for s in stands)
    return (
        len(stands), count["対象外"], count["要協議"], count["免除"], count["猶予"], required, count["修了"],
        timely, count["受講中"], count["未着手"], count["期限超過"], rate,
    )  # fmt: skip


def in_force(department: Department, day: date) -> bool:
    return (department.valid_from or date.min) <= day <= (department.valid_to or date.max)


def official_order(departments: Sequence[Department], day: date) -> list[tuple[str, int]]:
    """Codes in 建制順 with their 階層, children after their parent."""
    current = {d.code: d for d in departments if in_force(d, day)}

    def below(parent: str | None, level: int) -> list[tuple[str, int]]:
        children = [d for d in current.values() if (d.parent if d.parent in current else None) == parent]
        found: list[tuple[str, int]] = []
        for child in sorted(children, key=lambda d: (d.position, d.code)):
            found += [(child.code, level), *below(child.code, level + 1)]
        return found

    return below(None, 1)


def within(code: str, top: str, departments: Sequence[Department], day: date) -> bool:
    """Whether ``code`` is ``top`` or stands below it on the day."""
    current = {d.code: d for d in departments if in_force(d, day)}
    while code in current:
        if code == top:
            return True
        code = current[code].parent or ""
    return False


def left_in_year(world: World, person: Person, day: date) -> date | None:
    """The last day of a 期中退職者, else None."""
    if any(there(a, day) for a in person.appointments):
        return None
    past = [last_day(a) for a in person.appointments if a.end is not None and a.end < day]
    coming = [a.start for a in person.appointments if a.start > day]
    if not past or fiscal(max(past)) != fiscal(day):
        return None
    if coming and (min(coming) - max(past)).days - 1 <= world.gap:
        return None
    return max(past)
