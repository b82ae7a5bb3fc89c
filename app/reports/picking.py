"""Whom a decision or a sheet is about: a person, numbers, or a group picked by filters. Pure."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from app.people.employment import Organisation
from app.reports.choosing import Choice
from app.reports.completion import Facts, Line, lines_on
from app.training.decision import Decision, Exemption, decided_duties, decided_progress
from app.training.standing import Standing
from app.wareki import wareki


@dataclass(frozen=True, slots=True)
class Picking:
    """Numbers go before filters; ``began`` limits to those whose duty began in these days (採用日)."""

    numbers: tuple[str, ...] = ()
    choice: Choice = field(default_factory=Choice)
    began_from: date | None = None
    began_to: date | None = None

    @property
    def everybody(self) -> bool:
        """Nothing was chosen at all."""
        return not self.numbers and self.choice == Choice() and not (self.began_from or self.began_to)


@dataclass(frozen=True, slots=True)
class Picked:
    """The people, in the report's order, and what could not be understood."""

    lines: Sequence[Line]
    problems: Sequence[str] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Their ids."""
        return tuple(line.person.id for line in self.lines)

    @property
    def seal(self) -> str:
        """Changes when the people do: what is kept is what was previewed."""
        return hashlib.sha256(",".join(self.ids).encode()).hexdigest()[:16]


def numbers_in(text: str) -> tuple[str, ...]:
    """職員番号 typed with any separator, full-width or not, each once."""
    plain = unicodedata.normalize("NFKC", text)
    for separator in ",、;\t\r\n":
        plain = plain.replace(separator, " ")
    return tuple(dict.fromkeys(plain.split()))


def pick(lines: Sequence[Line], organisation: Organisation, picking: Picking) -> Picked:
    """Choose from everybody in force on the organisation's day."""
    problems: list[str] = []
    chosen = list(lines)
    if picking.numbers:
        known = by_number(lines, organisation.day)
        found: dict[str, Line] = {}
        for number in picking.numbers:
            fitting = known.get(number, [])
            if len(fitting) == 1:
                found[fitting[0].person.id] = fitting[0]
            else:
                problems.append(unclear(number, len(fitting), organisation.day))
        chosen = list(found.values())
    chosen = picking.choice.lines(chosen, organisation)
    if picking.began_from or picking.began_to:
        first, last = picking.began_from or date.min, picking.began_to or picking.began_from or date.max
        chosen = [line for line in chosen if (d := _began(line)) is not None and first <= d <= last]
    return Picked(chosen, problems)


def by_number(lines: Sequence[Line], day: date) -> dict[str, list[Line]]:
    """Who holds which 職員番号 on the day; one person may hold several."""
    known: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        for number in {a.number for a in line.person.in_force(day)}:
            known[number].append(line)
    return known


def unclear(number: str, people: int, day: date) -> str:
    """Why a number names nobody for certain."""
    if people:
        return f"{number}: 同じ番号の人が{people}人います。職員の画面から、一人ずつ記録してください。"
    return f"{number}: {wareki(day)}に在籍する職員に、この番号の人はいません。"


def _began(line: Line) -> date | None:
    """採用日: the first day of the service, whatever appointments followed one another in it."""
    duty = line.standing.duty
    return None if duty is None else duty.service.start


@dataclass(frozen=True, slots=True)
class Changed:
    """One person before and after a decision."""

    line: Line
    before: Standing
    after: Standing


def preview(
    facts: Facts, decision: Decision, ids: Sequence[str], organisation: Organisation
) -> list[Changed]:
    """How a decision would change the standing of these people on the organisation's day."""
    people = frozenset(ids)
    chosen = replace(facts, people=[d for d in facts.people if d.person.id in people])
    after = replace(chosen, people=[decided_duties(d, decision) for d in chosen.people])
    of_run = isinstance(decision, Exemption) and decision.run_id
    if of_run:
        after = replace(after, done=decided_progress(after.done, decision, people))
    else:
        after = replace(after, progress=decided_progress(after.progress, decision, people))
    before_lines = lines_on(chosen, organisation)
    after_by = {line.person.id: line.standing for line in lines_on(after, organisation)}
    return [Changed(line, line.standing, after_by[line.person.id]) for line in before_lines]
