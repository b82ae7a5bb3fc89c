"""First answers as values: who answered a wording, in which order, and how. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Kind(NamedTuple):
    """What first answers to one wording have in common.

    ``clauses`` are those of the question as it stood; ``chosen`` are places in its text (of a story those of
    its first scene); ``passed`` tells whether the test it stood in was passed, None while it is open.
    """

    clauses: tuple[str, ...]
    chosen: tuple[int, ...]
    correct: bool
    passed: bool | None


class FirstAnswer(NamedTuple):
    """The first answer of one person to one scenario; ``within`` the stretch of time that was asked for."""

    person_id: str
    kind: Kind
    within: bool


Lines = Mapping[tuple[str, str], Sequence[FirstAnswer]]
"""First answers by scenario and revision, in the order in which they came."""
