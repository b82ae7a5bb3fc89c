"""/hr/items: what the city gets wrong, by clause and by question, as a page, CSV and XLSX."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, render_template, request

from app import clock
from app.access.policy import Right
from app.audit.exports import evidence_pair
from app.auth import requires
from app.courses.model import Course
from app.fiscal_year import FiscalYear
from app.people.directory import load_departments
from app.people.employment import Category, Organisation
from app.reports.answered import load_answered
from app.reports.columns import Sheet
from app.reports.files import csv_bytes, xlsx_bytes
from app.reports.item_columns import clause_sheet
from app.reports.item_groups import By, GroupLine, by_group
from app.reports.items import BLOCK, SET_ASIDE, ClauseLine, ItemLine, by_clause, by_item
from app.wareki import wareki
from app.web.asked import chosen_course, course_options
from app.web.handing import hand_out

bp = Blueprint("hr_items", __name__)


@dataclass(frozen=True, slots=True)
class _Made:
    """Everything the page and the files show: the city up to ``until``, groups (key -> name) of ``year``."""

    course: Course
    until: date
    items: list[ItemLine]
    clauses: list[ClauseLine]
    year: FiscalYear
    by: By
    groups: list[GroupLine]
    names: dict[str, str]

    @property
    def arguments(self) -> dict[str, str]:
        """The address that asks the same again."""
        return {"course": self.course.slug, "by": self.by.value}

    @property
    def sheet(self) -> Sheet:
        """The clauses as cells."""
        until = f"{self.until.isoformat()}まで"
        return clause_sheet(self.clauses, until, self.groups, self.year.label, self.by, self.names)


@bp.get("/hr/items")
@requires(Right.SEE_RECORDS)
def index() -> str:
    """Show clauses by wrong first answers, and every question with how its choices were taken."""
    made = _made()
    group = request.args.get("group", "")
    return render_template(
        "hr/items.html",
        made=made,
        group=group if group in made.names else "",
        forms=list(By),
        courses=course_options(),
        block=BLOCK,
        aside=SET_ASIDE,
    )


@bp.get("/hr/items.csv")
@requires(Right.SEE_RECORDS)
def items_csv() -> Response:
    """Give the clauses as CSV."""
    made = _made()
    content = csv_bytes(made.sheet, None if request.args.get("bare") else _about(made))
    return _file(content, made, "csv")


@bp.get("/hr/items.xlsx")
@requires(Right.SEE_RECORDS)
def items_xlsx() -> Response:
    """Give the clauses as XLSX."""
    made = _made()
    return _file(xlsx_bytes(made.sheet, _about(made)), made, "xlsx")


def _made() -> _Made:
    course = chosen_course()
    by = By(request.args["by"]) if request.args.get("by") in set(By) else By.CATEGORY
    answered = load_answered(course.slug, clock.today())
    items = by_item(answered.counted, course)
    groups, year = by_group(answered.parts), answered.year
    return _Made(course, answered.last, items, by_clause(items), year, by, groups, _names(by, groups, year))


def _names(by: By, groups: list[GroupLine], year: FiscalYear) -> dict[str, str]:
    """The groups of which anything may be shown, in their order."""
    shown = {key for line in groups for key in line.groups[by]}
    if by is By.CATEGORY:
        return {category.value: category.value for category in Category if category.value in shown}
    known = load_departments(clock.end_of(year.last_day))
    departments = Organisation.on(year.last_day, known).departments
    return {department.code: department.name for department in departments if department.code in shown}


def _about(made: _Made) -> tuple[tuple[str, str], ...]:
    return (
        ("研修", made.course.title),
        ("集計", f"まちがいの多い項({made.by.label})"),
        ("市全体", f"{wareki(made.until)}までの解答"),
        ("区分", f"{made.year.label}の解答"),
        ("作成日時", clock.jst(clock.now()).strftime("%Y-%m-%dT%H:%M:%S+09:00")),
        (
            "数え方",
            f"それぞれの事例への最初の解答。問題ごとに{BLOCK}人分ずつ数えます。"
            f"区分には、そのうち先の{SET_ASIDE}人分と、5人に満たない数を入れません。",
        ),
        *evidence_pair(),
    )


def _file(content: bytes, made: _Made, suffix: str) -> Response:
    day = clock.today()
    file = f"items-{made.by.value}-{day.isoformat()}.{suffix}"
    return hand_out(content, file, "", "items", made.by.value, day, len(made.sheet.rows))
