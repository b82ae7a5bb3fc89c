"""Plan an import against the database, and apply it whole or not at all, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.db import begin_writing, db
from app.people.roster.changes import DepartmentPlan, Plan
from app.people.roster.department_plan import plan_departments
from app.people.roster.departments import DepartmentFile
from app.people.roster.lines import Roster
from app.people.roster.plan import Terms, plan_departments_alone, plan_roster
from app.people.roster.state import load_before
from app.people.roster.witness import roster_imported
from app.people.roster.writing import write


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be imported: a roster, a departments file or both, and how."""

    terms: Terms
    roster: Roster | None = None
    departments: DepartmentFile | None = None


class ImportRefused(Exception):
    """A plan that may not be applied; ``reason`` is a sentence, the plan says the rest."""

    def __init__(self, plan: Plan, reason: str) -> None:
        super().__init__(reason)
        self.plan = plan
        self.reason = reason


def prepare(request: Request) -> Plan:
    """Plan the import against what the database holds now. Nothing is written."""
    before = load_before(request.terms.source)
    departments = None
    if request.departments is not None:
        numbers = {a.number for person in before.people for a in person.appointments}
        numbers |= {line.number for line in request.roster.lines} if request.roster else set()
        departments = plan_departments(request.departments, before.departments, request.terms.as_of, numbers)
    if request.roster is None:
        return plan_departments_alone(departments or DepartmentPlan(), request.terms)
    return plan_roster(request.roster, before, request.terms, departments)


def apply(
    request: Request,
    now: datetime,
    by: str,
    accept_missing: int | None = None,
    expected: str | None = None,
) -> Plan:
    """Plan again under the write lock and apply. Returns the plan as applied; an empty one writes nothing.

    ``expected`` is the digest of the plan that was shown. Raises ImportRefused, having changed nothing.
    """
    begin_writing()
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("LOCK TABLE roster_imports IN EXCLUSIVE MODE"))
    try:
        plan = prepare(request)
        if expected is not None and plan.digest != expected:
            raise ImportRefused(
                plan, "確認していただいた内容から、登録の状態が変わりました。もう一度確認してください。"
            )
        refuse(plan, accept_missing)
        if plan.empty:
            db.session.rollback()
            return plan
        write(plan, now, by, "page" if request.terms.correction else None)
        roster_imported(plan, request.roster, request.terms.correction, now, by)
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    return plan


def refuse(plan: Plan, accept_missing: int | None) -> None:
    """Raise ImportRefused for a problem, or when too many are missing and their number was not named."""
    if plan.refused:
        raise ImportRefused(plan, "問題があるため、何も取り込んでいません。")
    if accept_missing is not None and plan.missing_people != accept_missing:
        raise ImportRefused(
            plan,
            f"名簿にない人は{plan.missing_people}人です({accept_missing}人と指定されました)。何も取り込んでいません。",
        )
    if plan.many_missing and not plan.unchanged and accept_missing is None:
        raise ImportRefused(
            plan,
            f"在籍者{plan.known}人のうち{plan.missing_people}人が名簿にありません(10%を超えています)。"
            f"何も取り込んでいません。正しければ --accept-missing {plan.missing_people} を付けてください。",
        )
