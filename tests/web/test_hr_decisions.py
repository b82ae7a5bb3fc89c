"""HR gives 猶予 and 免除, moves 受講期限, annuls a completion; each with a preview and a way back."""

from __future__ import annotations

import re
from datetime import date

from flask.testing import FlaskClient

from app.access.roles import Role
from app.audit.check import check_all
from app.evidence import ledger
from app.training.deciding import decided
from app.training.records import find_completion
from tests.signing_in import enter, give_operator, sign_in
from tests.web.hr_city import complete
from tests.web.learner import Learner

SUBJECT = {"subject": "sns-guideline"}


def state(client: FlaskClient, person_id: str) -> tuple[str, str]:
    """状況 and 期限 of the course on a person's page."""
    html = client.get(f"/hr/people/{person_id}").get_data(as_text=True)
    chip = re.search(r'person-course-head.*?class="chip[^>]*>(?:<svg.*?</svg>)?(.*?)</span>', html, re.S)
    due = re.search(r"<dt>期限</dt><dd>(.*?)</dd>", html)
    assert chip
    return re.sub(r"<[^>]+>", "", chip[1]).strip(), due[1] if due else ""


def keep(client: FlaskClient, kind: str, form: dict[str, str]) -> int:
    """Preview, then keep what was previewed."""
    address = f"/hr/decisions/{kind}/new"
    shown = client.post(address, data=form)
    assert shown.status_code == 200, shown.get_data(as_text=True)
    seal = re.search(r'name="seal" value="([^"]*)"', shown.get_data(as_text=True))
    assert seal
    return client.post(address, data={**form, "step": "keep", "seal": seal[1]}).status_code


def test_a_deferral_stops_the_clock_and_can_be_taken_back(hr: FlaskClient, people: dict[str, str]) -> None:
    late = people["late"]
    assert state(hr, late)[0] == "期限超過"
    form = {**SUBJECT, "numbers": "０００0003", "start": "2026-06-01", "end": "2026-07-31"}
    assert hr.post("/hr/decisions/deferral/new", data={**form, "end": "2026-05-01"}).status_code == 422
    assert decided() == []
    assert keep(hr, "deferral", form) == 303
    assert state(hr, late) == ("猶予", "")
    (one,) = decided([late])
    assert one.recorded_by == "見本 一郎"
    assert hr.post("/hr/decisions/deferral/withdraw", data={"id": one.id, "person": late}).status_code == 303
    assert state(hr, late)[0] == "期限超過"
    assert "取消し済み" in hr.get(f"/hr/people/{late}").get_data(as_text=True)
    assert hr.post("/hr/decisions/deferral/withdraw", data={"id": one.id}).status_code == 404
    events = [entry.facts()["event"] for entry in ledger.entries()]
    assert events[-2:] == ["deferral.given", "deferral.withdrawn"]


def test_an_exemption_needs_a_document_and_ends_with_the_year(
    hr: FlaskClient, people: dict[str, str]
) -> None:
    form = {
        **SUBJECT, "numbers": "0000003", "reason": "年度内に退職する", "start": "2026-06-01",
        "end": "2027-03-31", "document": "8総人第1号",
    }  # fmt: skip
    for wrong in ({"document": " "}, {"end": "2027-04-01"}, {"reason": "病気"}, {"numbers": "9999999"}):
        assert hr.post("/hr/decisions/exemption/new", data={**form, **wrong}).status_code == 422
    assert '<option value="">選んでください</option>' in hr.get("/hr/decisions/exemption/new").text
    unsaid = hr.post("/hr/decisions/exemption/new", data={**form, "reason": ""})
    assert unsaid.status_code == 422 and "事由区分を選んでください。" in unsaid.text
    assert keep(hr, "exemption", form) == 303
    assert state(hr, people["late"])[0] == "免除"


