"""Note that whoever asks looked at somebody else's record."""

from __future__ import annotations

from app import clock
from app.access import looks
from app.access.looks import Looker, What
from app.auth import me
from app.training.progress import same_person


def note_look(person_id: str, what: What) -> None:
    """Note it for the person to see; their own looks are nobody's business."""
    who = me()
    if who.person_id is None or person_id not in same_person(who.person_id):
        looks.note(person_id, what, looker(), clock.today())


def looker() -> Looker:
    """Whoever asks, as one who looks."""
    who = me()
    return Looker(who.account_id, who.name, who.roles)
