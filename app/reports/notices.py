"""What a reader must know beside the tables: rosters of 1 April not applied yet, and who left. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from app.fiscal_year import FiscalYear
from app.reports.completion import Facts
from app.training.duties import Duties
from app.training.standing import State

UNFINISHED_STATES = frozenset({State.IN_PROGRESS, State.NOT_STARTED, State.OVERDUE})


@dataclass(frozen=True, slots=True)
class Leavers:
    """期中退職者 of the 年度 up to the day, and those of them who owed the course and had not completed."""

    people: int = 0
    unfinished: int = 0


def unreflected(facts: Facts, day: date) -> tuple[int, date]:
    """How many people the 1 April rosters have yet to speak of, and that 1 April.

    Counted: whose appointment ended on the last 31 March before ``day`` without a 退職, who hold nothing
    since, and whose 名簿区分 has had no roster as of that 1 April or later.
    """
    first = FiscalYear.of(day).first_day
    last = first - timedelta(days=1)
    behind = 0
    for duties in facts.people:
        appointments = duties.person.appointments
        if any(a.end is None or a.end > last for a in appointments):
            continue
        behind += any(
            a.end == last and not a.retired and facts.roster_days.get(a.source, date.min) < first
            for a in appointments
        )
    return behind, first


def gap_notice(facts: Facts, day: date) -> str:
    """「4月1日付け名簿 未反映:n人」, or nothing when the rosters are in."""
    people, first = unreflected(facts, day)
    return f"{first.month}月{first.day}日付け名簿 未反映:{people}人" if people else ""


def leavers(facts: Facts, day: date, gap_days: int) -> Leavers:
    """Count those whose last appointment ended in the 年度 before ``day``.

    Nobody is counted who is back within ``gap_days`` (the course's ``service_gap_days``).
    """
    year = FiscalYear.of(day)
    people = unfinished = 0
    for duties in facts.people:
        last = _last_day(duties, day, gap_days)
        if last is not None and last in year:
            people += 1
            unfinished += facts.standing(duties, last).state in UNFINISHED_STATES
    return Leavers(people, unfinished)


def _last_day(duties: Duties, day: date, gap_days: int) -> date | None:
    """The last day of service of somebody who has left by ``day``; None for everybody else."""
    last: date | None = None
    following: date | None = None
    for appointment in duties.person.appointments:
        if appointment.start > day:
            if following is None or appointment.start < following:
                following = appointment.start
        elif appointment.end is None or appointment.end >= day:
            return None
        elif last is None or appointment.end > last:
            last = appointment.end
    if last is not None and following is not None and (following - last).days - 1 <= gap_days:
        return None
    return last
