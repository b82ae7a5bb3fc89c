"""Find people by what somebody types: a number, a name in any of its letters, a reading."""

from __future__ import annotations

import unicodedata

from sqlalchemy import or_, select

from app.db import db
from app.people.directory import merged_into
from app.people.models import AppointmentRow, ProfileRow
from app.people.search import search_key


def find_people(words: str) -> set[str]:
    """Ids (kept ones) of everybody whose name, reading or present or former number holds ``words``."""
    key = search_key(words)
    if not key:
        return set()
    number = "".join(unicodedata.normalize("NFKC", words).split())
    by_name = select(ProfileRow.person_id).where(
        ProfileRow.search_key.contains(key, autoescape=True), ProfileRow.withdrawn_at.is_(None)
    )
    by_number = select(AppointmentRow.person_id).where(
        or_(
            AppointmentRow.number.contains(number, autoescape=True),
            AppointmentRow.number.contains(words.strip(), autoescape=True),
        ),
        AppointmentRow.withdrawn_at.is_(None),
    )
    merges = merged_into()
    found = {*db.session.scalars(by_name), *db.session.scalars(by_number.distinct())}
    return {merges.get(person_id, person_id) for person_id in found}
