"""`check.ja.toml`: 発信前チェック as a colleague writes it, every mistake with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.courses.model import SourceFiles
from app.courses.posting_check import Verdict
from app.courses.source import Problems, lines_of, toml_of

PATH = "check.{language}.toml"
MOST_QUESTIONS = 12
TOP_KEYS = frozenset({"title", "lead", "results", "questions"})
QUESTION_KEYS = frozenset({"id", "ask", "hint", "clauses", "only", "answers"})
ANSWER_KEYS = frozenset({"id", "text", "result", "advice", "clauses"})
ENDING_KEYS = frozenset({"title", "text"})
RESERVED = frozenset({"course"})
"""Names the address of the page has for something else."""
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(slots=True)
class AnswerSource:
    """An answer as written; `clauses` are the question's unless it names its own."""

    line: int
    id: str
    text: str
    verdict: Verdict
    advice: str
    clauses: tuple[str, ...]


@dataclass(slots=True)
class QuestionSource:
    """A question as written; `line` is where its `[[questions]]` or its id stands."""

    line: int
    id: str
    ask: str
    hint: str
    clauses: tuple[str, ...]
    only: dict[str, frozenset[str]]
    answers: list[AnswerSource] = field(default_factory=list)


@dataclass(slots=True)
class PostingCheckSource:
    """The whole file."""

    path: str
    language: str
    title: str
    lead: str
    endings: dict[Verdict, tuple[str, str]]
    questions: list[QuestionSource]


def posting_check_of(
    files: SourceFiles, language: str, labels: frozenset[str], problems: Problems
) -> PostingCheckSource | None:
    """Read the file in this language, else the Japanese one; None when the course has none.

    `labels` are the clauses there are. What can't be understood is noted, and then None comes back too.
    """
    path = next((p for p in (PATH.format(language=language), PATH.format(language="ja")) if p in files), None)
    if path is None:
        return None
    lines = lines_of(path, files[path], problems)
    values = toml_of(path, lines, 1, problems)
    if values is None:
        return None
    before = len(problems.errors)
    read = _Reader(path, lines, labels, problems).whole(values, path.split(".")[1])
    return read if len(problems.errors) == before else None


