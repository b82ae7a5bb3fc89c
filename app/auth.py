"""Who is asking: pages are private unless they say ``@public``; ``@requires`` names roles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar, cast

from flask import Flask
from flask_login import LoginManager, UserMixin, current_user

from app.access.roles import Role

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class SignedIn(UserMixin):  # type: ignore[misc]
    """The account behind this request. ``person_id`` is None for an operator outside every count.

    ``departments`` are the codes a head answers for (with all below them).
    """

    account_id: str
    person_id: str | None
    name: str
    roles: frozenset[Role]
    departments: frozenset[str] = frozenset()
    must_change_password: bool = False


def me() -> SignedIn:
    """The signed-in account of this request; only for private pages."""
    return cast(SignedIn, current_user._get_current_object())


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Open a page to people who are not signed in."""
    view.__dict__["public"] = True
    return view


def requires(*roles: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Open a page to accounts that hold one of ``roles`` only."""

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        view.__dict__["roles"] = frozenset(roles)
        return view

    return mark


def init_app(app: Flask) -> None:
    """Ask who signs in, before every request."""
    LoginManager(app)
