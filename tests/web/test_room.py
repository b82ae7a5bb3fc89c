"""集合研修: a booklet to print, and the scenarios one by one, answer on a link."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient

from app.access.roles import Role
from app.courses.library import Library
from app.courses.together import chosen, lettered
from tests.people_builder import hire
from tests.signing_in import enter, give_operator, sign_in

ROOM = "/room/sns-guideline/"


@pytest.fixture
def hr(client: FlaskClient) -> FlaskClient:
    enter(client, give_operator("jinji", Role.HR))
    return client


def test_a_choice_keeps_its_letter_and_its_place_tells_nothing(library: Library) -> None:
    course = library.course("sns-guideline")
    assert course is not None
    everything = chosen(course, each=1000)
    assert len(everything) == sum(len(section.scenarios) for section in course.sections)
    assert everything == chosen(course, each=1000)
    plain = [one for one in everything if one.scenario.kind == "choice" and not one.scenario.multiple]
    first = sum(one.right == "ア" for one in plain)
    assert len(plain) / 6 < first < len(plain) / 1.8


def test_the_booklet_has_the_scenarios_first_and_the_answers_after(hr: FlaskClient, library: Library) -> None:
    course = library.course("sns-guideline")
    assert course is not None
    page = hr.get(f"{ROOM}booklet?section=3-scope&each=3").text
    questions, answers = page.split('id="answers"')
    for one in chosen(course, "3-scope", 3):
        assert one.scenario.title in questions and one.scenario.title in answers
        for choice in one.scenario.choices:
            if choice.feedback_html:
                assert choice.feedback_html not in questions and choice.feedback_html in answers


def test_the_screen_shows_the_answer_on_a_link(hr: FlaskClient, library: Library) -> None:
    course = library.course("sns-guideline")
    assert course is not None
    this = chosen(course, "4-basics", 2)[0].scenario
    asked = hr.get(f"{ROOM}screen?section=4-basics&each=2").text
    assert this.title in asked and "答えを見る" in asked and "answer-right" not in asked
    assert 'class="phrase-shown"' not in asked
    told = hr.get(f"{ROOM}screen?section=4-basics&each=2&answer=1").text
    assert "answer-right" in told and "次の場面" in told
    assert hr.get(f"{ROOM}screen?section=4-basics&each=2&at=3").status_code == 404


def test_every_scenario_can_be_shown(hr: FlaskClient, library: Library) -> None:
    course = library.course("sns-guideline")
    assert course is not None
    found = chosen(course, each=20)
    kinds = {
        (one.scenario.kind, one.scenario.goes_on, one.scenario.multiple): at
        for at, one in enumerate(found, 1)
    }
    assert len(kinds) >= 2
    for at in kinds.values():
        for scene in ("", *(scene.id for scene in found[at - 1].scenario.scenes)):
            for answer in ("", "&answer=1"):
                assert hr.get(f"{ROOM}screen?each=20&at={at}&scene={scene}{answer}").status_code == 200
    assert hr.get(f"{ROOM}screen?scene=nowhere").status_code == 404
    assert len({one.letter for one in lettered(found[0].scenario)}) == len(found[0].scenario.choices)


def test_heads_lead_it_too_and_learners_do_not(client: FlaskClient) -> None:
    sign_in(client, hire("0001234", start=date(2026, 4, 1)))
    assert client.get(ROOM).status_code == 403
    assert client.get(f"{ROOM}booklet").status_code == 403
    sign_in(client, hire("0001235", start=date(2026, 4, 1)), Role.HEAD, department="010")
    assert client.get("/room/").location == ROOM
    assert client.get(ROOM).status_code == 200
