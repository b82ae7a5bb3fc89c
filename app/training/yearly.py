"""A year's run for one person: how they stand in it, its test, and the completion that comes with a pass."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.clock import day_of, end_of
from app.courses.model import Course
from app.db import begin_writing, db
from app.fiscal_year import FiscalYear
from app.loaded import library, site
from app.people.directory import load_consultations, load_departments, load_person
from app.people.employment import Organisation
from app.training import witness
from app.training.attempts import (
    Answer,
    Attempt,
    Question,
    asked_before,
    keep_answer,
    keep_form,
    open_attempt,
)
from app.training.blueprint import History, draw_form
from app.training.corrections_models import RegradeRow
from app.training.decisions import load_adjustments
from app.training.drawing import Drawn, choice_order
from app.training.duties import NO_ADJUSTMENTS, Duties, Post, duties_of
from app.training.models import AnswerRow, AttemptQuestionRow, AttemptRow, CompletionRow
from app.training.overview import holder_on
from app.training.progress import annulled_before, find_completion, load_progress, same_person
from app.training.reasons import run_due_in_words
from app.training.records import ELEARNING, Holder, new_serial
from app.training.refresher import Membership, Run, last_day_to_take, membership, run_standing
from app.training.rereading import Failed, failed_last
from app.training.revisions import course_at, keep_course
from app.training.runs import bank_of, find_run, load_runs, run_blueprint
from app.training.standing import NOTHING_DONE, Standing
from app.training.withdrawn import withdrawn_scenarios

#: So many earlier 年度 a question seen does not come again while unseen ones remain.
YEARS_UNSEEN = 2


@dataclass(frozen=True, slots=True)
class RunStanding:
    """How one person stands in a run on a day, and what they can do.

    ``due_words`` says how the 受講期限 came about ("" without one). ``open_attempt`` is a test under way
    (``answered`` of ``asked``), ``failed`` the last one when it was failed; ``taking`` says that the test
    may be taken today.
    """

    course: Course
    run: Run
    member: Membership
    standing: Standing
    post: Post | None
    due_words: str
    taking: bool
    open_attempt: str | None = None
    answered: int = 0
    asked: int = 0
    failed: Failed | None = None

    @property
    def shown(self) -> bool:
        """Whether "my training" speaks of it; a test begun in time can be ended after the window."""
        under_way = self.taking or self.open_attempt is not None
        return self.standing.completed is not None or (self.member.out is None and under_way)


class NotAllowed(Exception):
    """The run's test cannot be taken: not in the run, not now, passed already, or something to read first."""


def runs_of(person_id: str, today: date, language: str = "ja", ruby: bool = False) -> list[RunStanding]:
    """How the person stands today in every run, the newest first."""
    found: list[RunStanding] = []
    for course in library().courses(language, ruby):
        runs = load_runs(course.slug)
        duties = _duties(person_id, course) if runs else None
        if duties is not None:
            found += [_stands(duties, course, run, today) for run in runs]
    return found


def run_of(person_id: str, course: Course, run: Run, today: date) -> RunStanding | None:
    """How the person stands in one run; None when there is no such person."""
    duties = _duties(person_id, course)
    return None if duties is None else _stands(duties, course, run, today)


def _duties(person_id: str, course: Course) -> Duties | None:
    person = load_person(person_id)
    if person is None:
        return None
    adjustments = load_adjustments(course.slug, [person.id]).get(person.id, NO_ADJUSTMENTS)
    return duties_of(person, course.rules, load_consultations(), site().closed_days, adjustments)


def _stands(duties: Duties, course: Course, run: Run, today: date) -> RunStanding:
    person = duties.person.id
    of_course = load_progress(course.slug, [person]).get(person, NOTHING_DONE)
    done = load_progress(course.slug, [person], run.id).get(person, NOTHING_DONE)
    member = membership(duties, of_course, run, today)
    standing = run_standing(duties, of_course, run, done, today)
    running = open_attempt(person, course.slug, "", run.id)
    answered = asked = 0
    if running is not None:
        answered = db.session.scalar(select(func.count()).where(AnswerRow.attempt_id == running)) or 0
        asked = db.session.scalar(select(func.count()).where(AttemptQuestionRow.attempt_id == running)) or 0
    last = last_day_to_take(run, standing.due)
    owes = member.out is None and standing.due is not None and standing.completed is None
    return RunStanding(
        course=course,
        run=run,
        member=member,
        standing=standing,
        post=duties.post_on(today, Organisation.on(today, load_departments()).order()),
        due_words=run_due_in_words(duties, run, member, today, course.language) if owes else "",
        taking=member.out is None and standing.completed is None and run.opens <= today <= last,
        open_attempt=running,
        answered=answered,
        asked=asked,
        failed=None if standing.completed else failed_last(person, course, run.id),
    )


def start_run_attempt(person_id: str, course: Course, run: Run, now: datetime) -> str:
    """Draw the run's test and return its id; one under way goes on instead. Raises NotAllowed."""
    begin_writing()
    running = open_attempt(person_id, course.slug, "", run.id)
    if running is not None:
        db.session.rollback()
        return running
    stands = run_of(person_id, course, run, day_of(now))
    if stands is None or not stands.taking or (stands.failed is not None and stands.failed.sections):
        db.session.rollback()
        raise NotAllowed
    history = history_of(person_id, course.slug, run)
    gone = sorted(withdrawn_scenarios(course.slug))
    attempt = AttemptRow(
        person_id=person_id,
        course=course.slug,
        section="",
        run_id=run.id,
        revision=keep_course(course, now),
        language=course.language,
        seed=secrets.token_hex(16),
        inputs=json.dumps({**history.to_json(), "withdrawn": gone}, ensure_ascii=False, sort_keys=True),
        pass_mark=course.rules.pass_mark,
        started_at=now,
    )
    db.session.add(attempt)
    try:
        db.session.flush()
        keep_form(attempt, course, drawn(course, run.id, history, attempt.seed, gone))
        identifier = attempt.id
        witness.attempt_started(attempt, now)
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        winner = open_attempt(person_id, course.slug, "", run.id)
        if winner is None:
            raise
        return winner
    return identifier


