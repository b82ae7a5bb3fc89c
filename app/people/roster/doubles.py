"""Lines that say the same again, and lines that contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from app.people.roster.columns import Column
from app.people.roster.findings import Notes, Problem
from app.people.roster.lines import RosterLine
from app.people.roster.lookalikes import skeleton
from app.people.search import search_key


def without_doubles(lines: Sequence[RosterLine], notes: Notes) -> tuple[list[RosterLine], list[Problem]]:
    """Drop lines that say the same again; a problem for lines that contradict each other."""
    kept: list[RosterLine] = []
    problems: list[Problem] = []
    seen: dict[tuple[object, ...], RosterLine] = {}
    people: dict[str, list[RosterLine]] = {}
    for line in lines:
        place = "" if line.main else line.department_code or line.department_name
        first = seen.setdefault((line.number, line.start, line.main, place), line)
        if first is line:
            kept.append(line)
            people.setdefault(line.number, []).append(line)
        elif replace(line, line=first.line) == first:
            notes.add("同じ内容の行が重なっているため、一つにしました。", line.line)
        else:
            problems.append(_contradiction(first, line))
    problems.extend(_two_names(people))
    _say_who_looks_alike(kept, notes)
    return kept, problems


def _contradiction(first: RosterLine, line: RosterLine) -> Problem:
    names: Mapping[str, str] = {
        "name": "氏名", "kana": "フリガナ", "department_code": "所属コード", "department_name": "所属名",
        "end": "任用終了日", "category": "職員区分", "state": "在職区分", "title": "職名",
        "work_type": "勤務区分", "authority": "任命権者", "moved_on": "異動年月日", "previous": "前職員番号",
        "mail": "メール", "language": "言語", "roman": "ローマ字氏名",
    }  # fmt: skip
    different = [c for field, c in names.items() if getattr(first, field) != getattr(line, field)]
    main = "本務" if line.main else "兼務"
    return Problem(
        f"{first.line}行目と同じ職員番号・任用開始日・{main}の行ですが、{'、'.join(different)}が違います。",
        "正しい行だけを残してください。二つの職があるときは、一方を「兼務」にしてください。",
        line.line,
        Column.NUMBER,
        line.number,
    )


def _say_who_looks_alike(lines: Sequence[RosterLine], notes: Notes) -> None:
    """Names that differ only in how a letter is written, under different numbers, are different people."""
    alike: dict[str, list[RosterLine]] = {}
    for line in lines:
        alike.setdefault(skeleton(line.name), []).append(line)
    for group in alike.values():
        first = group[0]
        for line in group[1:]:
            if line.number != first.number and line.name.split() != first.name.split():
                notes.add(
                    "ほかの行と、字の形だけが違う氏名です。職員番号が違うので、別の人として取り込みます。",
                    line.line,
                )


def _two_names(people: Mapping[str, Sequence[RosterLine]]) -> Iterable[Problem]:
    """One number held by two names at the same time is a slip of the pen in one of the lines."""
    for number, lines in people.items():
        for index, line in enumerate(lines[1:], start=1):
            for other in lines[:index]:
                together = (other.end is None or line.start <= other.end) and (
                    line.end is None or other.start <= line.end
                )
                if together and search_key(line.name) != search_key(other.name):
                    yield Problem(
                        f"{other.line}行目と同じ職員番号ですが、同じ時期の氏名が違います(「{other.name}」と「{line.name}」)。",
                        "別の人なら番号を、同じ人なら氏名をそろえてください。",
                        line.line,
                        Column.NUMBER,
                        number,
                    )
                    break
