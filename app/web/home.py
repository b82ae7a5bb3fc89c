"""/: my training — what I owe, why, by when, what comes next, what I have completed."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template

from app import clock
from app.access.policy import Right
from app.auth import me, requires
from app.courses.amendments import AmendmentKind
from app.training.overview import CourseStanding, training_of
from app.training.regrading import news_for
from app.training.standing import State
from app.training.yearly import runs_of
from app.web.furigana import readings
from app.web.surroundings import language

bp = Blueprint("home", __name__)

#: For so long a clarified section is announced.
ANNOUNCED = timedelta(days=31)
#: What is still to be done comes first.
ORDER = (State.OVERDUE, State.IN_PROGRESS, State.NOT_STARTED, State.DEFERRED, State.EXEMPT, State.NOT_OWED)


@bp.get("/")
@requires(Right.OWN_ACCOUNT)
def index() -> str:
    """Show what the signed-in person owes and has completed."""
    person_id = me().person_id
    if person_id is None:
        return render_template("home/operator.html")
    today = clock.today()
    standings = training_of(person_id, today, language(), readings())
    runs = [run for run in runs_of(person_id, today, language(), readings()) if run.shown]
    return render_template(
        "home/index.html",
        today=today,
        to_do=sorted((s for s in standings if s.standing.completed is None), key=_urgency),
        completed=[s for s in standings if s.standing.completed is not None],
        clarified=[
            (s.course, one)
            for s in standings
            for one in s.course.amendments
            if one.kind is AmendmentKind.CLARIFYING and one.day <= today < one.day + ANNOUNCED
        ],
        news=news_for(person_id, clock.now()),
        runs_to_do=[run for run in runs if run.standing.completed is None],
        runs_completed=[run for run in runs if run.standing.completed is not None],
    )


def _urgency(standing: CourseStanding) -> int:
    return ORDER.index(standing.standing.state)
