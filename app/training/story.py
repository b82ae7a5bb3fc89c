"""A scenario that goes on: where the choices taken have led, and what they are worth. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.courses.model import Choice, Scenario


@dataclass(frozen=True, slots=True)
class Step:
    """One choice taken: the scene it was taken in (the scenario's own id first) and its place in the text."""

    scene: str
    chosen: int


@dataclass(frozen=True, slots=True)
class Grade:
    """What an answer is worth: all, half (a story that was repaired), or nothing."""

    correct: bool
    half: bool = False


RIGHT, HALF, WRONG = Grade(True), Grade(False, True), Grade(False)


def told(scenario: Scenario, steps: Sequence[Step]) -> Iterator[tuple[Scenario, Choice]]:
    """The scenes with the choices taken, as far as the steps follow one another."""
    here: Scenario | None = scenario
    for step in steps:
        if here is None or step.scene != here.id or not 0 <= step.chosen < len(here.choices):
            return
        choice = here.choices[step.chosen]
        yield here, choice
        here = scenario.scene(choice.next) if choice.next else None


def scene_after(scenario: Scenario, steps: Sequence[Step]) -> Scenario | None:
    """The scene to answer now; None when the story has come to an end."""
    here: Scenario | None = scenario
    for _, choice in told(scenario, steps):
        here = scenario.scene(choice.next) if choice.next else None
    return here


def grade_story(scenario: Scenario, steps: Sequence[Step]) -> Grade:
    """All for right choices throughout; half for an end that is right or repairs; else nothing."""
    choices = [choice for _, choice in told(scenario, steps)]
    if not choices:
        return WRONG
    if all(choice.right for choice in choices):
        return RIGHT
    return HALF if choices[-1].half or choices[-1].right else WRONG


def stories(scenario: Scenario) -> Iterator[tuple[Step, ...]]:
    """Every way through the story, in the order of its choices."""

    def from_here(here: Scenario, before: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
        for place, choice in enumerate(here.choices):
            steps = (*before, Step(here.id, place))
            after = scenario.scene(choice.next) if choice.next else None
            yield from from_here(after, steps) if after else iter([steps])

    yield from from_here(scenario, ())
