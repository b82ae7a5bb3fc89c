"""What is known + what a roster says -> a plan. Nothing here reads or writes a database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from app.fiscal_year import FiscalYear
from app.people.employment import Appointment, Department, Person
from app.people.roster.changes import (
    DepartmentPlan,
    Missing,
    NewAppointment,
    PersonRef,
    PlacementChange,
    Plan,
    Profile,
    ProfileChange,
    Renumbering,
    StateChange,
    TermChange,
    added,
)
from app.people.roster.columns import Column
from app.people.roster.findings import Notes, Problem
from app.people.roster.identity import identify
from app.people.roster.lines import Roster, RosterLine
from app.people.roster.matching import Known, match
from app.people.roster.placing import Places, place
from app.people.roster.timeline import (
    ONE_DAY,
    change_day,
    first_placement,
    first_states,
    moved,
    state_change,
    term,
)

#: Lines of one number beyond this are no history but a mistake.
MAX_LINES_OF_A_NUMBER = 200


@dataclass(frozen=True, slots=True)
class Before:
    """What is known when a roster is planned.

    ``absences`` are the appointments that stand as 要確認, ``last_as_of`` is of the last roster applied for
    this 名簿区分, ``different`` the pairs of people HR found not to be the same.
    """

    people: Sequence[Person] = ()
    departments: Sequence[Department] = ()
    absences: frozenset[int] = frozenset()
    last_as_of: date | None = None
    different: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Terms:
    """How a file is taken. ``correction``: one person on a page, also from before the last roster."""

    source: str
    as_of: date
    today: date
    add_only: bool = False
    correction: bool = False


@dataclass
class _Found:
    appointments: list[NewAppointment] = field(default_factory=list)
    renumberings: list[Renumbering] = field(default_factory=list)
    placements: list[PlacementChange] = field(default_factory=list)
    states: list[StateChange] = field(default_factory=list)
    terms: list[TermChange] = field(default_factory=list)
    profiles: list[ProfileChange] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def plan_roster(
    roster: Roster, before: Before, terms: Terms, departments: DepartmentPlan | None = None
) -> Plan:
    """Return what applying ``roster`` would change; a plan with a problem in it is never applied."""
    departments = departments or DepartmentPlan(departments=tuple(before.departments))
    head = Plan(
        terms.source, terms.as_of, terms.today, terms.add_only, roster.filename, len(roster.lines),
        departments=departments,
    )  # fmt: skip
    problems = [*_too_old(before, terms), *roster.problems, *_crowded(roster.lines)]
    if problems:
        return replace(head, problems=tuple(problems), notes=roster.notes)
    notes = Notes()
    places = place(roster, departments.departments, terms.as_of, notes)
    known = [Known(p, a) for p in before.people for a in p.appointments if a.source == terms.source]
    same, renumbered = match(roster.lines, places.codes, known, terms.as_of)
    matched = same | renumbered
    who = identify(roster.lines, matched, before.people, terms.source, before.different, notes)
    found = _Found()
    posts = _Posts({(k.appointment.number, k.appointment.start, k.appointment.main) for k in known})
    newcomers = {p.ref for p in who.new}
    for line in roster.lines:
        item = matched.get(line.line)
        if item is None:
            _first_seen(line, who.people[line.line], newcomers, places, posts, roster, terms, found)
        else:
            if line.line in renumbered:
                a = item.appointment
                found.renumberings.append(Renumbering(a.id, line.name, a.number, line.number))
            _seen_again(line, item.appointment, places, roster, terms, found)
    found.profiles.extend(_profiles(roster, who.people, before.people, matched, terms))
    replaced = _interim(roster.lines, matched, known)
    found.renumberings.extend(replaced)
    missing, expected = _missing(known, matched, replaced, before, terms)
    return replace(
        head,
        known=expected,
        new_year=_opens_year(before, terms),
        implicit=tuple(places.implicit.values()),
        people=who.new,
        appointments=tuple(found.appointments),
        renumberings=tuple(found.renumberings),
        placements=tuple(found.placements),
        states=tuple(found.states),
        terms=tuple(found.terms),
        profiles=tuple(found.profiles),
        joinings=who.joinings,
        questions=who.questions,
        missing=missing,
        back=tuple(sorted(before.absences & {k.appointment.id for k in matched.values()})),
        reaching_back=_reaching_back(found, before, terms),
        problems=(*places.problems, *found.problems),
        notes=(*roster.notes, *notes.all()),
    )


def plan_departments_alone(departments: DepartmentPlan, terms: Terms) -> Plan:
    """The plan of a departments file without a roster."""
    return Plan(terms.source, terms.as_of, terms.today, departments=departments)


def _too_old(before: Before, terms: Terms) -> Iterable[Problem]:
    if before.last_as_of is not None and terms.as_of < before.last_as_of and not terms.correction:
        yield Problem(
            f"基準日 {terms.as_of.isoformat()} は、名簿区分「{terms.source}」に最後に反映した基準日 "
            f"{before.last_as_of.isoformat()} より前です。",
            f"基準日を {before.last_as_of.isoformat()} 以後にしてください。",
        )


def _opens_year(before: Before, terms: Terms) -> bool:
    """True for the first roster of a 年度: reports ask whether the list of 1 April is in."""
    if before.last_as_of is None or terms.correction:
        return False
    return FiscalYear.of(before.last_as_of) < FiscalYear.of(terms.as_of)


def _crowded(lines: Sequence[RosterLine]) -> Iterable[Problem]:
    for number, count in Counter(line.number for line in lines).items():
        if count > MAX_LINES_OF_A_NUMBER:
            yield Problem(
                f"同じ職員番号の行が{count}行あります({MAX_LINES_OF_A_NUMBER}行まで)。",
                "番号の列が正しいか確かめてください。",
                None,
                Column.NUMBER,
                number,
            )


class _Posts:
    """Names each new appointment of one number, start and 本務兼務 by a ``post``."""

    def __init__(self, taken: set[tuple[str, date, bool]]) -> None:
        self.taken = taken

    def give(self, line: RosterLine, code: str | None) -> str:
        """ "" for the first, else the 所属コード."""
        key = (line.number, line.start, line.main)
        post = (code or "-") if key in self.taken else ""
        self.taken.add(key)
        return post


def _first_seen(
    line: RosterLine,
    person: PersonRef,
    newcomers: set[PersonRef],
    places: Places,
    posts: _Posts,
    roster: Roster,
    terms: Terms,
    found: _Found,
) -> None:
    end, retired = term(None, line, roster, terms.as_of)
    if _ends_before_start(line, end, found):
        return
    code = places.codes[line.line]
    found.appointments.append(
        NewAppointment(
            person,
            line.name,
            terms.source,
            line.number,
            line.start,
            end,
            line.main,
            posts.give(line, code),
            first_placement(line, code),
            first_states(line, terms.as_of, end) if roster.has(Column.STATE) else (),
            retired,
            person in newcomers,
        )
    )


def _seen_again(
    line: RosterLine, known: Appointment, places: Places, roster: Roster, terms: Terms, found: _Found
) -> None:
    end, retired = term(known, line, roster, terms.as_of)
    if _ends_before_start(line, end, found):
        return
    who = (known.id, line.name, line.number)
    if move := moved(known, line, places.codes[line.line], roster, terms.as_of, end):
        since = change_day(line, terms.as_of)
        found.placements.append(
            PlacementChange(*who, since, move.before, move.after, move.added, move.cancelled)
        )
    if change := state_change(known, line, roster, terms.as_of, end):
        since, state, adds = change
        found.states.append(StateChange(*who, since, state, line.state, adds))
    if (end, retired) != (known.end, known.retired):
        found.terms.append(TermChange(*who, known.end, end, retired))


def _ends_before_start(line: RosterLine, end: date | None, found: _Found) -> bool:
    if end is None or end >= line.start:
        return False
    found.problems.append(
        Problem(
            f"退職の日({end.isoformat()})が任用開始日({line.start.isoformat()})より前になります。",
            "任用終了日を書くか、始まらなかった任用の行は消してください。",
            line.line,
            Column.END,
        )
    )
    return True


def _profiles(
    roster: Roster,
    who: Mapping[int, PersonRef],
    people: Sequence[Person],
    matched: Mapping[int, Known],
    terms: Terms,
) -> Iterable[ProfileChange]:
    """One change a known person at most, from the line that speaks of the present."""
    known = {p.id: p for p in people}
    best: dict[PersonRef, RosterLine] = {}
    for line in roster.lines:
        ref = who[line.line]
        if not added(ref) and (ref not in best or _weight(line, terms) > _weight(best[ref], terms)):
            best[ref] = line
    spoken = {item.appointment.id for item in matched.values()}
    for ref, line in best.items():
        person = known[ref]
        if not _in_force(line, terms.as_of) and any(
            a.in_force(terms.as_of) and a.id not in spoken for a in person.appointments
        ):
            continue
        before = Profile(person.name, person.kana, person.roman, person.mail, person.language)
        after = Profile(
            line.name,
            line.kana if roster.has(Column.KANA) else before.kana,
            line.roman if roster.has(Column.ROMAN) else before.roman,
            line.mail if roster.has(Column.MAIL) else before.mail,
            line.language if roster.has(Column.LANGUAGE) else before.language,
        )
        if after != before:
            yield ProfileChange(ref, line.number, before, after)


def _weight(line: RosterLine, terms: Terms) -> tuple[bool, bool, date]:
    return _in_force(line, terms.as_of), line.main, line.start


def _in_force(line: RosterLine, day: date) -> bool:
    return line.start <= day and (line.end is None or day <= line.end)


def _interim(
    lines: Sequence[RosterLine], matched: Mapping[int, Known], known: Sequence[Known]
) -> list[Renumbering]:
    """Appointments under a 仮番号 whose real number came with another start: the new line stands for them."""
    spoken = {item.appointment.id for item in matched.values()}
    waiting = {k.appointment.number: k.appointment for k in known if k.appointment.id not in spoken}
    return [
        Renumbering(waiting[line.previous].id, line.name, line.previous, line.number, replaced=True)
        for line in lines
        if line.line not in matched and line.previous.startswith("仮") and line.previous in waiting
    ]


def _missing(
    known: Sequence[Known],
    matched: Mapping[int, Known],
    replaced: Sequence[Renumbering],
    before: Before,
    terms: Terms,
) -> tuple[tuple[Missing, ...], int]:
    """Appointments in force or planned on as-of without a line, and the number of people expected."""
    expected = [k for k in known if k.appointment.end is None or k.appointment.end >= terms.as_of]
    people = len({k.person.id for k in expected})
    if terms.add_only or terms.correction:
        return (), people
    spoken = {k.appointment.id for k in matched.values()} | {r.appointment for r in replaced}
    return tuple(
        Missing(
            k.appointment.id,
            k.person.id,
            k.person.name,
            k.appointment.number,
            k.appointment.placement_on(max(terms.as_of, k.appointment.start)).department,
            k.appointment.id in before.absences,
        )
        for k in sorted(expected, key=lambda k: (k.appointment.number, k.appointment.start, k.appointment.id))
        if k.appointment.id not in spoken
    ), people


def _reaching_back(found: _Found, before: Before, terms: Terms) -> tuple[tuple[date, int], ...]:
    """Days before today from which changes hold, with how many; a first import reaches back by nature."""
    if before.last_as_of is None and not terms.correction:
        return ()
    days = [c.since for c in found.placements] + [c.since for c in found.states]
    days += [(c.after if c.after is not None else c.before or terms.today) + ONE_DAY for c in found.terms]
    days += [a.start for a in found.appointments]
    return tuple(sorted(Counter(day for day in days if day < terms.today).items()))
