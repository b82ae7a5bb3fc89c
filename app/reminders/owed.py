"""What people owe on a day and how far they are: the course itself, and each 年度's run that is open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import select

from app.courses.model import Course
from app.db import db
from app.loaded import library, site
from app.people.directory import merged_into
from app.people.employment import Organisation
from app.reminders.due import TOLD, Situation
from app.reminders.plan import Everything, Owed
from app.reports.collecting import no_collecting
from app.reports.completion import lines_on
from app.reports.facts import load_facts
from app.training.duties import Duties, Duty
from app.training.models import AttemptRow


def owed_on(day: date, people: Collection[str] | None = None) -> Everything:
    """Read what these people (everybody when None) owe on ``day`` and may be asked for."""
    organisation = Organisation.on(day, ())
    found: list[Owed] = []
    with no_collecting():
        for course in library().courses():
            organisation, owed = _owed_of_course(course, day, people)
            found += owed
    return Everything(organisation, tuple(found))


def _owed_of_course(
    course: Course, day: date, people: Collection[str] | None
) -> tuple[Organisation, list[Owed]]:
    facts = load_facts(course, site().closed_days, people)
    organisation = Organisation.on(day, facts.departments)
    duties = {each.person.id: each for each in facts.people}
    passed = _sections_passed(course)
    owed = []
    for line in lines_on(facts, organisation):
        stands = line.standing
        if stands.state not in TOLD or stands.duty is None:
            continue
        situation = Situation(
            state=stands.state,
            begins=stands.duty.begins,
            due=stands.due,
            returned=_returned(duties[line.person.id], stands.duty, stands.duty.begins, day),
            done=len(passed.get(line.person.id, ())),
            parts=len(course.sections),
        )
        owed.append(Owed(course.slug, course, course.title, line, situation))
    return organisation, owed


def _returned(duties: Duties, duty: Duty, begins: date, day: date) -> date | None:
    """The first day back from the last leave that lay within the duty and is over on ``day``."""
    ends = [leave.end for leave in duties.leaves(duty) if begins <= leave.end < day]
    return ends[-1] + timedelta(days=1) if ends else None


def _sections_passed(course: Course) -> dict[str, set[str]]:
    """By person id (kept ids), the sections whose 確認テスト was passed."""
    merges = merged_into()
    found: dict[str, set[str]] = defaultdict(set)
    slugs = {section.slug for section in course.sections}
    for person_id, section in db.session.execute(
        select(AttemptRow.person_id, AttemptRow.section)
        .where(AttemptRow.course == course.slug, AttemptRow.passed.is_(True))
        .distinct()
    ):
        if section in slugs:
            found[merges.get(person_id, person_id)].add(section)
    return found
