"""What a careful editor would find in the content, besides what can't be understood at all."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from app.courses.amendments_source import check_amendment_translation
from app.courses.check_bank import check_bank
from app.courses.check_kinds import check_kinds
from app.courses.check_lessons import (
    check_guideline,
    check_guideline_translation,
    check_length,
    check_lesson_translation,
    check_lessons,
    check_settings,
)
from app.courses.check_posting import check_posting, check_posting_translation
from app.courses.check_readings import check_readings
from app.courses.check_scenarios import check_scenarios, check_translation
from app.courses.check_text import check_pages
from app.courses.draft import GUIDELINE_FILE, Draft, read_draft
from app.courses.library import LANGUAGES, course_folders, note_missing_sections, read_files
from app.courses.load import build
from app.courses.model import Course, SourceFiles
from app.courses.outline import PATH as COURSE_FILE
from app.courses.source import Problems, page_of

_ID = re.compile(r'\bid="([^"]*)"')


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing to mend: the file, its line from 1, and a Japanese sentence that says what and the cure."""

    path: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.sentence}"


def findings(root: Path, categories: Collection[str] | None = None) -> list[Finding]:
    """Everything to mend below a content folder (or in one course's folder), by file and line.

    `categories` are the 職員区分 that `assigned` may name; None leaves them unchecked. Paths begin with
    `root`.
    """
    folders = (root,) if (root / COURSE_FILE).is_file() else course_folders(root)
    if not folders:
        return [
            Finding(root.as_posix(), 1, "研修がありません。course.toml のあるフォルダーを置いてください。")
        ]
    found: list[Finding] = []
    for folder in folders:
        for error in course_problems(read_files(folder), folder.name, categories).errors:
            found.append(Finding((folder / error.path).as_posix(), error.line, error.sentence))
    if root not in folders:
        found.extend(_folders_without_course(root, folders))
    return sorted(set(found))


def _folders_without_course(root: Path, folders: Iterable[Path]) -> Iterable[Finding]:
    for folder in sorted(root.iterdir()):
        if folder.is_dir() and folder not in folders and not folder.name.startswith((".", "_")):
            yield Finding(
                folder.as_posix(),
                1,
                "course.toml がないので使われません。置くか、移してください。",
            )


def course_problems(files: SourceFiles, slug: str, categories: Collection[str] | None = None) -> Problems:
    """The same for one course's files, with paths inside its folder."""
    found = Problems()
    drafts: dict[str, Draft] = {}
    for language in LANGUAGES:
        if language == LANGUAGES[0] or any(
            path.endswith((f".{language}.md", f".{language}.toml")) for path in files
        ):
            draft = read_draft(files, slug, language, found)
            if draft is None:
                return found
            drafts[language] = draft
    japanese = drafts[LANGUAGES[0]]
    if not japanese.outline.readable:
        return found
    note_missing_sections(japanese, found)
    course = None if found.errors else build(japanese)
    check_settings(japanese, categories, found)
    check_guideline(japanese, page_of(GUIDELINE_FILE, files[GUIDELINE_FILE], Problems()).front, found)
    for language, draft in drafts.items():
        _check_language(draft, course if language == LANGUAGES[0] else None, found)
        for section in draft.sections:
            ours = next((one for one in japanese.sections if one.slug == section.slug), None)
            if ours is not None and draft is not japanese:
                check_lesson_translation(ours, section, found)
                check_translation(ours, section, found)
        check_posting(draft, found)
        if draft is not japanese:
            check_guideline_translation(japanese, language, found)
            check_posting_translation(japanese, draft, found)
            check_amendment_translation(files, found)
    check_bank(japanese, found)
    check_readings(japanese, found)
    if course is not None:
        check_length(course, found)
    return found


def _check_language(draft: Draft, course: Course | None, found: Problems) -> None:
    check_lessons(draft, found)
    check_scenarios(draft, found)
    check_kinds(draft, found)
    anchors = (
        {} if course is None else {one.slug: set(_ID.findall(one.lesson.html)) for one in course.sections}
    )
    check_pages(draft, anchors, found)
