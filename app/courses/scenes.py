"""Scenarios that go on: which scenes follow which, and every way through them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile

from app.courses.parse import FIND, SCENE, ChoiceSource, ScenarioSource
from app.courses.posts import PostText, phrases, read_post, source_named_in
from app.courses.render import POST
from app.courses.source import Problems

#: More choices one after another, and more ways to an end, than anybody writes (a check asks for far fewer).
MOST_CHOSEN, MOST_WAYS = 12, 2_000

Way = tuple[ChoiceSource, ...]
"""The choices taken from the first scene to an end."""


def look_up_scenes(
    scenarios: Sequence[ScenarioSource], scenes: Sequence[ScenarioSource], problems: Problems
) -> None:
    """Note what can't be followed in one section: scenes not there, circles, marks out of place."""
    by_id = {scene.id: scene for scene in scenes}
    others = {scenario.id for scenario in scenarios}
    for scenario in (*scenarios, *scenes):
        for choice in scenario.choices:
            if choice.next and choice.next not in by_id:
                problems.add(scenario.path, choice.line, _not_there(choice.next, choice.next in others))
            elif choice.next and leads_back(scenario, choice.next, by_id):
                problems.add(
                    scenario.path,
                    choice.line,
                    f"続き「{choice.next}」をたどると、この場面に戻ります。終わりのある話にしてください。",
                )
        _look_at_marks(scenario, problems)
    for scenario in scenarios:
        if _too_many_ways(scenario, by_id) and not _leads_round(scenario, by_id):
            most = f"{MOST_WAYS:,}通り、{MOST_CHOSEN}回まで"
            sentence = f"続きのある話の道が多すぎます({most})。話を短くしてください。"
            problems.add(scenario.path, scenario.line, sentence)


def _too_many_ways(scenario: ScenarioSource, scenes: Mapping[str, ScenarioSource]) -> bool:
    """Whether nobody could follow all its ways; a circle counts as too many."""
    here = {scenario.id: 1}
    for _chosen in range(MOST_CHOSEN):
        after: Counter[str] = Counter()
        for id, ways_here in here.items():
            for choice in scenes.get(id, scenario).choices:
                if choice.next in scenes:
                    after[choice.next] += ways_here
        if not after or after.total() > MOST_WAYS:
            return bool(after)
        here = after
    return True


def _leads_round(scenario: ScenarioSource, scenes: Mapping[str, ScenarioSource]) -> bool:
    """Whether one of its scenes comes to itself again."""
    parts = following(scenario, tuple(scenes.values()))
    return any(
        leads_back(part, choice.next, scenes) for part in parts for choice in part.choices if choice.next
    )


def _not_there(id: str, is_scenario: bool) -> str:
    if is_scenario:
        return f"続き「{id}」は場面ではありません。見出しに kind=scene と書いてください。"
    return f"続き「{id}」の場面が、このファイルにありません。id を確かめてください。"


def leads_back(scenario: ScenarioSource, start: str, scenes: Mapping[str, ScenarioSource]) -> bool:
    """Whether following `start` can come to `scenario` again."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        id = waiting.pop()
        if id == scenario.id:
            return True
        if id not in seen and id in scenes:
            seen.add(id)
            waiting.extend(choice.next for choice in scenes[id].choices if choice.next)
    return False


def _look_at_marks(scenario: ScenarioSource, problems: Problems) -> None:
    step = scenario.kind == SCENE or scenario.goes_on
    for choice in scenario.choices:
        if choice.half and (choice.next or not step):
            problems.add(
                scenario.path,
                choice.line,
                "[~](立て直した)は、続きのある話の終わりの選択肢だけに使えます。[ ] か [x] にしてください。",
            )
        if choice.next and scenario.kind == FIND:
            problems.add(scenario.path, choice.line, "kind=find の事例には続きを置けません。")
    if step and not scenario.damaged and sum(choice.right for choice in scenario.choices) > 1:
        problems.add(
            scenario.path, scenario.line, "続きのある話では、場面ごとに1つ選びます。[x] は1つにしてください。"
        )


def following(scenario: ScenarioSource, scenes: Sequence[ScenarioSource]) -> tuple[ScenarioSource, ...]:
    """The scenes a scenario can come to, in the order of the file."""
    by_id = {scene.id: scene for scene in scenes}
    reached: set[str] = set()
    waiting = [choice.next for choice in scenario.choices if choice.next]
    while waiting:
        id = waiting.pop()
        if id in by_id and id not in reached:
            reached.add(id)
            waiting.extend(choice.next for choice in by_id[id].choices if choice.next)
    return tuple(scene for scene in scenes if scene.id in reached)


def ways(scenario: ScenarioSource, scenes: Sequence[ScenarioSource]) -> Iterator[Way]:
    """Every way from the scenario to an end."""
    by_id = {scene.id: scene for scene in scenes}

    def from_here(here: ScenarioSource, before: Way) -> Iterator[Way]:
        for choice in here.choices:
            if choice.next in by_id and len(before) <= len(by_id):
                yield from from_here(by_id[choice.next], (*before, choice))
            else:
                yield (*before, choice)

    yield from from_here(scenario, ())


def shape(scenario: ScenarioSource) -> object:
    """What a translation has in common with the Japanese: marks, continuations, phrases that are risky."""
    if scenario.kind != FIND:
        return scenario.kind, [(choice.right, choice.half, choice.next) for choice in scenario.choices]
    lines = [line for said in post_of(scenario).said for line in said.lines]
    return scenario.kind, [[bool(one.marks) for one in phrases(line)] for line in lines]


def post_lines(scenario: ScenarioSource) -> list[str]:
    """The lines of the first post in a situation, without their `>`."""
    lines: list[str] = []
    for line in scenario.situation:
        quote = POST.match(line)
        if quote:
            lines.append(quote["text"])
        elif lines:
            break
    return lines


def post_of(scenario: ScenarioSource) -> PostText:
    """The first post of a situation; without a source of its own it stands where the story says."""
    before = takewhile(lambda line: not POST.match(line), scenario.situation)
    return read_post(post_lines(scenario), source_named_in("\n".join(before)))


def is_scene(scenario: ScenarioSource) -> bool:
    """Whether it is only a part of a scenario that goes on."""
    return scenario.kind == SCENE
