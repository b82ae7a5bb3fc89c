"""An attacker who adds and subtracts the numbers of all pages, in whatever way, to speak of few people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from itertools import combinations

from tests.reports.items_world import Given

#: Fewer people than this must never be told apart from the others.
FEW = 5
#: Sums are taken modulo a large prime: exact enough to find what depends on what, and quick.
PRIME = 2**61 - 1


def told_apart(cells: Mapping[Hashable, frozenset[Given]]) -> list[set[str]]:
    """Sets of fewer than five people whose answers some sum and difference of the cells speaks of alone.

    Answers that stand in the same cells always go together: they are one unknown. A combination of cells
    speaks of some unknowns alone exactly when these depend on each other in the kernel of the cells.
    """
    unknowns: dict[frozenset[Hashable], set[str]] = defaultdict(set)
    stands: dict[Given, set[Hashable]] = defaultdict(set)
    for name, given in cells.items():
        for one in given:
            stands[one].add(name)
    for one, names in stands.items():
        unknowns[frozenset(names)].add(one.person)
    columns = list(unknowns)
    rows = [[int(name in column) for column in columns] for name in cells]
    kernel = _kernel(rows, len(columns))
    few = [n for n, column in enumerate(columns) if len(unknowns[column]) < FEW]
    tried: set[frozenset[int]] = set()
    found = []
    for chosen in [*((n,) for n in few), *combinations(few, 2)]:
        people = set().union(*(unknowns[columns[n]] for n in chosen))
        if len(people) >= FEW:
            continue
        among = frozenset(n for n in few if unknowns[columns[n]] <= people)
        if among not in tried:
            tried.add(among)
            if _rank([kernel[n] for n in among]) < len(among):
                found.append(people)
    return found


def _kernel(rows: Collection[list[int]], width: int) -> list[list[int]]:
    """For each unknown its coordinates in a basis of what the cells cannot see."""
    reduced, pivots = _reduce([row[:] for row in rows], width)
    free = [n for n in range(width) if n not in pivots]
    kernel = [[0] * len(free) for _ in range(width)]
    for place, column in enumerate(free):
        kernel[column][place] = 1
        for row, pivot in zip(reduced, pivots, strict=False):
            kernel[pivot][place] = -row[column] % PRIME
    return kernel


def _rank(rows: list[list[int]]) -> int:
    return len(_reduce([row[:] for row in rows], len(rows[0]) if rows else 0)[1])


def _reduce(rows: list[list[int]], width: int) -> tuple[list[list[int]], list[int]]:
    """Gauss and Jordan: the rows reduced, and the columns of their leading ones."""
    pivots: list[int] = []
    for column in range(width):
        top = len(pivots)
        at = next((n for n in range(top, len(rows)) if rows[n][column]), None)
        if at is None:
            continue
        rows[top], rows[at] = rows[at], rows[top]
        inverse = pow(rows[top][column], -1, PRIME)
        rows[top] = [value * inverse % PRIME for value in rows[top]]
        for n, row in enumerate(rows):
            if n != top and row[column]:
                times = row[column]
                rows[n] = [(a - times * b) % PRIME for a, b in zip(row, rows[top], strict=True)]
        pivots.append(column)
    return rows, pivots
