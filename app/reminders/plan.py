"""What is to be said to whom on a day and how: by mail, or on paper and why. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.courses.model import Course
from app.people.employment import Organisation
from app.reminders.address import usable
from app.reminders.due import Kind, Situation, kind_on
from app.reports.completion import Line


@dataclass(frozen=True, slots=True)
class Owed:
    """Something a person still owes: a course, an amended section of it (slug/amendment:…), a year's run.

    ``key`` names it in the ledger: the course's slug, slug/amendment:…, or the run's id.
    """

    key: str
    course: Course
    title: str
    line: Line
    situation: Situation

    @property
    def person_id(self) -> str:
        """Who owes it."""
        return self.line.person.id


@dataclass(frozen=True, slots=True)
class Everything:
    """All that is owed by people in service on the organisation's day, by duty, then 建制順."""

    organisation: Organisation
    owed: tuple[Owed, ...]


#: The first day that tells a later service's duty from an earlier one's.
_SERVICE = re.compile(r"@\d{4}-\d{2}-\d{2}$")


class Fate(StrEnum):
    """What is known of a 受講のお願い. Only the two that surely never arrived may be tried again."""

    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    LATER = "later"
    RETURNED = "returned"
    PRINTED = "printed"

    @property
    def label(self) -> str:
        """The fate on screen."""
        return _LABELS[self]


_LABELS = {
    Fate.SENDING: "送信中",
    Fate.SENT: "送った",
    Fate.UNKNOWN: "届いたか分からない",
    Fate.LATER: "一時的に受け取られなかった",
    Fate.RETURNED: "宛先に受け取られなかった",
    Fate.PRINTED: "紙で渡した",
}


class OnPaper(StrEnum):
    """Why somebody gets paper instead of mail."""

    NO_SERVER = "メールのサーバーの設定がない"
    NO_ADDRESS = "メールの登録がない"
    UNUSABLE = "メールの書き方が正しくない"
    SHARED = "ほかの人と共用のメール"
    RETURNED = "メールが受け取られなかった"


@dataclass(frozen=True, slots=True)
class Told:
    """A row of the ledger, as the plan needs it."""

    person_id: str
    kind: Kind
    duty: str
    day: date
    fate: Fate
    address: str


@dataclass(frozen=True, slots=True)
class Request:
    """One 受講のお願い to be made: by mail to ``address``, or on paper because of ``on_paper``."""

    owed: Owed
    kind: Kind
    duty: str
    address: str
    on_paper: OnPaper | None

    @property
    def person_id(self) -> str:
        """To whom."""
        return self.owed.person_id

    @property
    def mark(self) -> str:
        """What a form names it by."""
        return f"{self.person_id}:{self.owed.key}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody who owes something and is not asked today: told before (``told``), or on their way (None)."""

    owed: Owed
    told: Told | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything still to be said on a day, and to whom nothing is."""

    day: date
    organisation: Organisation
    requests: tuple[Request, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def by_mail(self) -> list[Request]:
        """Those that leave by mail."""
        return [r for r in self.requests if r.on_paper is None]

    @property
    def on_paper(self) -> list[Request]:
        """Those to be printed, by duty, then 建制順."""
        return [r for r in self.requests if r.on_paper is not None]

    def only(
        self,
        kind: Kind | None = None,
        departments: Collection[str] | None = None,
        marks: Collection[str] | None = None,
    ) -> Plan:
        """The part of the plan of one kind, of people under these 所属コード, of the requests named."""

        def under(owed: Owed) -> bool:
            return departments is None or bool(owed.line.code and owed.line.code in departments)

        kept = tuple(
            r
            for r in self.requests
            if (kind is None or r.kind is kind) and under(r.owed) and (marks is None or r.mark in marks)
        )
        return Plan(self.day, self.organisation, kept, tuple(x for x in self.left_out if under(x.owed)))


def make_plan(
    everything: Everything, told: Iterable[Told], shared: Collection[str], has_server: bool
) -> Plan:
    """Work out what the day asks for that was not said before.

    ``told`` is the ledger of these people, ``shared`` the addresses several people have (in lower case).
    """
    day = everything.organisation.day
    by_person: Mapping[str, list[Told]] = defaultdict(list)
    for one in told:
        by_person[one.person_id].append(one)
    requests: list[Request] = []
    left_out: list[LeftOut] = []
    for owed in everything.owed:
        kind = kind_on(day, owed.situation)
        if kind is None:
            left_out.append(LeftOut(owed, None))
            continue
        mine = by_person.get(owed.person_id, [])
        duty, earlier = _duty_key(owed, kind, mine)
        mail = owed.line.person.mail
        if earlier is not None and not _may_try_again(earlier):
            left_out.append(LeftOut(owed, earlier))
            continue
        refused = earlier is not None and earlier.fate is Fate.RETURNED and earlier.address == mail
        reason = _on_paper(mail, shared, has_server, refused)
        requests.append(Request(owed, kind, duty, "" if reason else mail, reason))
    return Plan(day, everything.organisation, tuple(requests), tuple(left_out))


def _duty_key(owed: Owed, kind: Kind, mine: Sequence[Told]) -> tuple[str, Told | None]:
    """The ledger's name of the duty, and what was said of this kind about it already.

    What was said of the course longer ago than a service may pause belongs to an earlier service: the
    duty is another. A run and an amendment come once, whatever service follows.
    """
    gap = timedelta(days=owed.course.rules.service_gap_days)
    about = [t for t in mine if key_of(t.duty) == owed.key]
    of_this_service = about
    if owed.key == owed.course.slug:
        of_this_service = [t for t in about if t.day + gap >= owed.situation.begins]
    earlier = next((t for t in of_this_service if t.kind is kind), None)
    if earlier is not None:
        return earlier.duty, earlier
    anew = len(of_this_service) < len(about)
    return (f"{owed.key}@{owed.situation.begins.isoformat()}" if anew else owed.key), None


def key_of(duty: str) -> str:
    """What the ledger's name of a duty speaks of, whichever service owed it."""
    return _SERVICE.sub("", duty)


def _may_try_again(earlier: Told) -> bool:
    return earlier.fate in (Fate.LATER, Fate.RETURNED)


def _on_paper(mail: str, shared: Collection[str], has_server: bool, refused: bool) -> OnPaper | None:
    if not has_server:
        return OnPaper.NO_SERVER
    if not mail:
        return OnPaper.NO_ADDRESS
    if not usable(mail):
        return OnPaper.UNUSABLE
    if mail.lower() in shared:
        return OnPaper.SHARED
    return OnPaper.RETURNED if refused else None


def shared_addresses(mails: Iterable[str]) -> frozenset[str]:
    """Addresses several people have: who has yet to take a course is nobody else's business."""
    counted = Counter(mail.lower() for mail in mails if mail)
    return frozenset(mail for mail, count in counted.items() if count > 1)
