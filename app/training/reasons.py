"""Why a person owes a course or not, and how its 受講期限 came about, in words: pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.people.employment import Category, ScopeKind, Span
from app.training.duties import (
    DAYS_AFTER_LEAVE,
    UNASSIGNED_BY_DEFAULT,
    DueChange,
    Duties,
    Duty,
    DutyRules,
    Post,
)
from app.training.refresher import Membership, Run
from app.training.standing import Opening
from app.wareki import english_day, wareki

DAY = timedelta(days=1)


class Origin(StrEnum):
    """From what day a 受講期限 is counted."""

    APPOINTED = "任用"
    INTRODUCED = "導入"
    RETURNED = "復帰"
    JOINED = "対象"
    DECIDED = "変更"


@dataclass(frozen=True, slots=True)
class DueReason:
    """How a 受講期限 came about: ``days`` from ``start`` is ``counted``, moved to an open day it is ``due``.

    ``earlier`` says that ``start`` lies before the appointment held now, in a service that goes on.
    A date HR set itself has ``because`` and ``days`` 0; ``start`` is the day it was decided.
    """

    origin: Origin
    start: date
    days: int
    due: date
    earlier: bool = False
    because: str = ""

    @property
    def counted(self) -> date:
        """The day counted, before it is moved to an open day."""
        return self.start + self.days * DAY


def due_reason(duties: Duties, duty: Duty, rules: DutyRules, day: date, post: Post | None) -> DueReason:
    """Explain ``duties.due_on(duty, day)``."""
    due = duties.due_on(duty, day)
    change = duties.due_change(duty, None)
    leave = _counted_leave(duties, duty, duty.begins, change, day)
    if leave is not None:
        left = (duties.due_on(duty, leave.end) - max(leave.start, duty.begins)).days
        return DueReason(Origin.RETURNED, leave.end + DAY, max(left, DAYS_AFTER_LEAVE), due)
    if change is not None:
        return DueReason(Origin.DECIDED, change.decided_on, 0, due, because=change.reason)
    if duty.service.start < rules.introduced:
        return DueReason(Origin.INTRODUCED, duty.begins, rules.due_days, due)
    earlier = post is not None and duty.service.start < post.appointment.start
    return DueReason(Origin.APPOINTED, duty.begins, rules.due_days, due, earlier)


def opening_in_words(opening: Opening, language: str = "ja") -> str:
    """How the 受講期限 of an amended section came about."""
    if language == "en":
        return f"For the amended section, asked for from {english_day(opening.opened_on)}."
    return f"{wareki(opening.opened_on)}に始まった、改定の受講の期限です。"


def run_due_in_words(duties: Duties, run: Run, member: Membership, day: date, language: str = "ja") -> str:
    """How the 受講期限 in a year's run came about, for somebody who is in it."""
    duty, entered, first_due = member.duty, member.entered, member.due
    assert duty is not None and entered is not None and first_due is not None
    due = duties.due_after_leave(duty, entered, first_due, run.id, day)
    change = duties.due_change(duty, run.id)
    leave = _counted_leave(duties, duty, entered, change, day)
    if leave is not None:
        before = duties.due_after_leave(duty, entered, first_due, run.id, leave.end)
        left = (before - max(leave.start, entered)).days
        days = max(left, DAYS_AFTER_LEAVE)
        return due_in_words(DueReason(Origin.RETURNED, leave.end + DAY, days, due), language)
    if change is not None:
        reason = DueReason(Origin.DECIDED, change.decided_on, 0, due, because=change.reason)
        return due_in_words(reason, language)
    if due != run.due:
        return due_in_words(DueReason(Origin.JOINED, entered, run.joiner_days, due), language)
    if language == "en":
        return "The due date of this yearly refresher, the same for everyone."
    return "この年度研修の、全員に共通の期限です。"


