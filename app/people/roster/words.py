"""A plan in words: sections of rows, the same for the terminal, the page and machines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from app.people.employment import Department, Placement, ServiceState
from app.people.roster.changes import NewAppointment, PlacementChange, Plan, Profile, TermChange

NONE = "所属なし"
NO_CHANGE = "変更はありません。"
NEW_YEAR = "変更はありません。新しい年度の名簿として、反映した日だけを記録します。"


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of change: what it is called, its column names and one tuple of texts a row."""

    key: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    count: int
    explanation: str = ""
    #: How many people the rows are of, where that is worth saying apart from the rows.
    people: int | None = None

    @property
    def amount(self) -> str:
        """「26件」; 「25人(任用26件)」 where people are counted, too."""
        if self.people is None:
            return f"{self.count:,}件"
        return f"{self.people:,}人" + (f"(任用{self.count:,}件)" if self.count != self.people else "")


def sections(plan: Plan) -> list[Section]:
    """Every kind of change the plan holds, in the order in which HR reads them; empty kinds are left out."""
    places = _Places(plan)
    found = (*_people(plan, places), *_changes(plan, places), *_open_matters(plan, places), *_structure(plan))
    return [section for section in found if section.count]


def _people(plan: Plan, places: _Places) -> Iterable[Section]:
    post = ("職員番号", "氏名", "所属", "職員区分", "任用開始日", "任用終了日", "本務兼務")
    rows = [(a.joins, _appointment(a, places)) for a in plan.appointments]
    joining = _section("joins", "新しい職員", post, (row for joins, row in rows if joins), _of_joining(plan))
    yield replace(joining, people=len({a.person for a in plan.appointments if a.joins}))
    known = (row for joins, row in rows if not joins)
    yield _section("appointments", "新しい任用(登録済みの職員)", post, known)
    numbers = ((r.before, r.after, r.name) for r in plan.renumberings)
    yield _section("renumberings", "職員番号が変わる任用", ("前の番号", "新しい番号", "氏名"), numbers)


def _changes(plan: Plan, places: _Places) -> Iterable[Section]:
    since = ("職員番号", "氏名", "いつから", "変更前", "変更後")
    moves = ((c.number, c.name, c.since.isoformat(), *_moved(c, places)) for c in plan.placements)
    yield _section("moves", "異動(所属、職員区分、職名など)", since, moves)
    ends = ((c.number, c.name, _day(c.before), _day(c.after), _end_kind(c)) for c in plan.terms)
    yield _section(
        "ends", "任用の終了", ("職員番号", "氏名", "変更前の終了日", "変更後の終了日", "区分"), ends
    )
    states = ((c.number, c.name, c.since.isoformat(), c.before.value, c.after.value) for c in plan.states)
    yield _section("states", "在職区分の変更", since, states)
    names = ((c.number, *_profiles(c.before, c.after)) for c in plan.profiles)
    yield _section("profiles", "氏名・連絡先などの変更", ("職員番号", "変更前", "変更後"), names)


def _open_matters(plan: Plan, places: _Places) -> Iterable[Section]:
    joined = ((j.name, j.reason) for j in plan.joinings)
    yield _section("joinings", "一人にまとめる記録", ("氏名", "理由"), joined)
    names = {p.ref: p.profile.name for p in plan.people}
    asked = ((names.get(q.person, ""), q.reason) for q in plan.questions)
    title = "同じ人かどうかの確認(取り込んだあとで回答できます)"
    yield _section("questions", title, ("氏名", "理由"), asked)
    missing = (
        (m.number, m.name, places(m.department), "前から要確認" if m.known else "") for m in plan.missing
    )
    explanation = "取り込んでも、任用は終わりません。名簿の画面で、終わりの日を入れてください。"
    headings = ("職員番号", "氏名", "所属", "これまで")
    yield _section("missing", "名簿にない職員(要確認)", headings, missing, explanation)


