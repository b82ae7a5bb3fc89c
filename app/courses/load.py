"""From bytes to a course. The same bytes give the same course, today or years later."""

from __future__ import annotations

import math
from dataclasses import replace
from types import MappingProxyType

from app.courses.clauses import ClauseSource
from app.courses.draft import GUIDELINE_FILE, Draft, SectionDraft, read_draft
from app.courses.model import (
    Clause,
    Course,
    Guideline,
    Lesson,
    Scenario,
    Section,
    SourceFiles,
)
from app.courses.outline import PATH as COURSE_FILE
from app.courses.posting_check import CheckAnswer, CheckQuestion, Ending, PostingCheck, paths
from app.courses.posting_check_source import PostingCheckSource, QuestionSource
from app.courses.render import Kept, Renderer, characters, fragment, plain_text, without_ruby
from app.courses.source import Page, Problems, digest
from app.courses.telling import tell

READING_SPEED = {"ja": 500, "en": 1000}
"""Characters a careful reader takes in a minute."""
MINUTES_TO_CHOOSE = 0.2
WORDS = {
    "ja": {
        "guideline": "ガイドライン {label}",
        "plain": "言い換え(参考)",
        "translation": "参考訳",
        "note": "原文のまま(ママ)",
        "city": "市が定めた内容",
        "city_empty": "市が記入する欄(まだ記入されていません)",
    },
    "en": {
        "guideline": "Guideline {label}",
        "plain": "Plain rewording (reference)",
        "translation": "Reference translation",
        "note": "As in the original",
        "city": "What the city has laid down",
        "city_empty": "For the city to fill in (still empty)",
    },
}


def load_course(files: SourceFiles, slug: str, language: str = "ja", ruby: bool = False) -> Course:
    """A course from its files (or one section's, as an attempt keeps them); raises ContentError."""
    problems = Problems()
    draft = read_draft(files, slug, language, problems)
    problems.raise_first()
    assert draft is not None
    return build(draft, ruby)


def build(draft: Draft, ruby: bool = False, kept: Kept | None = None) -> Course:
    """Render what was read without a mistake; ``kept`` is for the same draft with and without readings."""
    return _Builder(draft, ruby, {} if kept is None else kept).course()


def section_files(files: SourceFiles, slug: str) -> tuple[str, ...]:
    """The paths a section's revision is made of: its folder, the guideline and `course.toml`."""
    shared = (COURSE_FILE, GUIDELINE_FILE)
    return tuple(
        path
        for path in sorted(files)
        if path in shared or path.startswith(f"{slug}/") or path.startswith("guideline.")
    )


