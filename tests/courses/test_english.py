"""The real course in English: a whole reference translation, scene by scene and clause by clause."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from app.courses.library import Library
from app.courses.model import Course, Scenario

KANA = re.compile(r"[ぁ-ん｜《》]")
CITES = re.compile(r'href="([^"]+)"')


@pytest.fixture(scope="module")
def both(library: Library) -> tuple[Course, Course]:
    japanese, english = library.course("sns-guideline"), library.course("sns-guideline", "en")
    assert japanese and english
    return japanese, english


def scenes(course: Course) -> Iterator[Scenario]:
    for section in course.sections:
        for scenario in section.scenarios:
            yield from (scenario, *scenario.scenes)


def test_every_scene_is_told_in_english_and_judged_alike(both: tuple[Course, Course]) -> None:
    for ours, theirs in zip(*map(scenes, both), strict=True):
        assert theirs.language == "en", theirs.id
        assert (ours.id, ours.kind, ours.level, ours.clauses) == (
            theirs.id, theirs.kind, theirs.level, theirs.clauses
        )  # fmt: skip
        assert [(one.right, one.half, one.next) for one in ours.choices] == [
            (one.right, one.half, one.next) for one in theirs.choices
        ], theirs.id


def test_every_choice_cites_the_same_clauses(both: tuple[Course, Course]) -> None:
    for ours, theirs in zip(*map(scenes, both), strict=True):
        for one, other in zip(ours.choices, theirs.choices, strict=True):
            cited = [sorted(CITES.findall(choice.feedback_html)) for choice in (one, other)]
            assert cited[0] == cited[1], (theirs.id, other.text)


def test_no_japanese_sentence_is_left(both: tuple[Course, Course]) -> None:
    for scene in scenes(both[1]):
        for text in (scene.title, scene.text, *(f"{one.text} {one.feedback}" for one in scene.choices)):
            assert not KANA.search(text), (scene.id, text)
    for section in both[1].sections:
        assert section.lesson.language == "en"
        assert not KANA.search(section.title)


def test_every_clause_stands_in_japanese_with_its_translation(both: tuple[Course, Course]) -> None:
    japanese, english = both
    for label, clause in english.guideline.clauses.items():
        assert clause.html == japanese.guideline.clauses[label].html
        assert clause.plain_label == "Reference translation" and not KANA.search(clause.plain), label
        assert clause.plain_html in clause.figure_html
        assert not KANA.search(clause.part)
    assert not KANA.search("".join((english.title, english.summary, english.rules.statement)))


def test_the_check_before_posting_leads_the_same_way(both: tuple[Course, Course]) -> None:
    ours, theirs = (course.posting_check for course in both)
    assert ours and theirs and theirs.language == "en"
    for one, other in zip(ours.questions, theirs.questions, strict=True):
        assert (one.id, one.clauses, one.only) == (other.id, other.clauses, other.only)
        assert [(a.id, a.verdict, a.clauses) for a in one.answers] == [
            (a.id, a.verdict, a.clauses) for a in other.answers
        ]
        assert not KANA.search("".join((other.html, other.hint_html)))
