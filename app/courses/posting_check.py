"""発信前チェック: which question comes next and what the answers mean. Pure; nothing is kept anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What the answers lead to, the mildest first."""

    POST = "post"
    CHANGE = "change"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """One answer. `verdict` POST goes on; CHANGE goes on and is remembered; STOP ends the check at once.

    `advice_html` says what to do (CHANGE, STOP) or what else to know (POST, may be empty), by `clauses`.
    """

    id: str
    text: str
    verdict: Verdict
    advice_html: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckQuestion:
    """One question; asked only when each question in `only` was answered with one of the answers there."""

    id: str
    text: str
    html: str
    hint_html: str
    clauses: tuple[str, ...]
    answers: tuple[CheckAnswer, ...]
    only: Mapping[str, frozenset[str]]

    def answer(self, id: str | None) -> CheckAnswer | None:
        """The answer with this id, or None."""
        return next((answer for answer in self.answers if answer.id == id), None)

    def asked_after(self, given: Mapping[str, str]) -> bool:
        """Whether earlier answers (question id -> answer id) lead to this question."""
        return all(given.get(question) in answers for question, answers in self.only.items())


@dataclass(frozen=True, slots=True)
class Ending:
    """How a verdict is put into words."""

    title: str
    html: str


@dataclass(frozen=True, slots=True)
class PostingCheck:
    """The questions in order, and the words of the three endings; `longest`: the most anybody is asked."""

    title: str
    lead_html: str
    questions: tuple[CheckQuestion, ...]
    endings: Mapping[Verdict, Ending]
    longest: int
    language: str = "ja"


@dataclass(frozen=True, slots=True)
class Taken:
    """A question with the answer given."""

    question: CheckQuestion
    answer: CheckAnswer


@dataclass(frozen=True, slots=True)
class Walk:
    """How far somebody is: what was answered, the question to ask now (None at the end)."""

    taken: tuple[Taken, ...]
    asking: CheckQuestion | None

    @property
    def verdict(self) -> Verdict:
        """The gravest answer so far."""
        order = list(Verdict)
        return max((one.answer.verdict for one in self.taken), key=order.index, default=Verdict.POST)

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses that were walked, each once."""
        return tuple(dict.fromkeys(label for one in self.taken for label in one.question.clauses))

    def of(self, verdict: Verdict) -> tuple[Taken, ...]:
        """The answers of one kind that have something to say, in order."""
        return tuple(
            one for one in self.taken if one.answer.verdict == verdict and one.answer.advice_html.strip()
        )


def walk(questions: tuple[CheckQuestion, ...], given: Mapping[str, str]) -> Walk:
    """Follow the answers (question id -> answer id) as far as they lead.

    What nobody asked or offered is passed over, so any query string leads to a question or an end.
    """
    taken: list[Taken] = []
    known: dict[str, str] = {}
    for question in questions:
        if not question.asked_after(known):
            continue
        answer = question.answer(given.get(question.id))
        if answer is None:
            return Walk(tuple(taken), question)
        taken.append(Taken(question, answer))
        known[question.id] = answer.id
        if answer.verdict is Verdict.STOP:
            break
    return Walk(tuple(taken), None)


def paths(questions: tuple[CheckQuestion, ...]) -> Iterator[Walk]:
    """Every way from the first question to an end that differs in which questions are asked.

    Of the answers nothing depends on, one of each verdict stands for the others.
    """
    looked_at = {
        (name, answer)
        for question in questions
        for name, answers in question.only.items()
        for answer in answers
    }
    named = {name for name, _ in looked_at}
    yield from _paths(questions, {}, named)


def _paths(questions: tuple[CheckQuestion, ...], given: dict[str, str], named: set[str]) -> Iterator[Walk]:
    so_far = walk(questions, given)
    if so_far.asking is None:
        yield so_far
        return
    tried: set[Verdict] = set()
    for answer in so_far.asking.answers:
        # STOP ends whatever follows; of answers nobody asks about later, one that goes on is enough.
        kind = Verdict.STOP if answer.verdict is Verdict.STOP else Verdict.POST
        if so_far.asking.id not in named and kind in tried:
            continue
        tried.add(kind)
        yield from _paths(questions, {**given, so_far.asking.id: answer.id}, named)
