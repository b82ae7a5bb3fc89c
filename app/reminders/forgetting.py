"""廃棄: forget where a reminder went when a person's 保存年限 is over; that there was one stays."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import update

from app.db import db
from app.reminders.models import ReminderRow


def forget_addresses(ids: Sequence[str]) -> None:
    """Erase addresses and departments of these people's reminders. Does not commit."""
    db.session.execute(
        update(ReminderRow)
        .where(ReminderRow.person_id.in_(ids))
        .values(address="", message_id="", note="", department="")
    )
