"""Stories that go on and posts to search, as people meet them on the page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import select

from app.auth import cookie_name
from app.courses.library import Library
from app.courses.load import load_course
from app.db import db
from app.loaded import Loaded
from app.training.models import AnswerStepRow
from tests.courses.test_kinds import FIND, GOES_ON
from tests.courses.tiny_course import SLUG, as_bytes, tiny_course
from tests.live_site import served
from tests.people_builder import hire
from tests.signing_in import enter, give_account, sign_in
from tests.web.learner import Learner, link, text_of

QUIZ = f"/courses/{SLUG}/2-more/quiz"


def teach(app: Flask, bank: str) -> None:
    """Let the site's only course ask what ``bank`` holds."""
    course = load_course(as_bytes(tiny_course() | {"2-more/scenarios.ja.md": bank}), SLUG)
    loaded: Loaded = app.extensions["kenshu"]
    variants = {(SLUG, language, ruby): course for language in ("ja", "en") for ruby in (False, True)}
    app.extensions["kenshu"] = replace(loaded, library=Library(variants))


@pytest.fixture
def hana(app: Flask, client: FlaskClient) -> Learner:
    """A new hire at her browser."""
    sign_in(client, hire("0001234", "試験 花子", date(2026, 4, 1)))
    return Learner(client)


def begin(hana: Learner, bank: str) -> str:
    teach(hana.client.application, bank)
    hana.post(QUIZ)
    return hana.get(hana.at)


def place(hana: Learner, text: str) -> str:
    """The value of the choice with this text on the open page."""
    page = hana.get(hana.at)
    found = re.search(rf'value="(\d+)" id="[^"]+">\s*<label [^>]+>[^<]*{text}', page)
    assert found, text
    return found[1]


def action(page: str) -> str:
    found = re.search(r'<form method="post" action="([^"]+\?step=\d+)"', page)
    assert found
    return found[1]


def choose(hana: Learner, text: str) -> str:
    return hana.post(action(hana.get(hana.at)), {"choice": place(hana, text)})


def test_the_best_way_through_a_story_scores_full(hana: Learner) -> None:
    page = begin(hana, GOES_ON)
    assert "話が続きます" in page
    after = choose(hana, "正しい日程を調べて")
    assert 'data-result="correct"' in after and "話は続きます" in text_of(after)
    assert "そのとおりです" in after and "流れて見えなくなる" not in after
    scene = hana.get(link(after, "次へ"))
    assert "書き直した後" in scene and "ここまでの話" in scene and "場面2" in text_of(scene)
    assert "問合せは十件" not in scene
    end = choose(hana, "残り得ると")
    assert 'data-result="correct"' in end and "最後まで、よい選び方でした" in end
    result = hana.get(link(end, "次へ"))
    assert 'data-outcome="passed"' in result and "1問中1問 正解" in text_of(result)


def test_a_repaired_story_scores_half_and_shows_the_better_choice(hana: Learner) -> None:
    begin(hana, GOES_ON)
    after = choose(hana, "そのうち流れて")
    assert 'data-result="wrong"' in after and "data-half" not in after
    assert "正解" not in text_of(after) and "つまずき" not in text_of(after)
    hana.get(link(after, "次へ"))
    end = choose(hana, "おわびして")
    assert 'data-result="wrong" data-half' in end
    words = text_of(end)
    assert "立て直しました" in words and "得点は、半分です" in words
    assert "よりよい選択" in words and "正しい日程を調べて書き直す。" in words
    result = text_of(hana.get(link(end, "次へ")))
    assert "1問中0問 正解、立て直し1問(得点は半分)" in result


def test_a_step_sent_again_shows_what_stands(hana: Learner) -> None:
    first = action(begin(hana, GOES_ON))
    choose(hana, "そのうち流れて")
    sent: list[dict[str, object]] = [{"choice": "0"}, {"choice": "1"}, {}]
    for data in sent:
        again = hana.post(first, data)
        assert "先の解答が記録されています" in again and "広がります" in again
    assert len(db.session.scalars(select(AnswerStepRow)).all()) == 1
    scene = hana.get(link(again, "次へ"))
    assert "問合せが増えた" in scene
    choose(hana, "おわびして")
    assert "data-half" in hana.post(first, {"choice": "1"})


def test_a_story_left_in_the_middle_goes_on_where_it_stood(hana: Learner) -> None:
    begin(hana, GOES_ON)
    choose(hana, "そのうち流れて")
    here = hana.at
    scene = hana.get(QUIZ)
    assert "問合せが増えた" in scene and hana.at == here
    assert hana.client.get(f"{here}?after=7").status_code == 200
    assert hana.client.post(f"{here}?step=2", data={"choice": "9"}).status_code == 422


def test_a_post_is_searched_without_a_hint_and_explained_after(hana: Learner) -> None:
    page = begin(hana, FIND)
    assert page.count('name="choice"') == 7 and page.count('type="checkbox"') == 7
    for secret in ("mark", "==", "確かめていません", "人の失敗", "見たままです"):
        assert secret not in page[page.index("<main") :]
    assert "post-instagram" in page
    values = [place(hana, text) for text in ("桜は全部散った", "隣の山田さんが")]
    end = hana.post(hana.at, {"choice": values})
    assert 'data-result="correct"' in end
    assert "<mark>全部散った</mark>" in end and "見たままです" in end


def test_a_phrase_too_many_is_explained(hana: Learner) -> None:
    begin(hana, FIND)
    values = [place(hana, text) for text in ("桜は全部散った", "隣の山田さんが", "きょうは")]
    end = hana.post(hana.at, {"choice": values})
    assert 'data-result="wrong"' in end
    assert "ここに、当てはまる言葉はありません。" in end
    assert "選んだところが、正解とちがいました" in end


def test_nothing_pressed_goes_back_to_the_post(hana: Learner) -> None:
    begin(hana, FIND)
    answer = hana.client.post(hana.at, data={})
    assert answer.status_code == 422 and "答えを選んでから" in answer.get_data(as_text=True)


@pytest.mark.phone
def test_a_post_is_searched_by_keyboard_alone(app: Flask, page: Page) -> None:
    teach(app, FIND)
    token = enter(app.test_client(), give_account(hire("0001234", "試験 花子", date(2026, 4, 1))))
    with served(app) as url:
        page.context.add_cookies([{"name": cookie_name(), "value": token, "url": url}])
        page.goto(url + QUIZ)
        page.get_by_role("button", name="確認テストを始める").focus()
        page.keyboard.press("Enter")
        page.get_by_label("きょうは川沿いを歩きました。").focus()
        for press in ("Tab", "Space", "Tab", "Tab", "Tab", "Space"):
            page.keyboard.press(press)
        assert page.locator("input:checked").count() == 2
        box = page.locator(".phrase label").first.bounding_box()
        assert box is not None and box["height"] >= 24
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for _ in range(3):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.locator('[data-result="correct"]').wait_for()