def drawn(
    course: Course, run_id: str, history: History, seed: str, gone: Collection[str] = ()
) -> list[Drawn]:
    """The form these inputs give, whenever and wherever it is drawn; ``gone`` are withdrawn questions."""
    form = []
    bank = [item for item in bank_of(course) if item.id not in gone]
    for identifier in draw_form(bank, run_blueprint(run_id), history, seed):
        scenario = course.scenario(identifier)
        assert scenario is not None
        form.append(Drawn(identifier, choice_order(scenario, seed)))
    return form


def redraw(attempt_id: str) -> list[Drawn]:
    """Draw a kept form of a run once more from its seed and kept inputs. Raises LookupError."""
    row = db.session.get(AttemptRow, attempt_id)
    if row is None or not row.run_id:
        raise LookupError(attempt_id)
    text = course_at(row.course, row.revision, row.language)
    inputs = json.loads(row.inputs)
    return drawn(text, row.run_id, History.from_json(inputs), row.seed, inputs.get("withdrawn", ()))


def kept_forms(run_id: str) -> dict[str, tuple[str, ...]]:
    """Every form of a run as it was kept: scenario ids by attempt."""
    found: dict[str, tuple[str, ...]] = {}
    for attempt, scenario in db.session.execute(
        select(AttemptQuestionRow.attempt_id, AttemptQuestionRow.scenario)
        .join(AttemptRow, AttemptRow.id == AttemptQuestionRow.attempt_id)
        .where(AttemptRow.run_id == run_id)
        .order_by(AttemptQuestionRow.attempt_id, AttemptQuestionRow.position)
    ):
        found[attempt] = (*found.get(attempt, ()), scenario)
    return found


def redraws(attempt_id: str) -> bool:
    """Whether a kept form, with the order of its choices, comes out the same when drawn once more."""
    rows = db.session.execute(
        select(AttemptQuestionRow.scenario, AttemptQuestionRow.choice_order)
        .where(AttemptQuestionRow.attempt_id == attempt_id)
        .order_by(AttemptQuestionRow.position)
    )
    kept = [Drawn(scenario, tuple(map(int, order.split(",")))) for scenario, order in rows]
    return redraw(attempt_id) == kept


def history_of(person_id: str, course: str, run: Run) -> History:
    """What the person was asked and missed, and saw in the run's 年度 and the ``YEARS_UNSEEN`` before."""
    before = asked_before(person_id, course)
    since = end_of(FiscalYear(run.fiscal_year - YEARS_UNSEEN - 1).last_day)
    seen = db.session.scalars(
        select(AttemptQuestionRow.scenario)
        .join(AttemptRow, AttemptRow.id == AttemptQuestionRow.attempt_id)
        .where(
            AttemptRow.person_id.in_(same_person(person_id)),
            AttemptRow.course == course,
            AttemptRow.started_at >= since,
        )
        .distinct()
    )
    return History(frozenset(seen), before.times, before.missed)


def keep_run_answer(attempt: Attempt, question: Question, chosen: frozenset[int], now: datetime) -> Answer:
    """Keep an answer; the one that passes the test completes the run in the same transaction."""
    course = library().course(attempt.course)
    run = find_run(attempt.run_id)
    if course is None or run is None:
        raise LookupError(attempt.run_id)
    holder = holder_on(attempt.person_id, course, day_of(now))

    def passed(row: AttemptRow) -> None:
        if find_completion(row.person_id, row.course, row.run_id) is None:
            completion = _completion(row, len(attempt.questions), holder, course, run, now)
            db.session.add(completion)
            witness.completion_granted(completion, course)

    return keep_answer(attempt, question, chosen, now, passed)


def complete_passed(row: AttemptRow, now: datetime) -> None:
    """Complete the run a test passes since a question was withdrawn, dated as it was taken."""
    course, run = library().course(row.course), find_run(row.run_id)
    if course is None or run is None or row.finished_at is None:
        return
    if find_completion(row.person_id, row.course, row.run_id) is not None:
        return
    marks = db.session.scalar(select(RegradeRow).where(RegradeRow.attempt_id == row.id))
    holder = holder_on(row.person_id, course, day_of(row.finished_at))
    completion = _completion(row, marks.asked if marks else 0, holder, course, run, row.finished_at)
    completion.recorded_at = now
    if marks is not None:
        completion.correct, completion.halves = marks.correct, marks.halves
    db.session.add(completion)
    witness.completion_granted(completion, course)


def _completion(
    row: AttemptRow, asked: int, holder: Holder, course: Course, run: Run, now: datetime
) -> CompletionRow:
    return CompletionRow(
        serial=new_serial(),
        person_id=row.person_id,
        course=row.course,
        run_id=row.run_id,
        again=annulled_before(row.person_id, row.course, row.run_id),
        version=course.guideline.version,
        statement="",
        method=ELEARNING,
        correct=row.correct,
        halves=row.halves,
        asked=asked,
        title=run.title,
        issuer=course.rules.certificate_issuer or site().city,
        name=holder.name,
        number=holder.number,
        department=holder.department,
        category=holder.category,
        confirmed_at=now,
    )
