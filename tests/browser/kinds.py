"""A site that asks only stories that go on and posts to search, of the real course."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask

from app.courses.library import LANGUAGES, Library
from app.courses.model import Course, Scenario


def only_stories_and_posts(app: Flask, section: str, lang: str) -> set[str]:
    """Let the quiz of ``section`` ask one story and two posts, in every language and with readings.

    Return the choices, in ``lang``, after which the story goes on.
    """
    loaded = app.extensions["kenshu"]
    variants = {
        (slug, language, ruby): _narrowed(course, section)
        for slug in loaded.library.slugs
        for language in LANGUAGES
        for ruby in (False, True)
        if (course := loaded.library.course(slug, language, ruby))
    }
    library = Library(variants)
    app.extensions["kenshu"] = replace(loaded, library=library)
    return {
        choice.text
        for course in library.courses(lang)
        for one in course.sections
        for story in one.scenarios
        if one.slug == section and story.goes_on
        for scene in (story, *story.scenes)
        for choice in scene.choices
        if choice.next
    }


def _narrowed(course: Course, slug: str) -> Course:
    return replace(
        course,
        sections=tuple(
            replace(one, scenarios=_asked(one.scenarios), questions=3) if one.slug == slug else one
            for one in course.sections
        ),
    )


def _asked(scenarios: tuple[Scenario, ...]) -> tuple[Scenario, ...]:
    stories = [one for one in scenarios if one.goes_on]
    posts = [one for one in scenarios if one.kind == "find"]
    return (*stories[:1], *posts[:2])