def _structure(plan: Plan) -> Iterable[Section]:
    headings = ("所属コード", "所属名", "上位", "有効期間", "内容")
    yield _section("departments", "所属の変更", headings, _departments(plan))
    new = ((d.code, d.name) for d in plan.implicit)
    explanation = "名簿の値のまま、期間の定めなく加えます。"
    yield _section("implicit", "所属のファイルにない新しい所属", headings[:2], new, explanation)


def _of_joining(plan: Plan) -> str:
    """How many of the new people's posts are not simply in force from the day on."""
    new = [a for a in plan.appointments if a.joins]
    kinds = (
        ("兼務", sum(not a.main for a in new)),
        ("これから始まる任用", sum(a.start > plan.today for a in new)),
        ("猶予(休職など)の任用", sum(_on_leave(a) for a in new)),
    )
    said = "、".join(f"{name}{count}件" for name, count in kinds if count)
    return f"うち、{said}。" if said else ""


def _on_leave(a: NewAppointment) -> bool:
    return bool(a.states) and a.states[-1][1] is ServiceState.LEAVE


def _appointment(a: NewAppointment, places: _Places) -> tuple[str, ...]:
    return (
        a.number,
        a.name,
        places(a.placement.department),
        a.placement.category.value,
        a.start.isoformat(),
        _day(a.end),
        "本務" if a.main else "兼務",
    )


def counts(plan: Plan) -> dict[str, int]:
    """How many of each kind, by key."""
    return {section.key: section.count for section in sections(plan)}


def summary(plan: Plan) -> str:
    """One line: 新しい職員 3件、異動 12件."""
    return "、".join(f"{s.title.split('(')[0]} {s.amount}" for s in sections(plan)) or "変更なし"


def reaching_back(plan: Plan) -> list[str]:
    """「4月1日にさかのぼって反映:n件」, one a day."""
    return [f"{_long(day, plan.today)}にさかのぼって反映:{count}件" for day, count in plan.reaching_back]


def warnings(plan: Plan) -> list[str]:
    """Every note of the reader and the planner as a sentence."""
    cancelled = sum(c.cancelled for c in plan.placements)
    planned = [f"予定されていた異動{cancelled}件を、この名簿の内容に置き換えます。"] if cancelled else []
    later = plan.departments.unknown_heads
    heads = [f"所属長職員番号のうち{later}件は、名簿を取り込むと決まります"] if later else []
    return planned + heads + [str(note) for note in (*plan.departments.notes, *plan.notes)]


def problems(plan: Plan) -> list[str]:
    """Every problem as a sentence with line, column, value and cure."""
    return [str(problem) for problem in (*plan.departments.problems, *plan.problems)]


def as_data(plan: Plan) -> dict[str, object]:
    """The plan for machines."""
    return {
        "source": plan.source,
        "as_of": plan.as_of.isoformat(),
        "lines": plan.lines,
        "changes": counts(plan),
        "empty": plan.unchanged,
        "missing_people": plan.missing_people,
        "known_people": plan.known,
        "needs_accept_missing": plan.many_missing and not plan.unchanged,
        "digest": plan.digest,
        "reaching_back": {day.isoformat(): count for day, count in plan.reaching_back},
        "problems": [
            {"line": p.line, "column": p.column, "value": p.value, "message": p.message, "cure": p.cure}
            for p in (*plan.departments.problems, *plan.problems)
        ],
        "warnings": warnings(plan),
        "sections": [
            {"key": s.key, "title": s.title, "headings": s.headings, "rows": s.rows} for s in sections(plan)
        ],
    }


def as_text(plan: Plan, limit: int = 20) -> Iterable[str]:
    """The plan as lines for a terminal; ``limit`` rows of each kind."""
    if plan.lines:
        yield f"名簿区分: {plan.source}  基準日: {plan.as_of.isoformat()}  {plan.lines}行"
    else:
        yield f"基準日: {plan.as_of.isoformat()}"
    found = problems(plan)
    if found:
        yield f"問題({len(found)}件):"
        yield from _some(found, limit * 5)
    said = warnings(plan)
    if said:
        yield f"お知らせ({len(said)}件):"
        yield from _some(said, limit * 5)
    if found:
        return
    for section in sections(plan):
        yield f"{section.title}: {section.amount}"
        if section.explanation:
            yield f"  {section.explanation}"
        yield from _some(
            ("  ".join(cell for cell in row if cell) for row in section.rows), limit, section.count
        )
    yield from reaching_back(plan)
    if plan.missing:
        yield f"名簿にない人: {plan.missing_people}人(在籍者{plan.known}人のうち)"
    if plan.empty:
        yield NO_CHANGE
    elif plan.unchanged:
        yield NEW_YEAR


