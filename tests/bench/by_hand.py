"""The report as somebody would write it for this one city and nothing else: sqlite3, tuples, plain loops.

It knows no merged records, no adjustments by HR, no consultations, no day on which something was known;
a post keeps its category and only somebody with one post goes on leave. On the city of ``city.py`` it must
give what the site gives.
"""

from __future__ import annotations

import csv
import io
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import jpholiday

FAR = date.max
ONE_DAY = timedelta(days=1)
JST = timedelta(hours=9)
ELECTED, TEACHER = "公選職", "県費負担教職員"
#: 状況 that make up 対象者数; all but the first are 未修了.
REQUIRED = ("修了", "受講中", "未着手", "期限超過")
PERSON_HEADINGS = (
    "年度", "基準日", "研修", "職員番号", "氏名", "フリガナ", "所属コード", "所属名", "任命権者", "職員区分",
    "適用区分", "受講区分", "義務年度", "期限", "状況", "修了日", "期限内", "得点", "受講方法",
    "ガイドラインの版",
)  # fmt: skip
GROUP_HEADINGS = (
    "所属コード", "所属名", "階層", "在籍者数", "対象外", "要協議", "免除", "猶予", "対象者数", "修了",
    "期限内修了", "受講中", "未着手", "期限超過", "修了率",
)  # fmt: skip
COUNTED = ("対象外", "要協議", "免除", "猶予", "修了", "期限内", "受講中", "未着手", "期限超過")


class Place(NamedTuple):
    since: date
    department: str | None
    category: str
    authority: str


class Post(NamedTuple):
    start: date
    end: date
    main: bool
    source: str
    number: str
    places: list[Place]
    states: list[tuple[date, str]]

    def place(self, day: date) -> Place:
        found = self.places[0]
        for place in self.places:
            if place.since <= day:
                found = place
        return found


class Done(NamedTuple):
    on: date
    score: int
    method: str
    version: str


class Duty(NamedTuple):
    posts: list[Post]
    begins: date
    due: date


class Department(NamedTuple):
    code: str
    name: str
    level: int
    below: list[str]


class Line(NamedTuple):
    person: str
    name: str
    kana: str
    number: str
    source: str
    code: str
    department: str
    authority: str
    category: str
    scope: str
    obligation: str
    duty_year: int | None
    due: date | None
    state: str
    counted: str
    done: Done | None
    on_time: bool | None


class Report(NamedTuple):
    day: date
    course: str
    lines: list[Line]
    departments: list[Department]
    left: int
    left_unfinished: int


def make_report(db: sqlite3.Connection, course: Mapping[str, Any], day: date) -> Report:
    """Read the tables and work out how everybody stands on ``day``."""
    departments = _departments(db, day)
    order = {d.code: n for n, d in enumerate(departments)}
    names = {d.code: d.name for d in departments}
    posts, done, began = _posts(db), _done(db, course["slug"]), _began(db, course["slug"])
    year = day.year if day.month >= 4 else day.year - 1
    first_day = date(year, 4, 1)
    lines: list[Line] = []
    left = left_unfinished = 0
    for person, name, kana in db.execute(
        "SELECT person_id, name, kana FROM profiles WHERE withdrawn_at IS NULL"
    ):
        mine = posts.get(person, [])
        duties = _duties(mine, course)
        current = [p for p in mine if p.start <= day <= p.end]
        if not current:
            last = _left_on(mine, day, course["service_gap_days"])
            if last is not None and last >= first_day:
                left += 1
                _, state, *_rest = _stand(duties, done.get(person), began.get(person), last)
                left_unfinished += state in REQUIRED[1:]
            continue
        duty, state, due, completed, on_time = _stand(duties, done.get(person), began.get(person), day)
        owing = _owing(duties, day)
        post = min(current, key=lambda p: _rank(p, owing, order, day)) if len(current) > 1 else current[0]
        place = post.place(day)
        code = place.department if place.department in order else ""
        scope = {ELECTED: "適用除外(公選)", TEACHER: "要協議"}.get(place.category, "適用")
        owes = owing is not None and post in owing.posts
        lines.append(
            Line(
                person, name, kana, post.number, post.source, code or "", names.get(code or "", "所属なし"),
                place.authority, place.category, scope,
                "受講対象" if owes else "任意" if scope == "適用" else "対象外",
                None if duty is None else _fiscal_year(duty.begins), due, state,
                "要協議" if state == "対象外" and scope == "要協議" else state, completed, on_time,
            )
        )  # fmt: skip
    last_place = len(order)
    lines.sort(key=lambda line: (order.get(line.code, last_place), line.number, line.source, line.person))
    return Report(day, course["title"], lines, departments, left, left_unfinished)


# ---- reading


