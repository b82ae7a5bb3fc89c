"""One row of the table: a promise, the figure that was found, and whether its control was seen to fail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """``good`` says whether the promise was kept; ``control`` what happened without the protection.

    ``measured`` is False where this machine lacks what it takes; ``figure`` then says what.
    """

    number: str
    promise: str
    figure: str
    good: bool
    control: str = ""
    control_failed: bool = True
    measured: bool = True

    @property
    def holds(self) -> bool:
        """Kept with the protection, broken without it."""
        return self.good and self.control_failed

    @property
    def mark(self) -> str:
        """How it went, in a sign."""
        if not self.measured:
            return "測れず"
        return "○" if self.holds else "×"


def unmeasured(number: str, promise: str, lacking: str) -> Row:
    """A row that cannot be had here, and why: it neither passes nor fails."""
    return Row(number, promise, lacking, True, measured=False)


def as_table(rows: Iterable[Row]) -> str:
    """The rows as docs/trust.md shows them."""
    lines = ["| | 約束 | 測った値 | 守りを外すと | 結果 |", "|---|---|---|---|---|"]
    for row in rows:
        control = row.control or "-"
        lines.append(f"| {row.number} | {row.promise} | {row.figure} | {control} | {row.mark} |")
    return "\n".join(lines)
