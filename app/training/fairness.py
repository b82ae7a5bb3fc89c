"""Proof that the forms of a run are equally hard: many forms drawn for many histories. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from app.training.blueprint import TOLERANCE, Blueprint, History, Item, draw_form


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found over ``forms`` forms; difficulties in thousandths of a question, a question.

    ``repeated`` counts forms that ask something seen lately, ``off_plan`` forms that leave the blueprint.
    """

    forms: int
    questions: int
    measure: str
    easiest: int
    hardest: int
    tolerance: int
    repeated: int
    off_plan: int

    @property
    def difference(self) -> int:
        """Between the easiest and the hardest form, rounded up."""
        return -(-(self.easiest - self.hardest) // max(self.questions, 1))

    @property
    def holds(self) -> bool:
        """Within the tolerance, every form as planned."""
        return self.difference <= self.tolerance and not self.off_plan


def prove(
    bank: Sequence[Item], plan: Blueprint, forms: int, seed: str, kept: Iterable[Sequence[str]] = ()
) -> Proof:
    """Draw ``forms`` forms for people with all kinds of histories, and look at the ``kept`` ones as well."""
    random = Random(seed)
    sums: list[int] = []
    repeated = off_plan = 0
    for number in range(forms):
        history = some_history(bank, random)
        form = draw_form(bank, plan, history, f"{seed}:{number}")
        sums.append(plan.expects(form))
        repeated += not history.seen.isdisjoint(form)
        off_plan += not keeps_to(plan, bank, form)
    sums += [plan.expects(form) for form in kept]
    return Proof(
        len(sums), plan.questions, plan.measure, max(sums, default=0), min(sums, default=0), TOLERANCE,
        repeated, off_plan,
    )  # fmt: skip


def keeps_to(plan: Blueprint, bank: Sequence[Item], form: Sequence[str]) -> bool:
    """As many questions of every section and every band as planned."""
    section_of = {item.id: item.section for item in bank}
    sections = dict.fromkeys(plan.sections, 0)
    bands = dict.fromkeys(plan.bands, 0)
    for scenario in form:
        sections[section_of[scenario]] += 1
        bands[plan.band_of[scenario]] += 1
    return sections == dict(plan.sections) and bands == dict(plan.bands)


def some_history(bank: Sequence[Item], random: Random) -> History:
    """A person's past: nothing, the course, or the course and two years' tests with some to take again."""
    most = len(bank) * 45 // 100
    seen = [item.id for item in random.sample(bank, random.choice((0, most // 2, random.randint(0, most))))]
    older = [item.id for item in random.sample(bank, random.randint(0, most))]
    times = {scenario: 1 for scenario in older}
    for scenario in seen:
        times[scenario] = times.get(scenario, 0) + random.randint(1, 2)
    clauses = sorted({item.clause for item in bank})
    missed = random.sample(clauses, min(len(clauses), random.choice((0, 0, 1, 2, 3, 6))))
    return History(frozenset(seen), times, frozenset(missed))
