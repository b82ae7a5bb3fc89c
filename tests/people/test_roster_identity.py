"""Who is who: numbers join, dates and names confirm, questions go to HR, nothing is joined by name alone."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.access.parting import undo
from app.db import db
from app.people.directory import load_people
from app.people.models import AppointmentRow, IdentityQuestionRow, MergeRow
from app.people.roster.questions import answer, open_questions
from tests.people.roster_files import NOW, bring, person, post

pytestmark = pytest.mark.usefixtures("app")

HEADINGS = "職員番号,氏名,フリガナ,所属コード,職員区分,任用開始日,任用終了日,前職員番号"


def line(
    number: str, name: str, start: str, end: str = "", previous: str = "", kana: str = "シケン ハナコ"
) -> str:
    return f"{number},{name},{kana},0101,会計年度,{start},{end},{previous}"


def people() -> int:
    return len(load_people())


def import_lines(*lines: str, as_of: str = "2026-04-01", source: str = "職員", add_only: bool = True) -> None:
    bring(list(lines), as_of, source, add_only, headings=HEADINGS)


def questions() -> list[str]:
    return [
        q.reason for q in db.session.scalars(select(IdentityQuestionRow).order_by(IdentityQuestionRow.id))
    ]


def test_reappointed_on_the_next_day_under_another_name_is_one_person() -> None:
    import_lines(line("0000001", "試験 花子", "2025-04-01", "2026-03-31"), as_of="2025-04-01")
    import_lines(line("0000001", "見本 花子", "2026-04-01", "2027-03-31", kana="ミホン ハナコ"))
    her = person("0000001")
    assert (her.name, len(her.appointments)) == ("見本 花子", 2)
    assert questions() == []


def test_the_same_name_after_a_gap_is_one_person_in_any_writing() -> None:
    import_lines(line("0000001", "髙橋 花子", "2023-04-01", "2024-03-31"), as_of="2023-04-01")
    import_lines(line("0000001", "高橋　花子", "2026-04-01"))
    assert people() == 1
    assert person("0000001").name == "高橋　花子"


def test_another_name_after_a_gap_is_another_person_and_a_question() -> None:
    import_lines(line("0000001", "試験 花子", "2023-04-01", "2024-03-31"), as_of="2023-04-01")
    import_lines(line("0000001", "見本 太郎", "2026-04-01", kana="ミホン タロウ"))
    assert people() == 2
    assert len(questions()) == 1 and "0000001" in questions()[0] and "試験 花子" in questions()[0]
    import_lines(line("0000001", "見本 太郎", "2026-04-01", kana="ミホン タロウ"))
    assert len(questions()) == 1, "the same file asks nothing again"


def test_both_lines_of_one_file_are_judged_alike() -> None:
    import_lines(
        line("0000001", "試験 花子", "2023-04-01", "2024-03-31"),
        line("0000001", "見本 太郎", "2026-04-01", kana="ミホン タロウ"),
        line("0000002", "例示 次郎", "2024-04-01", "2025-03-31", kana="レイジ"),
        line("0000002", "例示 次郎", "2025-04-01", "2026-03-31", kana="レイジ"),
    )
    assert people() == 3
    assert len(questions()) == 1


def test_the_number_before_joins_two_numbers() -> None:
    import_lines(line("0000001", "試験 花子", "2020-04-01", "2026-03-31"), as_of="2025-04-01")
    import_lines(line("0009001", "試験 花子", "2026-04-01", previous="1"))
    assert people() == 1
    assert {a.number for a in person("0009001").appointments} == {"0000001", "0009001"}
    assert questions() == []


def test_the_number_before_joins_across_sources() -> None:
    import_lines(
        line("0000001", "試験 花子", "2025-04-01", "2026-03-31"), source="会計年度", as_of="2025-04-01"
    )
    import_lines(line("0000777", "試験 花子", "2026-04-01", previous="0000001"), source="正規")
    assert people() == 1


def test_the_number_before_within_one_file_in_any_order() -> None:
    import_lines(
        line("0009001", "試験 花子", "2026-04-01", previous="0000001"),
        line("0000001", "試験 花子", "2020-04-01", "2026-03-31"),
    )
    assert people() == 1


def test_the_number_before_joins_two_records_that_stood_apart() -> None:
    import_lines(
        line("0000001", "試験 花子", "2020-04-01", "2024-03-31"),
        line("0009001", "見本 花子", "2026-04-01", kana="ミホン ハナコ"),
        as_of="2026-04-01",
    )
    assert people() == 2
    import_lines(line("0009001", "見本 花子", "2026-04-01", previous="0000001", kana="ミホン ハナコ"))
    assert people() == 1
    assert person("0009001").name == "見本 花子"
    merge = db.session.scalars(select(MergeRow)).one()
    assert "0000001" in merge.reason


def test_an_unknown_number_before_is_noted() -> None:
    plan = bring([line("0009001", "試験 花子", "2026-04-01", previous="0000404")], headings=HEADINGS)
    assert any("前職員番号の人が見つからない" in str(n) for n in plan.notes)


def test_an_interim_number_is_replaced() -> None:
    import_lines(line("仮-1", "試験 花子", "2026-04-01"), as_of="2026-03-20")
    plan = bring([line("0000123", "試験 花子", "2026-04-01", previous="仮－1")], headings=HEADINGS)
    assert not plan.missing and not plan.appointments
    assert (plan.renumberings[0].before, plan.renumberings[0].after) == ("仮-1", "0000123")
    assert people() == 1
    assert [a.number for a in person("0000123").appointments] == ["0000123"]
    old = db.session.scalars(select(AppointmentRow).where(AppointmentRow.number == "仮-1")).one()
    assert old.withdrawn_at is not None
    again = bring([line("0000123", "試験 花子", "2026-04-01", previous="仮－1")], headings=HEADINGS)
    assert again.empty


def test_an_interim_number_is_replaced_also_when_the_start_moved() -> None:
    import_lines(line("仮-1", "試験 花子", "2026-04-01"), as_of="2026-03-20")
    lines = [line("0000123", "試験 花子", "2026-05-01", previous="仮-1")]
    plan = bring(lines, "2026-05-01", headings=HEADINGS)
    assert not plan.missing and not plan.questions
    assert [(a.number, a.start) for a in person("0000123").appointments] == [("0000123", date(2026, 5, 1))]
    assert people() == 1
    assert bring(lines, "2026-05-01", headings=HEADINGS).empty


def test_an_interim_number_may_be_given_again() -> None:
    import_lines(line("仮-1", "試験 花子", "2026-04-01"), as_of="2026-03-20")
    import_lines(line("0000123", "試験 花子", "2026-04-01", previous="仮-1"))
    import_lines(line("仮-1", "例示 太郎", "2026-04-01", kana="レイジ タロウ"))
    assert people() == 2
    assert post("仮-1").start == date(2026, 4, 1)


def test_the_same_name_and_kana_under_two_numbers_is_a_question_and_no_join() -> None:
    import_lines(line("0000001", "試験 花子", "2020-04-01", "2026-03-31"), as_of="2025-04-01")
    import_lines(line("0009001", "試験 花子", "2026-04-01"))
    assert people() == 2
    assert "氏名とフリガナが同じ" in questions()[0]


def test_namesakes_at_work_at_the_same_time_are_not_asked_about() -> None:
    import_lines(line("0000001", "試験 花子", "2020-04-01"), line("0000002", "試験 花子", "2021-04-01"))
    assert questions() == []


def test_the_same_name_in_two_sources_is_a_question() -> None:
    import_lines(line("0000001", "試験 花子", "2020-04-01"))
    import_lines(line("0000001", "試験 花子", "2024-04-01"), source="消防団")
    assert people() == 2
    assert len(questions()) == 1


def test_hr_answers_and_may_take_it_back() -> None:
    import_lines(line("0000001", "試験 花子", "2020-04-01", "2026-03-31"), as_of="2025-04-01")
    import_lines(line("0009001", "試験 花子", "2026-04-01"))
    question = open_questions()[0]
    assert [p.name for p in question.people] == ["試験 花子", "試験 花子"]
    assert answer(question.id, True, "人事", NOW)
    assert people() == 1 and not open_questions()
    assert not answer(question.id, False, "人事", NOW), "answered already"
    assert undo(question.id, "人事", NOW)
    assert people() == 2 and len(open_questions()) == 1
    assert answer(question.id, False, "人事", NOW)
    assert people() == 2 and not open_questions()


def test_different_people_are_not_joined_by_a_number_before() -> None:
    import_lines(line("0000001", "試験 花子", "2020-04-01", "2026-03-31"), as_of="2025-04-01")
    import_lines(line("0009001", "試験 花子", "2026-04-01"))
    answer(open_questions()[0].id, False, "人事", NOW)
    import_lines(line("0009001", "試験 花子", "2026-04-01", previous="0000001"))
    assert people() == 2
