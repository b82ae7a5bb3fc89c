"""/hr/items: what the city gets wrong, by clause and by question, as a page, CSV and XLSX."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, Response, render_template, request

from app import clock
from app.access.policy import Right
from app.audit.exports import evidence_pair
from app.auth import requires
from app.courses.model import Course
from app.fiscal_year import FiscalYear
from app.loaded import site
from app.people.directory import merged_into
from app.people.employment import Organisation
from app.reports.collecting import collecting_nothing
from app.reports.completion import lines_on
from app.reports.facts import load_facts
from app.reports.files import csv_bytes, xlsx_bytes
from app.reports.items import (
    By,
    ClauseLine,
    Groups,
    ItemLine,
    by_clause,
    by_item,
    clause_sheet,
    groups_of,
)
from app.training.first_answers import load_first_answers
from app.web.asked import chosen_course, course_options
from app.web.handing import hand_out

bp = Blueprint("hr_items", __name__)

ALWAYS = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Made:
    """Everything the page and the files show."""

    course: Course
    year: FiscalYear | None
    by: By
    groups: Groups
    clauses: list[ClauseLine]
    items: list[ItemLine]

    @property
    def arguments(self) -> dict[str, str]:
        """The address that asks the same again."""
        year = str(self.year.year) if self.year else ""
        return {"course": self.course.slug, "by": self.by.value, "year": year}


@bp.get("/hr/items")
@requires(Right.SEE_RECORDS)
@collecting_nothing
def index() -> str:
    """Show clauses by wrong first answers, and every question with how its choices were taken."""
    made = _made()
    group = request.args.get("group", "")
    today = FiscalYear.of(clock.today())
    return render_template(
        "hr/items.html",
        made=made,
        group=group if group in made.groups.names else "",
        forms=list(By),
        courses=course_options(),
        years=[FiscalYear(today.year - n) for n in range(5)],
    )


@bp.get("/hr/items.csv")
@requires(Right.SEE_RECORDS)
@collecting_nothing
def items_csv() -> Response:
    """Give the clauses as CSV."""
    made = _made()
    cells = clause_sheet(made.clauses, made.by.label, made.groups.names)
    content = csv_bytes(cells, None if request.args.get("bare") else _about(made))
    return _file(content, made, "csv", len(cells.rows))


@bp.get("/hr/items.xlsx")
@requires(Right.SEE_RECORDS)
@collecting_nothing
def items_xlsx() -> Response:
    """Give the clauses as XLSX."""
    made = _made()
    cells = clause_sheet(made.clauses, made.by.label, made.groups.names)
    return _file(xlsx_bytes(cells, _about(made)), made, "xlsx", len(cells.rows))


def _made() -> _Made:
    course = chosen_course()
    by = By(request.args["by"]) if request.args.get("by") in set(By) else By.CATEGORY
    asked_year = request.args.get("year", type=int)
    year = FiscalYear(asked_year) if asked_year and 1990 <= asked_year <= 2200 else None
    since = ALWAYS if year is None else clock.end_of(FiscalYear(year.year - 1).last_day)
    until = clock.now() if year is None else min(clock.now(), clock.end_of(year.last_day))
    facts = load_facts(course, site().closed_days)
    organisation = Organisation.on(clock.today(), facts.departments)
    groups = groups_of(by, lines_on(facts, organisation), organisation)
    answers = load_first_answers(course.slug, since, until, merged_into())
    clauses = by_clause(answers, groups.of, list(groups.names), list(course.guideline.clauses))
    return _Made(course, year, by, groups, clauses, by_item(answers, course))


def _about(made: _Made) -> tuple[tuple[str, str], ...]:
    return (
        ("研修", made.course.title),
        ("集計", f"まちがいの多い項({made.by.label})"),
        ("年度", made.year.label if made.year else "すべて"),
        ("作成日時", clock.jst(clock.now()).strftime("%Y-%m-%dT%H:%M:%S+09:00")),
        ("数え方", "それぞれの事例への最初の解答。5人に満たない数は示しません。"),
        *evidence_pair(),
    )


def _file(content: bytes, made: _Made, suffix: str, rows: int) -> Response:
    day = clock.today()
    file = f"items-{made.by.value}-{day.isoformat()}.{suffix}"
    return hand_out(content, file, "", "items", made.by.value, day, rows)
