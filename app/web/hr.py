"""/hr/: how the city stands at a glance, what changed lately, and what to do next."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _

from app import clock
from app.access.policy import Right
from app.auth import me, requires
from app.loaded import site
from app.people.employment import Organisation
from app.reports.choosing import Choice
from app.reports.collecting import collecting_nothing
from app.reports.columns import FORMULA
from app.reports.completion import Facts, Line, lines_on
from app.reports.curve import curve_of, stretch_of
from app.reports.facts import load_facts, load_year_before
from app.reports.glance import glance
from app.reports.picture import picture
from app.reports.report import make_report
from app.reports.tasks import tasks
from app.reports.turns import ONE_DAY, Change, Kind, changes, walk
from app.reports.week import annulled_since, merged_since, recorded_since
from app.web.asked import Asked, asked, course_options, run_options
from app.web.onward import see_other
from app.web.table import Keys, table_of

bp = Blueprint("hr", __name__)

#: The days "lately" speaks of, today the last of them.
WEEK = timedelta(days=6)
PER_PAGE = 100


@bp.get("/hr/")
@requires(Right.SEE_RECORDS)
@collecting_nothing
def index() -> str | Response:
    """Show the numbers of today and what waits; an empty site leads to the first steps."""
    today = clock.today()
    question = _whole(asked(today))
    facts = load_facts(question.course, site().closed_days, run=question.run)
    report = make_report(facts, question.course, today)
    if not facts.people:
        return see_other(url_for("hr_start.show"))
    stretch = stretch_of(question.run, today)
    walked = walk(facts, min(stretch.first, today - WEEK - ONE_DAY), max(stretch.until, today))
    before = load_year_before(question.course, site().closed_days, question.run, today)
    curve = curve_of(walked, stretch, before)
    happened = Counter(change.kind for change in changes(walked, today - WEEK, today))
    return render_template(
        "hr/index.html",
        course=question.course,
        run=question.run,
        problems=question.problems,
        courses=course_options(),
        runs=run_options(question.course.slug),
        kept=question.arguments(today),
        people={**question.arguments(today), "by": "person"},
        report={"gap": report.gap},
        glance=glance(report, facts),
        curve=curve,
        picture=picture(curve),
        happened=[(kind, happened[kind]) for kind in Kind],
        labels=labels(),
        recorded=recorded_since(clock.end_of(today - WEEK - ONE_DAY)),
        tasks=tasks([duties.person for duties in facts.people], today),
        today=today,
        formula=FORMULA,
        may_write=me().may(Right.DECIDE),
    )


@bp.get("/hr/changes")
@requires(Right.SEE_RECORDS)
@collecting_nothing
def changed() -> str:
    """List who completed, fell due, came, left or came back from a day on."""
    today = clock.today()
    question = _whole(asked(today))
    since = min(today, question.since or today - WEEK)
    facts = load_facts(question.course, site().closed_days, run=question.run)
    kind = request.args.get("kind", "")
    walked = walk(facts, since - ONE_DAY, today)
    found = [c for c in changes(walked, since, today) if kind in ("", c.kind)]
    found.reverse()
    arguments = {**question.arguments(today), "since": since.isoformat(), "kind": kind}
    arguments = {name: value for name, value in arguments.items() if value}
    rows = _named(facts, found, today)
    return render_template(
        "hr/changes.html",
        course=question.course,
        run=question.run,
        changes=table_of(rows, _ORDERS, "hr.changed", arguments, PER_PAGE),
        since=since,
        kind=kind,
        kinds=list(Kind),
        labels=labels(),
        kept=question.arguments(today),
        today=today,
        annulled=annulled_since(clock.end_of(since - ONE_DAY)),
        merged=merged_since(clock.end_of(since - ONE_DAY)),
    )


def _whole(question: Asked) -> Asked:
    """The page speaks of the whole city today; filters of the report say nothing here."""
    return replace(question, day=clock.today(), choice=Choice(), known_on=None)


def _named(facts: Facts, found: list[Change], today: date) -> list[dict[str, Any]]:
    """Changes with who it is and where they stand today; who has left is named without a 所属."""
    lines: dict[str, Line] = {
        line.person.id: line for line in lines_on(facts, Organisation.on(today, facts.departments))
    }
    people = {duties.person.id: duties.person for duties in facts.people}
    return [
        {
            "day": change.day,
            "kind": change.kind,
            "person": people[change.person_id],
            "line": lines.get(change.person_id),
        }
        for change in found
    ]


_ORDERS: Keys[dict[str, Any]] = {
    "day": lambda row: row["day"],
    "kind": lambda row: list(Kind).index(row["kind"]),
    "name": lambda row: row["person"].kana or row["person"].name,
    "number": lambda row: row["line"].post.appointment.number if row["line"] else None,
}


def labels() -> dict[Kind, str]:
    """The changes on screen."""
    return {
        Kind.COMPLETED: _("修了した"),
        Kind.OVERDUE: _("期限を過ぎた"),
        Kind.OWED: _("受講の対象になった"),
        Kind.NO_LONGER: _("対象でなくなった"),
        Kind.AWAY: _("猶予に入った"),
        Kind.BACK: _("猶予から戻った"),
        Kind.EXEMPT: _("免除になった"),
        Kind.AGAIN: _("もう一度受けることになった"),
    }
