"""ふりがな of the real course: over every scene and every rewording when on, nowhere when off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.courses.library import Library
from app.courses.model import Course, Scenario

MARKS = ("<ruby>", "｜", "《", "》")


@pytest.fixture(scope="module")
def shown(library: Library) -> Course:
    """The course with its readings."""
    course = library.course("sns-guideline", ruby=True)
    assert course is not None
    return course


def scenes(course: Course) -> Iterator[Scenario]:
    for section in course.sections:
        for scenario in section.scenarios:
            yield from (scenario, *scenario.scenes)


def htmls(scene: Scenario) -> list[str]:
    """What a page shows of a scene; a post to search stands in its choices."""
    situation = [scene.lead_html, scene.question_html] if scene.kind == "find" else [scene.html]
    return [*situation, *(html for choice in scene.choices for html in (choice.html, choice.feedback_html))]


def test_every_scene_has_readings_and_its_title_none(shown: Course) -> None:
    bare = [scene.id for scene in scenes(shown) if not any("<ruby>" in html for html in htmls(scene))]
    assert not bare
    assert not [scene.id for scene in scenes(shown) if any(mark in scene.title for mark in MARKS)]


def test_a_word_is_read_once_in_a_scene(shown: Course) -> None:
    for scene in scenes(shown):
        read = [
            word.partition("<")[0]
            for html in dict.fromkeys(htmls(scene))
            for word in html.split("<ruby>")[1:]
        ]
        assert len(read) == len(set(read)), (scene.id, sorted(word for word in read if read.count(word) > 1))


def test_lessons_rewordings_and_the_check_have_readings(shown: Course) -> None:
    assert all("<ruby>" in section.lesson.html for section in shown.sections)
    assert all("<ruby>" in clause.plain_html for clause in shown.guideline.clauses.values())
    assert not any(mark in clause.html for clause in shown.guideline.clauses.values() for mark in MARKS)
    assert shown.posting_check is not None
    assert all("<ruby>" in question.html for question in shown.posting_check.questions)


def test_without_readings_nothing_is_left_of_them(library: Library, shown: Course) -> None:
    plain = library.course("sns-guideline")
    assert plain is not None
    assert not [
        scene.id for scene in scenes(plain) if any(mark in html for html in htmls(scene) for mark in MARKS)
    ]
    for one, other in zip(scenes(plain), scenes(shown), strict=True):
        assert (one.text, one.choices[0].text, one.revision) == (
            other.text, other.choices[0].text, other.revision)  # fmt: skip
