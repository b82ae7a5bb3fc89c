"""A list of who took part in a room or on paper: read, checked line by line, whole or not at all. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.training.grading import has_passed, right_needed
from app.wareki import wareki

#: 受講方法 of what HR enters.
METHODS = ("集合", "紙")
NO_TEST = (
    "使った紙のテストを選んでいないため、正答数は記録できません。"
    "テストを選ぶか、職員番号だけを入力してください。"
)


@dataclass(frozen=True, slots=True)
class Typed:
    """One line as typed: its number in the list, 職員番号, right answers (None without)."""

    line: int
    number: str
    correct: int | None = None
    unreadable: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What a list is of: how, when, and the paper test taken (questions asked, pass mark; 0 for none)."""

    method: str
    held_on: date
    signed_by: str
    evidence_number: str
    asked: int = 0
    pass_mark: int = 0

    def problems(self, today: date, first: date) -> list[str]:
        """Why nothing of the list can be entered; ``first`` is the earliest day it may be of."""
        found = []
        if self.method not in METHODS:
            found.append("受講方法を選んでください。")
        if self.held_on > today:
            found.append("実施した日は、今日までの日にしてください。")
        if self.held_on < first:
            found.append(f"実施した日は、{wareki(first)}以後にしてください。")
        return found


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whom a number stands for on the day, and why they cannot be entered ("" when they can)."""

    person_id: str
    name: str
    department: str
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the plan: who, the right answers, or what is wrong with it."""

    typed: Typed
    candidate: Candidate | None
    problem: str = ""


def read_lines(text: str) -> list[Typed]:
    """A person a line: 職員番号, then (with a paper test) the right answers."""
    found = []
    for line, raw in enumerate(unicodedata.normalize("NFKC", text).splitlines(), start=1):
        cells = raw.replace(",", " ").replace("、", " ").split()
        if not cells:
            continue
        if len(cells) > 2 or (len(cells) == 2 and not cells[1].isdecimal()):
            found.append(Typed(line, cells[0], unreadable="「職員番号 正答数」の形で入力してください。"))
        else:
            found.append(Typed(line, cells[0], int(cells[1]) if len(cells) == 2 else None))
    return found


def plan_entries(
    typed: Sequence[Typed], held: Held, candidates: Mapping[str, Sequence[Candidate]], unknown: str
) -> list[Entry]:
    """Decide every line; ``candidates`` are by 職員番号, ``unknown`` is said of a number that is nobody's.

    That comes before every other check: what else a line says tells nothing of who is not a candidate.
    """
    entries: list[Entry] = []
    seen: dict[str, int] = {}
    for one in typed:
        fitting = candidates.get(one.number, ())
        candidate = fitting[0] if len(fitting) == 1 else None
        problem = unknown if not fitting else one.unreadable or _problem(one, held, fitting)
        if not problem and candidate is not None and candidate.person_id in seen:
            problem = f"{seen[candidate.person_id]}行目と同じ人です。"
        if candidate is not None:
            seen.setdefault(candidate.person_id, one.line)
        entries.append(Entry(one, candidate, problem))
    return entries


def _problem(one: Typed, held: Held, fitting: Sequence[Candidate]) -> str:
    if len(fitting) > 1:
        return "同じ番号の人が二人以上います。本人の画面から記録してください。"
    if fitting[0].obstacle:
        return fitting[0].obstacle
    if not held.asked:
        return "" if one.correct is None else NO_TEST
    if one.correct is None:
        return f"正答数(0から{held.asked}まで)を入力してください。"
    if one.correct > held.asked:
        return f"正答数は、{held.asked}問のうちの数にしてください。"
    if not has_passed(one.correct, held.asked, held.pass_mark):
        needed = right_needed(held.asked, held.pass_mark)
        return f"合格は{needed}問以上の正答です。受け直した後に入力してください。"
    return ""
