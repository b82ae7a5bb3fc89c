"""What reading and planning have to say: problems that refuse a file, notes that go with it."""

from __future__ import annotations

import re
from dataclasses import dataclass

SHOWN = 40
#: Fillers, blanks that are letters, marks and tags that nothing shows: in no name.
UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u206a-\u206f\u2800\u3164\uffa0\ufff0-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)


class FileRefused(Exception):
    """The file as a whole cannot be taken; ``message`` says why, ``cure`` what to do."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(f"{message}{cure}")
        self.message = message
        self.cure = cure


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that refuses the file: where (line as the file counts it), what stands there, what to do."""

    message: str
    cure: str = ""
    line: int | None = None
    column: str = ""
    value: str = ""

    @property
    def place(self) -> str:
        """「12行目「任用開始日」」; "" for the file as a whole."""
        line = "" if self.line is None else f"{self.line}行目"
        return line + (f"「{self.column}」" if self.column else "")

    @property
    def shown_value(self) -> str:
        """The value as it may stand on screen."""
        return shown(self.value)

    def __str__(self) -> str:
        value = f"の値「{shown(self.value)}」" if self.value else ""
        head = f"{self.place}{value}: " if self.place or value else ""
        return f"{head}{self.message}{self.cure}"


@dataclass(frozen=True, slots=True)
class Note:
    """Something the reader did or saw that does not refuse the file; ``lines`` are examples."""

    message: str
    lines: tuple[int, ...] = ()
    count: int = 0

    def __str__(self) -> str:
        if not self.lines:
            return self.message
        examples = "、".join(f"{line}行目" for line in self.lines[:5])
        more = f"ほか、計{self.count}件" if self.count > len(self.lines[:5]) else ""
        return f"{self.message}({examples}{more})"


class Notes:
    """Collects notes; the same sentence on many lines becomes one note with a count."""

    def __init__(self) -> None:
        self._lines: dict[str, list[int]] = {}
        self._counts: dict[str, int] = {}

    def add(self, message: str, line: int | None = None) -> None:
        """Note ``message``, for one line or for the whole file."""
        lines = self._lines.setdefault(message, [])
        self._counts[message] = self._counts.get(message, 0) + 1
        if line is not None and len(lines) < 5:
            lines.append(line)

    def all(self) -> tuple[Note, ...]:
        """Every note in order of first appearance."""
        return tuple(Note(m, tuple(lines), self._counts[m]) for m, lines in self._lines.items())


def shown(value: str) -> str:
    """``value`` as it may stand in a message: one line, at most 40 characters, invisible ones named."""
    plain = "".join(
        c if (c.isprintable() or c == "\u3000") and not UNSEEN.match(c) else f"<U+{ord(c):04X}>"
        for c in value
    )
    return plain if len(plain) <= SHOWN else plain[:SHOWN] + "…"
