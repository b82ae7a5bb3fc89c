"""The year's runs (年度研修の実施): opened by HR after a preview, closed early by a row of its own.

A run is never edited. Nothing is assigned by it: who is in is worked out from it (``refresher.membership``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ForeignKey, Text, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from app.courses.model import Course
from app.db import Base, UTCDateTime, begin_writing, db
from app.evidence import ledger
from app.evidence.chain import digest
from app.fiscal_year import FiscalYear
from app.training.blueprint import Blueprint, Item, blueprint
from app.training.first_answers import first_answers
from app.training.refresher import Run, run_problems
from app.wareki import wareki

#: From so many earlier 年度 with a run on, forms are balanced by how people answered.
RUNS_BEFORE_RATES = 2


class RunRow(Base):
    """HR opened one 実施 of a course in a 年度; what the forms are drawn from was pinned with it."""

    __tablename__ = "runs"

    #: e.g. sns-guideline-2026; a second one in the same 年度 ends in -2.
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    course: Mapped[str] = mapped_column(Text, index=True)
    fiscal_year: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    opens: Mapped[date]
    due: Mapped[date]
    closes: Mapped[date]
    base_date: Mapped[date]
    questions: Mapped[int]
    skip_if_completed_same_year: Mapped[bool]
    joiner_days: Mapped[int]
    #: JSON: the blueprint (revision of the bank, composition, expected rates by scenario).
    pinned: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    opened_by: Mapped[str] = mapped_column(Text, default="")


class RunClosingRow(Base):
    """HR closed a run early: ``last_day`` is the last day of its window; withdrawn when it was a mistake."""

    __tablename__ = "run_closings"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id"), index=True)
    last_day: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Refused(Exception):
    """A run cannot be opened or closed so; the argument says why, in sentences."""

    def __init__(self, *problems: str) -> None:
        super().__init__("".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class KnownRun:
    """A run with when and by whom it was opened and, when closed early, why."""

    run: Run
    opened_at: datetime
    opened_by: str
    closed_because: str = ""


def known_runs(known_at: datetime | None = None) -> list[KnownRun]:
    """Every run, the newest first, as it was known at a moment (None: now)."""
    closings = _closings(known_at)
    query = select(RunRow).order_by(RunRow.opens.desc(), RunRow.opened_at.desc(), RunRow.id)
    if known_at is not None:
        query = query.where(RunRow.opened_at <= known_at)
    found = []
    for row in db.session.scalars(query):
        closing = closings.get(row.id)
        reason = "" if closing is None else closing.reason
        found.append(KnownRun(_run(row, closing), row.opened_at, row.opened_by, reason))
    return found


def load_runs(course: str | None = None, known_at: datetime | None = None) -> list[Run]:
    """The runs (of one course), the newest first."""
    return [one.run for one in known_runs(known_at) if course in (None, one.run.course)]


def find_run(run_id: str, known_at: datetime | None = None) -> Run | None:
    """The run with this id, or None."""
    return next((run for run in load_runs(known_at=known_at) if run.id == run_id), None)


def run_blueprint(run_id: str) -> Blueprint:
    """What was pinned when the run was opened. Raises LookupError."""
    pinned = db.session.scalar(select(RunRow.pinned).where(RunRow.id == run_id))
    if pinned is None:
        raise LookupError(run_id)
    return Blueprint.from_json(json.loads(pinned))


def _closings(known_at: datetime | None) -> Mapping[str, RunClosingRow]:
    query = select(RunClosingRow).order_by(RunClosingRow.id)
    if known_at is None:
        query = query.where(RunClosingRow.withdrawn_at.is_(None))
    else:
        query = query.where(
            RunClosingRow.recorded_at <= known_at,
            RunClosingRow.withdrawn_at.is_(None) | (RunClosingRow.withdrawn_at > known_at),
        )
    return {row.run_id: row for row in db.session.scalars(query)}


def _run(row: RunRow, closing: RunClosingRow | None) -> Run:
    run = Run(
        id=row.id,
        course=row.course,
        fiscal_year=row.fiscal_year,
        title=row.title,
        opens=row.opens,
        due=row.due,
        closes=row.closes,
        base_date=row.base_date,
        questions=row.questions,
        skip_if_completed_same_year=row.skip_if_completed_same_year,
        joiner_days=row.joiner_days,
    )
    return run if closing is None else replace(run, closes=min(run.closes, closing.last_day))


def next_id(course: str, fiscal_year: int) -> str:
    """The id a run opened now would get."""
    base = f"{course}-{fiscal_year}"
    taken = db.session.scalar(
        select(func.count()).where(RunRow.course == course, RunRow.fiscal_year == fiscal_year)
    )
    return f"{base}-{taken + 1}" if taken else base


def make_blueprint(course: Course, run: Run, now: datetime) -> Blueprint:
    """What the run's forms are drawn from when it is opened at ``now``: by level, later by first answers."""
    years = {one.fiscal_year for one in load_runs(course.slug) if one.fiscal_year < run.fiscal_year}
    answers = first_answers(course.slug, now) if len(years) >= RUNS_BEFORE_RATES else None
    return blueprint(bank_of(course), run.questions, course.revision, answers)


