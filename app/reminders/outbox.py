"""Send what a day asks for, so that nobody ever gets the same twice, whatever breaks in the middle.

Each mail: a row "sending" is committed, the talk with the mail server follows, its end is committed. A row
is never sent again unless the server itself refused it; what a dead sender left half done is for HR to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime

from app.clock import day_of
from app.loaded import settings, site
from app.reminders import ledger
from app.reminders.due import Kind
from app.reminders.hours import may_send
from app.reminders.mail import NoServer, Postman, compose, message_id
from app.reminders.owed import owed_on
from app.reminders.plan import Fate, Plan, Request, make_plan, shared_addresses
from app.reminders.sender import Busy, only_sender
from app.reminders.wording import House, Letter, letter
from app.reports.facts import people_ever_in

#: So many are worked out anew just before they leave: people complete while a long run goes on.
_AT_ONCE = 20
#: When troubles in a row weigh this much, the server and not the recipients has a problem.
_GIVE_UP = 9
_WEIGHT = {Fate.SENT: 0, Fate.RETURNED: 1, Fate.LATER: 3, Fate.UNKNOWN: 3}

Now = Callable[[], datetime]


class NotNow(Exception):
    """Mail doesn't go out at this hour, or no mail server is set."""


@dataclass(slots=True)
class Outcome:
    """What one round of sending came to. ``stopped`` says in words why it ended early."""

    fates: dict[Fate, int] = field(default_factory=dict)
    left: int = 0
    stopped: str = ""

    @property
    def sent(self) -> int:
        """Mails the server took."""
        return self.fates.get(Fate.SENT, 0)


def plan_on(day: date, people: Collection[str] | None = None) -> Plan:
    """What is still to be said on ``day`` to these people (everybody when None)."""
    shared = shared_addresses(ledger.all_mails())
    return _plan(day, people, shared)


def plan_under(departments: Collection[str], day: date) -> Plan:
    """What is still to be said on ``day`` to people who stand under these 所属コード."""
    return plan_on(day, people_ever_in(departments)).only(departments=departments)


def _plan(day: date, people: Collection[str] | None, shared: Collection[str]) -> Plan:
    told = ledger.told(people)
    return make_plan(owed_on(day, people), told, shared, settings().smtp is not None)


def letter_to(request: Request) -> Letter:
    """What this person reads."""
    person, owed = request.owed.line.person, request.owed
    return letter(request.kind, person.name, owed.title, owed.situation.due, house(), person.language)


def house() -> House:
    """Who writes, as ``site.toml`` and the settings say."""
    return House(
        city=site().city,
        address=settings().address,
        how_to_open=site().slip_note,
        work_hours_note=site().work_hours_note,
        office=site().consult_office,
    )


def send(
    now: Now,
    by: str,
    kind: Kind | None = None,
    departments: Collection[str] | None = None,
    until: datetime | None = None,
    marks: Collection[str] | None = None,
) -> Outcome:
    """Send what today asks for (of one kind, to people under these 所属, those named), each once ever.

    ``until`` ends the round early (a page can't wait for a whole city); what is left says how many remain.
    Raises NotNow, Busy (somebody else is sending), NoServer when nothing could be begun.
    """
    if settings().smtp is None:
        raise NotNow("メールのサーバーが設定されていません。")
    if not may_send(now(), site().remind_hours, site().closed_days):
        raise NotNow("いまは、メールを送る時間ではありません。")
    with only_sender():
        ledger.find_abandoned(now())
        day = day_of(now())
        shared = shared_addresses(ledger.all_mails())
        people = None if departments is None else people_ever_in(departments)
        waiting = _plan(day, people, shared).only(kind, departments, marks).by_mail
        return _Round(now, by, day, shared, until).run(waiting) if waiting else Outcome()


def look_after(now: datetime) -> None:
    """Find what a dead sender left half done; while somebody sends there is nothing to find."""
    with suppress(Busy), only_sender():
        ledger.find_abandoned(now)


class _Round:
    """One round of sending, by the one sender."""

    def __init__(self, now: Now, by: str, day: date, shared: Collection[str], until: datetime | None) -> None:
        smtp = settings().smtp
        assert smtp is not None
        self.smtp, self.now, self.by, self.day, self.shared, self.until = smtp, now, by, day, shared, until
        self.outcome = Outcome()
        self.trouble = 0

    def run(self, waiting: list[Request]) -> Outcome:
        self.outcome.left = len(waiting)
        with Postman(self.smtp) as postman:
            for first in range(0, len(waiting), _AT_ONCE):
                chunk = waiting[first : first + _AT_ONCE]
                read_at = self.now()
                fresh = _plan(self.day, {r.person_id for r in chunk}, self.shared)
                still = {(r.person_id, r.kind, r.duty): r for r in fresh.by_mail}
                for request in chunk:
                    if self._must_stop():
                        return self.outcome
                    found = still.get((request.person_id, request.kind, request.duty))
                    if found is None or self._one(postman, found, read_at):
                        self.outcome.left -= 1
        return self.outcome

    def _must_stop(self) -> bool:
        moment = self.now()
        if self.outcome.stopped:
            return True
        if not may_send(moment, site().remind_hours, site().closed_days) or day_of(moment) != self.day:
            self.outcome.stopped = "メールを送る時間が終わりました。"
        elif self.trouble >= _GIVE_UP:
            self.outcome.stopped = "メールのサーバーが続けて受け取りませんでした。"
        return bool(self.outcome.stopped) or (self.until is not None and moment >= self.until)

    def _one(self, postman: Postman, request: Request, read_at: datetime) -> bool:
        """Send one; False when the server went away before anything was begun."""
        try:
            postman.ready()
        except NoServer as error:
            self.outcome.stopped = str(error)
            return False
        identity = message_id(self.smtp, request.person_id, request.kind, request.duty)
        moment = self.now()
        text = letter_to(request)
        message = compose(self.smtp, site().city, request.address, text, identity, moment)
        number = ledger.begin(request, self.day, moment, self.by, identity, read_at)
        if number is None:
            return True
        answer = postman.send(message, request.address)
        ledger.settle(number, answer.fate, self.now(), answer.note)
        self.trouble = self.trouble + _WEIGHT[answer.fate] if _WEIGHT[answer.fate] else 0
        self.outcome.fates[answer.fate] = self.outcome.fates.get(answer.fate, 0) + 1
        return True