@dataclass(slots=True)
class _Reader:
    path: str
    lines: list[str]
    labels: frozenset[str]
    problems: Problems

    def wrong(self, line: int, sentence: str) -> None:
        self.problems.add(self.path, line, sentence)

    def whole(self, values: Mapping[str, object], language: str) -> PostingCheckSource:
        self.keys(values, TOP_KEYS, 1)
        title = self.text(values, "title", 1, needed=True)
        lead = self.text(values, "lead", 1)
        endings = self.endings(values.get("results"))
        written = self.tables(values.get("questions"), "questions", 1)
        if not written:
            self.wrong(1, "質問がありません。[[questions]] で始めて書いてください。")
        if len(written) > MOST_QUESTIONS:
            self.wrong(1, f"質問が{len(written)}あります。{MOST_QUESTIONS}までにしてください。")
            written = written[:MOST_QUESTIONS]
        starts = [at for at, line in enumerate(self.lines, start=1) if line.strip() == "[[questions]]"]
        questions: list[QuestionSource] = []
        for at, table in enumerate(written):
            start = starts[at] if at < len(starts) else 1
            questions.append(self.question(table, start, questions))
        return PostingCheckSource(self.path, language, title, lead, endings, questions)

    def endings(self, value: object) -> dict[Verdict, tuple[str, str]]:
        tables = value if isinstance(value, dict) else {}
        endings = {}
        for verdict in Verdict:
            table = tables.get(verdict.value)
            line = self.line_of(f"[results.{verdict.value}]")
            if not isinstance(table, dict):
                self.wrong(
                    line, f"結果の言葉がありません。[results.{verdict.value}] の下に title を書いてください。"
                )
                continue
            self.keys(table, ENDING_KEYS, line)
            endings[verdict] = (self.text(table, "title", line, needed=True), self.text(table, "text", line))
        for name in tables.keys() - {verdict.value for verdict in Verdict}:
            self.wrong(
                self.line_of(f"[results.{name}]"), f"結果「{name}」はありません。{_names()} のどれかです。"
            )
        return endings

    def question(
        self, table: Mapping[str, object], line: int, earlier: list[QuestionSource]
    ) -> QuestionSource:
        self.keys(table, QUESTION_KEYS, line)
        name = self.id(table, line, {question.id for question in earlier})
        clauses = self.clauses(table.get("clauses"), line)
        if not clauses:
            self.wrong(
                line,
                '質問に clauses がありません。clauses = ["4(4)"] のように、もとになる項を書いてください。',
            )
        question = QuestionSource(
            line,
            name,
            self.text(table, "ask", line, needed=True),
            self.text(table, "hint", line),
            clauses,
            self.only(table.get("only"), line, earlier),
        )
        written = self.tables(table.get("answers"), "answers", line)
        if len(written) < 2:
            self.wrong(line, "答えが足りません。answers に、2つ以上の答えを書いてください。")
        for answer in written:
            question.answers.append(self.answer(answer, question))
        return question

    def answer(self, table: Mapping[str, object], question: QuestionSource) -> AnswerSource:
        line = self.line_of(f'id = "{table.get("id")}"', question.line)
        self.keys(table, ANSWER_KEYS, line)
        name = self.id(table, line, {answer.id for answer in question.answers})
        result = table.get("result", Verdict.POST.value)
        if result not in {verdict.value for verdict in Verdict}:
            self.wrong(line, f"result「{result}」はありません。{_names()} のどれかです。")
            result = Verdict.POST.value
        return AnswerSource(
            line,
            name,
            self.text(table, "text", line, needed=True),
            Verdict(str(result)),
            self.text(table, "advice", line),
            self.clauses(table.get("clauses"), line) or question.clauses,
        )

    def only(self, value: object, line: int, earlier: list[QuestionSource]) -> dict[str, frozenset[str]]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.wrong(line, 'only は { city = ["own", "other"] } の形で書いてください。')
            return {}
        found: dict[str, frozenset[str]] = {}
        for name, answers in value.items():
            asked = next((question for question in earlier if question.id == name), None)
            if asked is None:
                self.wrong(line, f"only の「{name}」は、この質問より前にありません。id を確かめてください。")
                continue
            offered = {answer.id for answer in asked.answers}
            for answer in answers if isinstance(answers, list) else [answers]:
                if answer not in offered:
                    self.wrong(
                        line, f"only の「{answer}」は「{name}」の答えにありません。id を確かめてください。"
                    )
            found[name] = frozenset(map(str, answers)) if isinstance(answers, list) else frozenset()
        return found

    def id(self, table: Mapping[str, object], line: int, taken: set[str]) -> str:
        name = table.get("id")
        if not isinstance(name, str) or not _ID.fullmatch(name):
            self.wrong(line, "id がないか、使えない字です。半角の英小文字、数字とハイフンで付けてください。")
            return ""
        if name in RESERVED:
            self.wrong(line, f"id「{name}」は使えません。別の id を付けてください。")
        if name in taken:
            self.wrong(line, f"id「{name}」が2回あります。別の id を付けてください。")
        return name

    def clauses(self, value: object, line: int) -> tuple[str, ...]:
        if value is None:
            return ()
        if not isinstance(value, list):
            self.wrong(line, 'clauses は ["4(2)", "4(5)ア"] の形で書いてください。')
            return ()
        for label in value:
            if label not in self.labels:
                self.wrong(
                    line,
                    f"項「{label}」はガイドラインにありません。番号を guideline.md と同じに書いてください。",
                )
        return tuple(map(str, value))

    def tables(self, value: object, key: str, line: int) -> list[Mapping[str, object]]:
        if isinstance(value, list) and all(isinstance(one, dict) for one in value):
            return list(value)
        if value is not None:
            self.wrong(line, f"{key} の書き方が違います。{{ id = …, text = … }} を並べて書いてください。")
        return []

    def text(self, table: Mapping[str, object], key: str, line: int, needed: bool = False) -> str:
        value = table.get(key, "")
        if not isinstance(value, str):
            self.wrong(line, f'{key} は文字です。" で囲んでください。')
            return ""
        if needed and not value.strip():
            self.wrong(line, f"{key} がありません。書いてください。")
        return value.strip()

    def keys(self, table: Mapping[str, object], known: frozenset[str], line: int) -> None:
        for key in sorted(table.keys() - known):
            self.wrong(line, f"設定「{key}」はありません。つづりを確かめるか、消してください。")

    def line_of(self, text: str, start: int = 1) -> int:
        """The first line from `start` that holds `text`, else `start`."""
        found = (at for at, line in enumerate(self.lines[start - 1 :], start=start) if text in line)
        return next(found, start)


def _names() -> str:
    return "、".join(verdict.value for verdict in Verdict)
