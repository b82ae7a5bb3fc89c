"""What an editor sees in `check.ja.toml`: questions nobody meets, ways that never end well, a lost cure."""

from __future__ import annotations

from collections.abc import Iterator

from app.courses.check_text import line_findings
from app.courses.draft import Draft
from app.courses.posting_check import CheckAnswer, CheckQuestion, Verdict, Walk, paths
from app.courses.posting_check_source import PostingCheckSource, QuestionSource
from app.courses.render import RUBY
from app.courses.source import Problems

MOST_ASKED = 8


def check_posting(draft: Draft, found: Problems) -> None:
    """The questions of 発信前チェック on their own; a course may do without."""
    source = draft.posting_check
    if source is None or source.language != draft.language:
        return
    lines = draft.files[source.path].decode("utf-8-sig", "replace").splitlines()
    for number, line in enumerate(lines, start=1):
        for sentence in line_findings(line) if not line.startswith("#") else ():
            found.add(source.path, number, sentence)
    for line_number, sentence in (*_words(source), *_ways(source)):
        found.add(source.path, line_number, sentence)


def _words(source: PostingCheckSource) -> Iterator[tuple[int, str]]:
    for question in source.questions:
        for answer in question.answers:
            if answer.verdict is not Verdict.POST and not answer.advice:
                yield answer.line, "この答えには advice(どうすればよいか)がありません。書いてください。"
            if RUBY.search(answer.text):
                yield answer.line, "答えのボタンにはふりがなを付けられません。《 》を取ってください。"


def _ways(source: PostingCheckSource) -> Iterator[tuple[int, str]]:
    if not source.questions:
        return
    ways = list(paths(tuple(_as_asked(question) for question in source.questions)))
    longest = max(len(way.taken) for way in ways)
    if longest > MOST_ASKED:
        yield 1, f"いちばん多いと{longest}問を尋ねます。1分で終わるように{MOST_ASKED}問までにしてください。"
    met = {taken.question.id for way in ways for taken in way.taken}
    for question in source.questions:
        if question.id not in met:
            yield (
                question.line,
                f"質問「{question.id}」は、どう答えても尋ねられません。only を直してください。",
            )
    if not any(way.verdict is Verdict.POST for way in ways):
        yield 1, "どう答えても「発信してよい」に着きません。どの質問にも、そのまま進む答えを置いてください。"
    if not _leads_to(ways, Verdict.STOP):
        yield 1, '「発信しない」に着く答えがありません。result = "stop" の答えを置いてください。'


def _leads_to(ways: list[Walk], verdict: Verdict) -> bool:
    return any(
        answer.verdict is verdict for way in ways for taken in way.taken for answer in taken.question.answers
    )


def _as_asked(source: QuestionSource) -> CheckQuestion:
    """The question's bones, for walking."""
    answers = tuple(CheckAnswer(one.id, one.text, one.verdict, "", one.clauses) for one in source.answers)
    return CheckQuestion(source.id, source.ask, "", "", source.clauses, answers, source.only)


def check_posting_translation(japanese: Draft, other: Draft, found: Problems) -> None:
    """A translation asks the same questions with the same answers in the same order."""
    ours, theirs = japanese.posting_check, other.posting_check
    if ours is None or theirs is None or theirs.language != other.language:
        return
    if [question.id for question in ours.questions] != [question.id for question in theirs.questions]:
        found.add(theirs.path, 1, "質問の id か順が日本語と違います。同じにしてください。")
        return
    for one, two in zip(ours.questions, theirs.questions, strict=True):
        if _bones(one) != _bones(two):
            found.add(
                theirs.path,
                two.line,
                f"質問「{two.id}」の答え、結果、項か only が日本語と違います。同じにしてください。",
            )


def _bones(question: QuestionSource) -> object:
    answers = [(one.id, one.verdict, one.clauses) for one in question.answers]
    return question.clauses, question.only, answers
