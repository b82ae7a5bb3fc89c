"""What the chain of evidence says of accounts: who was given or lost a role."""

from __future__ import annotations

from datetime import datetime

from app.access.models import AccountRow, RoleGrantRow
from app.db import db
from app.evidence import ledger


def role_changed(grant: RoleGrantRow, change: str, by: str, now: datetime) -> None:
    """A role was ``given`` or ``taken``."""
    account = db.session.get_one(AccountRow, grant.account_id)
    ledger.append(
        "role.changed", now, account.person_id, by,
        account=grant.account_id, role=grant.role, department=grant.department or "", change=change,
    )  # fmt: skip
