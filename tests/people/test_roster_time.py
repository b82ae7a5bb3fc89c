"""What a file means over time: INTERFACE 4, sentence by sentence."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.db import db
from app.people.employment import Category, ServiceState
from app.people.models import AbsenceRow, PlacementRow, RosterImportRow, TermRow
from app.people.roster.apply import ImportRefused
from app.people.roster.words import reaching_back
from tests.people.roster_files import bring, person, post

pytestmark = pytest.mark.usefixtures("app")

HANAKO = "0000001,試験 花子,シケン ハナコ,{department},{category},2020-04-01,{end},本務,{state},{moved}"


def hanako(
    department: str = "0101", category: str = "正規職員", end: str = "", state: str = "在職", moved: str = ""
) -> str:
    return HANAKO.format(department=department, category=category, end=end, state=state, moved=moved)


def counts() -> dict[str, int]:
    tables = (PlacementRow, TermRow, RosterImportRow, AbsenceRow)
    return {t.__tablename__: db.session.scalar(select(func.count()).select_from(t)) or 0 for t in tables}


def test_first_seen_holds_from_the_start_whatever_the_day_of_moving() -> None:
    bring([hanako(moved="2024-04-01")], "2026-04-01")
    held = post("0000001")
    assert [p.since for p in held.placements] == [date(2020, 4, 1)]
    assert held.states == ()


def test_the_same_file_again_changes_nothing() -> None:
    lines = [
        hanako(state="育休", moved="2026-02-01"),
        "0000002,試験 太郎,,0102,会計年度,2026-04-01,2027-03-31,,,",
    ]
    bring(lines)
    before = counts()
    assert bring(lines).empty
    assert bring(lines, "2026-04-20").empty
    assert counts() == before


def test_a_later_change_holds_from_the_day_of_moving() -> None:
    bring([hanako()], "2025-05-01")
    plan = bring([hanako("0102", moved="2026-04-01")], "2026-04-20")
    assert [(p.since, p.department) for p in post("0000001").placements] == [
        (date(2020, 4, 1), "0101"),
        (date(2026, 4, 1), "0102"),
    ]
    assert reaching_back(plan) == ["4月1日にさかのぼって反映:1件"]


def test_a_later_change_without_a_day_holds_from_as_of() -> None:
    bring([hanako()], "2025-05-01")
    plan = bring([hanako("0102", "会計年度任用職員")], "2026-04-20")
    last = post("0000001").placements[-1]
    assert (last.since, last.department, last.category) == (date(2026, 4, 20), "0102", Category.FISCAL_YEAR)
    assert reaching_back(plan) == []


def test_a_correction_that_reaches_back_replaces_what_was_known_later() -> None:
    bring([hanako()], "2025-05-01")
    bring([hanako("0102")], "2026-04-20")
    bring([hanako("0102", moved="2026-04-01")], "2026-05-01")
    assert [(p.since, p.department) for p in post("0000001").placements] == [
        (date(2020, 4, 1), "0101"),
        (date(2026, 4, 1), "0102"),
    ]
    rows = db.session.scalars(select(PlacementRow).where(PlacementRow.withdrawn_at.is_not(None))).all()
    assert [row.since for row in rows] == [date(2026, 4, 20)], "the old row is closed, not deleted"


def test_going_back_to_the_old_department_withdraws_the_move() -> None:
    bring([hanako()], "2025-05-01")
    bring([hanako("0102")], "2026-04-20")
    bring([hanako("0101", moved="2026-04-01")], "2026-05-01")
    assert [p.department for p in post("0000001").placements] == ["0101"]


def test_a_planned_move_stays_until_something_else_is_said() -> None:
    bring([hanako()], "2026-03-01")
    bring([hanako("0102", moved="2026-04-01")], "2026-03-20")
    assert bring([hanako()], "2026-03-25").empty
    held = post("0000001")
    assert held.placement_on(date(2026, 3, 31)).department == "0101"
    assert held.placement_on(date(2026, 4, 1)).department == "0102"


def test_next_years_list_applied_in_march_counts_from_april() -> None:
    old = "0000005,試験 五郎,,0101,会計年度,2025-04-01,2026-03-31,本務,在職,"
    new = "0000005,試験 五郎,,0102,会計年度,2026-04-01,2027-03-31,本務,在職,"
    bring([old], "2025-04-01")
    plan = bring([new], "2026-04-01", today=date(2026, 3, 20))
    assert not plan.missing
    him = person("0000005")
    assert [a.start for a in him.in_force(date(2026, 3, 31))] == [date(2025, 4, 1)]
    assert [a.start for a in him.in_force(date(2026, 4, 1))] == [date(2026, 4, 1)]


def test_leave_holds_from_its_day_and_before_it_she_was_at_work() -> None:
    bring([hanako(state="育休", moved="2026-02-01")], "2026-04-01")
    held = post("0000001")
    assert held.state_on(date(2026, 1, 31)) is ServiceState.ACTIVE
    assert held.state_on(date(2026, 2, 1)) is ServiceState.LEAVE


def test_return_from_leave_holds_from_as_of() -> None:
    bring([hanako(state="育休", moved="2026-02-01")], "2026-04-01")
    bring([hanako(state="在職")], "2026-10-01")
    held = post("0000001")
    assert held.state_on(date(2026, 9, 30)) is ServiceState.LEAVE
    assert held.state_on(date(2026, 10, 1)) is ServiceState.ACTIVE


def test_one_kind_of_leave_after_another_is_no_change() -> None:
    bring([hanako(state="産休", moved="2026-02-01")], "2026-04-01")
    assert bring([hanako(state="育休", moved="2026-05-01")], "2026-06-01").empty


def test_retired_without_an_end_ended_the_day_before() -> None:
    bring([hanako()], "2026-03-01")
    bring([hanako(state="退職")], "2026-04-01")
    held = post("0000001")
    assert (held.end, held.retired) == (date(2026, 3, 31), True)
    assert bring([hanako(state="退職")], "2026-05-01").empty, "told again a month later, the end stays"


def test_retired_on_a_day_ended_the_day_before_that() -> None:
    bring([hanako(state="退職", moved="2026-03-15")], "2026-04-01")
    assert post("0000001").end == date(2026, 3, 14)


def test_retired_with_an_end_keeps_it() -> None:
    bring([hanako(state="退職", end="2026-03-31")], "2026-03-01")
    held = post("0000001")
    assert (held.end, held.retired) == (date(2026, 3, 31), True)


def test_retired_before_the_start_is_refused() -> None:
    with pytest.raises(ImportRefused) as refused:
        bring(["0000001,試験 花子,,0101,正規職員,2026-04-01,,本務,退職,"], "2026-04-01")
    assert "2行目「任用終了日」" in str(refused.value.plan.problems[0])


def test_an_absent_column_keeps_and_a_blank_cell_clears() -> None:
    full = "職員番号,氏名,フリガナ,所属コード,職名,職員区分,任用開始日,任用終了日"
    bring(["1,試験 花子,シケン,0101,主査,正規職員,2020-04-01,2027-03-31"], "2026-04-01", headings=full)
    short = "職員番号,氏名,所属コード,職員区分,任用開始日"
    assert bring(["1,試験 花子,0101,正規職員,2020-04-01"], "2026-04-02", headings=short).empty
    bring(["1,試験 花子,,0101,,正規職員,2020-04-01,"], "2026-04-03", headings=full)
    held = post("0000001")
    assert held.end is None
    assert [p.title for p in held.placements] == ["主査", ""]
    assert person("0000001").kana == ""


def test_an_older_as_of_is_refused_within_one_source_only() -> None:
    bring([hanako()], "2026-04-01")
    with pytest.raises(ImportRefused, match="問題") as refused:
        bring([hanako()], "2026-03-31")
    assert "2026-04-01" in str(refused.value.plan.problems[0])
    bring(["0000009,試験 団員,,,消防団員,2020-04-01,,,,"], "2026-03-31", source="消防団")


def test_the_first_roster_of_a_year_is_kept_even_when_nothing_changes() -> None:
    bring([hanako()], "2026-03-01")
    plan = bring([hanako()], "2026-04-01")
    assert plan.new_year and not plan.roster_changes
    assert bring([hanako()], "2026-04-01").empty
    days = db.session.scalars(select(RosterImportRow.as_of)).all()
    assert days == [date(2026, 3, 1), date(2026, 4, 1)]


def test_additional_posts_are_known_by_their_department() -> None:
    two = [
        hanako(),
        *(f"0000001,試験 花子,シケン ハナコ,{d},正規職員,2024-04-01,,兼務,在職," for d in ("0201", "0202")),
    ]
    bring(two, "2026-04-01")
    assert len(person("0000001").appointments) == 3
    assert bring(two, "2026-04-02").empty
    plan = bring(two[:2], "2026-04-03", accept=1)
    assert [m.department for m in plan.missing] == ["0202"]


def test_an_only_additional_post_may_move() -> None:
    line = "0000001,試験 花子,シケン ハナコ,{},正規職員,2024-04-01,,兼務,在職,"
    bring([hanako(), line.format("0201")], "2026-04-01")
    plan = bring([hanako(), line.format("0299")], "2026-05-01")
    assert len(plan.placements) == 1 and not plan.appointments and not plan.missing


class TestMissing:
    """Who is not in the file."""

    lines = tuple(f"{n:07d},試験 {n}号,,0101,正規職員,2020-04-01,,,," for n in range(1, 31))

    def test_stands_as_to_be_checked_and_is_never_ended(self) -> None:
        bring(self.lines, "2026-04-01")
        plan = bring(self.lines[1:], "2026-05-01")
        assert plan.missing_people == 1
        assert post("0000001").end is None
        open_rows = db.session.scalars(select(AbsenceRow).where(AbsenceRow.withdrawn_at.is_(None))).all()
        assert [row.appointment_id for row in open_rows] == [post("0000001").id]
        assert bring(self.lines[1:], "2026-06-01").empty, "still missing is no news"

    def test_who_is_back_is_no_longer_to_be_checked(self) -> None:
        bring(self.lines, "2026-04-01")
        bring(self.lines[1:], "2026-05-01")
        plan = bring(self.lines, "2026-06-01")
        assert plan.back == (post("0000001").id,)
        assert not db.session.scalars(select(AbsenceRow).where(AbsenceRow.withdrawn_at.is_(None))).all()

    def test_more_than_a_tenth_needs_the_number(self) -> None:
        bring(self.lines, "2026-04-01")
        with pytest.raises(ImportRefused, match=r"--accept-missing 4"):
            bring(self.lines[4:], "2026-05-01")
        with pytest.raises(ImportRefused, match=r"4人です\(3人と指定"):
            bring(self.lines[4:], "2026-05-01", accept=3)
        assert not db.session.scalars(select(AbsenceRow)).all()
        bring(self.lines[4:], "2026-05-01", accept=4)
        assert len(db.session.scalars(select(AbsenceRow)).all()) == 4

    def test_a_tenth_exactly_does_not(self) -> None:
        bring(self.lines, "2026-04-01")
        assert bring(self.lines[3:], "2026-05-01").missing_people == 3

    def test_add_only_misses_nobody(self) -> None:
        bring(self.lines, "2026-04-01")
        plan = bring(["0000099,試験 新人,,0101,正規職員,2026-05-01,,,,"], "2026-05-01", add_only=True)
        assert not plan.missing and len(plan.people) == 1

    def test_another_source_is_not_asked(self) -> None:
        bring(self.lines, "2026-04-01")
        plan = bring(["0000001,団員 一号,,,消防団員,2020-04-01,,,,"], "2026-05-01", source="消防団")
        assert not plan.missing
        bring(self.lines, "2026-05-01")

    def test_who_ended_before_is_not_missing(self) -> None:
        bring([*self.lines[:9], "10,試験 十号,,0101,会計年度,2025-04-01,2026-03-31,,,"], "2026-03-01")
        assert not bring(self.lines[:9], "2026-04-01").missing


def test_a_refused_file_has_changed_nothing(app: Flask) -> None:
    bring([hanako()], "2026-04-01")
    before = counts()
    with pytest.raises(ImportRefused):
        bring([hanako("0102"), "0000002,試験 太郎,,0102,謎の区分,2026-04-01,,,,"], "2026-05-01")
    assert counts() == before
