"""A small city for HR's pages: one person of each kind, everybody's standing known by heart."""

from __future__ import annotations

from datetime import UTC, date, datetime

from app.db import begin_writing, db
from app.people.employment import Category, ServiceState
from app.training.models import CompletionRow
from tests.people_builder import add_appointment, add_department, add_person

#: The day of every test here; NOON is its 12:00 JST as KENSHU_NOW takes it.
TODAY = date(2026, 6, 1)
NOON = "2026-06-01T12:00"
VERSION = "令和5年9月11日更新・本文抜粋"

#: Who stands how on TODAY, over the whole city.
COUNTS = {
    "在籍者数": 8, "対象外": 1, "要協議": 1, "免除": 0, "猶予": 1, "対象者数": 5, "修了": 2, "期限内修了": 1,
    "受講中": 0, "未着手": 1, "期限超過": 2, "修了率": "40.0",
}  # fmt: skip


def build_city() -> dict[str, str]:
    """Make departments and people; return person ids by a short name."""
    add_department("010", "総務部", position=1)
    add_department("011", "人事課", parent="010", position=1, head_number="0000002")
    add_department("012", "行政管理課", parent="010", position=2)
    add_department("020", "教育部", position=2, head_number="0000006")
    add_department("021", "第一小学校", parent="020", position=1)
    people = {
        "hr": _hire("0000001", "見本 一郎", "011", date(2020, 4, 1)),
        "head": _hire("0000002", "見本 課長", "011", date(2010, 4, 1), title="課長"),
        "late": _hire("0000003", "髙橋 﨑子", "012", date(2024, 4, 1)),
        "new": _hire("0000004", "試験 新人", "012", date(2026, 5, 20)),
        "away": _hire("0000005", "試験 休子", "012", date(2022, 4, 1), leave=date(2025, 10, 1)),
        "director": _hire("0000006", "見本 部長", "020", date(2010, 4, 1), title="部長"),
        "teacher": _hire(
            "0000007", "試験 先生", "021", date(2021, 4, 1), category=Category.PREFECTURAL_TEACHER
        ),
        "mayor": _hire("0000008", "見本 市長", None, date(2024, 8, 1), category=Category.ELECTED),
        "gone": _hire("0000009", "試験 退職", "012", date(2020, 4, 1), end=date(2026, 4, 30)),
    }
    complete(people["hr"], date(2023, 9, 20))
    complete(people["head"], date(2024, 2, 1))
    add_appointment(
        people["director"], "0000006", date(2026, 4, 1), department="012", main=False, title="参事"
    )
    return people


def _hire(
    number: str,
    name: str,
    department: str | None,
    start: date,
    end: date | None = None,
    category: Category = Category.REGULAR,
    leave: date | None = None,
    title: str = "主事",
) -> str:
    person_id = add_person(name, "シケン")
    states = () if leave is None else ((leave, ServiceState.LEAVE),)
    authority = "教育委員会" if department in ("020", "021") else "市長"
    add_appointment(
        person_id, number, start, end, category, department, authority=authority, title=title, states=states
    )
    return person_id


def complete(person_id: str, on: date) -> str:
    """Let a person have completed the course at noon of a day; return the serial."""
    serial = f"T{on:%m%d}-{person_id[:4]}"
    keep(
        CompletionRow(
            serial=serial,
            person_id=person_id,
            course="sns-guideline",
            version=VERSION,
            statement="確認しました。",
            method="eラーニング",
            correct=20,
            asked=22,
            name="試験",
            number="0000000",
            confirmed_at=datetime(on.year, on.month, on.day, 3, tzinfo=UTC),
        )
    )
    return serial


def keep(*rows: object) -> None:
    """Put rows into the database as the site would: in a writing transaction."""
    begin_writing()
    db.session.add_all(rows)
    db.session.commit()
