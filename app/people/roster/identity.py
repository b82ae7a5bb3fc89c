"""Whose line it is. Numbers join, dates and names confirm; nothing is joined by name alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.people.employment import FAR_FUTURE, Appointment, Person
from app.people.roster.changes import NEW, Joining, NewPerson, PersonRef, Profile, Question, added
from app.people.roster.findings import Notes
from app.people.roster.lines import RosterLine
from app.people.roster.matching import Known
from app.people.search import search_key

Span = tuple[date, date]
ONE_DAY = timedelta(days=1)


@dataclass
class _Record:
    """A person as far as identity goes: names, numbers with their spans; of the database or of this file."""

    ref: PersonRef
    name: str
    kana: str
    spans: dict[tuple[str, str], list[Span]] = field(default_factory=lambda: defaultdict(list))

    def every_span(self) -> Iterable[tuple[str, Span]]:
        """(名簿区分, span) of each appointment."""
        return ((source, span) for (source, _number), spans in self.spans.items() for span in spans)


@dataclass(frozen=True, slots=True)
class Identities:
    """Line number -> person, and what follows from it."""

    people: Mapping[int, PersonRef]
    new: tuple[NewPerson, ...]
    joinings: tuple[Joining, ...]
    questions: tuple[Question, ...]


def identify(
    lines: Sequence[RosterLine],
    matched: Mapping[int, Known],
    people: Sequence[Person],
    source: str,
    different: frozenset[tuple[str, str]],
    notes: Notes,
) -> Identities:
    """Say whose line each is. ``different`` are pairs of ids HR found to be two people."""
    search = _Search(people, source, different, notes)
    for line in sorted(lines, key=lambda line: (line.number, line.start, not line.main, line.line)):
        search.place(line, matched.get(line.line))
    for line in lines:
        if line.previous:
            search.link(line)
    return search.result(lines)


class _Search:
    def __init__(
        self, people: Sequence[Person], source: str, different: frozenset[tuple[str, str]], notes: Notes
    ) -> None:
        self.source = source
        self.different = different
        self.notes = notes
        self.records = {person.id: _record(person) for person in people}
        self.holders: dict[tuple[str, str], list[_Record]] = defaultdict(list)
        self.elsewhere: dict[str, set[str]] = defaultdict(set)
        for record in self.records.values():
            for key in record.spans:
                self.holders[key].append(record)
                self.elsewhere[key[1]].add(key[0])
        self.lines: dict[int, PersonRef] = {}
        self.new: dict[PersonRef, NewPerson] = {}
        self.asked: dict[tuple[PersonRef, PersonRef], str] = {}
        self.joinings: list[Joining] = []
        self.root: dict[PersonRef, PersonRef] = {}

    def place(self, line: RosterLine, matched: Known | None) -> None:
        """Give the line to the appointment's person, else to who held the number, else to a new person."""
        key = (self.source, line.number)
        record = self.records[matched.person.id] if matched else None
        if record is None:
            holders = self.holders.get(key, [])
            record = _holder(holders, key, line)
            if record is None:
                record = self._newcomer(line)
                for other in holders:
                    self.asked[(record.ref, other.ref)] = (
                        f"職員番号 {line.number} を前に使っていた「{other.name}」とは、期間も氏名も違います。"
                    )
        if record not in self.holders[key]:
            self.holders[key].append(record)
        record.spans[key].append(_span(line))
        self.lines[line.line] = record.ref

    def _newcomer(self, line: RosterLine) -> _Record:
        ref = f"{NEW}{line.line}"
        record = _Record(ref, line.name, line.kana)
        self.records[ref] = record
        profile = Profile(line.name, line.kana, line.roman, line.mail, line.language)
        self.new[ref] = NewPerson(ref, line.number, profile)
        return record

    def link(self, line: RosterLine) -> None:
        """Join the persons of the line's number and of its 前職員番号."""
        if line.previous == line.number:
            self.notes.add("前職員番号が職員番号と同じため、使いません。", line.line)
            return
        before = self._previous(line)
        if before is None:
            return
        earlier, own = self._find(before.ref), self._find(self.lines[line.line])
        if earlier == own:
            return
        if added(own):
            self._unite(earlier, own)
        elif added(earlier):
            self._unite(own, earlier)
        elif (earlier, own) in self.different or (own, earlier) in self.different:
            self.notes.add("前職員番号の人とは別の人と回答されているため、一人にまとめません。", line.line)
        else:
            self._unite(earlier, own)
            self.joinings.append(
                Joining(earlier, own, line.name, f"前職員番号 {line.previous} → {line.number}")
            )

    def _previous(self, line: RosterLine) -> _Record | None:
        own = self.holders.get((self.source, line.previous), [])
        others = [
            record
            for source in sorted(self.elsewhere.get(line.previous, ()))
            if source != self.source
            for record in self.holders[(source, line.previous)]
        ]
        candidates = own or others
        if not candidates:
            self.notes.add("前職員番号の人が見つからないため、新しい番号だけで取り込みます。", line.line)
            return None
        if own or len({self._find(r.ref) for r in others}) == 1:
            return min(candidates, key=lambda r: _gap([_span(line)], [s for _source, s in r.every_span()]))
        self.notes.add("前職員番号の人が複数の名簿区分にいるため、まとめません。", line.line)
        return None

    def _find(self, ref: PersonRef) -> PersonRef:
        while ref in self.root:
            ref = self.root[ref]
        return ref

    def _unite(self, kept: PersonRef, merged: PersonRef) -> None:
        self.root[merged] = kept
        into, record = self.records[kept], self.records[merged]
        for key, spans in record.spans.items():
            into.spans[key].extend(spans)

    def result(self, lines: Sequence[RosterLine]) -> Identities:
        """Everything found, with joined persons under one reference."""
        new = tuple(person for ref, person in self.new.items() if ref not in self.root)
        self._ask_about_names(new)
        questions: dict[tuple[PersonRef, PersonRef], str] = {}
        for (person, other), reason in self.asked.items():
            pair = (self._find(person), self._find(other))
            if pair[0] != pair[1] and (pair[1], pair[0]) not in questions:
                questions.setdefault(pair, reason)
        return Identities(
            {line.line: self._find(self.lines[line.line]) for line in lines},
            new,
            tuple(self.joinings),
            tuple(Question(person, other, reason) for (person, other), reason in questions.items()),
        )

    def _ask_about_names(self, new: Sequence[NewPerson]) -> None:
        """Ask, for each new person, about the nearest record of the same name and kana."""
        namesakes: dict[tuple[str, str], list[_Record]] = defaultdict(list)
        for ref, record in self.records.items():
            if ref not in self.root:
                namesakes[(search_key(record.name), search_key(record.kana))].append(record)
        for person in new:
            record = self.records[person.ref]
            spans = list(record.every_span())
            best: tuple[int, _Record] | None = None
            for other in namesakes[(search_key(record.name), search_key(record.kana))][:50]:
                if (
                    other is record
                    or (other.ref, person.ref) in self.asked
                    or (person.ref, other.ref) in self.asked
                ):
                    continue
                apart = self._apart(spans, list(other.every_span()), bool(record.kana))
                if apart is not None and (best is None or apart < best[0]):
                    best = (apart, other)
            if best is not None:
                names = "氏名とフリガナ" if record.kana else "氏名"
                numbers = "、".join(sorted({number for _source, number in best[1].spans}))
                self.asked[(person.ref, best[1].ref)] = (
                    f"職員番号 {person.number} と {numbers} は、{names}が同じです。"
                )

    def _apart(
        self, mine: list[tuple[str, Span]], theirs: list[tuple[str, Span]], has_kana: bool
    ) -> int | None:
        """Days between two records, None when they cannot be or need not be the same person."""
        same_source = {s for s, _ in mine} & {s for s, _ in theirs}
        gap = _gap([span for _s, span in mine], [span for _s, span in theirs])
        if gap == 0 and same_source:
            return None
        return gap if has_kana or gap <= 31 else None


