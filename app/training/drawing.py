"""Which questions a person gets: pure, from the section's bank, what was asked before, and a seed.

Nothing here is random: the order comes from SHA-256 of the seed and the scenario's id, so the same inputs
draw the same form on any machine.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.courses.model import Scenario

#: A choice beginning so speaks of the others and stays last.
STAYS_LAST = ("どれも", "いずれも", "上のどれ", "None of", "All of")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person was asked before: times by scenario id, and clauses whose last answer was wrong."""

    times: Mapping[str, int] = field(default_factory=dict)
    missed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawn question: scenario id and the places of its choices in the order shown."""

    scenario: str
    choice_order: tuple[int, ...]


NOTHING_ASKED = Asked()


def draw(bank: Sequence[Scenario], count: int, asked: Asked, seed: str) -> tuple[Drawn, ...]:
    """Draw ``count`` questions (fewer when the bank is smaller).

    Clauses rotate within the form and over attempts, missed ones come first, then what was never seen,
    then the level the form has least of.
    """
    clause_times: Counter[str] = Counter()
    for scenario in bank:
        clause_times[scenario.clauses[0]] += asked.times.get(scenario.id, 0)
    left = {scenario.id: scenario for scenario in bank}
    in_form: Counter[str] = Counter()
    levels: Counter[int] = Counter()
    drawn: list[Scenario] = []
    while left and len(drawn) < count:

        def rank(scenario: Scenario) -> tuple[int, bool, int, int, int, str]:
            clause = scenario.clauses[0]
            return (
                in_form[clause],
                asked.missed.isdisjoint(scenario.clauses),
                clause_times[clause],
                asked.times.get(scenario.id, 0),
                levels[scenario.level],
                _mix(seed, scenario.id),
            )

        chosen = min(left.values(), key=rank)
        del left[chosen.id]
        in_form[chosen.clauses[0]] += 1
        levels[chosen.level] += 1
        drawn.append(chosen)
    drawn.sort(key=lambda scenario: _mix(seed, "order", scenario.id))
    return tuple(Drawn(s.id, choice_order(s, seed)) for s in drawn)


def choice_order(scenario: Scenario, seed: str) -> tuple[int, ...]:
    """The order in which the choices are shown, as places in the text; phrases stay where they stand."""
    if scenario.kind == "find":
        return tuple(range(len(scenario.choices)))

    def rank(place: int) -> tuple[bool, str]:
        stays_last = scenario.choices[place].text.startswith(STAYS_LAST)
        return stays_last, _mix(seed, scenario.id, str(place))

    return tuple(sorted(range(len(scenario.choices)), key=rank))


def _mix(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
