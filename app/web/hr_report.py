"""/hr/report: every form of the report, as a page, CSV, XLSX and on paper, from one address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _

from app import clock
from app.access.policy import Right
from app.audit.exports import evidence_pair
from app.auth import requires
from app.loaded import site
from app.people.employment import Category
from app.reports.choosing import Choice
from app.reports.collecting import collecting_nothing
from app.reports.columns import (
    DEPARTMENT_COLUMNS,
    FORMULA,
    NAMED_COLUMNS,
    Column,
    Heading,
    person_columns,
    sheet,
)
from app.reports.completion import NO_DEPARTMENT, TOTAL, Count, Line, Row
from app.reports.council import council as council_of
from app.reports.council import month_before
from app.reports.denominator import Entry, denominator
from app.reports.facts import load_facts, load_report
from app.reports.files import NotInCP932, csv_bytes, xlsx_bytes
from app.reports.notices import Leavers
from app.reports.report import Form, Report, make_report
from app.reports.sheets import TO_BE_SEEN, department_sheets, second_posts
from app.training.standing import State
from app.web import asked as addresses
from app.web.asked import Asked, asked
from app.web.handing import hand_out
from app.web.onward import see_other
from app.web.table import Keys, table_of

bp = Blueprint("hr_report", __name__)

PER_PAGE = 100
#: What a page by person shows of the columns; what is the same in every line stands above the table.
ON_SCREEN = (
    "職員番号", "氏名", "フリガナ", "所属名", "任命権者", "職員区分", "適用区分", "受講区分", "義務年度",
    "期限", "状況", "修了日", "期限内", "得点",
)  # fmt: skip


@bp.get("/hr/report")
@requires(Right.SEE_RECORDS)
@collecting_nothing
def report() -> str:
    """Show the report in the form, of the day and with the filters asked for."""
    today = clock.today()
    form = _form()
    question = _question(form)
    made = _load(question)
    common = _common(question, form, made, today)
    if form is Form.PERSON:
        return render_template("report/people.html", **common, **_people(made, question))
    columns = DEPARTMENT_COLUMNS if form is Form.DEPARTMENT else NAMED_COLUMNS
    *rows, total = made.rows(form, site().authorities)
    address = {**question.arguments(today), "by": form.value}
    groups = table_of(rows, _group_orders(columns), "hr_report.report", address, len(rows) or 1)
    return render_template(
        "report/groups.html",
        **common,
        columns=columns,
        groups=groups,
        total=total,
        link=_Links(form, question, today),
    )


@bp.get("/hr/report.csv")
@requires(Right.SEE_RECORDS)
@collecting_nothing
def report_csv() -> Response:
    """Give the same report as CSV."""
    question, form, made = _made()
    cells = made.sheet(form, site().authorities)
    about = None if request.args.get("bare") else _about(made, form, len(cells.rows))
    try:
        content = csv_bytes(cells, about, cp932=request.args.get("encoding") == "cp932")
    except NotInCP932 as error:
        flash(str(error), "error")
        back = {**question.arguments(clock.today()), "by": form.value}
        return see_other(_address(back))
    return _file(content, form, question.day, "csv", len(cells.rows))


@bp.get("/hr/report.xlsx")
@requires(Right.SEE_RECORDS)
@collecting_nothing
def report_xlsx() -> Response:
    """Give the same report as XLSX."""
    question, form, made = _made()
    cells = made.sheet(form, site().authorities)
    content = xlsx_bytes(cells, _about(made, form, len(cells.rows)))
    return _file(content, form, question.day, "xlsx", len(cells.rows))


@bp.get("/hr/report/unfinished")
@requires(Right.SEE_RECORDS)
@collecting_nothing
def unfinished() -> str:
    """Print, one 所属 a sheet, who has not completed, for handing to each 所属長."""
    question = asked(clock.today())
    made = _load(question)
    sheets = [
        (each, [line for line in each.lines if line.count in TO_BE_SEEN])
        for each in department_sheets(made.lines, made.organisation)
        if each.tally.unfinished
    ]
    return render_template(
        "report/unfinished.html",
        asked=question,
        report=made,
        sheets=sheets,
        back=question.arguments(clock.today()),
        departments=addresses.department_options(made.organisation),
    )


@bp.get("/hr/report/denominators")
@requires(Right.SEE_RECORDS)
@collecting_nothing
def denominators() -> str:
    """Show who is in 対象者数 and who is not, since when and why."""
    question = asked(clock.today())
    facts = load_facts(question.course, site().closed_days, run=question.run, known_at=question.known_at)
    made = make_report(facts, question.course, question.day, question.choice)
    found = denominator(facts, made, question.course.rules)
    address = question.arguments(clock.today())
    return render_template(
        "report/denominators.html",
        asked=question,
        title=made.title,
        tally=found.tally,
        sums=found.sums,
        entries=table_of(found.entries, _ENTRY_ORDERS, "hr_report.denominators", address, PER_PAGE),
        departments=addresses.department_options(made.organisation),
        back=address,
        formula=FORMULA,
    )


@bp.get("/hr/report/council")
@requires(Right.SEE_RECORDS)
@collecting_nothing
def council() -> str:
    """Print the one-page report to the 庁議."""
    question = asked(clock.today())
    earlier_day = addresses.asked_day("compare", month_before(question.day))
    facts = load_facts(question.course, site().closed_days, run=question.run, known_at=question.known_at)
    now = make_report(facts, question.course, question.day)
    earlier = make_report(facts, question.course, earlier_day)
    return render_template(
        "report/council.html",
        asked=question,
        report=now,
        earlier_day=earlier_day,
        council=council_of(now, earlier, site().authorities),
        formula=FORMULA,
        back=Asked(question.course, question.day, Choice(), run=question.run).arguments(clock.today()),
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """What a page says around its table.

    Templates hold on to what they are given until the collector comes; a whole city would wait with it.
    """

    title: str
    gap: str
    leavers: Leavers
    chosen: tuple[tuple[str, str], ...]
    found: int


class _Links:
    """The address of the people behind each number of a table of groups."""

    def __init__(self, form: Form, question: Asked, today: date) -> None:
        self.form = form
        self.arguments = question.arguments(today)
        # Hundreds of numbers, one address: url_for for each costs more than the counting.
        self.base = url_for("hr_report.report")

    def __call__(self, row: Row, key: str | None, value: object) -> str:
        """The address, or nothing where there is nobody to show."""
        if key is None or not value:
            return ""
        arguments = {**self.arguments, "by": Form.PERSON.value}
        if row.name != TOTAL or row.key:
            arguments[self.form.value] = row.key
        if key:
            # A chosen 状況 stays; the column then narrows it further.
            arguments["column" if arguments.get("state", key) != key else "state"] = key
        return f"{self.base}?{urlencode(arguments)}"


def _load(question: Asked) -> Report:
    return load_report(
        question.course, site().closed_days, question.day, question.choice, question.run, question.known_at
    )


def _address(arguments: dict[str, str]) -> str:
    return url_for("hr_report.report", **arguments)  # type: ignore[arg-type]


def _question(form: Form) -> Asked:
    """What was asked; the column followed to people says nothing about a table of groups."""
    question = asked(clock.today())
    return question if form is Form.PERSON else replace(question, choice=replace(question.choice, column=""))


def _made() -> tuple[Asked, Form, Report]:
    form = _form()
    question = _question(form)
    made = _load(question)
    return question, form, made


def _form() -> Form:
    given = request.args.get("by", "")
    return Form(given) if given in set(Form) else Form.DEPARTMENT


def _common(question: Asked, form: Form, made: Report, today: date) -> dict[str, object]:
    """What every form's page shows around its table."""
    everybody = list(made.everybody)
    return {
        "asked": question,
        "problems": (*question.problems, *_unknown_department(made)),
        "form": form,
        "forms": list(Form),
        "report": _Told(
            made.title,
            made.gap,
            made.leavers,
            question.choice.described(made.organisation),
            len(made.lines),
        ),
        "arguments": question.arguments(today),
        "formula": FORMULA,
        "usual_days": addresses.usual_days(today),
        "today": today,
        "options": {
            "course": addresses.course_options(),
            "run": addresses.run_options(),
            "department": addresses.department_options(made.organisation),
            "category": addresses.category_options(),
            "authority": addresses.authority_options(site().authorities, everybody),
            "state": addresses.state_options(),
            "method": addresses.method_options(),
            "duty_year": addresses.year_options(everybody),
        },
    }


