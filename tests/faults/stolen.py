"""A copy of somebody's session cookie: once the session ended, in whichever way, it opens nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import update

from app import clock
from app.access import accounts, grants
from app.access.models import AccountRow, SessionRow
from app.access.roles import Role
from app.access.sign_in import accounts_of
from app.db import begin_writing, db
from app.people.models import AppointmentRow, TermRow
from tests.faults.browser import Browser
from tests.faults.ground import PASSWORD, Ground, Person
from tests.faults.roles import give
from tests.faults.server import Server
from tests.faults.table import Row

OWN = "新しい春を三毛猫と待つ"
KIOSK = "kenshu_shared"


class Theft:
    """One person signed in with a browser, and a thief who holds all its cookies."""

    def __init__(self, on: Ground, server: Server, person: Person) -> None:
        self.on, self.person, self.port = on, person, server.port
        self.browser = Browser(server.port)
        self.browser.sign_in(person.number)
        self.thief = Browser(server.port)

    def steal(self) -> bool:
        """Copy the cookies; whether they open the page of the person."""
        self.thief.cookies = dict(self.browser.cookies)
        return self.opens()

    def opens(self) -> bool:
        """Whether the copy still shows a page that is theirs alone."""
        return self.thief.ask("/account").status == 200

    def log_out(self) -> None:
        """Press ログアウト."""
        self.browser.ask("/")
        self.browser.post("/logout")

    def change_password(self) -> None:
        """Choose another password."""
        self.browser.ask("/password")
        self.browser.post("/password", ("current", PASSWORD), ("new", OWN), ("again", OWN))

    def be_reset(self) -> None:
        """A new slip is issued."""
        with self.on.app.app_context():
            accounts.issue_slip(self.person.id, clock.now(), clock.today(), "試験")
            db.session.remove()

    def get_a_role(self) -> None:
        """Become HR by the command."""
        with self.on.app.app_context():
            grants.grant(self.person.number, Role.HR, None, None, "試験", clock.now(), clock.today())
            db.session.remove()

    def be_signed_out(self) -> None:
        """An administrator signs them out everywhere."""
        with self.on.app.app_context():
            accounts.sign_out_everywhere(self.person.id, clock.now(), "試験")
            db.session.remove()

    def leave_the_terminal(self) -> None:
        """Go away from a shared terminal; a quarter of an hour later the session is as old as that."""
        with self.on.app.app_context():
            begin_writing()
            (account,) = accounts_of([self.person.id])
            db.session.execute(
                update(SessionRow)
                .where(SessionRow.account_id == account.id)
                .values(seen_at=clock.now() - timedelta(minutes=15))
            )
            db.session.commit()
            db.session.remove()

    def retire(self) -> None:
        """Their employment turns out to have ended yesterday."""
        now = clock.now()
        with self.on.app.app_context():
            begin_writing()
            post = db.session.query(AppointmentRow).filter_by(person_id=self.person.id).one()
            db.session.execute(
                update(TermRow).where(TermRow.appointment_id == post.id).values(withdrawn_at=now)
            )
            yesterday = clock.today() - timedelta(days=1)
            db.session.add(TermRow(appointment_id=post.id, end=yesterday, retired=True, recorded_at=now))
            db.session.commit()
            db.session.remove()


ENDS: dict[str, Callable[[Theft], None]] = {
    "ログアウト": Theft.log_out,
    "パスワードの変更": Theft.change_password,
    "再発行": Theft.be_reset,
    "役割の変更": Theft.get_a_role,
    "人事担当による終了": Theft.be_signed_out,
    "共用の端末の放置": Theft.leave_the_terminal,
    "退職": Theft.retire,
}


def replayed(on: Ground, server: Server) -> tuple[list[str], list[str]]:
    """Ways to end a session whose stolen cookie worked before; those after which it still works."""
    worked, alive = [], []
    kiosk = shared_terminal(on, server)
    for person, (name, end) in zip(on.people, ENDS.items(), strict=False):
        theft = Theft(on, server, person)
        if end is Theft.leave_the_terminal:
            theft.browser.cookies[KIOSK] = kiosk
        if theft.steal():
            worked.append(name)
        end(theft)
        if theft.opens():
            alive.append(name)
    return worked, alive


def shared_terminal(on: Ground, server: Server) -> str:
    """The cookie of a browser that HR made a shared terminal."""
    hr = on.people[-1]
    with on.app.app_context():
        known = db.session.query(AccountRow).filter_by(person_id=hr.id).one().id
        held = grants_of(known)
        db.session.remove()
    if not held:
        give(on, hr, Role.HR)
    browser = Browser(server.port)
    browser.sign_in(hr.number)
    browser.ask("/kiosk")
    browser.post("/kiosk", ("shared", "1"))
    return browser.cookies[KIOSK]
