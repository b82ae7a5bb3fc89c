"""Tables of accounts, roles and sessions."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime
from app.people.models import new_id


class AccountRow(Base):
    """The right to sign in: of one person, or of an operator who stands outside every count."""

    __tablename__ = "accounts"
    __table_args__ = (CheckConstraint("(person_id IS NULL) <> (login IS NULL)", name="person_or_operator"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("persons.id"), unique=True)
    #: An operator's own login; a person signs in with any 職員番号 they hold or held.
    login: Mapped[str | None] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text, default="")
    password_hash: Mapped[str] = mapped_column(Text)
    #: An initial password is good until then and must be changed at the first sign-in; None once changed.
    initial_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RoleGrantRow(Base):
    """A role an account holds beyond learner; ``department`` is what a named head answers for."""

    __tablename__ = "role_grants"
    __table_args__ = (
        Index(
            "uq_role_grants_current",
            "account_id",
            "role",
            "department",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    department: Mapped[str] = mapped_column(Text, default="")
    recorded_by: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SessionRow(Base):
    """One signed-in browser, kept on the server; the cookie holds a random token, here stands its SHA-256."""

    __tablename__ = "sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: What the holder was found to be allowed (JSON), and the state of the records it was read from:
    #: when they have moved on, it is read again.
    rights: Mapped[str] = mapped_column(Text, default="")
    basis: Mapped[str] = mapped_column(Text, default="")
    #: What kind of browser it is, for its owner to know it again: Edge・Windows.
    browser: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SignInLimitRow(Base):
    """How often in a row signing in failed for an account (or a number nobody has), and its wait."""

    __tablename__ = "sign_in_limits"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    waits_until: Mapped[datetime] = mapped_column(UTCDateTime)


class KnownBrowserRow(Base):
    """A browser an account signed in with before, by the SHA-256 of its cookie; never a shared terminal."""

    __tablename__ = "known_browsers"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True, index=True)
    #: Wrong passwords in a row from this browser: when they are used up, it is known no longer.
    failures: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime] = mapped_column(UTCDateTime)


class LookRow(Base):
    """Somebody in office opened a page about one person; the first time on a day stands for the day."""

    __tablename__ = "looks"
    __table_args__ = (UniqueConstraint("person_id", "account_id", "what", "day", name="uq_looks_once_a_day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    what: Mapped[str] = mapped_column(String(16))
    role: Mapped[str] = mapped_column(String(16))
    by: Mapped[str] = mapped_column(Text)
    day: Mapped[date]


class AccountEventRow(Base):
    """Something that happened to an account (created, slip issued, password changed, role given), by whom."""

    __tablename__ = "account_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    detail: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime)
