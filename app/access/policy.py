"""Who may do what: the one table. What stands nowhere in it nobody may.

Every page names the right it needs (``@requires(Right.KEEP_ROSTER)``). The table says which roles hold it,
and of how much: their own, what belongs to the 所属 they head and all below it, or everybody's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum, StrEnum
from types import MappingProxyType

from app.access.roles import Role


class Reach(IntEnum):
    """Whose things a right is about; the wider, the greater."""

    OWN = 1
    BELOW = 2
    ALL = 3

    @property
    def label(self) -> str:
        """The reach on paper."""
        return {Reach.OWN: "自分の分", Reach.BELOW: "自分の所属と、その下", Reach.ALL: "すべて"}[self]


class Right(StrEnum):
    """Something a page lets people do; the value is how a template names it."""

    OWN_ACCOUNT = "own account"
    OWN_RECORD = "own record"
    READ_COURSES = "read courses"
    TAKE_COURSES = "take courses"
    SEE_CERTIFICATE = "see certificate"
    LEAD_DEPARTMENT = "lead department"
    DEPARTMENT_SLIPS = "department slips"
    HOLD_SESSION = "hold session"
    SET_UP_TERMINAL = "set up terminal"
    SEE_RECORDS = "see records"
    VERIFY = "verify"
    CHECK_CONTENT = "check content"
    DECIDE = "decide"
    REMIND = "remind"
    RUN_YEAR = "run year"
    KEEP_ROSTER = "keep roster"
    NAME_HEADS = "name heads"
    KEEP_ACCOUNTS = "keep accounts"

    @property
    def label(self) -> str:
        """The right as the table of rights says it."""
        return _LABELS[self]


_LABELS = {
    Right.OWN_ACCOUNT: "パスワードを変える、ログイン中の端末を確かめる",
    Right.OWN_RECORD: "自分について保管されている記録と、だれが見たかを読む",
    Right.READ_COURSES: "教材とガイドラインを読む",
    Right.TAKE_COURSES: "研修を受ける(読了、回答、確認)",
    Right.SEE_CERTIFICATE: "修了証を見る",
    Right.LEAD_DEPARTMENT: "所属の受講の状況を見る(得点は見えない)、受講をお願いする、集合研修の名簿を出す",
    Right.DEPARTMENT_SLIPS: "所属の職員のログイン票を再発行する",
    Right.HOLD_SESSION: "集合研修の画面と冊子を出す(個人の記録は出ない)",
    Right.SET_UP_TERMINAL: "このブラウザーを共用の端末にする",
    Right.SEE_RECORDS: "受講の状況、報告、個人の回答とそのときの画面を見る",
    Right.VERIFY: "受講の証拠を検証し、監査の資料を作る",
    Right.CHECK_CONTENT: "教材の分量と、検査の結果を見る",
    Right.DECIDE: "期限・免除などの決定、問題の取下げ、紙の回答の入力、報告の確定",
    Right.REMIND: "受講のお願いを送る、配る",
    Right.RUN_YEAR: "年度の研修と、ガイドラインの改正を始める",
    Right.KEEP_ROSTER: "名簿を取り込む、任用を直す、記録をまとめる",
    Right.NAME_HEADS: "所属担当者を決める",
    Right.KEEP_ACCOUNTS: "アカウントを見る、ログイン票を発行する",
}


def _each(reach: Reach, *roles: Role) -> dict[Role, Reach]:
    return dict.fromkeys(roles, reach)


#: Right -> who holds it, and of how much.
POLICY: Mapping[Right, Mapping[Role, Reach]] = MappingProxyType(
    {
        Right.OWN_ACCOUNT: _each(Reach.OWN, *Role),
        Right.OWN_RECORD: _each(Reach.OWN, Role.LEARNER),
        Right.READ_COURSES: _each(Reach.ALL, *Role),
        Right.TAKE_COURSES: _each(Reach.OWN, Role.LEARNER),
        Right.SEE_CERTIFICATE: _each(Reach.OWN, Role.LEARNER) | _each(Reach.ALL, Role.HR, Role.AUDITOR),
        Right.LEAD_DEPARTMENT: _each(Reach.BELOW, Role.HEAD),
        Right.DEPARTMENT_SLIPS: _each(Reach.BELOW, Role.HEAD),
        Right.HOLD_SESSION: _each(Reach.ALL, Role.HEAD, Role.HR),
        Right.SET_UP_TERMINAL: _each(Reach.OWN, Role.HEAD, Role.HR, Role.ADMIN),
        Right.SEE_RECORDS: _each(Reach.ALL, Role.HR, Role.AUDITOR),
        Right.VERIFY: _each(Reach.ALL, Role.HR, Role.AUDITOR),
        Right.CHECK_CONTENT: _each(Reach.ALL, Role.HR, Role.AUDITOR, Role.ADMIN),
        Right.DECIDE: _each(Reach.ALL, Role.HR),
        Right.REMIND: _each(Reach.ALL, Role.HR),
        Right.RUN_YEAR: _each(Reach.ALL, Role.HR),
        Right.KEEP_ROSTER: _each(Reach.ALL, Role.HR),
        Right.NAME_HEADS: _each(Reach.ALL, Role.HR),
        Right.KEEP_ACCOUNTS: _each(Reach.ALL, Role.HR, Role.ADMIN),
    }
)


def reach(roles: Iterable[Role], right: Right) -> Reach | None:
    """How far ``roles`` together may use ``right``; None for not at all."""
    held = POLICY.get(right, {})
    return max((held[role] for role in roles if role in held), default=None)


def holders(right: Right) -> frozenset[Role]:
    """The roles that hold ``right`` at all."""
    return frozenset(POLICY.get(right, {}))


#: Whose slip a role may not issue: a slip hands over the account, and with it more than they may themselves.
SPARED: Mapping[Role, frozenset[Role]] = MappingProxyType(
    {
        Role.HEAD: frozenset({Role.HR, Role.AUDITOR, Role.ADMIN}),
        Role.HR: frozenset({Role.ADMIN}),
        Role.ADMIN: frozenset(),
    }
)


def may_issue_slip(roles: Iterable[Role], right: Right, other: frozenset[Role]) -> bool:
    """Whether ``roles``, using ``right``, may issue a slip to somebody who holds the roles ``other``."""
    using = holders(right).intersection(roles)
    return any(other.isdisjoint(SPARED[role]) for role in using)
