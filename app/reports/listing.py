"""People as a list to look through: those in force first, as the report has them, then the others. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from app.people.employment import Appointment, Person
from app.reports.choosing import Choice
from app.reports.completion import Facts, Line
from app.reports.report import Report


@dataclass(frozen=True, slots=True)
class Listed:
    """A person with their line; without one (left, or not begun) the last appointment speaks for them."""

    person: Person
    line: Line | None
    last: Appointment | None

    @property
    def number(self) -> str:
        """The number to show."""
        shown = self.line.post.appointment if self.line else self.last
        return shown.number if shown else ""


def listed(facts: Facts, report: Report, with_others: bool) -> list[Listed]:
    """The report's lines as chosen; then, when asked and nothing but words was asked, everybody else."""
    found = [Listed(line.person, line, None) for line in report.lines]
    if not with_others or report.choice != Choice():
        return found
    here = {line.person.id for line in report.everybody}
    others = [
        Listed(d.person, None, d.person.appointments[-1] if d.person.appointments else None)
        for d in facts.people
        if d.person.id not in here
    ]
    return found + sorted(others, key=lambda o: (o.number, o.person.id))
