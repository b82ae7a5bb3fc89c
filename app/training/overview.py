"""How one person stands in every course, for "my training" and for HR's page of that person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from app.courses.model import Course
from app.loaded import library, site
from app.people.directory import load_consultations, load_departments, load_person
from app.people.employment import Department, Organisation, Person
from app.training.amending import load_openings
from app.training.decisions import load_adjustments
from app.training.duties import NO_ADJUSTMENTS, Duties, Duty, Post, duties_of
from app.training.progress import load_progress, section_states
from app.training.reasons import Free, due_in_words, due_reason, opening_in_words, upcoming, why_free
from app.training.records import Holder
from app.training.standing import NOTHING_DONE, Progress, Standing, standing
from app.training.way import SectionState, Step, next_step


@dataclass(frozen=True, slots=True)
class CourseStanding:
    """How one person stands in one course on a day.

    ``due_words`` says how the standing's 受講期限 came about ("" without one); ``free`` why nothing is owed
    (None when something is), ``upcoming`` a duty that begins later.
    """

    course: Course
    duties: Duties
    post: Post | None
    standing: Standing
    progress: Progress
    sections: Mapping[str, SectionState]
    due_words: str
    free: Free | None
    upcoming: Duty | None

    @property
    def done(self) -> int:
        """How many sections are done."""
        return sum(state.done for state in self.sections.values())

    @property
    def minutes_left(self) -> int:
        """所要時間 of what is left, in minutes: the amended section, else the sections that are not done."""
        if opening := self.standing.opening:
            return sum(s.minutes for s in self.course.sections if s.slug == opening.section)
        return sum(s.minutes for s in self.course.sections if not self.sections[s.slug].done)

    @property
    def next_step(self) -> Step | None:
        """What to do next; None when the course is completed."""
        return next_step(self.sections, self.standing.completed is not None)


def training_of(
    person_id: str, today: date, language: str = "ja", ruby: bool = False
) -> list[CourseStanding]:
    """How the person stands in each course today; [] when there is no such person."""
    person = load_person(person_id)
    if person is None:
        return []
    order = Organisation.on(today, load_departments()).order()
    consultations, closed_days = load_consultations(), site().closed_days
    found = []
    for course in library().courses(language, ruby):
        decided = load_adjustments(course.slug, [person.id]).get(person.id, NO_ADJUSTMENTS)
        duties = duties_of(person, course.rules, consultations, closed_days, decided)
        found.append(_standing_in(course, duties, today, order))
    return found


def _standing_in(course: Course, duties: Duties, today: date, order: dict[str, int]) -> CourseStanding:
    person = duties.person
    progress = load_progress(course.slug, [person.id]).get(person.id, NOTHING_DONE)
    post = duties.post_on(today, order)
    stands = standing(duties, progress, today, load_openings(course.slug))
    words = ""
    if stands.opening is not None and stands.due is not None:
        words = opening_in_words(stands.opening, course.language)
    elif stands.duty is not None and stands.due is not None and stands.completed is None:
        words = due_in_words(due_reason(duties, stands.duty, course.rules, today, post), course.language)
    return CourseStanding(
        course=course,
        duties=duties,
        post=post,
        standing=stands,
        progress=progress,
        sections=section_states(person.id, course),
        due_words=words,
        free=why_free(duties, post, today) if stands.duty is None else None,
        upcoming=upcoming(duties, today),
    )


def holder_on(person_id: str, course: Course, today: date) -> Holder:
    """How the person stands today, for the certificate; the nearest post when none is in force today.

    Raises LookupError when there is no such person.
    """
    person = load_person(person_id)
    if person is None:
        raise LookupError(person_id)
    duties = duties_of(person, course.rules, load_consultations(), site().closed_days)
    return _holder(duties, load_departments(), today)


def _holder(duties: Duties, departments: Iterable[Department], today: date) -> Holder:
    person = duties.person
    day = _day_in_post(person, today)
    organisation = Organisation.on(day, departments)
    post = duties.post_on(day, organisation.order())
    if post is None:
        return Holder(person.id, person.name, "", "", "")
    department = organisation.by_code().get(post.placement.department or "")
    return Holder(
        person_id=person.id,
        name=person.name,
        number=post.appointment.number,
        department="" if department is None else department.name,
        category=post.placement.category,
    )


def _day_in_post(person: Person, today: date) -> date:
    """Today, or without a post today the last day of the latest one, or the first day of the next one."""
    if person.is_employed(today):
        return today
    ended = [a.end for a in person.appointments if a.end is not None and a.end < today]
    return max(ended) if ended else min((a.start for a in person.appointments), default=today)
