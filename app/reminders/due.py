"""Which 受講のお願い a day asks for: pure, from how somebody stands. At most one a person and duty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.training.standing import State


class Kind(StrEnum):
    """The kinds, each sent once a duty, in the order in which a duty meets them."""

    OPENED = "opened"
    NOT_STARTED = "not-started"
    BEHIND = "behind"
    BACK = "back"
    DUE_SOON = "due-soon"
    OVERDUE = "overdue"

    @property
    def label(self) -> str:
        """The kind as HR reads it."""
        return _LABELS[self]

    @property
    def when(self) -> str:
        """Whom it meets, in words."""
        return _WHEN[self]


#: So many days after the start nobody is "just begun" any more.
START_DAYS = 10
#: The last days before 受講期限.
SOON_DAYS = 7
#: So long after the return the first word is about the return.
BACK_DAYS = 14

_LABELS = {
    Kind.OPENED: "受講の始まり",
    Kind.NOT_STARTED: "未着手",
    Kind.BEHIND: "受講の途中",
    Kind.BACK: "お休みからの復帰",
    Kind.DUE_SOON: "期限が近い",
    Kind.OVERDUE: "期限超過",
}
_WHEN = {
    Kind.OPENED: f"受講が始まってから{START_DAYS}日以内で、まだ始めていない人",
    Kind.NOT_STARTED: f"受講が始まって{START_DAYS}日たっても、まだ始めていない人",
    Kind.BEHIND: "期限までの半分を過ぎ、終わったところが半分に満たない人",
    Kind.BACK: f"お休みから戻って{BACK_DAYS}日以内の人",
    Kind.DUE_SOON: f"期限まで{SOON_DAYS}日以内の人",
    Kind.OVERDUE: "期限を過ぎた人",
}

#: Who may be told anything at all; 修了, 免除, 猶予 and 対象外 never are.
TOLD = frozenset({State.NOT_STARTED, State.IN_PROGRESS, State.OVERDUE})


@dataclass(frozen=True, slots=True)
class Situation:
    """How somebody stands in one duty on a day.

    ``begins`` is the duty's first day, ``returned`` the first day after the last leave within it (None
    without one), ``last`` the last day on which anything may be asked (the end of a year's run; None: open).
    ``done`` of ``parts`` are finished.
    """

    state: State
    begins: date
    due: date | None
    returned: date | None = None
    last: date | None = None
    done: int = 0
    parts: int = 1


def kind_on(day: date, situation: Situation) -> Kind | None:
    """The one kind this day asks for, whether or not it was sent already; None: nothing is to be said."""
    due = situation.due
    if situation.state not in TOLD or due is None or day < situation.begins:
        return None
    if situation.last is not None and day > situation.last:
        return None
    if situation.state is State.OVERDUE:
        return Kind.OVERDUE
    start = max(situation.begins, situation.returned or situation.begins)
    if situation.returned is not None and day < situation.returned + timedelta(days=BACK_DAYS):
        return Kind.BACK
    if due - day <= timedelta(days=SOON_DAYS):
        return Kind.DUE_SOON
    if situation.state is State.IN_PROGRESS:
        return Kind.BEHIND if _behind(day, start, due, situation) else None
    return Kind.OPENED if day < start + timedelta(days=START_DAYS) else Kind.NOT_STARTED


def _behind(day: date, start: date, due: date, situation: Situation) -> bool:
    return 2 * (day - start) > due - start and 2 * situation.done < situation.parts
