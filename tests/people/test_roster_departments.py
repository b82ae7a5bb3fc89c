"""The departments file: versions over time, refusals, and the 所属 a roster names."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.db import db
from app.people.directory import load_departments
from app.people.employment import Organisation
from app.people.models import DepartmentRow
from app.people.roster.apply import ImportRefused, Request, apply
from app.people.roster.changes import Plan
from app.people.roster.departments import MAX_LINES, DepartmentFile, read_departments
from app.people.roster.findings import FileRefused
from app.people.roster.plan import Terms
from app.settings import ROOT
from app.site import load_site
from tests.people.roster_files import NOW, bring, post

SITE = load_site(ROOT / "content")
HEADINGS = "所属コード,上位所属コード,所属名,略称,建制順,有効開始日,有効終了日,区分,所属長職員番号"
CITY = (
    "01,,総務部,総務,1,,,本庁,",
    "0101,01,行政管理課,行管,2,,,本庁,12",
    "02,,市民部,,3,,,本庁,",
    "0201,02,市民課,,4,,,,",
)


def data(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in (HEADINGS, *lines)).encode("cp932")


def read(*lines: str) -> DepartmentFile:
    return read_departments(data(*lines), "所属.csv", SITE)


def bring_departments(*lines: str, as_of: str = "2026-04-01") -> Plan:
    day = date.fromisoformat(as_of)
    return apply(Request(Terms("職員", day, day), None, read(*lines)), NOW, "test")


def names(day: date) -> list[str]:
    return [d.name for d in Organisation.on(day, load_departments()).departments]


def test_a_city_in_its_order(app: object) -> None:
    assert len(bring_departments(*CITY).departments.changes) == 4
    assert names(date(2020, 1, 1)) == ["総務部", "行政管理課", "市民部", "市民課"]
    head = next(d for d in load_departments() if d.code == "0101")
    assert (head.head_number, head.short_name, head.parent) == ("0000012", "行管", "01")
    assert bring_departments(*CITY, as_of="2026-05-01").empty


def test_a_new_name_without_a_day_holds_from_as_of(app: object) -> None:
    bring_departments(*CITY)
    bring_departments(
        *CITY[:1], CITY[1].replace("行政管理課", "デジタル推進課"), *CITY[2:], as_of="2027-04-01"
    )
    assert "行政管理課" in names(date(2027, 3, 31))
    assert "デジタル推進課" in names(date(2027, 4, 1))


def test_a_reorganisation_with_days(app: object) -> None:
    bring_departments(*CITY)
    lines = (
        *CITY[:3],
        "0201,02,市民課,,4,,2027-03-31,,",
        "0201,01,市民総合窓口課,,4,2027-04-01,,,",
    )
    bring_departments(*lines, as_of="2027-03-01")
    assert names(date(2027, 3, 31)) == ["総務部", "行政管理課", "市民部", "市民課"]
    assert names(date(2027, 4, 1)) == ["総務部", "行政管理課", "市民総合窓口課", "市民部"]
    assert bring_departments(*lines, as_of="2027-03-02").empty
    assert bring_departments(*lines, as_of="2027-05-02").empty


def test_a_new_version_ends_the_old_one_by_itself(app: object) -> None:
    bring_departments(*CITY)
    bring_departments("0201,02,窓口課,,4,2027-04-01,,,", as_of="2027-03-01")
    assert "市民課" in names(date(2027, 3, 31)) and "市民課" not in names(date(2027, 4, 1))
    rows = db.session.scalars(select(DepartmentRow).where(DepartmentRow.withdrawn_at.is_not(None))).all()
    assert [row.code for row in rows] == ["0201"], "closed, not deleted"


def test_departments_left_out_stay(app: object) -> None:
    bring_departments(*CITY)
    plan = bring_departments(*CITY[:2])
    assert plan.empty
    assert any("ファイルにない所属が2件" in str(note) for note in plan.departments.notes)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("0101,99,行政管理課,,,,,,",), ("2行目「上位所属コード」の値「99」", "ありません")),
        (("01,02,甲,,,,,,", "02,01,乙,,,,,,"), ("自分に戻ります",)),
        (("01,01,甲,,,,,,",), ("自分に戻ります",)),
        (("01,,甲,,,,,,", "01,,乙,,,,,,"), ("3行目「所属コード」の値「01」", "有効期間が重なって")),
        (("01,,甲,,,2026-04-01,2026-03-31,,",), ("2行目「有効終了日」", "有効開始日(2026-04-01)より前")),
        (("01,,甲,,一番,,,,",), ("2行目「建制順」の値「一番」", "数字")),
        ((",,甲,,,,,,",), ("2行目「所属コード」", "ありません")),
        (("01,,,,,,,,",), ("2行目「所属名」", "ありません")),
        (("01,,甲,,,50401,,,",), ("2行目「有効開始日」", "区別できません")),
        (("01,,甲\ue000,,,,,,",), ("2行目「所属名」", "外字")),
    ],
)
def test_a_refused_file(app: object, lines: tuple[str, ...], words: tuple[str, ...]) -> None:
    file = read_departments("\r\n".join((HEADINGS, *lines)).encode(), "所属.csv", SITE)
    day = date(2026, 4, 1)
    with pytest.raises(ImportRefused) as refused:
        apply(Request(Terms("職員", day, day), None, file), NOW, "test")
    said = "\n".join(str(p) for p in refused.value.plan.departments.problems)
    for word in words:
        assert word in said, said
    assert load_departments() == []


def test_more_departments_than_any_city_has() -> None:
    with pytest.raises(FileRefused, match="行が多すぎます"):
        read(*(f"{n:06},,課{n},,{n},,,," for n in range(MAX_LINES + 1)))


def test_not_a_departments_file() -> None:
    with pytest.raises(FileRefused, match="所属コードと所属名"):
        read_departments("甲,乙\r\n1,2\r\n".encode(), "x.csv", SITE)


class TestPlacing:
    """Which 所属 a roster's line names."""

    headings = "職員番号,氏名,所属コード,所属名,職員区分,任用開始日"

    def place(self, code: str, name: str) -> tuple[Plan, str | None]:
        plan = bring([f"1,試験 花子,{code},{name},正規職員,2020-04-01"], headings=self.headings)
        return plan, post("0000001").placements[-1].department

    def test_an_unknown_code_becomes_an_implicit_department(self, app: object) -> None:
        plan, code = self.place("0909", "臨時給付金室")
        assert code == "0909"
        assert [(d.code, d.name) for d in plan.implicit] == [("0909", "臨時給付金室")]
        assert names(date(1990, 1, 1)) == ["臨時給付金室"]

    def test_a_code_that_lost_its_zeros(self, app: object) -> None:
        bring_departments(*CITY)
        plan, code = self.place("101", "")
        assert code == "0101" and any("先頭の0" in str(n) for n in plan.notes)

    @pytest.mark.parametrize("name", ["市民課", "市民部市民課", "市民部　市民課", "市民部 市民課"])
    def test_by_name_alone(self, app: object, name: str) -> None:
        bring_departments(*CITY)
        assert self.place("", name)[1] == "0201"

    def test_an_unknown_name_is_its_own_code(self, app: object) -> None:
        assert self.place("", "臨時給付金室")[1] == "臨時給付金室"
        assert bring(["1,試験 花子,,臨時給付金室,正規職員,2020-04-01"], headings=self.headings).empty

    def test_a_name_of_two_departments_is_asked_about(self, app: object) -> None:
        bring_departments(*CITY, "0109,01,庶務係,,,,,,", "0209,02,庶務係,,,,,,")
        with pytest.raises(ImportRefused) as refused:
            self.place("", "庶務係")
        said = str(refused.value.plan.problems[0])
        assert "2行目「所属名」の値「庶務係」" in said and "0109、0209" in said
        assert self.place("", "総務部庶務係")[1] == "0109"

    def test_a_code_out_of_its_time_is_noted(self, app: object) -> None:
        bring_departments("01,,旧課,,,,2020-03-31,,")
        plan, _code = self.place("01", "")
        assert any("有効期間の外" in str(n) for n in plan.notes)


def test_roster_and_departments_go_in_together_or_not_at_all(app: object) -> None:
    with pytest.raises(ImportRefused):
        bring(["1,試験 花子,,0101,謎,2020-04-01,,,,"], departments=data(*CITY))
    assert load_departments() == []
    plan = bring(["1,試験 花子,,0101,正規職員,2020-04-01,,,,"], departments=data(*CITY))
    assert not plan.implicit and len(load_departments()) == 4