def _record(person: Person) -> _Record:
    record = _Record(person.id, person.name, person.kana)
    for a in person.appointments:
        record.spans[(a.source, a.number)].append(appointment_span(a))
    return record


def appointment_span(a: Appointment) -> Span:
    """First and last day of an appointment."""
    return a.start, a.end or FAR_FUTURE


def _span(line: RosterLine) -> Span:
    return line.start, line.end or FAR_FUTURE


def _holder(holders: Sequence[_Record], key: tuple[str, str], line: RosterLine) -> _Record | None:
    """Who held the number at overlapping or adjoining dates, else who held it under the same name."""
    span = _span(line)
    near = [r for r in holders if any(_touch(span, other) for other in r.spans[key])]
    named = [r for r in holders if search_key(r.name) == search_key(line.name)]
    both = [r for r in near if r in named]
    found = both or near or named
    return min(found, key=lambda r: _gap([span], r.spans[key])) if found else None


def _touch(one: Span, other: Span) -> bool:
    """True when two spans overlap or follow each other on the next day."""
    return _days(one, other) <= 1


def _days(one: Span, other: Span) -> int:
    """Days from the end of one span to the start of the other; 0: they overlap, 1: they adjoin."""
    first, second = sorted((one, other))
    return max(0, (second[0] - first[1]).days)


def _gap(mine: Sequence[Span], theirs: Sequence[Span]) -> int:
    return min((_days(a, b) for a in mine for b in theirs), default=999_999)
