"""How one person stands in every course, and how they are named on a 修了証."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from app.courses.model import Course
from app.people.employment import Category
from app.training.overview import holder_on, training_of
from app.training.standing import State
from tests.people_builder import add_appointment, add_department, add_person, hire


def test_nobody_has_no_training(app: Flask, course: Course) -> None:
    assert training_of("nobody", date(2026, 4, 1)) == []
    with pytest.raises(LookupError):
        holder_on("nobody", course, date(2026, 4, 1))


def test_one_standing_a_course(app: Flask) -> None:
    person_id = hire("0001234", start=date(2026, 4, 1))
    (one,) = training_of(person_id, date(2026, 4, 1))
    assert one.standing.state is State.NOT_STARTED
    assert one.done == 0
    assert one.minutes_left == one.course.minutes
    assert one.due_words.startswith("4月1日の任用から30日後の5月1日")
    assert one.free is None


def test_the_certificate_names_the_post_that_owes_in_the_department_of_that_day(
    app: Flask, course: Course
) -> None:
    add_department("A", "旧給食センター", valid_to=date(2026, 3, 31))
    add_department("A", "給食センター", valid_from=date(2026, 4, 1))
    person_id = add_person("試験 花子")
    add_appointment(person_id, "F-1", date(2020, 4, 1), category=Category.FIRE_CORPS, source="消防団")
    add_appointment(person_id, "0001234", date(2025, 4, 1), department="A")
    before, after = (holder_on(person_id, course, day) for day in (date(2026, 3, 31), date(2026, 4, 1)))
    assert (before.number, before.department, before.category) == ("0001234", "旧給食センター", "正規職員")
    assert after.department == "給食センター"


@pytest.mark.parametrize("day", [date(2026, 4, 10), date(2025, 3, 20)])
def test_outside_every_post_the_nearest_one_is_named(app: Flask, course: Course, day: date) -> None:
    add_department("A", "給食センター")
    person_id = hire("0001234", start=date(2025, 4, 1), end=date(2026, 3, 31), department="A")
    holder = holder_on(person_id, course, day)
    assert (holder.number, holder.department) == ("0001234", "給食センター")