def _unknown_department(made: Report) -> list[str]:
    code = made.choice.department
    if not code or code == NO_DEPARTMENT or code in made.organisation.by_code():
        return []
    return [_("基準日の組織に、所属コード「%(code)s」の所属はありません。", code=code)]


def _people(made: Report, question: Asked) -> dict[str, object]:
    """The page's part of the lines, and who is listed besides under a chosen 所属."""
    columns = [c for c in person_columns(Heading(made.day, made.title)) if c.name in ON_SCREEN]
    address = {**question.arguments(clock.today()), "by": Form.PERSON.value}
    people = table_of(made.lines, _orders(columns, made), "hr_report.report", address, PER_PAGE)
    shown = people.rows
    seconds = second_posts(made.everybody, made.organisation)
    return {
        "columns": columns,
        "rows": list(zip((x.person.id for x in shown), sheet(columns, shown).rows, strict=True)),
        "people": people,
        "seconds": seconds.get(question.choice.department, []),
    }


def _orders(columns: Sequence[Column[Line]], made: Report) -> Keys[Line]:
    """What each column of people is ordered by: its own cells, but 所属 by 建制順 and names by フリガナ."""
    places, states, categories = made.organisation.order(), list(State), list(Category)
    keys = {column.name: column.value for column in columns}
    return {
        **keys,
        "氏名": lambda line: line.person.kana or line.person.name,
        "所属名": lambda line: places.get(line.code),
        "職員区分": lambda line: categories.index(line.post.placement.category),
        "状況": lambda line: states.index(line.standing.state),
    }


_ENTRY_ORDERS: Keys[Entry] = {
    "number": lambda entry: entry.line.post.appointment.number,
    "name": lambda entry: entry.line.person.kana or entry.line.person.name,
    "count": lambda entry: list(Count).index(entry.line.count),
    "since": lambda entry: entry.since,
    "reason": lambda entry: entry.reason,
}


def _group_orders(columns: Sequence[Column[Row]]) -> Keys[Row]:
    """What each number of groups is ordered by; names stand in 建制順 or their own order anyway."""
    keys: dict[str, Callable[[Row], Any]] = {
        column.name: column.value for column in columns if column.kind in ("number", "code")
    }
    return keys | {"修了率": lambda row: row.tally.tenths}


def _about(made: Report, form: Form, rows: int) -> tuple[tuple[str, str], ...]:
    """What the file is, and the value of the records as they stood."""
    return (*made.about(form, rows, clock.now()), *evidence_pair())


def _file(content: bytes, form: Form, day: date, suffix: str, rows: int) -> Response:
    file = f"report-{form.value}-{day.isoformat()}.{suffix}"
    shown = f"受講状況_{form.label}_{day.isoformat()}.{suffix}"
    return hand_out(content, file, shown, "completion", form.value, day, rows)
