"""The one table of rights: what it says, and that the page a city's reviewer reads says the same."""

from __future__ import annotations

from itertools import chain, combinations

import pytest

from app.access.policy import POLICY, SPARED, Reach, Right, holders, may_issue_slip, reach
from app.access.roles import Role
from app.settings import ROOT

ROLES = [frozenset(some) for some in chain(*(combinations(Role, n) for n in range(len(Role) + 1)))]


def table() -> list[str]:
    """The table of rights as the security review prints it."""
    heading = ["できること", *(role.label for role in Role)]
    rows = [
        [right.label, *(POLICY[right][role].label if role in POLICY[right] else "" for role in Role)]
        for right in Right
    ]
    return [
        f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")
        for cells in (heading, ["---"] * len(heading), *rows)
    ]


def test_the_security_review_shows_the_table() -> None:
    """A right given to somebody else is a change of this page, too, and so is read by whoever reviews."""
    page = (ROOT / "docs" / "security-review.ja.md").read_text(encoding="utf-8")
    section = page.split("## 権限表", 1)[1].split("\n## ", 1)[0]
    shown = [line for line in section.splitlines() if line.startswith("|")]
    assert shown == table(), "\n" + "\n".join(table())


def test_every_right_stands_in_the_table() -> None:
    assert set(POLICY) == set(Right)
    assert all(right.label for right in Right)


@pytest.mark.parametrize("right", Right)
def test_nobody_without_a_role_may_anything(right: Right) -> None:
    assert reach((), right) is None


@pytest.mark.parametrize("right", Right)
def test_several_roles_reach_as_far_as_the_widest(right: Right) -> None:
    for roles in ROLES:
        each = [reach({role}, right) for role in roles]
        assert reach(roles, right) == max((one for one in each if one), default=None)
        assert (reach(roles, right) is None) == roles.isdisjoint(holders(right))


def test_a_learner_reaches_what_is_their_own_and_no_more() -> None:
    for right in Right:
        assert reach({Role.LEARNER}, right) in (None, Reach.OWN) or right is Right.READ_COURSES


def test_an_auditor_changes_nothing() -> None:
    changing = {Right.DECIDE, Right.REMIND, Right.RUN_YEAR, Right.KEEP_ROSTER, Right.NAME_HEADS}
    assert not [right for right in changing if reach({Role.AUDITOR}, right)]


def test_a_slip_never_hands_over_more_than_its_issuer_has() -> None:
    for roles in ROLES:
        for right in (Right.DEPARTMENT_SLIPS, Right.KEEP_ACCOUNTS):
            for other in ROLES:
                expected = any(role in holders(right) and not other & SPARED[role] for role in roles)
                assert may_issue_slip(roles, right, other) == expected
    assert not may_issue_slip({Role.HEAD}, Right.DEPARTMENT_SLIPS, frozenset({Role.HR}))
    assert not may_issue_slip({Role.HEAD}, Right.KEEP_ACCOUNTS, frozenset())
    assert not may_issue_slip({Role.HR}, Right.KEEP_ACCOUNTS, frozenset({Role.LEARNER, Role.ADMIN}))
    assert may_issue_slip({Role.ADMIN}, Right.KEEP_ACCOUNTS, frozenset({Role.HR}))