def _counted_leave(
    duties: Duties, duty: Duty, begins: date, change: DueChange | None, day: date
) -> Span | None:
    """The last leave over by ``day`` that moved 受講期限; HR's date answers one begun by then."""
    since = begins if change is None else max(begins, change.decided_on)
    counted = [
        leave
        for leave in duties.leaves(duty)
        if since <= leave.end < day and (change is None or leave.start > change.decided_on)
    ]
    return counted[-1] if counted else None


def due_in_words(reason: DueReason, language: str = "ja") -> str:
    """「4月1日の任用から30日後の5月1日が閉庁日のため、次の開庁日の5月7日です。」."""
    if language == "en":
        return _due_in_english(reason)
    if reason.origin is Origin.DECIDED:
        because = f"(理由: {reason.because})" if reason.because else ""
        return f"人事担当が{wareki(reason.start)}に定めた日です。{because}"
    one_year = reason.start.year == reason.due.year

    def said(day: date) -> str:
        return f"{day.month}月{day.day}日" if one_year else wareki(day)

    origin = {
        Origin.APPOINTED: f"{said(reason.start)}の任用",
        Origin.INTRODUCED: f"この研修が始まった{said(reason.start)}",
        Origin.RETURNED: f"お休みから戻られた{said(reason.start)}",
        Origin.JOINED: f"受講の対象になった{said(reason.start)}",
    }[reason.origin]
    counted = f"{origin}から{reason.days}日後の{said(reason.counted)}"
    moved = "" if reason.counted == reason.due else f"が閉庁日のため、次の開庁日の{said(reason.due)}"
    earlier = "続けて勤めている最初の任用の日から数えます。" if reason.earlier else ""
    return f"{counted}{moved}です。{earlier}"


def _due_in_english(reason: DueReason) -> str:
    """30 days after your appointment on 1 April 2026 is 1 May 2026, when …"""
    if reason.origin is Origin.DECIDED:
        because = f" (reason: {reason.because})" if reason.because else ""
        return f"Set by HR on {english_day(reason.start)}{because}."
    origin = {
        Origin.APPOINTED: "your appointment on",
        Origin.INTRODUCED: "the start of this course on",
        Origin.RETURNED: "your return from leave on",
        Origin.JOINED: "the day you came under it,",
    }[reason.origin]
    words = f"{reason.days} days after {origin} {english_day(reason.start)}"
    if reason.counted != reason.due:
        words += f" is {english_day(reason.counted)}, when offices are closed; this is the next open day"
    earlier = " Counted from the first of your appointments without a break." if reason.earlier else ""
    return f"{words}.{earlier}"


class Free(StrEnum):
    """Why nothing is owed on a day."""

    NO_POST = "no-post"
    LATER = "later"
    ELECTED = "elected"
    OUTSIDE = "outside"
    CONSULT = "consult"
    CATEGORY = "category"
    SHORT = "short"


_BY_SCOPE = {
    ScopeKind.ELECTED: Free.ELECTED,
    ScopeKind.OUTSIDE: Free.OUTSIDE,
    ScopeKind.CONSULT: Free.CONSULT,
}


def why_free(duties: Duties, post: Post | None, day: date) -> Free:
    """Why a person without a duty on ``day`` owes nothing."""
    later = upcoming(duties, day)
    if later is not None and (post is None or later.service.covers(day)):
        return Free.LATER
    if post is None:
        return Free.NO_POST
    if post.scope.kind in _BY_SCOPE:
        return _BY_SCOPE[post.scope.kind]
    if later is not None:
        return Free.LATER
    return Free.SHORT if _assigned(duties, post.placement.category) else Free.CATEGORY


def upcoming(duties: Duties, day: date) -> Duty | None:
    """The next duty that has not begun on ``day``, or None."""
    return next((duty for duty in duties.owing if duty.begins > day), None)


def _assigned(duties: Duties, category: Category) -> bool:
    if duties.assigned is None:
        return category not in UNASSIGNED_BY_DEFAULT
    return category in duties.assigned
