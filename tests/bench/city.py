"""A city of any size for measuring: the same seed gives the same rows, whatever the day is.

It holds what a real one holds (yearly re-appointments, transfers, second posts, leave, leavers, people who
owe nothing, corrected rows), except what the app by hand leaves out: merged records, HR's own adjustments,
consultations, people both elected and in another post, posts that change their category.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert

from app.access.models import AccountRow
from app.courses.model import Course
from app.db import Base, begin_writing, db
from app.people.employment import Category, ServiceState
from app.people.models import (
    AppointmentRow,
    DepartmentRow,
    PersonRow,
    PlacementRow,
    ProfileRow,
    RosterImportRow,
    ServiceStateRow,
    TermRow,
)
from app.training.models import AttemptRow, CompletionRow, ReadingRow
from app.training.records import ELEARNING
from app.training.revisions import keep_revision

#: 基準日 of every report that is measured.
DAY = date(2026, 9, 30)
OPENING = date(2023, 4, 1)
SEED = 20230911
RECORDED = datetime(2023, 4, 1, tzinfo=UTC)
TABLES: tuple[type[Base], ...] = (
    RosterImportRow, DepartmentRow, PersonRow, ProfileRow, AppointmentRow, TermRow, PlacementRow,
    ServiceStateRow, ReadingRow, AttemptRow, CompletionRow, AccountRow,
)  # fmt: skip
FAMILY = ("青木", "石田", "上野", "遠藤", "岡", "加藤", "菊地", "熊谷", "小島", "斎藤", "髙﨑", "関根")
GIVEN = ("明", "和子", "健", "さくら", "洋", "陽菜", "誠", "美咲", "大樹", "直美", "翔", "由紀", "樹", "葵")


def build(people: int, course: Course) -> None:
    """Fill an empty database with a city of about that many people (many more have left)."""
    city = _City(people, course)
    begin_writing()
    for section in course.sections:
        keep_revision(course, section, RECORDED)
    for table in TABLES:
        rows = city.rows[table]
        for start in range(0, len(rows), 5_000):
            db.session.execute(insert(table.__table__), rows[start : start + 5_000])  # type: ignore[arg-type]
    db.session.commit()


class _City:
    """Collects the rows of every table."""

    def __init__(self, people: int, course: Course) -> None:
        self.random = Random(SEED)
        self.course = course
        self.rows: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)
        self.rows[RosterImportRow] = [
            {"source": source, "as_of": date(2026, 4, 1), "kind": "roster", "imported_at": RECORDED}
            for source in ("職員", "消防団", "県費負担教職員")
        ]
        self.codes = self._departments(max(12, people // 30))
        for number in range(people):
            self._person(number)

    def _departments(self, count: int) -> list[str]:
        """One 部 for seven 課, one 係 in every second 課; return the codes people are placed in."""
        codes: list[str] = []
        division = 0
        while len(codes) < count:
            division += 1
            top = f"{division:03}"
            self._department(top, f"第{division}部", None, division)
            codes.append(top)
            for place in range(1, 8):
                code = f"{top}{place:02}"
                self._department(code, f"第{division}部第{place}課", top, place)
                codes.append(code)
                if place % 2:
                    self._department(f"{code}01", f"第{place}課庶務係", code, 1)
                    codes.append(f"{code}01")
        # Given up before the day: it stands in no report.
        self._department("990", "旧企画部", None, 990, valid_to=date(2025, 3, 31))
        return codes

    def _department(
        self, code: str, name: str, parent: str | None, position: int, valid_to: date | None = None
    ) -> None:
        self.rows[DepartmentRow].append({
            "code": code, "name": name, "parent": parent, "position": position, "valid_from": OPENING,
            "valid_to": valid_to, "recorded_at": RECORDED, "withdrawn_at": None,
        })  # fmt: skip

    def _person(self, number: int) -> None:
        person = f"{self.random.getrandbits(128):032x}"
        self.rows[PersonRow].append({"id": person, "created_at": RECORDED})
        name = f"{self.random.choice(FAMILY)} {self.random.choice(GIVEN)}"
        if number % 30 == 0:  # a name since corrected
            self._profile(person, "訂正 前", RECORDED)
        self._profile(person, name, None)
        self.rows[AccountRow].append(
            {"id": person, "person_id": person, "password_hash": "!", "created_at": RECORDED}
        )
        owes = self._employment(person, number)
        if owes:
            self._learning(person, owes)

    def _profile(self, person: str, name: str, withdrawn: datetime | None) -> None:
        self.rows[ProfileRow].append({
            "person_id": person, "name": name, "kana": "ケンシュウ ミホン", "search_key": name,
            "recorded_at": RECORDED, "withdrawn_at": withdrawn,
        })  # fmt: skip

    def _employment(self, person: str, number: int) -> date | None:
        """Give the person posts; return from when something may be owed, or None."""
        chance = number % 100
        if chance < 55:
            return self._regular(person, number)
        if chance < 85:
            return self._one_year(person, number)
        start = date(2026 - number % 6, 4, 1)
        if chance < 88:
            self._post(person, number, date(1990, 4, 1), date(2024, 3, 31), Category.REGULAR)
            self._post(person, 8_000_000 + number, date(2024, 4, 1), None, Category.REEMPLOYED)
            return date(1990, 4, 1)
        if chance < 90:  # twenty days: too short to owe
            self._post(person, number, DAY - timedelta(days=10), DAY + timedelta(days=10), Category.TEMPORARY)
        elif chance < 95:
            self._post(person, number, start, None, Category.FIRE_CORPS, source="消防団")
        elif chance < 99:
            self._post(person, number, start, None, Category.PREFECTURAL_TEACHER, source="県費負担教職員")
        else:
            self._post(person, number, start, None, Category.ELECTED, place=False)
        return None

    def _regular(self, person: str, number: int) -> date:
        random = self.random
        start = date(2026 - number % 37, 4, 1) if number % 11 else DAY - timedelta(days=number % 60)
        end = None
        if number % 40 == 7:
            end = date(2026, 3, 31) if number % 80 == 7 else date(2026, 7, 31)
        transfers = [date(year, 4, 1) for year in (2022, 2024, 2025) if random.random() < 0.3]
        states = []
        if number % 15 == 4:
            away = start + timedelta(days=number % 400 + 3)
            states.append((away, ServiceState.LEAVE))
            if number % 60 in (4, 34):
                states.append((away + timedelta(days=200), ServiceState.ACTIVE))
        self._post(person, number, start, end, Category.REGULAR, transfers, states)
        return start

    def _one_year(self, person: str, number: int) -> date:
        """Appointed for a 年度 at a time; some paused a year, some hold a second post, some left in March."""
        category = Category.FISCAL_YEAR_PART if number % 4 else Category.FISCAL_YEAR_FULL
        first = 2020 + number % 7
        years = [y for y in range(first, 2027) if y == first or number % 9 or y != 2024]
        if number % 25 == 3 and len(years) > 1:
            years.pop()
        for year in years:
            start = date(year, 6 if year == first and number % 5 == 0 else 4, 1)
            self._post(person, 9_000_000 + number, start, date(year + 1, 3, 31), category)
        if number % 13 == 0:
            self._post(person, 9_000_000 + number, date(2026, 4, 1), date(2027, 3, 31), category, main=False)
        return date(first, 4, 1)

    def _post(
        self,
        person: str,
        number: int,
        start: date,
        end: date | None,
        category: Category,
        transfers: list[date] | None = None,
        states: list[tuple[date, ServiceState]] | None = None,
        source: str = "職員",
        main: bool = True,
        place: bool = True,
    ) -> None:
        post = len(self.rows[AppointmentRow]) + 1
        held: dict[str, Any] = {"recorded_at": RECORDED, "withdrawn_at": None}
        self.rows[AppointmentRow].append({
            "id": post, "person_id": person, "source": source, "number": f"{number:07}", "start": start,
            "main": main, **held,
        })  # fmt: skip
        if post % 50 == 0:  # an end since corrected
            wrong = {"appointment_id": post, "end": start, "recorded_at": RECORDED, "withdrawn_at": RECORDED}
            self.rows[TermRow].append(wrong)
        self.rows[TermRow].append({"appointment_id": post, "end": end, **held})
        for since in [start, *(d for d in transfers or [] if d > start)]:
            code = self.random.choice(self.codes) if place else None
            authority = "教育委員会" if code and code < "003" else "市長"
            self.rows[PlacementRow].append({
                "appointment_id": post, "since": since, "department": code, "category": category.value,
                "authority": authority, "title": "主事", **held,
            })  # fmt: skip
        for since, state in states or []:
            self.rows[ServiceStateRow].append(
                {"appointment_id": post, "since": since, "state": state.value, **held}
            )

    def _learning(self, person: str, start: date) -> None:
        """Four of five completed the course, most in time; some of the others began."""
        chance = self.random.random()
        if chance > 0.9:
            return
        begins = max(start, self.course.rules.introduced)
        last = (DAY - begins).days
        if last < 1:
            return
        days = min(last, self.random.randrange(1, 30) if chance < 0.7 else self.random.randrange(31, 400))
        at = datetime(begins.year, begins.month, begins.day, 1, 30, tzinfo=UTC) + timedelta(days=days)
        done = self.course.sections if chance < 0.8 else self.course.sections[: self.random.randrange(1, 5)]
        correct = 0
        for section in done:
            right = section.questions - self.random.randrange(2)
            correct += right
            known = {"person_id": person, "course": self.course.slug, "section": section.slug,
                     "revision": section.revision}  # fmt: skip
            self.rows[ReadingRow].append(known | {"read_at": at - timedelta(hours=2)})
            self.rows[AttemptRow].append(known | {
                "id": f"{self.random.getrandbits(128):032x}", "seed": "0" * 32, "pass_mark": 80,
                "started_at": at - timedelta(hours=1), "finished_at": at - timedelta(minutes=40),
                "correct": right, "passed": True,
            })  # fmt: skip
        if len(done) == len(self.course.sections):
            self.rows[CompletionRow].append(self._completion(person, correct, at))

    def _completion(self, person: str, correct: int, at: datetime) -> dict[str, Any]:
        return {
            "serial": f"B{len(self.rows[CompletionRow]):07}", "person_id": person, "course": self.course.slug,
            "version": self.course.guideline.version, "statement": self.course.rules.statement,
            "method": ELEARNING, "correct": correct,
            "asked": sum(section.questions for section in self.course.sections),
            "name": "", "number": "", "confirmed_at": at,
        }  # fmt: skip
