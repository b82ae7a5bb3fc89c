"""Passwords: Argon2id, the rule for a good one, and initial ones whose letters can't be confused.

Hashing is the dearest thing the site does, so never inside a writing transaction, and never more at once
than there are cores.
"""

from __future__ import annotations

import os
import re
import secrets
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

MIN_LENGTH = 10
MAX_LENGTH = 128
#: No 0 O o, 1 l I i, 2 z, 5 s, 8 B, 9 g q, u v w: what looks alike on paper or by telephone is left out.
INITIAL_LETTERS = "acdefhjkmnprtxy3467"
INITIAL_LENGTH = 12

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_slots = threading.BoundedSemaphore(os.cpu_count() or 1)


def hash_password(password: str) -> str:
    """The Argon2id hash to keep."""
    with _slots:
        return _hasher.hash(_normal(password))


def hash_all(passwords: Sequence[str]) -> list[str]:
    """Hashes in the same order, on every core; hashing lets other threads run."""
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        return list(pool.map(hash_password, passwords))


def verify(stored: str, password: str) -> bool:
    """True when ``password`` is the one hashed."""
    if len(password) > MAX_LENGTH:
        return False
    with _slots:
        try:
            return _hasher.verify(stored, _normal(password))
        except (Argon2Error, InvalidHashError):
            return False


def verify_nobody(password: str) -> None:
    """Spend the time a verification takes, so that an unknown number answers no faster than a known one."""
    verify(_NOBODY, password)


def needs_rehash(stored: str) -> bool:
    """True when the hash was made under an older policy."""
    return _hasher.check_needs_rehash(stored)


def new_initial_password() -> str:
    """A random initial password as it is printed: ``xxxx-xxxx-xxxx``."""
    letters = "".join(secrets.choice(INITIAL_LETTERS) for _ in range(INITIAL_LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, INITIAL_LENGTH, 4))


def plain_initial(typed: str) -> str:
    """An initial password as it is hashed: hyphens, spaces and capitals don't matter."""
    return re.sub(r"[\s\-‐‑‒–—―ー−]", "", _normal(typed)).lower()


def looks_initial(typed: str) -> bool:
    """True when ``typed`` has the form of an initial password: one of some 10^15, so no guess finds it."""
    plain = plain_initial(typed)
    return len(plain) == INITIAL_LENGTH and not set(plain) - set(INITIAL_LETTERS)


def problem_with(password: str, numbers: Iterable[str]) -> str | None:
    """Why ``password`` can't be taken, as a sentence; None when it can. ``numbers`` are the person's own."""
    plain = _normal(password)
    if len(plain) < MIN_LENGTH:
        return f"パスワードは{MIN_LENGTH}文字以上にしてください。"
    if len(plain) > MAX_LENGTH:
        return f"パスワードは{MAX_LENGTH}文字までにしてください。"
    if plain.casefold() in {_normal(number).casefold() for number in numbers}:
        return "職員番号と同じパスワードは使えません。"
    if len(set(plain)) < 3:
        return "同じ文字のくり返しは使えません。"
    return None


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


_NOBODY = _hasher.hash(secrets.token_urlsafe(16))
