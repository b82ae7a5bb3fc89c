"""HR looks at a roster before it is applied, ends who left, answers who is who, corrects one person."""

# ruff: noqa: E501 - tables are read line by line
from __future__ import annotations

import io
import re
from typing import ClassVar

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.access.roles import Role
from app.db import db
from app.people.directory import load_people
from app.people.models import AppointmentRow, RosterImportRow, StagedRosterRow
from tests.people.roster_files import HEADINGS, bring, csv_bytes, person, post
from tests.people_builder import add_department, add_person
from tests.signing_in import enter, give_operator

HANAKO = "0000001,試験 花子,シケン ハナコ,0101,正規職員,2020-04-01,,本務,在職,"
TARO = "0000002,試験 太郎,シケン タロウ,0101,正規職員,2020-04-01,,本務,在職,"


@pytest.fixture
def hr(client: FlaskClient) -> FlaskClient:
    """A browser in which somebody of HR is signed in."""
    add_department("0101", "行政管理課")
    enter(client, give_operator("jinji", Role.HR))
    return client


def upload(client: FlaskClient, data: bytes | list[str], name: str = "名簿.csv", **form: str) -> str:
    """Post a roster; return the address of the preview ("" when the file was refused)."""
    content = data if isinstance(data, bytes) else csv_bytes(data)
    answer = client.post(
        "/hr/roster",
        data={"roster": (io.BytesIO(content), name), "source": "職員", "as_of": "R8.4.1"} | form,
        content_type="multipart/form-data",
    )
    assert answer.status_code in (303, 422)
    client.said = answer.get_data(as_text=True)  # type: ignore[attr-defined]
    return answer.headers.get("Location", "")


