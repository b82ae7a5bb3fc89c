"""A decision of HR as a value: what it says, what is wrong with it, what it would change. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from app.fiscal_year import FiscalYear
from app.people.employment import FAR_FUTURE, Span
from app.training.duties import Adjustments, DueChange, Duties
from app.training.standing import NOTHING_DONE, Progress
from app.wareki import wareki


class Kind(StrEnum):
    """What HR may decide beside the roster."""

    DEFERRAL = "deferral"
    EXEMPTION = "exemption"
    DUE = "due"

    @property
    def label(self) -> str:
        """On screen."""
        return {"deferral": "猶予", "exemption": "免除", "due": "受講期限の変更"}[self.value]


#: 事由区分 of a 免除: categories, never a sentence about somebody.
EXEMPTION_REASONS = (
    "同じ内容の研修をほかで修了",
    "担当の仕事の性質による",
    "長く職場を離れる",
    "年度内に退職する",
    "その他(文書による)",
)
#: Why a completion is annulled.
ANNULMENT_REASONS = (
    "本人以外が受講した",
    "番号や日付の入力を誤った",
    "同じ受講を二重に記録した",
    "その他(文書による)",
)


@dataclass(frozen=True, slots=True)
class Deferral:
    """猶予 from ``start`` to ``end``, both inclusive (None: until further notice). No reason is asked."""

    start: date
    end: date | None
    kind: Kind = Kind.DEFERRAL

    @property
    def words(self) -> str:
        """On screen."""
        until = "(終わりは未定)" if self.end is None else f"{wareki(self.end)}まで"
        return f"{wareki(self.start)}から{until}"

    def problems(self) -> list[str]:
        """Why it cannot be kept."""
        if self.end is not None and self.end < self.start:
            return ["猶予の終わりの日は、始まりの日以後にしてください。"]
        return []


@dataclass(frozen=True, slots=True)
class Exemption:
    """免除 from a course ("" run) or a run of it; it ends with the 年度 unless it is renewed."""

    course: str
    run_id: str
    reason: str
    start: date
    end: date
    document: str
    kind: Kind = Kind.EXEMPTION

    @property
    def words(self) -> str:
        """On screen."""
        return f"{wareki(self.start)}から{wareki(self.end)}まで {self.reason} {self.document}"

    def problems(self) -> list[str]:
        """Why it cannot be kept."""
        last = FiscalYear.of(self.start).last_day
        found = []
        if self.end < self.start:
            found.append("免除の終わりの日は、始まりの日以後にしてください。")
        if self.end > last:
            found.append(
                f"免除は年度の終わり({wareki(last)})までです。続けるときは、次の年度に改めて記録します。"
            )
        if self.reason not in EXEMPTION_REASONS:
            found.append("事由区分を選んでください。")
        if not self.document:
            found.append("文書番号を入力してください。")
        return found


@dataclass(frozen=True, slots=True)
class Moved:
    """A 受講期限 moved by HR on ``decided_on``, with the reason; of a course ("" run) or a run of it."""

    course: str
    run_id: str
    due: date
    decided_on: date
    reason: str
    kind: Kind = Kind.DUE

    @property
    def words(self) -> str:
        """On screen."""
        return f"{wareki(self.due)}まで {self.reason}"

    def problems(self) -> list[str]:
        """Why it cannot be kept."""
        return [] if self.reason else ["期限を変える理由を入力してください。"]


Decision = Deferral | Exemption | Moved


def decided_duties(duties: Duties, decision: Decision) -> Duties:
    """The duties as they would stand with the decision."""
    if isinstance(decision, Deferral):
        span = Span(decision.start, decision.end or FAR_FUTURE)
        deferrals = sorted([*duties.adjustments.deferrals, span], key=lambda one: one.start)
        changed = Adjustments(tuple(deferrals), duties.adjustments.due_changes)
    elif isinstance(decision, Moved):
        change = DueChange(decision.due, decision.decided_on, decision.reason, decision.run_id or None)
        changed = replace(duties.adjustments, due_changes=(*duties.adjustments.due_changes, change))
    else:
        return duties
    return replace(duties, adjustments=changed)


def decided_progress(
    progress: Mapping[str, Progress], decision: Decision, people: frozenset[str]
) -> Mapping[str, Progress]:
    """What was done, with the 免除 a decision would give these people."""
    if not isinstance(decision, Exemption):
        return progress
    span = Span(decision.start, decision.end)
    found = dict(progress)
    for person_id in people:
        mine = found.get(person_id, NOTHING_DONE)
        found[person_id] = replace(mine, exemptions=(*mine.exemptions, span))
    return found
