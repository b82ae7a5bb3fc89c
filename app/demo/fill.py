"""Put the demonstration city into an empty database, through the doors a real city uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from app.access import grants, passwords
from app.access.models import AccountRow
from app.access.sign_in import accounts_of, persons_with
from app.audit.adopt import adopt
from app.clock import JST
from app.db import begin_writing, db
from app.demo.cast import ACCOUNTS, HR_PERSON, TEACHER, Account
from app.demo.city import City, RosterFile, build
from app.demo.doing import Turn, turn_of
from app.demo.keeping import keep_learning
from app.demo.one_year import SOURCE as ONE_YEAR
from app.demo.regulars import SOURCE as STAFF
from app.demo.running import keep_runs
from app.evidence.ledger import taking_over
from app.loaded import library, site
from app.people.directory import load_people
from app.people.employment import Person
from app.people.models import ConsultationRow, ProfileRow, RosterImportRow
from app.people.roster.apply import Request, apply
from app.people.roster.departments import read_departments
from app.people.roster.plan import Terms
from app.people.roster.reader import read_roster
from app.training.deciding import decide
from app.training.decision import Moved
from app.training.duties import duties_of
from app.training.progress import load_progress
from app.training.standing import NOTHING_DONE

BY = "見本の市"
#: No Argon2id hash at all: no password opens such an account.
NOBODY_KNOWS = "!"
Say = Callable[[str], None]


class NotDemo(Exception):
    """The database holds something that is not, or not wholly, the demonstration city."""


def is_filled() -> bool:
    """True when the city is there already. Raises NotDemo for anything else than it or nothing."""
    done = db.session.scalar(select(AccountRow.id).where(AccountRow.login == ACCOUNTS[-1].number))
    begun = db.session.scalar(select(RosterImportRow.id).limit(1))
    if begun is not None and done is None:
        raise NotDemo
    return done is not None


def fill(now: datetime, today: date, say: Say) -> None:
    """Fill the empty database; what happened in the city's past is recorded at moments of the past."""
    with taking_over():
        _fill(now, today, say)
    say("記録をつないでいます。")
    adopt(now, BY)


def _fill(now: datetime, today: date, say: Say) -> None:
    introduced = min(course.rules.introduced for course in library().courses())
    city = build(today, introduced)
    say(f"名簿を{len(city.files)}回分、取り込んでいます。")
    for file in city.files:
        _import(file, now)
    _record_consultation(city, now)
    say("受講の記録を作っています。")
    people = [person for person in load_people() if person.appointments]
    last_seen = keep_learning(city, people, now, today)
    for person, seen in keep_runs(city, people, now, today).items():
        last_seen[person] = max(seen, last_seen.get(person, seen))
    _move_turns(people, now, today)
    say("アカウントを作っています。")
    _open_accounts(people, last_seen, city.years.opening, today)
    _open_cast(now, today)


def _import(file: RosterFile, now: datetime) -> None:
    roster = read_roster(file.roster, file.filename, site())
    departments = None
    if file.departments is not None:
        departments = read_departments(file.departments, f"所属_{file.as_of:%Y%m%d}.csv", site())
    request = Request(Terms(file.source, file.as_of, file.handed_in), roster, departments)
    apply(request, min(now, _at(file.handed_in, time(10, 30))), BY)


def _record_consultation(city: City, now: datetime) -> None:
    """One outcome of a 要協議: a teacher who works at the board's office is bound by the guideline."""
    decided = min(city.years.aprils[-1].replace(day=20), city.years.today)
    begin_writing()
    person = db.session.scalars(select(ProfileRow.person_id).where(ProfileRow.name == TEACHER.name)).first()
    db.session.add(
        ConsultationRow(
            person_id=person,
            applies=True,
            decided_on=decided,
            consulted_with=site().teacher_consult_office,
            document_number=f"{decided.year - 2018}教学第101号",
            recorded_by=BY,
            recorded_at=min(now, _at(decided, time(15, 0))),
        )
    )
    db.session.commit()


def _move_turns(people: Sequence[Person], now: datetime, today: date) -> None:
    """HR moved the 期限 of those whose 所属 take the course in turn."""
    for course in library().courses():
        turns: dict[Turn, list[str]] = defaultdict(list)
        progress = load_progress(course.slug)
        for person in people:
            done = progress.get(person.id, NOTHING_DONE).completions
            for duty in duties_of(person, course.rules).owing:
                turn = turn_of(duty, course, today)
                if turn is None or (done and done[0].on < turn.decided_on):
                    continue
                if duty.service.covers(turn.decided_on):
                    turns[turn].append(person.id)
        for turn, of in sorted(turns.items(), key=lambda item: item[0].decided_on):
            moved = Moved(
                course.slug, "", turn.due, turn.decided_on, "職場を空けられない所属は、交代で受けるため"
            )
            decide(moved, of, HR_PERSON.name, min(now, _at(turn.decided_on, time(11, 0))))


def _open_accounts(
    people: Sequence[Person], last_seen: Mapping[str, datetime], opening: date, today: date
) -> None:
    """Accounts nobody knows the password of: for whoever learned something or is not quite new.

    Those who have just begun have none yet, so that there are slips to make.
    """
    begin_writing()
    for person in people:
        start = max(min(a.start for a in person.appointments), opening)
        seen = last_seen.get(person.id)
        owes = any(a.source in (STAFF, ONE_YEAR) for a in person.appointments)
        if seen is not None or (owes and start < today - timedelta(days=31)):
            db.session.add(
                AccountRow(
                    person_id=person.id,
                    password_hash=NOBODY_KNOWS,
                    created_at=_at(start, time(9, 0)),
                    last_login_at=seen,
                )
            )
    db.session.commit()


def _open_cast(now: datetime, today: date) -> None:
    """Give the cast their roles and passwords."""
    for shown in ACCOUNTS:
        operator = shown.name if shown.operator else None
        grants.grant(shown.number, shown.role, shown.department, operator, BY, now, today)
    hashes = passwords.hash_all([shown.password for shown in ACCOUNTS])
    begin_writing()
    for shown, password_hash in zip(ACCOUNTS, hashes, strict=True):
        account = _account(shown)
        account.password_hash, account.initial_until = password_hash, None
    db.session.commit()


def _account(shown: Account) -> AccountRow:
    if shown.operator:
        return db.session.scalars(select(AccountRow).where(AccountRow.login == shown.number)).one()
    return accounts_of(persons_with(shown.number))[0]


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, JST).astimezone(UTC)
