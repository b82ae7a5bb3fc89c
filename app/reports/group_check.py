"""A list of who took part is checked line by line before it is entered or handed in.

A 所属長's list knows nobody but the people who stand in her 所属 today: whatever number she types, she
learns of others neither a name nor that they exist.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.access.sign_in import spellings
from app.courses.model import Course
from app.loaded import site
from app.people.employment import Organisation
from app.reports.completion import UNFINISHED, Facts, Line, lines_on
from app.reports.facts import load_facts, people_ever_in
from app.reports.group_lists import GroupList, waiting_numbers
from app.reports.picking import by_number
from app.training.group_plan import Candidate, Entry, plan_entries, read_lines
from app.training.refresher import Run, membership
from app.training.standing import NOTHING_DONE
from app.wareki import wareki

#: All that is said of a number that is not of the 所属長's own people, whoever else holds it or nobody.
NOT_HERS = "受け持つ所属の職員の番号ではありません。"


@dataclass(frozen=True, slots=True)
class Plan:
    """What entering a list would do: nothing at all while there is a problem."""

    entries: Sequence[Entry]
    problems: Sequence[str]
    people: Mapping[str, Line]

    @property
    def good(self) -> bool:
        """Whether it can be entered."""
        return bool(self.entries) and not self.problems and not any(e.problem for e in self.entries)

    @property
    def wrong(self) -> int:
        """How many lines have a problem."""
        return sum(bool(e.problem) for e in self.entries)


def plan(wanted: GroupList, today: date) -> Plan:
    """Check a list line by line against the day it is of."""
    day = wanted.held.held_on
    first = wanted.course.rules.introduced if wanted.run is None else wanted.run.opens
    problems = wanted.held.problems(today, first)
    typed = read_lines(wanted.lines)
    if not typed:
        problems.append("受講した人を選ぶか、職員番号を入力してください。")
    within = wanted.within
    facts = load_facts(
        wanted.course, site().closed_days, None if within is None else people_ever_in(within), wanted.run
    )
    hers = None if within is None else {line.person.id for line in _lines_in(facts, within, today)}
    waiting = frozenset() if within is None else waiting_numbers(wanted.course, wanted.run)
    duties = {d.person.id: d for d in facts.people}
    lines = lines_on(facts, Organisation.on(day, facts.departments))
    people = {line.person.id: line for line in lines}
    done = facts.progress if wanted.run is None else facts.done

    def candidate(number: str, line: Line) -> Candidate:
        mine = done.get(line.person.id, NOTHING_DONE)
        department = "" if line.department is None else line.department.name
        obstacle = ""
        if mine.completions:
            obstacle = f"もう修了しています({wareki(mine.completions[0].on)})。"
        elif not waiting.isdisjoint(spellings(number)):
            obstacle = "もう提出しています(確認待ち)。"
        elif wanted.run is not None:
            course = facts.progress.get(line.person.id, NOTHING_DONE)
            out = membership(duties[line.person.id], course, wanted.run, day).out
            obstacle = "" if out is None else f"この年度研修の対象ではありません({out.value})。"
        return Candidate(line.person.id, line.person.name, department, obstacle)

    known = by_number([line for line in lines if hers is None or line.person.id in hers], day)
    candidates = {
        number: [candidate(number, line) for line in _holders(known, number)]
        for number in {one.number for one in typed}
    }
    unknown = NOT_HERS if within is not None else f"{wareki(day)}に在籍する職員に、この番号の人はいません。"
    return Plan(plan_entries(typed, wanted.held, candidates, unknown), problems, people)


def _holders(known: Mapping[str, list[Line]], number: str) -> list[Line]:
    """Who holds a number as it was typed; else, with the leading zeros it may have lost."""
    return next((known[spelling] for spelling in spellings(number) if spelling in known), [])


def open_people(course: Course, run: Run | None, within: frozenset[str], today: date) -> list[Line]:
    """Who stands in these 所属 today and has yet to complete, in the report's order."""
    facts = load_facts(course, site().closed_days, people_ever_in(within), run)
    return [line for line in _lines_in(facts, within, today) if line.count in UNFINISHED]


def _lines_in(facts: Facts, within: frozenset[str], today: date) -> list[Line]:
    lines = lines_on(facts, Organisation.on(today, facts.departments))
    return [line for line in lines if line.code and line.code in within]
