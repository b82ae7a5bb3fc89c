"""My training: what I owe and why, by when, what next; kind words for those who owe nothing."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient

from app.access.roles import Role
from app.people.employment import Category, ServiceState
from tests.people_builder import add_appointment, add_department, add_person, hire
from tests.signing_in import enter, give_operator, sign_in
from tests.web.learner import Learner, link, text_of


@pytest.fixture(autouse=True)
def second_of_april(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 2 April 2027 in Japan."""
    monkeypatch.setattr("app.clock.today", lambda: date(2027, 4, 2))


def signed_in(client: FlaskClient, person_id: str) -> Learner:
    sign_in(client, person_id)
    return Learner(client)


def test_a_new_hire_sees_what_she_owes_why_by_when_and_what_next(client: FlaskClient) -> None:
    hana = signed_in(
        client,
        hire("0001234", start=date(2027, 4, 1), end=date(2028, 3, 31), category=Category.FISCAL_YEAR_PART),
    )
    page = hana.get("/")
    words = text_of(page)
    assert "未着手" in words
    assert "ガイドラインは、会計年度任用職員(パートタイム)にも適用されます(3(1))。" in words
    assert "令和9年5月6日(2027年)" in words and "あと34日です。" in words
    assert "4月1日の任用から30日後の5月1日が閉庁日のため、次の開庁日の5月6日です。" in words
    assert "勤務時間内に受講してください。私物のスマートフォンを使う必要はありません。" in words
    assert page.count("button-primary") == 1
    assert link(page, "第1節を読む").endswith("/1-definition")
    assert "%" not in words


def test_the_button_leads_back_to_the_open_question(client: FlaskClient) -> None:
    hana = signed_in(client, hire("0001234", start=date(2027, 4, 1)))
    hana.read("3-scope")
    hana.begin("3-scope")
    hana.answer()
    page = hana.get("/")
    assert "受講中" in text_of(page)
    assert "確認テストの途中です(4問中1問まで)" in text_of(page)
    hana.get(link(page, "第3節の続きへ(4問中の2問目)"))
    assert hana.question.position == 2


def test_steps_count_sections_and_a_completion_leads_to_the_certificate(client: FlaskClient) -> None:
    hana = signed_in(client, hire("0001234", start=date(2027, 4, 1)))
    hana.read("2-purpose")
    hana.take("2-purpose")
    assert "5つのうち1つが済みました" in text_of(hana.get("/"))
    hana.do_everything()
    assert "内容を確認して修了する" in hana.get("/")
    hana.confirm()
    page = hana.get("/")
    assert "すべて修了しています" in text_of(page)
    assert "修了証" in text_of(hana.get(link(page, "修了証")))


def test_past_the_date_nobody_is_scolded(client: FlaskClient) -> None:
    late = signed_in(client, hire("0001234", start=date(2026, 4, 1)))
    words = text_of(late.get("/"))
    assert "期限を過ぎていますが、いまからでも受講できます。" in words
    assert "違反" not in words and "督促" not in words


def test_on_leave_there_is_no_date(client: FlaskClient) -> None:
    person_id = add_person()
    add_appointment(person_id, "0001234", date(2027, 3, 1), states=((date(2027, 3, 20), ServiceState.LEAVE),))
    words = text_of(signed_in(client, person_id).get("/"))
    assert "お休みの間、受講期限はありません。" in words
    assert "勤務時間内" not in words


@pytest.mark.parametrize(
    ("category", "end", "said", "reason"),
    [
        (Category.ELECTED, None, "受講の必要はありません", "3(1)括弧書: 公職選挙法に基づき選ばれる者"),
        (Category.EXTERNAL, None, "受講の必要はありません", "3(1): 市の職員ではない"),
        (Category.PREFECTURAL_TEACHER, None, "市教育委員会との協議で決まります", "3(3): 県費負担教職員"),
        (Category.FIRE_CORPS, None, "受講は任意です", "3(1): 消防団員"),
        (Category.REGULAR, date(2027, 4, 20), "31日に満たないため、受講は任意です", "3(1): 正規職員"),
    ],
)
def test_who_owes_nothing_hears_why_and_may_take_it_all_the_same(
    client: FlaskClient, category: Category, end: date | None, said: str, reason: str
) -> None:
    someone = signed_in(client, hire("0001234", start=date(2027, 4, 1), end=end, category=category))
    page = someone.get("/")
    words = text_of(page)
    assert said in words and reason in words
    assert "どなたでも受講できます" in words
    assert "受講期限 令和" not in words
    someone.do_everything()
    assert "修了証" in text_of(someone.confirm())


def test_a_first_day_still_to_come_is_named(client: FlaskClient) -> None:
    words = text_of(signed_in(client, hire("仮-1", start=date(2027, 4, 12))).get("/"))
    assert "令和9年4月12日から受講の対象になります。" in words


def test_after_the_last_day_the_page_still_answers(client: FlaskClient) -> None:
    gone = signed_in(client, hire("0001234", start=date(2026, 4, 1), end=date(2027, 3, 31)))
    assert "いまは任用の期間の外のため" in text_of(gone.get("/"))


def test_an_operator_has_no_training_of_their_own(client: FlaskClient) -> None:
    enter(client, give_operator("keeper", Role.ADMIN))
    operator = Learner(client)
    assert "受講の記録がありません" in text_of(operator.get("/"))
    assert "読みました</button>" not in operator.get("/courses/sns-guideline/3-scope")
    assert client.post("/courses/sns-guideline/3-scope").status_code == 403
    assert client.post("/courses/sns-guideline/3-scope/quiz").status_code == 403


def test_everybody_sees_their_own(client: FlaskClient) -> None:
    add_department("A", "給食センター")
    hana, taro = hire("0001234", "試験 花子"), hire("0005678", "試験 太郎")
    signed_in(client, hana).read("1-definition")
    assert "あとは確認テスト" in text_of(signed_in(client, hana).get("/"))
    assert "あとは確認テスト" not in text_of(signed_in(client, taro).get("/"))


def test_a_stranger_is_asked_to_sign_in(client: FlaskClient) -> None:
    assert client.get("/").status_code == 303
