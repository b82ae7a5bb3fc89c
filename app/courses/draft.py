"""A course as its authors wrote it: files read, references looked up, every mistake with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from app.courses.amendments import Amendment
from app.courses.amendments_source import amendments_of
from app.courses.clauses import GuidelineSource, guideline_of, text_of, translated
from app.courses.limits import beyond
from app.courses.model import SourceFiles
from app.courses.outline import DEFAULT_QUESTIONS, Outline, outline_of
from app.courses.outline import PATH as COURSE_FILE
from app.courses.parse import ScenarioSource, scenarios_of
from app.courses.posting_check_source import PostingCheckSource, posting_check_of
from app.courses.render import CODE_FENCE, DIRECTIVE
from app.courses.scenes import is_scene, look_up_scenes
from app.courses.source import TEXT_SUFFIXES, Page, Problems, page_of

GUIDELINE_FILE = "guideline.md"
SECTION = re.compile(r"(?P<number>[0-9]{1,3})-[a-z0-9]+(?:-[a-z0-9]+)*")
REFERENCE = re.compile(r"\]\(\s*<?(?P<target>(?:[^()\s<>]|\([^()\s<>]*\))*)")
_LIKE_LABEL = re.compile(r"#\s*[0-9０-９]")
_NUMBER = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Directive:
    """`{{name what}}` on line `at` (from 0) of a lesson's body."""

    at: int
    name: str
    what: str


@dataclass(slots=True)
class SectionDraft:
    """A section's files as read; `quiz` and `city` may not be there.

    `scenes` are the parts of scenarios that go on; `originals` the Japanese scenarios and scenes beside a
    translation ([] when these are Japanese).
    """

    slug: str
    number: int
    lesson: Page
    lesson_language: str
    quiz: Page | None
    quiz_language: str
    city: Page | None
    questions: int
    scenarios: list[ScenarioSource] = field(default_factory=list)
    scenes: list[ScenarioSource] = field(default_factory=list)
    originals: list[ScenarioSource] = field(default_factory=list)
    directives: list[Directive] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The lesson's title from its front matter."""
        return text_of(self.lesson.front, "title")

    @property
    def expands(self) -> tuple[str, ...]:
        """The clauses the lesson shows in full, in order."""
        return tuple(one.what for one in self.directives if one.name == "clause")


@dataclass(slots=True)
class Draft:
    """A whole course in one language, read but not rendered. `homes` says which section teaches a clause."""

    slug: str
    language: str
    files: SourceFiles
    outline: Outline
    guideline: GuidelineSource
    sections: list[SectionDraft]
    homes: dict[str, str]
    posting_check: PostingCheckSource | None = None
    amendments: tuple[Amendment, ...] = ()


def read_draft(files: SourceFiles, slug: str, language: str, problems: Problems) -> Draft | None:
    """Read a course's files; None when there is no `course.toml` or guideline to go by, or too much of it."""
    if not _within_limits(files, problems):
        return None
    needed = [path for path in (COURSE_FILE, GUIDELINE_FILE) if path not in files]
    for path in needed:
        problems.add(path, 1, f"{path} がありません。研修のフォルダーに置いてください。")
    if needed:
        return None
    outline = outline_of(files[COURSE_FILE], problems).in_language(language)
    guideline = guideline_of(page_of(GUIDELINE_FILE, files[GUIDELINE_FILE], problems), problems)
    translation = f"guideline.{language}.md"
    if language != "ja" and translation in files:
        guideline = translated(guideline, page_of(translation, files[translation], problems), problems)
    sections = [
        section
        for folder in section_folders(files)
        if (section := _section(files, folder, language, outline, problems)) is not None
    ]
    if not sections:
        problems.add(
            COURSE_FILE,
            1,
            "研修に節がありません。「1-definition」のようなフォルダーに lesson.ja.md を置いてください。",
        )
    draft = Draft(slug, language, files, outline, guideline, sections, {})
    draft.homes.update(_homes(draft))
    draft.amendments = amendments_of(files, section_folders(files), language, problems)
    draft.posting_check = posting_check_of(files, language, frozenset(guideline.clauses), problems)
    _look_up(draft, problems)
    return draft


def _within_limits(files: SourceFiles, problems: Problems) -> bool:
    """Whether every text may be read; nothing else looks at one that holds too much."""
    before = len(problems.errors)
    for path, data in files.items():
        if path.endswith(tuple(TEXT_SUFFIXES)):
            problems.errors.extend(islice(beyond(path, data), 1))
    return len(problems.errors) == before


def section_folders(files: SourceFiles) -> list[str]:
    """The folders that are sections, by their number."""
    folders = {path.split("/", 1)[0] for path in files if "/" in path}
    numbered = [(int(match["number"]), folder) for folder in folders if (match := SECTION.fullmatch(folder))]
    return [folder for _, folder in sorted(numbered)]


