"""`course.toml`: what a course is called, who owes it, what passing means, how much each quiz asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from app.courses.model import CourseRules
from app.courses.source import Problems, key_line, lines_of, toml_of

PATH = "course.toml"
DEFAULT_QUESTIONS = 3
NUMBERS = {
    "pass_mark": (1, 100),
    "due_days": (0, 3660),
    "service_gap_days": (0, 366),
    "min_term_days": (0, 366),
}
#: In [refresher]: whole numbers with their range, and days of a 年度 written as 月-日.
REFRESHER_NUMBERS = {"questions": (1, 50), "joiner_days": (0, 365)}
REFRESHER_DAYS = ("opens", "due", "closes", "base_date")
TEXTS = ("title", "summary", "statement", "certificate_issuer")
KNOWN = frozenset({*NUMBERS, *TEXTS, "introduced", "assigned", "questions", "refresher", "untested", "en"})


@dataclass(frozen=True, slots=True)
class Outline:
    """A course's settings; `questions` by section slug, `translated` the texts of the English variant.

    `untested` are clauses that need no scenarios of their own, such as the lead of a list.
    """

    title: str
    summary: str
    rules: CourseRules
    questions: Mapping[str, int]
    translated: Mapping[str, str]
    lines: tuple[str, ...]
    untested: tuple[str, ...] = ()
    unknown_keys: tuple[str, ...] = ()
    readable: bool = True

    def line(self, key: str) -> int:
        """The line where `key` is set, or 1."""
        return key_line(list(self.lines), key)

    def in_language(self, language: str) -> Outline:
        """The same settings with title, summary and statement in that language where they are given."""
        if language != "en" or not self.translated:
            return self
        text = self.translated
        rules = replace(
            self.rules,
            statement=text.get("statement", self.rules.statement),
            certificate_issuer=text.get("certificate_issuer", self.rules.certificate_issuer),
        )
        return replace(
            self, title=text.get("title", self.title), summary=text.get("summary", self.summary), rules=rules
        )


def outline_of(data: bytes, problems: Problems, path: str = PATH) -> Outline:
    """Read `course.toml`; every value of the wrong type or range is noted with its line."""
    lines = lines_of(path, data, problems)
    values = toml_of(path, lines, 1, problems)
    reader = _Reader(path, lines, values or {}, problems)
    if values is not None:
        reader.needed("title", "pass_mark", "introduced")
    rules = CourseRules(
        pass_mark=reader.number("pass_mark", 80),
        introduced=reader.day("introduced"),
        due_days=reader.number("due_days", 30),
        service_gap_days=reader.number("service_gap_days", 31),
        min_term_days=reader.number("min_term_days", 31),
        assigned=reader.names("assigned"),
        refresher=MappingProxyType(reader.refresher()),
        statement=reader.text("statement"),
        certificate_issuer=reader.text("certificate_issuer"),
    )
    return Outline(
        reader.text("title"),
        reader.text("summary"),
        rules,
        MappingProxyType(reader.questions()),
        MappingProxyType({key: str(value) for key, value in reader.table("en").items() if key in TEXTS}),
        tuple(lines),
        reader.names("untested") or (),
        tuple(key for key in values or () if key not in KNOWN),
        readable=values is not None,
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    path: str
    lines: list[str]
    values: Mapping[str, object]
    problems: Problems

    def wrong(self, key: str, sentence: str) -> None:
        self.problems.add(self.path, key_line(self.lines, key), sentence)

    def needed(self, *keys: str) -> None:
        for key in keys:
            if key not in self.values:
                self.problems.add(self.path, 1, f"{key} がありません。course.toml に書いてください。")

    def text(self, key: str) -> str:
        value = self.values.get(key, "")
        if not isinstance(value, str):
            self.wrong(key, f'{key} は文字です。" で囲んでください。')
            return ""
        return value.strip()

    def number(self, key: str, default: int) -> int:
        value = self.values.get(key, default)
        low, high = NUMBERS[key]
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.wrong(key, f'{key} は{low}から{high}までの整数で、" で囲まずに書いてください。')
            return default
        return value

    def day(self, key: str) -> date:
        value = self.values.get(key, date.min)
        if not isinstance(value, date):
            self.wrong(key, f'{key} は日付です。2026-04-01 の形で、" で囲まずに書いてください。')
            return date.min
        return date(value.year, value.month, value.day)

    def names(self, key: str) -> tuple[str, ...] | None:
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            self.wrong(key, f'{key} は ["正規職員", "任期付職員"] の形で書いてください。')
            return None
        return tuple(value)

    def table(self, key: str) -> dict[str, object]:
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            self.wrong(key, f"{key} は [{key}] の下に「名前 = 値」の形で書いてください。")
            return {}
        return dict(value)

    def questions(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for slug, count in self.table("questions").items():
            if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= 50:
                self.wrong(slug, f"「{slug}」の問題の数は1から50までの整数で書いてください。")
                count = 1
            counts[slug] = count
        return counts

    def refresher(self) -> dict[str, object]:
        """What a year's run is suggested with; a value that cannot be understood is left out."""
        understood: dict[str, object] = {}
        for key, value in self.table("refresher").items():
            if key in REFRESHER_NUMBERS:
                low, high = REFRESHER_NUMBERS[key]
                good = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
                says = f'[refresher] の {key} は{low}から{high}までの整数で、" で囲まずに書いてください。'
            elif key in REFRESHER_DAYS:
                good = isinstance(value, str) and _is_day_of_year(value)
                says = f'[refresher] の {key} は "06-01" の形の月と日です。" で囲んで書いてください。'
            elif key == "skip_if_completed_same_year":
                good, says = isinstance(value, bool), f"[refresher] の {key} は true か false です。"
            else:
                good, says = False, f"[refresher] に {key} という設定はありません。"
            if good:
                understood[key] = value
            else:
                self.wrong(key, says)
        return understood


def _is_day_of_year(text: str) -> bool:
    """月-日 of a day that every year has."""
    try:
        return len(text) == 5 and date.fromisoformat(f"2027-{text}") is not None
    except ValueError:
        return False
