"""What an account may do on a day: its roles, the 所属 it answers for, whether it may still sign in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from app.access.models import AccountRow, RoleGrantRow
from app.access.roles import Role
from app.db import db
from app.people.directory import load_departments, load_people, load_person
from app.people.employment import FAR_FUTURE, Department, Organisation, Person
from app.people.models import (
    AppointmentRow,
    DepartmentRow,
    MergeRow,
    PlacementRow,
    ProfileRow,
    RosterImportRow,
    TermRow,
)


@dataclass(frozen=True, slots=True)
class Rights:
    """What an account was found to be allowed; ``departments`` hold those below the ones it heads, too."""

    person_id: str | None
    name: str
    language: str
    roles: frozenset[Role]
    departments: frozenset[str]

    def to_json(self) -> str:
        """The form in which a session keeps it."""
        return json.dumps(
            [self.person_id, self.name, self.language, sorted(self.roles), sorted(self.departments)],
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> Rights:
        """Read back what ``to_json`` wrote."""
        person_id, name, language, roles, departments = json.loads(text)
        return cls(person_id, name, language, frozenset(map(Role, roles)), frozenset(departments))


def sign_in_open(person: Person, day: date, grace_days: int) -> bool:
    """True until ``grace_days`` after the last appointment ended; a 退職 closes it the day after.

    An appointment still to begin keeps it open: new hires may sign in before their first day.
    """
    if not person.appointments:
        return False
    last = max(a.end or FAR_FUTURE for a in person.appointments)
    if last >= day:
        return True
    retired = any(a.retired for a in person.appointments if a.end == last)
    return not retired and day <= last + timedelta(days=grace_days)


def head_of(department: Department, holders: Iterable[Person], day: date) -> Person | None:
    """The 所属長 of a department on ``day`` among ``holders``; None when the number fits nobody or several.

    One number may stand for different people in different 名簿区分; then the one posted there counts.
    """
    fitting = [
        (person, appointment)
        for person in holders
        for appointment in person.in_force(day)
        if appointment.number == department.head_number
    ]
    if len({person.id for person, _ in fitting}) > 1:
        fitting = [(p, a) for p, a in fitting if a.placement_on(day).department == department.code]
    found = {person.id: person for person, _ in fitting}
    return next(iter(found.values())) if len(found) == 1 else None


def rights_of(account: AccountRow, day: date, grace_days: int) -> Rights | None:
    """Read what ``account`` may do on ``day``; None when its sign-in is closed."""
    grants = db.session.execute(
        select(RoleGrantRow.role, RoleGrantRow.department).where(
            RoleGrantRow.account_id == account.id, RoleGrantRow.withdrawn_at.is_(None)
        )
    ).all()
    roles = {Role(grant.role) for grant in grants}
    named = {grant.department for grant in grants if grant.role == Role.HEAD and grant.department}
    if account.person_id is None:
        organisation = Organisation.on(day, load_departments()) if named else None
        return Rights(None, account.name, "ja", frozenset(roles), _with_all_below(named, organisation))
    person = load_person(account.person_id)
    if person is None or not sign_in_open(person, day, grace_days):
        return None
    organisation = Organisation.on(day, load_departments())
    headed = named | _headed_by(person, organisation)
    roles.add(Role.LEARNER)
    if headed:
        roles.add(Role.HEAD)
    departments = _with_all_below(headed, organisation)
    return Rights(person.id, person.name, person.language, frozenset(roles), departments)


def heads_on(day: date) -> dict[str, Person]:
    """Every 所属コード in force on ``day`` -> its 所属長 from the departments' file, where there is one."""
    departments = Organisation.on(day, load_departments()).departments
    holders = _holders({d.head_number for d in departments if d.head_number})
    found = ((d.code, head_of(d, holders, day)) for d in departments if d.head_number)
    return {code: person for code, person in found if person}


def basis(day: date) -> str:
    """A short text that changes whenever something rights are read from may have changed."""
    return basis_text(db.session.execute(BASIS).one(), day)


def basis_text(newest: Sequence[object], day: date) -> str:
    """The newest row of each table that rights are read from, and the day."""
    return f"{day.isoformat()}:{','.join(str(number or 0) for number in newest)}"


#: Each the newest row of a table; looked up in its primary key, so it costs next to nothing.
BASIS_COLUMNS = (
    *(
        select(func.max(row.id)).scalar_subquery().label(f"newest_{row.__tablename__}")
        for row in (
            RosterImportRow,
            AppointmentRow,
            TermRow,
            PlacementRow,
            ProfileRow,
            MergeRow,
            DepartmentRow,
            RoleGrantRow,
        )
    ),
    # Two records that are parted again are no new row.
    select(func.count(MergeRow.withdrawn_at)).scalar_subquery().label("parted"),
)
BASIS = select(*BASIS_COLUMNS)


def _headed_by(person: Person, organisation: Organisation) -> set[str]:
    numbers = {a.number for a in person.in_force(organisation.day)}
    mine = [d for d in organisation.departments if d.head_number in numbers]
    holders = _holders({d.head_number for d in mine if d.head_number})
    heads = {d.code: head_of(d, holders, organisation.day) for d in mine}
    return {code for code, head in heads.items() if head is not None and head.id == person.id}


def _holders(numbers: set[str]) -> list[Person]:
    if not numbers:
        return []
    ids = db.session.scalars(
        select(AppointmentRow.person_id)
        .where(AppointmentRow.number.in_(numbers), AppointmentRow.withdrawn_at.is_(None))
        .distinct()
    )
    return load_people(ids)


def _with_all_below(codes: set[str], organisation: Organisation | None) -> frozenset[str]:
    if organisation is None:
        return frozenset()
    existing = codes & organisation.by_code().keys()
    return frozenset(below for code in existing for below in organisation.descendants(code))
