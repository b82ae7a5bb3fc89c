"""The refresher's test: which scenarios a form asks, all forms of one run equally hard. Pure.

A blueprint is pinned when a run is opened: how many questions of each section, how many of each band.
A band is a level; from the third 年度 on, a range of expected right first answers. As every form has the
same bands, two forms differ in expected difficulty by no more than the bands are wide.

A form is the cheapest way (minimum-cost flow: section -> clause -> band) to fill the blueprint: as few
scenarios seen lately as possible, then no clause twice, then clauses missed before, then clauses and
scenarios asked least. Nothing is random: ties are decided by SHA-256 of the seed and the scenario's id.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: So much may two forms of one run differ in expected right answers: thousandths of a question, a question.
TOLERANCE = 50
#: Expected right first answers in a thousand, by level, before anybody answered.
BY_LEVEL = {1: 900, 2: 800, 3: 700}
#: A scenario's own rate counts against so many answers of its level.
PRIOR = 20
MOST_QUESTIONS = 50

#: What is worse, from least to worst; each outweighs every sum of the ones before it.
_ASKED, _CLAUSE_ASKED, _NOT_MISSED, _REPEATED, _SEEN, _SECTION, _BAND = (
    1 << shift for shift in (16, 26, 36, 46, 56, 66, 76)
)
_MOST_ASKED = 15


@dataclass(frozen=True, slots=True)
class Item:
    """A scenario as the draw sees it; ``clauses[0]`` is the one it is about."""

    id: str
    section: str
    clauses: tuple[str, ...]
    level: int

    @property
    def clause(self) -> str:
        """The clause it is about."""
        return self.clauses[0]


@dataclass(frozen=True, slots=True)
class History:
    """What a person was asked before: scenarios ``seen`` lately, times ever asked, clauses missed last."""

    seen: frozenset[str] = frozenset()
    times: Mapping[str, int] = field(default_factory=dict)
    missed: frozenset[str] = frozenset()

    def to_json(self) -> dict[str, Any]:
        """As kept with the form."""
        return {
            "seen": sorted(self.seen),
            "times": dict(sorted(self.times.items())),
            "missed": sorted(self.missed),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> History:
        """From what was kept."""
        return cls(frozenset(kept["seen"]), dict(kept["times"]), frozenset(kept["missed"]))


NEVER_ASKED = History()


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What every form of a run keeps to.

    ``sections`` and ``bands`` say how many questions of each; ``band_of`` names a scenario's band,
    ``expected`` its right first answers in a thousand. ``measure`` is "level" or "first answers",
    ``revision`` that of the text.
    """

    revision: str
    measure: str
    sections: Mapping[str, int]
    bands: Mapping[int, int]
    band_of: Mapping[str, int]
    expected: Mapping[str, int]

    @property
    def questions(self) -> int:
        """How many questions a form has."""
        return sum(self.bands.values())

    @property
    def widest(self) -> int:
        """By how much two forms could differ at most, in thousandths of a question, a question."""
        ranges: dict[int, list[int]] = defaultdict(list)
        for scenario, band in self.band_of.items():
            ranges[band].append(self.expected[scenario])
        total = sum(n * (max(ranges[b]) - min(ranges[b])) for b, n in self.bands.items() if ranges[b])
        return -(-total // max(self.questions, 1))

    @property
    def middle(self) -> int:
        """Expected right answers of a form in the middle, in thousandths."""
        ranges: dict[int, list[int]] = defaultdict(list)
        for scenario, band in self.band_of.items():
            ranges[band].append(self.expected[scenario])
        return sum(n * (max(ranges[b]) + min(ranges[b])) // 2 for b, n in self.bands.items() if ranges[b])

    def expects(self, form: Iterable[str]) -> int:
        """Right answers to expect of a form, in thousandths of a question."""
        return sum(self.expected[scenario] for scenario in form)

    def to_json(self) -> dict[str, Any]:
        """As pinned with the run."""
        return {
            "revision": self.revision,
            "measure": self.measure,
            "sections": dict(self.sections),
            "bands": {str(band): count for band, count in self.bands.items()},
            "band_of": dict(self.band_of),
            "expected": dict(self.expected),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Blueprint:
        """From what was pinned."""
        return cls(
            kept["revision"],
            kept["measure"],
            dict(kept["sections"]),
            {int(band): count for band, count in kept["bands"].items()},
            dict(kept["band_of"]),
            dict(kept["expected"]),
        )


def blueprint(
    bank: Sequence[Item],
    questions: int,
    revision: str = "",
    answers: Mapping[str, tuple[int, int]] | None = None,
) -> Blueprint:
    """The blueprint of ``questions`` from a bank (fewer when it is smaller).

    ``answers`` are right and all first answers by scenario id; without them forms are balanced by level.
    """
    count = min(questions, len(bank))
    if answers is None:
        expected = {item.id: BY_LEVEL.get(item.level, BY_LEVEL[2]) for item in bank}
        band_of = {item.id: item.level for item in bank}
        bands = _even(Counter(band_of.values()), count)
    else:
        expected = _rates(bank, answers)
        ranked = sorted(bank, key=lambda item: (expected[item.id], item.id))
        band_of = {item.id: place * count // len(bank) for place, item in enumerate(ranked)}
        bands = {band: 1 for band in range(count)}
    return Blueprint(
        revision, "level" if answers is None else "first answers",
        _sections(bank, count), bands, band_of, expected,
    )  # fmt: skip


def _even(sizes: Mapping[int, int], count: int) -> dict[int, int]:
    """``count`` over the bands as evenly as they allow; what is left over goes to the largest."""
    given = dict.fromkeys(sorted(sizes), 0)
    for _ in range(count):
        able = [band for band in given if given[band] < sizes[band]]
        band = min(able, key=lambda b: (given[b], -sizes[b], b))
        given[band] += 1
    return given


def _sections(bank: Sequence[Item], count: int) -> dict[str, int]:
    """At least one question of every section, the others by how many clauses a section has."""
    clauses: dict[str, set[str]] = {}
    sizes = Counter(item.section for item in bank)
    for item in bank:
        clauses.setdefault(item.section, set()).add(item.clause)
    given = dict.fromkeys(clauses, 0)
    for _ in range(count):
        able = [section for section in given if given[section] < sizes[section]]
        chosen = min(able, key=lambda s: (given[s] > 0, (2 * given[s] + 1) / len(clauses[s])))
        given[chosen] += 1
    return given


def _rates(bank: Sequence[Item], answers: Mapping[str, tuple[int, int]]) -> dict[str, int]:
    """Right first answers in a thousand, drawn towards the level's own rate where few have answered."""
    right: Counter[int] = Counter()
    asked: Counter[int] = Counter()
    for item in bank:
        of_right, of_all = answers.get(item.id, (0, 0))
        right[item.level] += of_right
        asked[item.level] += of_all

    def rate(item: Item) -> int:
        own_right, own_asked = answers.get(item.id, (0, 0))
        level = BY_LEVEL.get(item.level, BY_LEVEL[2])
        if asked[item.level] >= PRIOR:
            level = right[item.level] * 1000 // asked[item.level]
        return (own_right * 1000 + PRIOR * level) // (own_asked + PRIOR)

    return {item.id: rate(item) for item in bank}


def draw_form(bank: Sequence[Item], plan: Blueprint, history: History, seed: str) -> tuple[str, ...]:
    """The scenario ids of a form, in the order asked. Scenarios the blueprint does not know are not drawn.

    Where the bank can no longer fill the blueprint the nearest form is drawn.
    """
    known = [item for item in bank if item.id in plan.band_of]
    chosen = _Draw(known, plan, history, seed).form()
    chosen = _nearer(chosen, known, plan, history, seed)
    return tuple(sorted(chosen, key=lambda scenario: mix(seed, "order", scenario)))


class _Draw:
    """The network of one draw: source -> sections -> clauses -> bands -> sink, edges in one list."""

    def __init__(self, bank: Sequence[Item], plan: Blueprint, history: History, seed: str) -> None:
        self.count = min(plan.questions, len(bank))
        self.to: list[int] = []
        self.room: list[int] = []
        self.cost: list[int] = []
        self.edges: list[list[int]] = []
        self.items: dict[int, str] = {}
        self.source, self.sink = self._node(), self._node()
        asked_of: Counter[str] = Counter()
        for item in bank:
            asked_of[item.clause] += min(history.times.get(item.id, 0), _MOST_ASKED)
        sections: dict[str, int] = {}
        clauses: dict[tuple[str, str], int] = {}
        bands: dict[int, int] = {}
        for item in bank:
            if item.section not in sections:
                node = sections[item.section] = self._node()
                self._edge(self.source, node, plan.sections.get(item.section, 0), 0)
                self._edge(self.source, node, self.count, _SECTION)
            key = (item.section, item.clause)
            if key not in clauses:
                node = clauses[key] = self._node()
                first = _CLAUSE_ASKED * min(asked_of[item.clause], _MOST_ASKED)
                first += _NOT_MISSED * (item.clause not in history.missed)
                self._edge(sections[item.section], node, 1, first)
                self._edge(sections[item.section], node, self.count, first + _REPEATED)
            band = plan.band_of[item.id]
            if band not in bands:
                node = bands[band] = self._node()
                self._edge(node, self.sink, plan.bands.get(band, 0), 0)
                self._edge(node, self.sink, self.count, _BAND)
            cost = _SEEN * (item.id in history.seen)
            cost += _ASKED * min(history.times.get(item.id, 0), _MOST_ASKED)
            cost += int(mix(seed, item.id)[:3], 16)
            self.items[len(self.to)] = item.id
            self._edge(clauses[key], bands[band], 1, cost)

    def _node(self) -> int:
        self.edges.append([])
        return len(self.edges) - 1

    def _edge(self, start: int, end: int, room: int, cost: int) -> None:
        for here, there, space, price in ((start, end, room, cost), (end, start, 0, -cost)):
            self.edges[here].append(len(self.to))
            self.to.append(there)
            self.room.append(space)
            self.cost.append(price)

    def form(self) -> list[str]:
        """Send one question after another along the cheapest way."""
        for _ in range(self.count):
            step = self._cheapest()
            node = self.sink
            while node != self.source:
                edge = step[node]
                self.room[edge] -= 1
                self.room[edge ^ 1] += 1
                node = self.to[edge ^ 1]
        return [scenario for edge, scenario in self.items.items() if self.room[edge] == 0]

    def _cheapest(self) -> list[int]:
        """The edge by which each node is reached most cheaply."""
        far = 1 << 100
        cost = [far] * len(self.edges)
        step = [-1] * len(self.edges)
        waiting = [False] * len(self.edges)
        cost[self.source] = 0
        queue = deque([self.source])
        while queue:
            node = queue.popleft()
            waiting[node] = False
            so_far = cost[node]
            for edge in self.edges[node]:
                if self.room[edge]:
                    end, price = self.to[edge], so_far + self.cost[edge]
                    if price < cost[end]:
                        cost[end], step[end] = price, edge
                        if not waiting[end]:
                            waiting[end] = True
                            queue.append(end)
        return step


def _nearer(form: list[str], bank: Sequence[Item], plan: Blueprint, history: History, seed: str) -> list[str]:
    """Exchange scenarios within section and band (seen for seen) until the form is near enough the middle.

    Only needed where bands are wider than the tolerance allows.
    """
    if plan.widest <= TOLERANCE:
        return form
    cells: dict[tuple[str, int, bool], list[str]] = defaultdict(list)
    cell_of = {item.id: (item.section, plan.band_of[item.id], item.id in history.seen) for item in bank}
    for item in sorted(bank, key=lambda i: mix(seed, i.id)):
        cells[cell_of[item.id]].append(item.id)
    off = plan.expects(form) - plan.middle
    while abs(off) * 2 > TOLERANCE * len(form):
        swaps = [
            (abs(off - plan.expected[old] + plan.expected[new]), place, new)
            for place, old in enumerate(form)
            for new in cells[cell_of[old]]
            if new not in form
        ]
        best = min(swaps, key=lambda swap: swap[:2], default=None)
        if best is None or best[0] >= abs(off):
            break
        form[best[1]] = best[2]
        off = plan.expects(form) - plan.middle
    return form


def mix(*parts: str) -> str:
    """What decides among equals: SHA-256 in hexadecimal."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
