"""A report is fixed and stays as made; what is known later is listed with its reason; known-at asks back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from flask.testing import FlaskClient

from app.access.roles import Role
from app.audit.papers import papers
from app.clock import now
from app.db import begin_writing, db
from app.people.models import AppointmentRow, TermRow
from app.reports.fixing import differences, fixed_reports
from app.training import annulling, deciding
from app.training.decision import Deferral, Moved
from app.training.models import CompletionRow
from tests.signing_in import enter, give_operator, sign_in
from tests.web.hr_city import VERSION, complete, keep

COURSE = "sns-guideline"


def fix(client: FlaskClient) -> str:
    form = {"subject": COURSE, "as_of": "2026-05-31", "document": "8総人第9号"}
    answer = client.post("/hr/report/fixed", data=form)
    assert answer.status_code == 303
    return str(answer.location)


def test_a_fixed_report_never_changes_and_lists_what_did(hr: FlaskClient, people: dict[str, str]) -> None:
    address = fix(hr)
    (row,) = fixed_reports()
    assert row.number == "令和8年度第1号"
    assert "変わったところはありません" in hr.get(address).get_data(as_text=True)
    name = "2026-05-31-person.csv"
    first = hr.get(f"{address}/{name}").data
    later = now() + timedelta(days=3)
    serial = complete(people["late"], date(2024, 4, 20))
    deciding.decide(Deferral(date(2026, 5, 1), None), [people["new"]], "人事", later)
    annulling.annul(_serial(people["head"]), "本人以外が受講した", "1号", "人事", later)
    begin_writing()
    term = db.session.scalar(
        db.select(TermRow)
        .join(AppointmentRow, AppointmentRow.id == TermRow.appointment_id)
        .where(AppointmentRow.person_id == people["teacher"])
    )
    assert term is not None
    term.withdrawn_at = later
    db.session.add(TermRow(appointment_id=term.appointment_id, end=date(2026, 3, 31), recorded_at=later))
    db.session.commit()
    assert hr.get(f"{address}/{name}").data == first
    found = {one.number: one for one in differences(row)}
    assert set(found) == {"0000002", "0000003", "0000004", "0000007"}
    assert any("猶予の記録" in r for r in found["0000004"].reasons)
    assert any("修了の取消し(本人以外が受講した)" in r for r in found["0000002"].reasons)
    assert any("任用の期間" in r for r in found["0000007"].reasons)
    assert found["0000007"].cells == [("報告の行", "載っている", "載っていない")]
    html = hr.get(address).get_data(as_text=True)
    assert "期限超過 → 修了" in html
    assert serial
    (paper,) = papers()
    assert paper.report == row.number
    assert paper.document == "8総人第9号"


def _serial(person_id: str) -> str:
    found = db.session.scalar(db.select(CompletionRow.serial).where(CompletionRow.person_id == person_id))
    assert found is not None
    return found


def states(client: FlaskClient, query: str) -> dict[str, str]:
    text = client.get(f"/hr/report.csv?by=person&bare=1&{query}").get_data(as_text=True)
    rows = [line.split(",") for line in text.lstrip("\ufeff").splitlines()]
    number, state = rows[0].index("職員番号"), rows[0].index("状況")
    return {row[number]: row[state] for row in rows[1:]}


def test_known_at_asks_what_was_known_on_a_day(hr: FlaskClient, people: dict[str, str]) -> None:
    assert states(hr, "")["0000003"] == "期限超過"
    entered = datetime(2026, 5, 28, 3, tzinfo=UTC)
    keep(
        CompletionRow(
            serial="PAPER-1", person_id=people["late"], course=COURSE, version=VERSION, statement="確認",
            method="紙", name="試験", number="0000003", confirmed_at=datetime(2024, 4, 10, 3, tzinfo=UTC),
            recorded_by="人事", recorded_at=entered,
        )
    )  # fmt: skip
    moved = Moved(COURSE, "", date(2026, 7, 31), date(2026, 5, 29), "理由")
    deciding.decide(moved, [people["director"]], "人事", datetime(2026, 5, 29, 3, tzinfo=UTC))
    now_known = states(hr, "")
    assert now_known["0000003"] == "修了"
    assert now_known["0000006"] == "未着手"
    before = states(hr, "known_at=2026-05-27")
    assert before["0000003"] == "期限超過"
    assert before["0000006"] == "期限超過"
    assert states(hr, "known_at=2026-05-28")["0000003"] == "修了"
    assert states(hr, "known_at=2026-05-28")["0000006"] == "期限超過"
    page = hr.get("/hr/report?known_at=2026-05-28").get_data(as_text=True)
    assert "令和8年5月28日までに記録されていた内容" in page


def test_the_auditor_reads_and_others_are_refused(client: FlaskClient, people: dict[str, str]) -> None:
    sign_in(client, people["hr"], Role.HR)
    address = fix(client)
    enter(client, give_operator("audit", Role.AUDITOR))
    assert client.get(address).status_code == 200
    assert client.get("/hr/report/fixed").status_code == 200
    assert client.post("/hr/report/fixed", data={}).status_code == 403
    sign_in(client, people["head"])
    assert client.get(address).status_code == 403