def test_a_group_hired_on_one_day_gets_its_own_date_and_loses_it_together(
    hr: FlaskClient, people: dict[str, str]
) -> None:
    form = {
        **SUBJECT, "department": "010", "began_from": "2024-04-01", "began_to": "2026-05-20",
        "due": "2026-06-30", "reason": "採用時研修に合わせる",
    }  # fmt: skip
    assert keep(hr, "due", form) == 303
    assert state(hr, people["late"]) == ("未着手", "令和8年6月30日(2026年)")
    assert state(hr, people["new"]) == ("未着手", "令和8年6月30日(2026年)")
    first, second = decided()
    assert first.batch == second.batch != ""
    assert hr.post("/hr/decisions/due/withdraw", data={"batch": first.batch}).status_code == 303
    assert state(hr, people["late"])[0] == "期限超過"


def test_nobody_is_written_by_accident(hr: FlaskClient) -> None:
    form = {**SUBJECT, "due": "2026-06-30", "reason": "理由"}
    assert "選んでください" in hr.post("/hr/decisions/due/new", data=form).get_data(as_text=True)
    changed = {**form, "numbers": "0000003", "step": "keep", "seal": "other"}
    assert "変わりました" in hr.post("/hr/decisions/due/new", data=changed).get_data(as_text=True)
    assert decided() == []


def test_an_annulled_completion_never_counted_stays_readable_and_comes_back(
    hr: FlaskClient, people: dict[str, str]
) -> None:
    serial = complete(people["late"], date(2024, 4, 20))
    assert state(hr, people["late"])[0] == "修了"
    address = f"/hr/completions/{serial}/annul"
    assert hr.post(address, data={"reason": "本人以外が受講した"}).status_code == 422
    form = {"reason": "本人以外が受講した", "document": "8総人第2号"}
    assert hr.post(address, data=form).status_code == 303
    assert state(hr, people["late"])[0] == "期限超過"
    assert "取り消されています" in hr.get(f"/certificates/{serial}").get_data(as_text=True)
    twice = hr.post(address, data=form, follow_redirects=True)
    assert "もう取り消されています" in twice.get_data(as_text=True)
    assert hr.post(f"/hr/completions/{serial}/restore").status_code == 303
    assert state(hr, people["late"])[0] == "修了"
    assert hr.post("/hr/completions/NOBODY/annul", data=form).status_code == 404


def test_who_lost_a_completion_takes_the_tests_again_and_may_complete_again(
    hr: FlaskClient, people: dict[str, str]
) -> None:
    client = hr.application.test_client()
    sign_in(client, people["late"])
    learner = Learner(client)
    learner.do_everything()
    learner.confirm()
    first = find_completion(people["late"], "sns-guideline")
    assert first is not None
    serial = first.serial
    form = {"reason": "本人以外が受講した", "document": "8総人第2号"}
    assert hr.post(f"/hr/completions/{serial}/annul", data=form).status_code == 303
    assert find_completion(people["late"], "sns-guideline") is None
    page = learner.get("/courses/sns-guideline/")
    assert 'name="statement"' not in page
    learner.do_everything()
    learner.confirm()
    again = find_completion(people["late"], "sns-guideline")
    assert again is not None and again.serial != serial
    assert [f for f in check_all().findings if "T0920" not in f[1] and "T0201" not in f[1]] == []


def test_the_auditor_reads_and_others_are_refused(client: FlaskClient, people: dict[str, str]) -> None:
    serial = complete(people["late"], date(2024, 4, 20))
    enter(client, give_operator("audit", Role.AUDITOR))
    assert client.get("/hr/decisions").status_code == 200
    assert client.get(f"/hr/completions/{serial}/annul").status_code == 200
    assert client.get("/hr/decisions/due/new").status_code == 403
    assert client.post(f"/hr/completions/{serial}/annul", data={}).status_code == 403
    enter(client, give_operator("root", Role.ADMIN))
    assert client.post(f"/hr/completions/{serial}/annul", data={}).status_code == 403
    sign_in(client, people["head"])
    assert client.get("/hr/decisions").status_code == 403