class _Builder:
    def __init__(self, draft: Draft, ruby: bool, kept: Kept) -> None:
        self.draft = draft
        self.ruby = ruby
        self.words = WORDS.get(draft.language, WORDS["ja"])
        self.renderer = self._renderer(frozenset(), kept=kept)
        self.clauses = {label: self._clause(source) for label, source in draft.guideline.clauses.items()}

    def course(self) -> Course:
        draft = self.draft
        return Course(
            slug=draft.slug,
            title=draft.outline.title,
            summary=draft.outline.summary,
            language=draft.language,
            ruby=self.ruby,
            rules=draft.outline.rules,
            guideline=self._guideline(),
            sections=tuple(self._section(section) for section in draft.sections),
            revision=digest(draft.files),
            files=MappingProxyType(dict(draft.files)),
            posting_check=self._posting_check(draft.posting_check) if draft.posting_check else None,
            amendments=draft.amendments,
        )

    def _posting_check(self, source: PostingCheckSource) -> PostingCheck:
        questions = tuple(self._check_question(question) for question in source.questions)
        return PostingCheck(
            title=without_ruby(source.title),
            lead_html=self.renderer.inline(source.lead),
            questions=questions,
            endings=MappingProxyType(
                {
                    verdict: Ending(without_ruby(title), self.renderer.inline(text))
                    for verdict, (title, text) in source.endings.items()
                }
            ),
            longest=max(len(path.taken) for path in paths(questions)),
            language=source.language,
        )

    def _check_question(self, source: QuestionSource) -> CheckQuestion:
        inline = self.renderer.inline
        answers = tuple(
            CheckAnswer(one.id, without_ruby(one.text), one.verdict, inline(one.advice), one.clauses)
            for one in source.answers
        )
        return CheckQuestion(
            id=source.id,
            text=without_ruby(source.ask),
            html=inline(source.ask),
            hint_html=inline(source.hint),
            clauses=source.clauses,
            answers=answers,
            only=MappingProxyType(source.only),
        )

    def _guideline(self) -> Guideline:
        source = self.draft.guideline
        return Guideline(
            title=source.title,
            source=source.source,
            source_page=source.source_page,
            updated=source.updated,
            retrieved=source.retrieved,
            version=source.version,
            excerpt=source.excerpt,
            missing=source.missing,
            clauses=MappingProxyType(self.clauses),
        )

    def _renderer(self, here: frozenset[str], folder: str = "", kept: Kept | None = None) -> Renderer:
        """A renderer for a page that shows the clauses `here`; others are cited where they are taught."""
        draft = self.draft

        def href(label: str) -> str | None:
            if label not in draft.guideline.clauses:
                return None
            if label in here:
                return fragment(label)
            return f"/courses/{draft.slug}/{draft.homes.get(label, '')}{fragment(label)}"

        def image(path: str) -> str:
            return f"/courses/{draft.slug}/files/{folder}/{path}"

        return Renderer(href, ruby=self.ruby, language=draft.language, image=image, kept=kept)

    def _clause(self, source: ClauseSource) -> Clause:
        label = source.label
        translation = self._paragraphs(source.translation)
        plain_html = translation or self.renderer.block(source.plain).html
        clause = Clause(
            label=label,
            section_slug=self.draft.homes.get(label),
            text=source.text,
            html=self._paragraphs(source.text),
            plain=plain_text(plain_html),
            plain_html=plain_html,
            plain_label=self.words["translation" if translation else "plain"],
            plain_language=self.draft.language if translation else "ja",
            part=source.part,
            note=without_ruby(source.note),
        )
        return replace(clause, figure_html=self._figure(clause))

    def _paragraphs(self, text: str) -> str:
        parts = (part for part in text.split("\n\n") if part.strip())
        return "".join(f"<p>{self.renderer.literal(part)}</p>" for part in parts)

    def _figure(self, clause: Clause) -> str:
        words = self.words
        note = (
            f'<p class="clause-note">{words["note"]}: {self.renderer.inline(clause.note)}</p>'
            if clause.note
            else ""
        )
        plain = (
            f'<div class="clause-plain"><p class="clause-plain-label">{clause.plain_label}</p>'
            f'<div lang="{clause.plain_language}">{clause.plain_html}</div></div>'
            if clause.plain
            else ""
        )
        return (
            f'<figure class="clause" id="{clause.anchor}">'
            f"<figcaption>{words['guideline'].format(label=clause.label)}</figcaption>"
            f'<blockquote class="clause-text" lang="ja">{clause.html}</blockquote>{note}{plain}</figure>'
        )

    def _section(self, source: SectionDraft) -> Section:
        draft = self.draft
        scenarios = tell(
            source.scenarios, source.scenes, self.renderer, source.quiz_language, source.originals
        )
        paths = section_files(draft.files, source.slug)
        return Section(
            slug=source.slug,
            number=source.number,
            title=without_ruby(source.title),
            lesson=self._lesson(source),
            scenarios=scenarios,
            clauses=tuple(label for label, home in draft.homes.items() if home == source.slug),
            questions=source.questions,
            quiz_minutes=quiz_minutes(scenarios, source.questions),
            revision=digest({path: draft.files[path] for path in paths}),
            files=paths,
        )

    def _lesson(self, source: SectionDraft) -> Lesson:
        renderer = self._renderer(frozenset(source.expands), source.slug)
        lines, figures = self._expanded(source)
        rendered = renderer.lesson(lines, figures)
        language = source.lesson_language
        return Lesson(
            title=without_ruby(source.title),
            html=rendered.html,
            minutes=math.ceil(characters(rendered.html) / READING_SPEED.get(language, 500)),
            cites=tuple(dict.fromkeys([*source.expands, *rendered.cites])),
            headings=rendered.headings,
            language=language,
        )

    def _expanded(self, source: SectionDraft) -> tuple[list[str], dict[int, str]]:
        """The lesson's lines with the city's text in its place, and the finished HTML of some of them."""
        directives = {one.at: one for one in source.directives}
        lines: list[str] = []
        figures: dict[int, str] = {}
        for at, line in enumerate(source.lesson.lines):
            directive = directives.get(at)
            if directive is None:
                lines.append(line)
            elif directive.name == "clause":
                figures[len(lines)] = self.clauses[directive.what].figure_html
                lines.append("")
            elif source.city is not None:
                figures[len(lines)] = self._city_opening(source.city)
                lines.extend(["", *source.city.lines])
                figures[len(lines)] = "</div>"
                lines.append("")
        return lines, figures

    def _city_opening(self, page: Page) -> str:
        filled = page.front.get("filled") is True
        label = self.words["city" if filled else "city_empty"]
        state = "city-filled" if filled else "city-empty"
        return f'<div class="city {state}"><p class="city-label">{label}</p>'


def quiz_minutes(scenarios: tuple[Scenario, ...], questions: int) -> int:
    """How long a quiz takes: its questions, each as long as the section's scenarios are on average.

    A scenario is read at READING_SPEED with all its choices and their feedback, and takes MINUTES_TO_CHOOSE
    besides; to the nearest minute, at least 1. (A lesson, with its clauses, is rounded up.)
    """
    if not scenarios:
        return 0
    minutes = [
        scenario_characters(scenario) / READING_SPEED.get(scenario.language, 500) + MINUTES_TO_CHOOSE
        for scenario in scenarios
    ]
    return max(1, math.floor(questions * sum(minutes) / len(minutes) + 0.5))


def scenario_characters(scenario: Scenario) -> int:
    """What a learner reads of a scenario: title, situation, choices and all feedback.

    Of one that goes on: the longest way to an end, with what came of one choice in each scene.
    """
    return _characters(scenario, scenario)


def _characters(here: Scenario, scenario: Scenario) -> int:
    parts = [here.title, here.text]
    if here.kind != "find":
        parts.extend(choice.text for choice in here.choices)
    why = [_count(choice.feedback) for choice in here.choices]
    after = [scene for choice in here.choices if choice.next and (scene := scenario.scene(choice.next))]
    longest = max((_characters(scene, scenario) for scene in after), default=0)
    return sum(map(_count, parts)) + (max(why) if scenario.goes_on else sum(why)) + longest


def _count(text: str) -> int:
    return len("".join(text.split()))
