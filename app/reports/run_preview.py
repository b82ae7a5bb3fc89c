"""Before a year's run is opened: who would be in, who out and why. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.people.employment import Category, Organisation, Person, ScopeKind
from app.reports.completion import NO_DEPARTMENT, TOTAL, Facts
from app.reports.typical_people import Typical, typical
from app.training.duties import DutyRules, Post
from app.training.reasons import Free, why_free
from app.training.refresher import Membership, Out, Run, membership
from app.training.standing import NOTHING_DONE

#: Why nothing is owed at all, in words, in the order of the list.
FREE_WORDS = {
    Free.ELECTED: "公選職(ガイドラインの適用除外)",
    Free.OUTSIDE: "市職員以外(ガイドラインの適用外)",
    Free.CONSULT: "要協議(結果の記録待ち)",
    Free.CATEGORY: "受講が任意の職員区分",
    Free.SHORT: "任用の期間が短い",
    Free.LATER: "受講の対象になるのはこれから",
    Free.NO_POST: "任用の期間の外",
}
#: Every reason not to be in, in the order of the list.
_ORDER = (*FREE_WORDS.values(), *(out.value for out in Out))


@dataclass(frozen=True, slots=True)
class Seen:
    """One person in force on the day: in the run, or out with the reason in words."""

    person: Person
    post: Post
    code: str
    member: Membership
    reason: str
    on_leave: bool

    @property
    def is_in(self) -> bool:
        """In the run."""
        return self.member.out is None


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A group: everybody in force, who is in, those of them on leave (猶予), who is out.

    ``why`` are the reasons of those who are out, in the order of the list; they sum to ``out``.
    """

    name: str
    employed: int = 0
    joins: int = 0
    deferred: int = 0
    level: int = 1
    why: Sequence[tuple[str, int]] = ()

    @property
    def out(self) -> int:
        """Not in the run."""
        return self.employed - self.joins


@dataclass(frozen=True, slots=True)
class Preview:
    """What opening the run would mean, as of ``day``."""

    run: Run
    day: date
    total: PreviewRow
    departments: Sequence[PreviewRow]
    categories: Sequence[PreviewRow]
    elected: Sequence[Seen]
    typical: Sequence[Typical]
    same_year: Sequence[Run] = field(default=())


def preview(facts: Facts, rules: DutyRules, run: Run, earlier: Sequence[Run] = ()) -> Preview:
    """Work out what opening ``run`` would mean; ``earlier`` are the runs there are."""
    day = max(run.opens, run.base_date)
    organisation = Organisation.on(day, facts.departments)
    seen = list(_everybody(facts, run, organisation))
    return Preview(
        run=run,
        day=day,
        total=_row(TOTAL, seen),
        departments=_by_department(seen, organisation),
        categories=[
            _row(category.value, group)
            for category in Category
            if (group := [one for one in seen if one.post.placement.category is category])
        ],
        elected=[one for one in seen if one.post.scope.kind is ScopeKind.ELECTED],
        typical=typical(facts, rules, run, organisation),
        same_year=[r for r in earlier if (r.course, r.fiscal_year) == (run.course, run.fiscal_year)],
    )


def _everybody(facts: Facts, run: Run, organisation: Organisation) -> Iterable[Seen]:
    day, order, departments = organisation.day, organisation.order(), organisation.by_code()
    for duties in facts.people:
        post = duties.post_on(day, order)
        if post is None:
            continue
        member = membership(duties, facts.progress.get(duties.person.id, NOTHING_DONE), run, day)
        code = post.placement.department or ""
        reason = "" if member.out is None else member.out.value
        if member.out is Out.NOT_OWED:
            reason = FREE_WORDS[why_free(duties, post, day)]
        away = member.out is None and member.duty is not None and duties.on_leave(member.duty, day)
        yield Seen(duties.person, post, code if code in departments else "", member, reason, away)


def _row(name: str, seen: Sequence[Seen], level: int = 1) -> PreviewRow:
    why = Counter(one.reason for one in seen if not one.is_in)
    return PreviewRow(
        name,
        len(seen),
        sum(one.is_in for one in seen),
        sum(one.on_leave for one in seen),
        level,
        sorted(why.items(), key=lambda pair: _ORDER.index(pair[0])),
    )


def _by_department(seen: Sequence[Seen], organisation: Organisation) -> list[PreviewRow]:
    """Every 所属 with those below it in 建制順, then 所属なし."""
    rows = []
    for department in organisation.departments:
        codes = organisation.descendants(department.code)
        group = [one for one in seen if one.code in codes]
        if group:
            rows.append(_row(department.name, group, organisation.level(department.code)))
    spare = [one for one in seen if one.code == ""]
    return [*rows, _row(NO_DEPARTMENT, spare)] if spare else rows