def _departments(db: sqlite3.Connection, day: date) -> list[Department]:
    text = day.isoformat()
    children: dict[str | None, list[Any]] = defaultdict(list)
    rows = db.execute(
        "SELECT code, name, parent, position FROM departments WHERE withdrawn_at IS NULL"
        " AND (valid_from IS NULL OR valid_from <= ?) AND (valid_to IS NULL OR ? <= valid_to)"
        " ORDER BY position, code",
        (text, text),
    ).fetchall()
    for row in rows:
        children[row[2]].append(row)
    found: list[Department] = []

    def walk(parent: str | None, level: int) -> list[str]:
        codes: list[str] = []
        for code, name, _parent, _position in children.get(parent, ()):
            here = Department(code, name, level, [code])
            found.append(here)
            here.below.extend(walk(code, level + 1))
            codes += here.below
        return codes

    walk(None, 1)
    return found


def _posts(db: sqlite3.Connection) -> dict[str, list[Post]]:
    places: dict[int, list[Place]] = defaultdict(list)
    for post, since, department, category, authority in db.execute(
        "SELECT appointment_id, since, department, category, authority FROM placements"
        " WHERE withdrawn_at IS NULL ORDER BY since, id"
    ):
        places[post].append(Place(date.fromisoformat(since), department, category, authority))
    states: dict[int, list[tuple[date, str]]] = defaultdict(list)
    for post, since, state in db.execute(
        "SELECT appointment_id, since, state FROM service_states"
        " WHERE withdrawn_at IS NULL ORDER BY since, id"
    ):
        states[post].append((date.fromisoformat(since), state))
    posts: dict[str, list[Post]] = defaultdict(list)
    for person, post, source, number, start, end, main in db.execute(
        'SELECT a.person_id, a.id, a.source, a.number, a.start, t."end", a.main FROM appointments a'
        " JOIN terms t ON t.appointment_id = a.id AND t.withdrawn_at IS NULL"
        " WHERE a.withdrawn_at IS NULL ORDER BY a.start"
    ):
        posts[person].append(
            Post(
                date.fromisoformat(start), date.fromisoformat(end) if end else FAR, bool(main), source,
                number, places[post], states.get(post, []),
            )
        )  # fmt: skip
    return posts