def _some(lines: Iterable[str], limit: int, total: int | None = None) -> Iterable[str]:
    shown = 0
    rest = 0
    for line in lines:
        if shown < limit:
            shown += 1
            yield f"  {line}"
        else:
            rest += 1
    if rest:
        yield f"  … ほか{rest}件"


def _section(
    key: str, title: str, headings: tuple[str, ...], rows: Iterable[tuple[str, ...]], explanation: str = ""
) -> Section:
    kept = tuple(rows)
    return Section(key, title, headings, kept, len(kept), explanation)


class _Places:
    """所属コード -> the name on screen, as of the plan's day."""

    def __init__(self, plan: Plan) -> None:
        names: dict[str, str] = {}
        for department in (*plan.departments.departments, *plan.implicit):
            if department.code not in names or department.in_force(plan.as_of):
                names[department.code] = department.name
        self.names = names

    def __call__(self, code: str | None) -> str:
        return NONE if code is None else self.names.get(code, code)


def _moved(change: PlacementChange, places: _Places) -> tuple[str, str]:
    """Only what differs, before and after."""
    pairs = [
        (places(change.before.department), places(change.after.department),
         change.before.department != change.after.department),
        *((b, a, b != a) for b, a in zip(_rest(change.before), _rest(change.after), strict=True)),
    ]  # fmt: skip
    before = " ".join(b or "(空欄)" for b, _a, differs in pairs if differs)
    after = " ".join(a or "(空欄)" for _b, a, differs in pairs if differs)
    return before, after


def _rest(placement: Placement) -> tuple[str, str, str, str]:
    return placement.category.value, placement.authority, placement.title, placement.work_type


def _profiles(before: Profile, after: Profile) -> tuple[str, str]:
    fields: Mapping[str, str] = {
        "name": "", "kana": "", "roman": "", "mail": "", "language": "言語 ",
    }  # fmt: skip
    changed = [(label, f) for f, label in fields.items() if getattr(before, f) != getattr(after, f)]
    texts = []
    for profile in (before, after):
        texts.append(" ".join(label + (getattr(profile, field) or "(空欄)") for label, field in changed))
    return texts[0], texts[1]


def _end_kind(change: TermChange) -> str:
    if change.retired:
        return "退職"
    if change.after is None:
        return "終了日の取消し"
    return "終了日の変更" if change.before is not None else "終了"


def _departments(plan: Plan) -> Iterable[tuple[str, ...]]:
    for change in plan.departments.changes:
        department = change.after or change.before
        assert department is not None
        kind = (
            "追加"
            if change.before is None
            else "取消し"
            if change.after is None
            else _differences(change.before, change.after)
        )
        yield (department.code, department.name, department.parent or "", _validity(department), kind)


def _differences(before: Department, after: Department | None) -> str:
    assert after is not None
    labels = {
        "name": "所属名", "parent": "上位", "short_name": "略称", "position": "建制順", "kind": "区分",
        "valid_to": "有効終了日", "head_number": "所属長",
    }  # fmt: skip
    changed = [label for field, label in labels.items() if getattr(before, field) != getattr(after, field)]
    return "、".join(changed) + "の変更"


def _validity(department: Department) -> str:
    first = department.valid_from.isoformat() if department.valid_from else ""
    return (
        f"{first}~{department.valid_to.isoformat() if department.valid_to else ''}"
        if (first or department.valid_to)
        else "期間の定めなし"
    )


def _day(day: date | None) -> str:
    return day.isoformat() if day else "なし"


def _long(day: date, today: date) -> str:
    return f"{day.month}月{day.day}日" if day.year == today.year else f"{day.year}年{day.month}月{day.day}日"
