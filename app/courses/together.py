"""Scenarios for people who learn in one room: which ones, and in what order their choices stand. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from app.courses.model import Choice, Course, Scenario, Section

#: How choices are called on paper.
LETTERS = {"ja": "アイウエオカキクケコ", "en": "ABCDEFGHIJ"}


@dataclass(frozen=True, slots=True)
class Lettered:
    """A choice with the letter it goes by; the same letter on every sheet and screen."""

    letter: str
    choice: Choice


@dataclass(frozen=True, slots=True)
class Shown:
    """A scenario with its place (from 1) among those of its section that are chosen."""

    section: Section
    number: int
    scenario: Scenario
    choices: tuple[Lettered, ...]

    @property
    def right(self) -> str:
        """The letters of the right choices: 「ア、ウ」, "A, C"."""
        between = "、" if self.scenario.language == "ja" else ", "
        return between.join(one.letter for one in self.choices if one.choice.right)


def chosen(course: Course, slug: str = "", each: int = 0) -> tuple[Shown, ...]:
    """``each`` scenarios a section (0: as many as its quiz asks), spread over the section's clauses.

    ``slug`` narrows to one section. The same question in any language; a story comes where it fits.
    """
    found: list[Shown] = []
    for section in course.sections:
        if slug and section.slug != slug:
            continue
        count = min(each or section.questions, len(section.scenarios))
        for number in range(count):
            scenario = section.scenarios[number * len(section.scenarios) // count]
            found.append(Shown(section, number + 1, scenario, lettered(scenario)))
    return tuple(found)


def lettered(scenario: Scenario) -> tuple[Lettered, ...]:
    """The choices in an order that tells nothing; phrases of a post stay where they are."""
    places = list(range(len(scenario.choices)))
    if scenario.kind != "find":
        places.sort(key=lambda place: hashlib.sha256(f"{scenario.id}/{place}".encode()).digest())
    letters = LETTERS.get(scenario.language, LETTERS["ja"])
    return tuple(
        Lettered(letters[at % len(letters)], scenario.choices[place]) for at, place in enumerate(places)
    )
