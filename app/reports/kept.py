"""Keep in memory, for each database, what cannot change any more: numbers of days that are over."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from app.db import db

T = TypeVar("T")

#: For each thing the answer given last, and to what question.
_kept: WeakKeyDictionary[Engine, dict[str, tuple[Hashable, Any]]] = WeakKeyDictionary()


def once(what: str, question: Hashable, answer: Callable[[], T]) -> T:
    """The answer to this question about a thing; asked again only when the question is another one."""
    kept = _kept.setdefault(db.engine, {})
    if what not in kept or kept[what][0] != question:
        kept[what] = (question, answer())
    found: T = kept[what][1]
    return found


def for_good(what: str, so: Callable[[], bool]) -> bool:
    """Whether something is so that stays so once it is: asked only until then."""
    kept = _kept.setdefault(db.engine, {})
    if what not in kept and so():
        kept[what] = (None, True)
    return what in kept


def forget() -> None:
    """Ask everything again: the past was written anew, as a test does."""
    _kept.clear()