def _section(
    files: SourceFiles, folder: str, language: str, outline: Outline, problems: Problems
) -> SectionDraft | None:
    match = SECTION.fullmatch(folder)
    assert match is not None

    def page(name: str) -> tuple[Page | None, str]:
        for candidate in dict.fromkeys((language, "ja")):
            path = f"{folder}/{name}.{candidate}.md"
            if path in files:
                return page_of(path, files[path], problems), candidate
        return None, language

    lesson, lesson_language = page("lesson")
    if lesson is None:
        problems.add(
            f"{folder}/lesson.ja.md", 1, f"節「{folder}」に lesson.ja.md がありません。教材を置いてください。"
        )
        return None
    quiz, quiz_language = page("scenarios")
    section = SectionDraft(
        folder,
        int(match["number"]),
        lesson,
        lesson_language,
        quiz,
        quiz_language,
        page("city")[0],
        outline.questions.get(folder, DEFAULT_QUESTIONS),
    )
    if lesson.readable and not section.title:
        problems.add(
            lesson.path, 1, '教材に title がありません。冒頭の「+++」の間に title = "…" と書いてください。'
        )
    if quiz is None:
        problems.add(
            f"{folder}/scenarios.ja.md",
            1,
            f"節「{folder}」に scenarios.ja.md がありません。事例を置いてください。",
        )
    else:
        written = scenarios_of(quiz, problems)
        section.scenarios = [one for one in written if not is_scene(one)]
        section.scenes = [one for one in written if is_scene(one)]
        original = f"{folder}/scenarios.ja.md"
        if quiz_language != "ja" and original in files:
            section.originals = scenarios_of(page_of(original, files[original], Problems()), Problems())
    section.directives = list(_directives(lesson, problems))
    return section


def prose(page: Page) -> Iterator[tuple[int, str]]:
    """The lines of a page outside code, each with its index."""
    in_fence = False
    for at, line in enumerate(page.lines):
        if CODE_FENCE.match(line):
            in_fence = not in_fence
        elif not in_fence:
            yield at, re.sub(r"`[^`]*`", "", line)


def _directives(page: Page, problems: Problems) -> Iterator[Directive]:
    for at, line in prose(page):
        if "{{" not in line and "}}" not in line:
            continue
        match = DIRECTIVE.match(line)
        if match and match["name"] == "clause" and match["what"]:
            yield Directive(at, "clause", match["what"].strip())
        elif match and match["name"] == "city" and not match["what"]:
            yield Directive(at, "city", "")
        else:
            problems.add(
                page.path,
                page.line(at),
                "「{{…}}」を読み取れません。{{clause 4(5)ア}} か {{city}} を、1行に1つだけ書いてください。",
            )


def _homes(draft: Draft) -> dict[str, str]:
    """Which section teaches a clause: the one with its number, else the first lesson that shows it.

    Sections named in `course.toml` count even when their files are not here (a replay of one section).
    """
    slugs = dict.fromkeys([*draft.outline.questions, *(section.slug for section in draft.sections)])
    by_number = {match["number"]: slug for slug in slugs if (match := SECTION.fullmatch(slug))}
    homes: dict[str, str] = {}
    for label in draft.guideline.clauses:
        number = _NUMBER.match(label)
        if number and number[0] in by_number:
            homes[label] = by_number[number[0]]
    for section in draft.sections:
        for label in section.expands:
            homes.setdefault(label, section.slug)
    return homes


def _look_up(draft: Draft, problems: Problems) -> None:
    known = draft.guideline.clauses.keys()
    seen: dict[str, ScenarioSource] = {}
    for section in draft.sections:
        for directive in section.directives:
            _look_up_directive(draft, section, directive, problems)
        for page in (section.lesson, section.quiz, section.city):
            for at, target in references(page) if page else ():
                if _LIKE_LABEL.match(target) and target[1:] not in known | _scene_ids(section):
                    problems.add(page.path, page.line(at), _unknown(target[1:])) if page else None
        look_up_scenes(section.scenarios, section.scenes, problems)
        for scenario in (*section.scenarios, *section.scenes):
            for label in scenario.clauses:
                if label not in known:
                    problems.add(scenario.path, scenario.line, _unknown(label))
            first = seen.setdefault(scenario.id, scenario) if scenario.id else scenario
            if first is not scenario:
                where = f"{first.path} の{first.line}行目"
                problems.add(
                    scenario.path,
                    scenario.line,
                    f"id「{scenario.id}」は{where}と同じです。別の id を付けてください。",
                )


def _scene_ids(section: SectionDraft) -> set[str]:
    return {scene.id for scene in section.scenes}


def _look_up_directive(draft: Draft, section: SectionDraft, directive: Directive, problems: Problems) -> None:
    line = section.lesson.line(directive.at)
    if directive.name == "clause" and directive.what not in draft.guideline.clauses:
        problems.add(section.lesson.path, line, _unknown(directive.what))
    if directive.name == "city" and section.city is None:
        problems.add(
            section.lesson.path,
            line,
            "{{city}} に入れる city.ja.md が同じフォルダーにありません。置いてください。",
        )


def _unknown(label: str) -> str:
    return f"項「{label}」はガイドラインにありません。guideline.md と同じ番号を半角で書いてください。"


def references(page: Page) -> Iterator[tuple[int, str]]:
    """Where a page's Markdown links lead, with the index of their line."""
    for at, line in prose(page):
        for match in REFERENCE.finditer(line):
            yield at, match["target"]
