"""A copy of somebody's session cookie: once the session ended, in whichever way, it opens nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import update

from app import clock
from app.access import accounts, grants
from app.access.models import SessionRow
from app.access.roles import Role
from app.access.sign_in import accounts_of
from app.db import begin_writing, db
from app.people.models import AppointmentRow, TermRow
from tests.faults.browser import Browser
from tests.faults.ground import PASSWORD, Ground, Person
from tests.faults.server import Server
from tests.faults.table import Row

OWN = "新しい春を三毛猫と待つ"
KIOSK = "kenshu_shared"


class Theft:
    """One person signed in (perhaps at a shared ``terminal``), and a thief with the session's cookie."""

    def __init__(self, server: Server, person: Person, on: Ground, terminal: str = "") -> None:
        self.person, self.on = person, on
        self.browser = Browser(server.port)
        if terminal:
            self.browser.cookies[KIOSK] = terminal
        self.browser.sign_in(person.number)
        self.thief = Browser(server.port, self.browser.cookies.get("kenshu_session", ""))

    def opens(self) -> bool:
        """Whether the stolen cookie shows a page that is theirs alone."""
        return self.thief.ask("/account/").status == 200

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
        """Go away from a shared terminal: the session is made a quarter of an hour older."""
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


#: Every way a session ends, as the table says it.
ENDS: dict[str, Callable[[Theft], None]] = {
    "ログアウト": Theft.log_out,
    "パスワードの変更": Theft.change_password,
    "再発行": Theft.be_reset,
    "役割の変更": Theft.get_a_role,
    "人事担当による終了": Theft.be_signed_out,
    "共用端末の放置": Theft.leave_the_terminal,
    "退職": Theft.retire,
}


def replayed(on: Ground, server: Server, people: Sequence[Person]) -> tuple[int, list[str]]:
    """How many copies worked before the session ended, and after which ends one still works."""
    worked, alive = 0, []
    terminal = shared_terminal(on, server)
    for person, (name, end) in zip(people, ENDS.items(), strict=True):
        theft = Theft(server, person, on, terminal if end is Theft.leave_the_terminal else "")
        worked += theft.opens()
        end(theft)
        if theft.opens():
            alive.append(name)
    return worked, alive


def shared_terminal(on: Ground, server: Server) -> str:
    """The cookie of a browser that HR made a shared terminal."""
    hr = on.people[-1]
    with on.app.app_context():
        grants.grant(hr.number, Role.HR, None, None, "試験", clock.now(), clock.today())
        db.session.remove()
    browser = Browser(server.port)
    browser.sign_in(hr.number)
    browser.ask("/kiosk")
    browser.post("/kiosk", ("shared", "1"))
    return browser.cookies[KIOSK]


def row(on: Ground) -> Row:
    """The row of stolen cookies."""
    some, others = on.people[: len(ENDS)], on.people[len(ENDS) : 2 * len(ENDS)]
    with Server(on) as server:
        worked, alive = replayed(on, server, some)
    with Server(on, "sessions") as server:
        _, control = replayed(on, server, others)
    return Row(
        "7b", "盗まれたクッキーは、ログインが終われば役に立たない",
        f"{'、'.join(ENDS)}の{len(ENDS)}通り: 終わる前に開けたもの{worked}、"
        f"終わったあとに開けたもの{len(alive)}",
        worked == len(ENDS) and not alive,
        f"クッキーだけを信じると、{len(ENDS)}通りのうち{len(control)}通りで開ける", len(control) == len(ENDS),
    )  # fmt: skip
