"""The part of a form that says whom it is about: numbers, or filters; and where it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, SelectField, TextAreaField
from wtforms.validators import Optional

from app import clock
from app.courses.model import Course
from app.loaded import library, site
from app.people.employment import Category, Organisation
from app.reports.choosing import Choice
from app.reports.completion import Facts, lines_on
from app.reports.facts import load_facts
from app.reports.picking import Picked, Picking, numbers_in, pick
from app.training.refresher import Run
from app.training.runs import find_run, load_runs
from app.web import asked as addresses
from app.web.shown import title_of


class PickingForm(FlaskForm):  # type: ignore[misc]
    """Whom: numbers go before everything else."""

    numbers = TextAreaField(_l("職員番号"), [Optional()])
    department = SelectField(_l("所属(下の所属を含む)"), [Optional()], validate_choice=False)
    category = SelectField(_l("職員区分"), [Optional()])
    began_from = DateField(_l("採用日(から)"), [Optional()])
    began_to = DateField(_l("採用日(まで)"), [Optional()])
    #: The people as previewed; others than these are not written.
    seal = HiddenField()

    def picking(self) -> Picking:
        """What was chosen."""
        return Picking(
            numbers_in(self.numbers.data or ""),
            Choice(department=self.department.data or "", category=self.category.data or ""),
            self.began_from.data,
            self.began_to.data,
        )

    def offer(self, found: Found) -> None:
        """Fill the selects."""
        self.department.choices = addresses.department_options(found.organisation)
        self.category.choices = addresses.category_options()


class SubjectForm(PickingForm):
    """The same with the training it is about: "slug" or "slug|run"."""

    subject = SelectField(_l("研修"))

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.subject.choices = subjects()
        self.category.choices = [("", ""), *((c.value, c.value) for c in Category)]

    @property
    def course(self) -> Course:
        """The course, or the one the run is of."""
        found = library().course(str(self.subject.data or "").partition("|")[0])
        return found or library().courses()[0]

    @property
    def run(self) -> Run | None:
        """The run, or None for the course itself."""
        return find_run(str(self.subject.data or "").partition("|")[2])


def subjects() -> list[tuple[str, str]]:
    """What a decision or a list may be about: each course, and each run of it."""
    found = []
    for course in library().courses():
        found.append((course.slug, title_of(course)))
        found += [(f"{course.slug}|{run.id}", title_of(run)) for run in load_runs(course.slug)]
    return found


@dataclass(frozen=True, slots=True)
class Found:
    """Everybody's facts on a day, and whom a form picked."""

    facts: Facts
    organisation: Organisation
    picked: Picked


def find(form: PickingForm, course: Course, run: Run | None, within: frozenset[str] | None = None) -> Found:
    """Read everybody (of the 所属 ``within``) and pick; a 採用日 to come is asked on that day."""
    picking = form.picking()
    day = max(clock.today(), picking.began_from or date.min)
    facts = load_facts(course, site().closed_days, run=run)
    organisation = Organisation.on(day, facts.departments)
    lines = lines_on(facts, organisation)
    if within is not None:
        lines = [line for line in lines if line.code in within]
    return Found(facts, organisation, pick(lines, organisation, picking))
