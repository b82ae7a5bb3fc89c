"""Who is in 対象者数 and who is not, person by person, since when and why. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.people.employment import FAR_FUTURE, Span, span_on
from app.reports.completion import REQUIRED, Count, Facts, Line, Tally
from app.reports.report import Report
from app.training.duties import Duties, DutyRules
from app.training.reasons import Free, upcoming, why_free
from app.training.refresher import Out, membership
from app.training.standing import NOTHING_DONE
from app.wareki import wareki


@dataclass(frozen=True, slots=True)
class Entry:
    """One person: in 対象者数 or not, since which day (None where none can be named), and why."""

    line: Line
    inside: bool
    since: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class Denominator:
    """Everybody counted in 在籍者数, in or out."""

    entries: Sequence[Entry]
    tally: Tally

    @property
    def sums(self) -> list[tuple[Count, bool, int]]:
        """How many of the entries count where, and whether that is in 対象者数."""
        counted = Counter(entry.line.count for entry in self.entries)
        return [(count, count in REQUIRED, counted[count]) for count in Count]


def denominator(facts: Facts, report: Report, rules: DutyRules) -> Denominator:
    """Say of everybody in the report why they are in 対象者数 or not."""
    known = {duties.person.id: duties for duties in facts.people}
    entries = [_entry(facts, known[line.person.id], line, report.day, rules) for line in report.lines]
    return Denominator(entries, Tally.of(report.lines))


def _entry(facts: Facts, duties: Duties, line: Line, day: date, rules: DutyRules) -> Entry:
    stands = line.standing
    if line.count in REQUIRED:
        return Entry(line, True, *_owed(facts, duties, line, day))
    if line.count is Count.EXEMPT:
        span = span_on(_exemptions(facts, duties), day)
        until = f"({wareki(span.end)}まで)" if span and span.end < FAR_FUTURE else ""
        return Entry(line, False, span.start if span else None, f"免除{until}")
    if line.count is Count.DEFERRED:
        span = span_on(duties.leaves(stands.duty), day) if stands.duty else None
        until = f"({wareki(span.end)}まで)" if span and span.end < FAR_FUTURE else ""
        return Entry(line, False, span.start if span else None, f"猶予{until}")
    return Entry(line, False, *_not_owed(facts, duties, line, day, rules))


def _owed(facts: Facts, duties: Duties, line: Line, day: date) -> tuple[date | None, str]:
    stands = line.standing
    if stands.opening is not None:
        return stands.opening.opened_on, f"改定した節({stands.opening.section})の受講の対象"
    if facts.run is not None:
        member = membership(duties, facts.progress.get(duties.person.id, NOTHING_DONE), facts.run, day)
        return member.entered, "年度研修の対象"
    return (stands.duty.begins if stands.duty else None), "研修の対象"


def _not_owed(
    facts: Facts, duties: Duties, line: Line, day: date, rules: DutyRules
) -> tuple[date | None, str]:
    start = line.post.appointment.start
    if facts.run is not None and duties.duty_on(day) is not None:
        course = facts.progress.get(duties.person.id, NOTHING_DONE)
        out = membership(duties, course, facts.run, day).out
        done = course.completed_by(day)
        since = done.on if out is Out.COMPLETED_SAME_YEAR and done else None
        return since, "対象外" if out is None else out.value
    free = why_free(duties, line.post, day)
    if free is Free.LATER:
        later = upcoming(duties, day)
        return start, f"{wareki(later.begins)}から対象" if later else "対象外"
    reason = {
        Free.ELECTED: "公選職(3(1)括弧書)",
        Free.OUTSIDE: "ガイドラインの適用外",
        Free.CONSULT: "適用するかどうかを協議中",
        Free.CATEGORY: f"受講は任意({line.post.placement.category.value})",
        Free.SHORT: f"受講は任意(任用が{rules.min_term_days}日未満)",
    }.get(free, "対象外")
    return start, reason


def _exemptions(facts: Facts, duties: Duties) -> Sequence[Span]:
    of = facts.progress if facts.run is None else facts.done
    return of.get(duties.person.id, NOTHING_DONE).exemptions