def bank_of(course: Course) -> Sequence[Item]:
    """Every scenario of the course as the draw sees it, in the course's order."""
    return tuple(
        Item(scenario.id, section.slug, scenario.clauses, scenario.level)
        for section in course.sections
        for scenario in section.scenarios
    )


def open_run(course: Course, run: Run, by: str, now: datetime) -> Run:
    """Open a run exactly as previewed; its id is given here. Raises Refused."""
    problems = run_problems(run)
    if problems:
        raise Refused(*problems)
    begin_writing()
    made = replace(run, id=next_id(course.slug, run.fiscal_year))
    pinned = make_blueprint(course, made, now).to_json()
    db.session.add(
        RunRow(
            id=made.id,
            course=made.course,
            fiscal_year=made.fiscal_year,
            title=made.title,
            opens=made.opens,
            due=made.due,
            closes=made.closes,
            base_date=made.base_date,
            questions=made.questions,
            skip_if_completed_same_year=made.skip_if_completed_same_year,
            joiner_days=made.joiner_days,
            pinned=json.dumps(pinned, ensure_ascii=False, sort_keys=True),
            opened_at=now,
            opened_by=by,
        )
    )
    try:
        ledger.append(
            "run.opened", now, by=by,
            run=made.id, course=made.course, opens=made.opens.isoformat(), due=made.due.isoformat(),
            closes=made.closes.isoformat(), base_date=made.base_date.isoformat(), questions=made.questions,
            pinned=digest(pinned),
        )  # fmt: skip
        db.session.commit()
    except IntegrityError as error:  # opened twice at once
        db.session.rollback()
        raise Refused("同じ年度の実施が、いま開かれました。一覧を確かめてください。") from error
    return made


def close_run(run_id: str, last_day: date, reason: str, by: str, now: datetime) -> Run:
    """End a run's window early; people in it stay in it. Raises Refused, LookupError."""
    begin_writing()
    run = find_run(run_id)
    if run is None:
        db.session.rollback()
        raise LookupError(run_id)
    problems = closing_problems(run, last_day, reason)
    if problems:
        db.session.rollback()
        raise Refused(*problems)
    db.session.add(
        RunClosingRow(
            run_id=run_id, last_day=last_day, reason=reason.strip(), recorded_by=by, recorded_at=now
        )
    )
    ledger.append("run.closed", now, by=by, run=run_id, course=run.course, last_day=last_day.isoformat())
    db.session.commit()
    return replace(run, closes=last_day)


def closing_problems(run: Run, last_day: date, reason: str) -> list[str]:
    """Why the run cannot be closed so, in sentences."""
    problems = []
    if last_day < run.opens:
        problems.append("終わりの日は、実施の始まりの日以後にしてください。")
    if last_day >= run.closes:
        problems.append(f"この実施は{wareki(run.closes)}に終わります。それより前の日を入力してください。")
    if not reason.strip():
        problems.append("早く終える理由を入力してください。")
    return problems


def suggested(course: Course, fiscal_year: int) -> Run:
    """A run as ``course.toml`` ([refresher]) suggests it for a 年度; HR may change every date."""
    rules = course.rules.refresher
    year = FiscalYear(fiscal_year)

    def day(name: str, otherwise: str) -> date:
        month, dom = map(int, str(rules.get(name, otherwise)).split("-"))
        return date(fiscal_year if month >= 4 else fiscal_year + 1, month, dom)

    opens = day("opens", "06-01")
    return Run(
        id="",
        course=course.slug,
        fiscal_year=fiscal_year,
        title=f"{year.label} {course.title}(年度研修)",
        opens=opens,
        due=day("due", "07-31"),
        closes=day("closes", "12-28"),
        base_date=day("base_date", opens.strftime("%m-%d")),
        questions=_whole(rules.get("questions"), 10),
        skip_if_completed_same_year=rules.get("skip_if_completed_same_year", True) is not False,
        joiner_days=_whole(rules.get("joiner_days"), 30),
    )


def _whole(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise
