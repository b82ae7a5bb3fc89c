"""What people owe on a day and how far they are: the course, an amended section, each 年度's run.

This is the one place where duties become something to speak of; whatever is owed by a new rule joins here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, timedelta

from app.courses.model import Course
from app.fiscal_year import FiscalYear
from app.loaded import library, site
from app.people.employment import Organisation
from app.reminders.due import TOLD, Situation
from app.reminders.plan import Everything, Owed
from app.reports.collecting import no_collecting
from app.reports.completion import Facts, Line, lines_on
from app.reports.facts import load_facts
from app.training.duties import Duties, Duty
from app.training.passed import sections_passed
from app.training.progress import load_progress
from app.training.refresher import Run, last_day_to_take, membership
from app.training.runs import load_runs
from app.training.standing import NOTHING_DONE


def owed_on(day: date, people: Collection[str] | None = None) -> Everything:
    """Read what these people (everybody when None) owe on ``day`` and may be asked for.

    A year's run that is over is owed still, but nobody can take its test any more.
    """
    organisation = Organisation.on(day, ())
    found: list[Owed] = []
    with no_collecting():
        for course in library().courses():
            facts = load_facts(course, site().closed_days, people)
            organisation = Organisation.on(day, facts.departments)
            found += _of_course(course, facts, organisation)
            for run in _runs_on(course, day):
                done = load_progress(course.slug, people, run.id)
                found += _of_run(course, run, replace(facts, run=run, done=done), organisation)
    return Everything(organisation, tuple(found))


def _waiting(facts: Facts, organisation: Organisation) -> Iterator[tuple[Line, Duty, Duties]]:
    """Everybody who owes something in ``facts`` and may be told so."""
    duties = {each.person.id: each for each in facts.people}
    for line in lines_on(facts, organisation):
        if line.standing.state in TOLD and line.standing.duty is not None:
            yield line, line.standing.duty, duties[line.person.id]


def _of_course(course: Course, facts: Facts, organisation: Organisation) -> list[Owed]:
    waiting = list(_waiting(facts, organisation))
    passed = sections_passed(course, {line.person.id for line, _duty, _duties in waiting})
    owed = []
    for line, duty, duties in waiting:
        opening = line.standing.opening
        begins = duty.begins if opening is None else max(duty.begins, opening.opened_on)
        situation = Situation(
            state=line.standing.state,
            begins=begins,
            due=line.standing.due,
            returned=_returned(duties, duty, begins, organisation.day),
            done=0 if opening else len(passed.get(line.person.id, ())),
            parts=1 if opening else len(course.sections),
        )
        if opening is None:
            owed.append(Owed(course.slug, course, course.title, line, situation))
        else:
            title = f"{course.title}(改正された節)"
            owed.append(Owed(f"{course.slug}/{opening.key}", course, title, line, situation))
    return owed


def _runs_on(course: Course, day: date) -> list[Run]:
    """Runs of which something may still be owed: this 年度's, and last year's for those back from leave."""
    year = FiscalYear.of(day).year
    return [run for run in load_runs(course.slug) if run.opens <= day and run.fiscal_year >= year - 1]


def _of_run(course: Course, run: Run, facts: Facts, organisation: Organisation) -> list[Owed]:
    owed = []
    day = organisation.day
    for line, duty, duties in _waiting(facts, organisation):
        last = last_day_to_take(run, line.standing.due)
        if day > last:
            continue
        of_course = facts.progress.get(line.person.id, NOTHING_DONE)
        entered = membership(duties, of_course, run, day).entered or run.opens
        situation = Situation(
            state=line.standing.state,
            begins=entered,
            due=line.standing.due,
            returned=_returned(duties, duty, entered, day),
            last=last,
        )
        owed.append(Owed(run.id, course, run.title, line, situation))
    return owed


def _returned(duties: Duties, duty: Duty, begins: date, day: date) -> date | None:
    """The first day back from the last leave that reached into the duty and is over on ``day``."""
    ends = [leave.end for leave in duties.leaves(duty) if begins <= leave.end < day]
    return ends[-1] + timedelta(days=1) if ends else None
