"""A scenario as a page shows it: rendered situation and choices, its scenes, or its post cut into phrases."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from app.courses.model import Choice, Post, Saying, Scenario
from app.courses.parse import FIND, ChoiceSource, ScenarioSource
from app.courses.posts import Phrase, PostText, phrases, read_post, source_named_in, unmarked
from app.courses.render import POST, Renderer, plain_text, without_ruby
from app.courses.scenes import following, is_scene, post_of, shape


def tell(
    scenarios: Sequence[ScenarioSource],
    scenes: Sequence[ScenarioSource],
    renderer: Renderer,
    language: str,
    originals: Sequence[ScenarioSource] = (),
) -> tuple[Scenario, ...]:
    """A section's scenarios, each with the scenes it can come to.

    Beside a translation stand its `originals` in Japanese: what is not there, or not made alike, is told in
    Japanese, so that answers by place mean the same in every language.
    """
    if not originals:
        return tuple(_with_scenes(one, scenes, renderer, language) for one in scenarios)
    original_scenes = [one for one in originals if is_scene(one)]
    translated = {one.id: one for one in scenarios}
    told = []
    for original in originals:
        if is_scene(original):
            continue
        ours = translated.get(original.id)
        if ours is not None and _alike(original, original_scenes, ours, scenes):
            told.append(_with_scenes(ours, scenes, renderer, language))
        else:
            told.append(_with_scenes(original, original_scenes, renderer, "ja"))
    return tuple(told)


def _alike(
    original: ScenarioSource,
    original_scenes: Sequence[ScenarioSource],
    ours: ScenarioSource,
    our_scenes: Sequence[ScenarioSource],
) -> bool:
    one = {scene.id: shape(scene) for scene in following(original, original_scenes)}
    two = {scene.id: shape(scene) for scene in following(ours, our_scenes)}
    return shape(original) == shape(ours) and one == two


def _with_scenes(
    source: ScenarioSource, scenes: Sequence[ScenarioSource], renderer: Renderer, language: str
) -> Scenario:
    scenario = _scenario(source, renderer, language)
    parts = tuple(
        replace(
            _scenario(scene, renderer, language),
            clauses=scene.clauses or source.clauses,
            level=scene.level or source.level,
        )
        for scene in following(source, scenes)
    )
    if not parts:
        return scenario
    whole = hashlib.sha256("\n".join([source.revision, *(part.revision for part in parts)]).encode())
    return replace(scenario, scenes=parts, revision=whole.hexdigest())


def _scenario(source: ScenarioSource, renderer: Renderer, language: str) -> Scenario:
    lead, post, question = _parted(source.situation)
    html = renderer.block("\n".join([*lead, "", *post, "", *question])).html
    scenario = Scenario(
        id=source.id,
        title=without_ruby(source.title),
        clauses=source.clauses,
        level=source.level,
        html=html,
        text=plain_text(html),
        choices=tuple(_choice(choice, renderer) for choice in source.choices),
        revision=source.revision,
        kind=source.kind,
        language=language,
    )
    if source.kind != FIND:
        return scenario
    read = post_of(source)
    plain = replace(read, said=tuple(replace(one, lines=_unmarked(one.lines)) for one in read.said))
    lead_html, question_html = renderer.block("\n".join(lead)).html, renderer.block("\n".join(question)).html
    html = lead_html + renderer.drawn(plain) + question_html
    choices, frame = _cut(read, source.choices, renderer)
    return replace(
        scenario,
        html=html,
        text=plain_text(html),
        choices=choices,
        post=frame,
        lead_html=lead_html,
        question_html=question_html,
    )


def _unmarked(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(unmarked(line)[0] for line in lines)


def _parted(situation: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """What stands before the first post, the post with its source on top, and what stands after it."""
    first = next((at for at, line in enumerate(situation) if POST.match(line)), len(situation))
    last = next((at for at in range(first, len(situation)) if not POST.match(situation[at])), len(situation))
    lead, post, question = list(situation[:first]), list(situation[first:last]), list(situation[last:])
    if post and not read_post([POST.sub(r"\g<text>", line) for line in post]).source:
        named = source_named_in("\n".join(lead))
        post = [f"> **{named}**", *post] if named else post
    return lead, post, question


def _choice(source: ChoiceSource, renderer: Renderer) -> Choice:
    html = renderer.inline(source.text)
    feedback_html = renderer.block("\n".join(source.feedback)).html
    return Choice(
        html,
        plain_text(html),
        source.right,
        feedback_html,
        plain_text(feedback_html),
        half=source.half,
        next=source.next,
    )


def _cut(
    post: PostText, explained: Sequence[ChoiceSource], renderer: Renderer
) -> tuple[tuple[Choice, ...], Post]:
    choices: list[Choice] = []
    said = []
    for one in post.said:
        lines = []
        for line in one.lines:
            start = len(choices)
            choices.extend(_phrase(phrase, explained, renderer) for phrase in phrases(line))
            lines.append(tuple(range(start, len(choices))))
        said.append(Saying(tuple(lines), without_ruby(one.who), one.own))
    return tuple(choices), Post(post.source, post.look, tuple(said))


def _phrase(phrase: Phrase, explained: Sequence[ChoiceSource], renderer: Renderer) -> Choice:
    why = [line for one in explains(phrase, explained) for line in (*one.feedback, "")]
    html = renderer.literal(phrase.text)
    feedback_html = renderer.block("\n".join(why)).html
    return Choice(
        html,
        plain_text(html),
        bool(phrase.marks),
        feedback_html,
        plain_text(feedback_html),
        marked_html=_marked(phrase, renderer),
    )


def explains(phrase: Phrase, explained: Sequence[ChoiceSource]) -> list[ChoiceSource]:
    """The explanations that speak of this phrase: of a marked stretch in it, or of words in it."""
    marked = {without_ruby(phrase.text[a:b]) for a, b in phrase.marks}
    text = without_ruby(phrase.text)
    return [one for one in explained if without_ruby(one.text) in marked or without_ruby(one.text) in text]


def _marked(phrase: Phrase, renderer: Renderer) -> str:
    parts, at = [], 0
    for start, end in phrase.marks:
        parts.append(renderer.literal(phrase.text[at:start]))
        parts.append(f"<mark>{renderer.literal(phrase.text[start:end])}</mark>")
        at = end
    return "".join([*parts, renderer.literal(phrase.text[at:])])