def _done(db: sqlite3.Connection, course: str) -> dict[str, Done]:
    found: dict[str, Done] = {}
    for person, at, correct, asked, method, version in db.execute(
        "SELECT person_id, confirmed_at, correct, asked, method, version FROM completions"
        " WHERE course = ? ORDER BY confirmed_at",
        (course,),
    ):
        found.setdefault(person, Done(_jst_day(at), correct * 100 // asked, method, version))
    return found


def _began(db: sqlite3.Connection, course: str) -> dict[str, date]:
    return {
        person: _jst_day(at)
        for person, at in db.execute(
            "SELECT person_id, min(at) FROM (SELECT person_id, read_at AS at FROM readings WHERE course = ?"
            " UNION ALL SELECT person_id, started_at FROM attempts WHERE course = ?) GROUP BY person_id",
            (course, course),
        )
    }


def _jst_day(moment: str) -> date:
    return (datetime.fromisoformat(moment) + JST).date()


# ---- deciding


@cache
def open_day(day: date) -> date:
    """The day itself, or the next on which the city hall is open."""
    while (
        day.weekday() >= 5
        or (day.month, day.day) >= (12, 29)
        or (day.month, day.day) <= (1, 3)
        or jpholiday.is_holiday(day)
    ):
        day += ONE_DAY
    return day


def _fiscal_year(day: date) -> int:
    return day.year if day.month >= 4 else day.year - 1


def _duties(posts: Sequence[Post], course: Mapping[str, Any]) -> list[Duty]:
    """Owing posts one after another are one service; a longer break begins a new one."""
    duties: list[Duty] = []
    group: list[Post] = []
    reach = date.min
    days = 0
    for post in posts:
        if post.places[0].category not in course["assigned"]:
            continue
        if group and (post.start - reach).days - 1 > course["service_gap_days"]:
            _add_duty(duties, group, reach, days, course)
            group, days, reach = [], 0, date.min
        first = post.start if not group else max(post.start, reach + ONE_DAY if reach < FAR else FAR)
        group.append(post)
        if post.end > reach:
            days += (post.end - first).days + 1
            reach = post.end
    if group:
        _add_duty(duties, group, reach, days, course)
    return duties


def _add_duty(
    duties: list[Duty], group: list[Post], reach: date, days: int, course: Mapping[str, Any]
) -> None:
    begins = max(group[0].start, course["introduced"])
    if days >= course["min_term_days"] and begins <= reach:
        duties.append(Duty(group, begins, open_day(begins + timedelta(days=course["due_days"]))))


def _owing(duties: Sequence[Duty], day: date) -> Duty | None:
    for duty in duties:
        if duty.begins <= day and any(p.start <= day <= p.end for p in duty.posts):
            return duty
    return None


def _stand(
    duties: Sequence[Duty], done: Done | None, began: date | None, day: date
) -> tuple[Duty | None, str, date | None, Done | None, bool | None]:
    """Duty, 状況, 期限, completion, whether in time."""
    duty = _owing(duties, day)
    if done is not None and done.on > day:
        done = None
    if duty is None:
        return None, "対象外", None, done, None
    if done is not None:
        duty = next((d for d in reversed(duties) if d.posts[0].start <= done.on), duties[0])
        due, away = _after_leave(duty, done.on)
        return duty, "修了", due, done, done.on <= due or away
    due, away = _after_leave(duty, day)
    if away:
        return duty, "猶予", None, None, None
    if day > due:
        return duty, "期限超過", due, None, None
    return duty, "受講中" if began is not None and began <= day else "未着手", due, None, None


def _after_leave(duty: Duty, day: date) -> tuple[date, bool]:
    """期限 as it stands on ``day``, and whether the person is on leave that day."""
    due, away = duty.due, False
    states = duty.posts[0].states
    for n, (since, state) in enumerate(states):
        if state != "猶予" or since > day:
            continue
        back = states[n + 1][0] if n + 1 < len(states) else FAR
        if back > day:
            away = duty.posts[0].start <= day <= duty.posts[0].end
        elif back > duty.begins:
            remaining = max((due - max(since, duty.begins)).days, 30)
            due = open_day(back + timedelta(days=remaining))
    return due, away


def _rank(post: Post, owing: Duty | None, order: Mapping[str, int], day: date) -> tuple[Any, ...]:
    owes = owing is not None and post in owing.posts
    place = order.get(post.place(day).department or "", len(order))
    return not owes, not post.main, post.start, place, post.number, post.source


def _left_on(posts: Sequence[Post], day: date, gap_days: int) -> date | None:
    last = max((p.end for p in posts if p.start <= day), default=None)
    following = min((p.start for p in posts if p.start > day), default=None)
    if last is not None and following is not None and (following - last).days - 1 <= gap_days:
        return None
    return last


# ---- what is shown


def person_cells(report: Report, line: Line) -> tuple[Any, ...]:
    """A line by person, as its cells."""
    done = line.done
    return (
        _fiscal_year(report.day), report.day, report.course, line.number, line.name, line.kana, line.code,
        line.department, line.authority, line.category, line.scope, line.obligation, line.duty_year, line.due,
        line.state, done.on if done else None,
        "" if line.on_time is None else "期限内" if line.on_time else "期限後",
        done.score if done else None, done.method if done else "", done.version if done else "",
    )  # fmt: skip


def department_rows(report: Report) -> list[tuple[Any, ...]]:
    """Every 所属 with those below it, 所属なし, 合計: code, name, level, then the numbers."""
    own: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTED, 0))
    for line in report.lines:
        counts = own[line.code]
        counts[line.counted] += 1
        counts["期限内"] += line.counted == "修了" and line.on_time is True
    rows = [(d.code, d.name, d.level, *_numbers(own, d.below)) for d in report.departments]
    rows.append(("", "所属なし", None, *_numbers(own, [""])))
    rows.append(("", "合計", None, *_numbers(own, list(own))))
    return rows


def _numbers(own: Mapping[str, Mapping[str, int]], codes: Sequence[str]) -> tuple[Any, ...]:
    total = dict.fromkeys(COUNTED, 0)
    for code in codes:
        if code in own:
            for name, number in own[code].items():
                total[name] += number
    required = sum(total[name] for name in REQUIRED)
    tenths = total["修了"] * 1000 // required if required else 0
    return (
        required + total["対象外"] + total["要協議"] + total["免除"] + total["猶予"],
        total["対象外"], total["要協議"], total["免除"], total["猶予"], required, total["修了"],
        total["期限内"], total["受講中"], total["未着手"], total["期限超過"],
        f"{tenths // 10}.{tenths % 10}" if required else "-",
    )  # fmt: skip


def csv_of(report: Report, by: str) -> bytes:
    """The report as a file."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    if by == "person":
        writer.writerow(PERSON_HEADINGS)
        for line in report.lines:
            writer.writerow([_text(cell) for cell in person_cells(report, line)])
    else:
        writer.writerow(GROUP_HEADINGS)
        for code, name, *numbers in department_rows(report):
            writer.writerow([_text(code), _text(name), *numbers])
    return out.getvalue().encode("utf-8-sig")


def _text(cell: Any) -> Any:
    """A cell no spreadsheet runs."""
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")):
        return "'" + cell
    return cell
