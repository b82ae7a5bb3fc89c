"""People, HR, mail and time together: everything that may be done, in whatever order."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from app.db import db
from app.reminders import ledger, outbox
from app.reminders.plan import Fate
from tests.training.city import Killed
from tests.training.city_hr import HR
from tests.training.city_people import People

EVENTS = st.lists(st.sampled_from(["taken", "broken", "killed", "died", "later"]), min_size=1, max_size=3)


class LivingCity(People, HR):
    """Mail leaves, sheets are printed, days go by."""

    @rule(events=EVENTS)
    def remind(self, events: list[str]) -> None:
        """Today's mails leave, in so many rounds: the server takes them, breaks off, or the sender dies."""
        for event in events:
            self.server.event = event
            try:
                outbox.send(self.now, "人事")
            except Killed:
                db.session.rollback()
            except outbox.NotNow:
                return

    @rule()
    def print_sheets(self) -> None:
        plan = outbox.plan_on(self.today)
        ledger.keep_printed(plan.requests, self.today, self.now(), "人事", f"{self.moment}"[:32])

    @rule(found=st.sampled_from([Fate.SENT, Fate.PRINTED]))
    def judge_unknown(self, found: Fate) -> None:
        outbox.look_after(self.now())
        for entry in ledger.entries(ledger.Search(fate=Fate.UNKNOWN)):
            ledger.decide_unknown(entry.id, found, "人事", self.now())

    @rule(days=st.sampled_from([1, 7, 14, 30]))
    def time_goes_by(self, days: int) -> None:
        self.moment += timedelta(days=days)