def see(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def digest(page: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


def press_apply(client: FlaskClient, address: str, **form: str) -> tuple[int, str]:
    page = see(client, address)
    answer = client.post(address, data={"digest": digest(page)} | form)
    return answer.status_code, answer.get_data(as_text=True)


def people() -> int:
    return db.session.scalar(select(func.count(AppointmentRow.person_id.distinct()))) or 0


def test_a_roster_is_shown_and_then_applied(hr: FlaskClient) -> None:
    address = upload(hr, csv_bytes([HANAKO, TARO], encoding="cp932"))
    page = see(hr, address)
    assert "新しい職員" in page and "試験 花子" in page and "行政管理課" in page
    assert people() == 0, "looking changes nothing"
    assert press_apply(hr, address)[0] == 303
    assert people() == 2
    assert hr.get(address).location == "/hr/roster", "applied once, it is gone"
    assert "名簿.csv" in see(hr, "/hr/roster")


def test_the_same_file_again_has_nothing_to_apply(hr: FlaskClient) -> None:
    bring([HANAKO, TARO])
    page = see(hr, upload(hr, [HANAKO, TARO]))
    assert "変更はありません" in page and "digest" not in page


def test_a_refused_file_names_line_column_value_and_cure_and_keeps_nothing(hr: FlaskClient) -> None:
    assert upload(hr, [HANAKO, TARO.replace("正規職員", "謎")]) == ""
    said = hr.said  # type: ignore[attr-defined]
    assert "3行目「職員区分」" in said and "謎" in said and "site.toml" in said
    assert db.session.scalar(select(func.count()).select_from(StagedRosterRow)) == 0


def test_my_numbers_are_not_kept(hr: FlaskClient) -> None:
    data = f"{HEADINGS},個人番号\r\n{HANAKO},123456789018\r\n".encode()
    assert upload(hr, data) == ""
    assert "個人番号" in hr.said and "123456789018" not in hr.said  # type: ignore[attr-defined]


def test_what_is_staged_holds_no_personal_columns(hr: FlaskClient) -> None:
    import zlib

    upload(hr, f"{HEADINGS},住所,生年月日\r\n{HANAKO},須賀川市丁目,S50.1.1\r\n".encode())
    row = db.session.scalars(select(StagedRosterRow)).one()
    assert row.roster is not None
    kept = zlib.decompress(row.roster).decode()
    assert "試験 花子" in kept and "丁目" not in kept and "1975" not in kept and "S50" not in kept


def test_only_what_was_shown_is_applied(hr: FlaskClient) -> None:
    address = upload(hr, [HANAKO, TARO])
    shown = digest(see(hr, address))
    bring([HANAKO], "2026-04-01")
    answer = hr.post(address, data={"digest": shown})
    assert answer.status_code == 409
    assert "もう一度確認してください" in answer.get_data(as_text=True)
    assert people() == 1


def test_many_missing_need_their_number(hr: FlaskClient) -> None:
    lines = [f"{n:07d},試験 {n}号,,0101,正規職員,2020-04-01,,,," for n in range(1, 11)]
    bring(lines)
    address = upload(hr, lines[:5], as_of="2026-05-01")
    status, page = press_apply(hr, address)
    assert status == 409 and "5人がこの名簿にありません" in page
    assert press_apply(hr, address, accept_missing="4")[0] == 409
    assert press_apply(hr, address, accept_missing="5")[0] == 303
    assert "要確認" in see(hr, "/hr/roster")


def test_no_file_a_bad_day_and_a_file_that_is_none(hr: FlaskClient) -> None:
    answer = hr.post("/hr/roster", data={"source": "職員"}, content_type="multipart/form-data")
    assert answer.status_code == 422 and "ファイルが選ばれていません" in answer.get_data(as_text=True)
    assert upload(hr, [HANAKO], as_of="50401") == ""
    assert upload(hr, b"\x00\x01\x02") == ""
    assert upload(hr, b"PK\x03\x04 broken") == ""


def test_people_and_their_posts_are_counted_apart(hr: FlaskClient) -> None:
    add_department("0102", "人事課")
    second = HANAKO.replace("0101", "0102").replace("本務", "兼務")
    later = TARO.replace("2020-04-01", "2099-04-01")
    page = see(hr, upload(hr, [HANAKO, second, later]))
    assert "2人(任用3件)" in page
    assert "うち、兼務1件、これから始まる任用1件。" in page
    away = HANAKO.replace("在職", "休職")
    page = see(hr, upload(hr, [away]))
    assert "<strong>1人</strong>" in page and "うち、猶予(休職など)の任用1件。" in page


def test_a_photo_is_called_one(hr: FlaskClient) -> None:
    assert upload(hr, b"\xff\xd8\xff\xe0\x00\x10JFIF", "名簿の写真.jpg") == ""
    said = hr.said  # type: ignore[attr-defined]
    assert "写真など、表ではないファイルのようです。" in said and "名簿の写真.jpg" in said


def test_heads_to_be_found_with_the_roster_are_announced(hr: FlaskClient) -> None:
    rows = "所属コード,所属名,所属長職員番号\n0101,行政管理課,0000001\n0102,人事課,\n"
    files = {"departments": (io.BytesIO(rows.encode()), "所属.csv"), "source": "職員"}
    address = hr.post("/hr/roster", data=files).location
    assert "所属長職員番号のうち1件は、名簿を取り込むと決まります" in see(hr, address)
    bring([HANAKO])
    assert "名簿を取り込むと決まります" not in see(hr, address)


@pytest.mark.parametrize("name", ["名簿.exe", "名簿.csv.html", "名簿", "名簿.XLSX", "名簿.xls"])
def test_a_file_of_another_kind_than_its_name(hr: FlaskClient, name: str) -> None:
    """A roster that could be read, under the name of something else."""
    answer = hr.post("/hr/roster", data={"roster": (io.BytesIO(csv_bytes([HANAKO])), name), "source": "職員"})
    assert answer.status_code == 422
    assert "この種類のファイル" in answer.text or "中身の種類が合いません" in answer.text


def test_departments_alone(hr: FlaskClient) -> None:
    data = "所属コード,上位所属コード,所属名\r\n01,,総務部\r\n0101,01,行政管理課\r\n".encode("cp932")
    address = hr.post(
        "/hr/roster",
        data={"departments": (io.BytesIO(data), "所属.csv"), "source": "職員"},
        content_type="multipart/form-data",
    ).headers["Location"]
    assert "所属の変更" in see(hr, address)
    assert press_apply(hr, address)[0] == 303
    assert db.session.scalars(select(RosterImportRow.kind)).all() == ["departments"]


def test_nobody_else_sees_what_was_staged(hr: FlaskClient) -> None:
    address = upload(hr, [HANAKO])
    enter(hr, give_operator("jinji2", Role.HR))
    assert hr.get(address).status_code == 404
    assert hr.post(address, data={"digest": "x"}).status_code == 404


def test_going_back_to_what_was_applied_says_so(hr: FlaskClient) -> None:
    address = upload(hr, [HANAKO])
    assert press_apply(hr, address)[0] == 303
    see(hr, "/hr/roster")
    assert hr.get(address).location == "/hr/roster"
    assert "この取込みは済みました" in see(hr, "/hr/roster")
    assert hr.post(address, data={"digest": "x"}).location == "/hr/roster"
    enter(hr, give_operator("jinji2", Role.HR))
    assert hr.get(address).status_code == 404


@pytest.mark.parametrize("role", [Role.HEAD, Role.AUDITOR, Role.LEARNER])
def test_the_roster_is_for_hr_alone(client: FlaskClient, role: Role) -> None:
    enter(client, give_operator("dareka", *([] if role is Role.LEARNER else [role])))
    for address in ("/hr/roster", "/hr/roster/absences", "/hr/roster/questions", "/hr/roster/person/new"):
        assert client.get(address).status_code == 403
    assert client.post("/hr/roster").status_code == 403


class TestAbsences:
    """The 要確認 list."""

    @pytest.fixture(autouse=True)
    def taro_is_missing(self, hr: FlaskClient) -> None:
        bring([HANAKO, TARO], "2026-04-01")
        bring([HANAKO], "2026-05-01", accept=1)

    def test_ending_by_date(self, hr: FlaskClient) -> None:
        assert "試験 太郎" in see(hr, "/hr/roster/absences")
        address = f"/hr/roster/absences/{post('0000002').id}"
        wrong = hr.post(address, data={"kind": "retired", "end": "2019-01-01"})
        assert wrong.status_code == 422 and "任用開始日" in wrong.get_data(as_text=True)
        assert hr.post(address, data={"kind": "retired", "end": ""}).status_code == 422
        shown = hr.post(address, data={"kind": "retired", "end": "R8.4.30"}).text
        assert "試験 太郎" in shown and "まだ記録していません" in shown and post("0000002").end is None
        assert hr.get(address).location == "/hr/roster/absences", "a reload of the form leads to the list"
        done = {"kind": "retired", "end": "2026-04-30", "step": "apply"}
        assert hr.post(address, data=done).status_code == 303
        said = see(hr, "/hr/roster/absences")
        assert "試験 太郎さん(0000002)の任用を、令和8年4月30日までと記録しました" in said
        assert f'<a href="/hr/roster/person/{person("0000002").id}">' in said
        assert hr.post(address, data=done).status_code == 404, "sent again it is not asked any more"
        assert (str(post("0000002").end), post("0000002").retired) == ("2026-04-30", True)
        assert "試験 太郎" not in see(hr, "/hr/roster/absences")
        assert bring([HANAKO], "2026-06-01").empty

    def test_they_are_found_and_put_in_order(self, hr: FlaskClient) -> None:
        page = see(hr, "/hr/roster/absences?q=タロウ&source=職員&sort=-day")
        assert "試験 太郎" in page and "sort=-day" in page.split('class="cards')[1]
        for nobody in ("q=花子", "source=消防団"):
            assert "条件に合う人はいません" in see(hr, f"/hr/roster/absences?{nobody}")
        mistake = {"kind": "mistake", "step": "apply"}
        back = hr.post(f"/hr/roster/absences/{post('0000002').id}?sort=-day", data=mistake)
        assert back.location == "/hr/roster/absences?sort=-day"

    def test_earlier_imports_are_sorted_and_filtered(self, hr: FlaskClient) -> None:
        bring([HANAKO.replace("0000001", "0000009")], "2026-05-02", source="消防団")
        page = see(hr, "/hr/roster?of=消防団&sort=-day").split('id="imports"')[1]
        assert page.count('<td class="date">2026-05-02</td>') == 1 and "2026-05-01" not in page
        assert 'aria-sort="descending"' in page

    def test_a_mistake_is_taken_back(self, hr: FlaskClient) -> None:
        appointment = post("0000002").id
        mistake = {"kind": "mistake", "step": "apply"}
        assert hr.post(f"/hr/roster/absences/{appointment}", data=mistake).status_code == 303
        assert [a.number for p in load_people() for a in p.appointments] == ["0000001"]
        assert hr.post(f"/hr/roster/absences/{appointment}", data=mistake).status_code == 404
        bring([HANAKO, TARO], "2026-06-01")
        assert post("0000002").id != appointment, "a later roster may bring it again"


def test_questions_are_answered_and_taken_back(hr: FlaskClient) -> None:
    bring(["0000001,試験 花子,シケン ハナコ,0101,会計年度,2024-04-01,2026-03-31,,,"], "2025-04-01")
    bring(["0009001,試験 花子,シケン ハナコ,0101,正規職員,2026-04-01,,,,"], "2026-04-01", add_only=True)
    page = see(hr, "/hr/roster/questions")
    assert "氏名とフリガナが同じ" in page
    address = "/hr/roster/questions/1"
    assert hr.post(address, data={"answer": "same"}).status_code == 303
    assert len(person("0009001").appointments) == 2
    assert "取り消す" in see(hr, "/hr/roster/questions")
    assert hr.post(address, data={"answer": "undo"}).status_code == 303
    assert len(person("0009001").appointments) == 1
    assert hr.post(address, data={"answer": "maybe"}).status_code == 400


class TestOnePerson:
    """Adding and correcting on a page."""

    form: ClassVar[dict[str, str]] = {
        "source": "職員", "職員番号": "7", "氏名": "試験 七子", "フリガナ": "シケン ナナコ", "所属コード": "0101",
        "職員区分": "正規職員", "任用開始日": "R8.4.1", "本務兼務": "本務", "在職区分": "在職", "言語": "ja",
    }  # fmt: skip

    def apply(self, client: FlaskClient, address: str, form: dict[str, str]) -> None:
        shown = client.post(address, data=form | {"step": "preview"})
        assert shown.status_code == 200
        page = shown.get_data(as_text=True)
        done = client.post(address, data=form | {"step": "apply", "digest": digest(page)})
        assert done.status_code == 303

    def test_adding(self, hr: FlaskClient) -> None:
        see(hr, "/hr/roster/person/new")
        self.apply(hr, "/hr/roster/person/new", self.form)
        assert person("0000007").name == "試験 七子"
        row = db.session.scalars(select(RosterImportRow)).one()
        assert row.kind == "page"

    def test_a_mistake_in_the_form_is_said(self, hr: FlaskClient) -> None:
        wrong = hr.post("/hr/roster/person/new", data=self.form | {"任用開始日": "50401", "step": "preview"})
        assert wrong.status_code == 422
        assert "区別できません" in wrong.get_data(as_text=True)

    def test_correcting(self, hr: FlaskClient) -> None:
        bring([HANAKO, TARO], "2026-04-01")
        her = person("0000001")
        assert "試験 花子" in see(hr, f"/hr/roster/person/{her.id}")
        address = f"/hr/roster/person/{her.id}/{post('0000001').id}"
        see(hr, address)
        form = self.form | {
            "氏名": "見本 花子",
            "所属コード": "",
            "異動年月日": "2026-06-01",
            "職員番号": "0000099",
        }
        self.apply(hr, address, form)
        her = person("0000001")
        assert her.name == "見本 花子"
        assert [p.department for p in her.appointments[0].placements] == ["0101", None]
        assert post("0000002").end is None, "nobody else is missing"

    def test_nothing_changed_offers_nothing_to_apply(self, hr: FlaskClient) -> None:
        bring([HANAKO], "2026-04-01")
        address = f"/hr/roster/person/{person('0000001').id}/{post('0000001').id}"
        form = self.form | {"氏名": "試験 花子", "フリガナ": "シケン ハナコ"}
        page = hr.post(address, data=form | {"step": "preview"}).get_data(as_text=True)
        assert "変更はありません" in page and 'value="apply"' not in page

    def test_taking_back(self, hr: FlaskClient) -> None:
        bring([HANAKO], "2026-04-01")
        her = person("0000001")
        answer = hr.post(f"/hr/roster/person/{her.id}/{her.appointments[0].id}/withdraw")
        assert answer.status_code == 303
        assert load_people([her.id])[0].appointments == ()

    def test_nobody_and_nothing(self, hr: FlaskClient) -> None:
        assert hr.get("/hr/roster/person/nobody").status_code == 404
        assert hr.get(f"/hr/roster/person/{add_person()}/1").status_code == 404
