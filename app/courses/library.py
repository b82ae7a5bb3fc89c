"""All courses of a content folder, read whole and immutable; a failed reading leaves the last good state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from app.courses.draft import Draft, read_draft, section_folders
from app.courses.keep import Shelf, keep, kept
from app.courses.load import build
from app.courses.load import load_course as load_course
from app.courses.model import Course, SourceFiles
from app.courses.outline import PATH as COURSE_FILE
from app.courses.render import Kept
from app.courses.source import ContentError, Problems
from app.courses.source import read_files as read_files

LANGUAGES = ("ja", "en")

Variant = tuple[str, str, bool]
"""Course slug, language, readings shown."""


class Library:
    """Looks courses up by slug, language and reading aid. `problem` says why the last reading was refused."""

    def __init__(
        self, variants: Mapping[Variant, Course], root: Path | None = None, last_good: Path | None = None
    ) -> None:
        self._variants = MappingProxyType(dict(variants))
        self._root = root
        self._last_good = last_good
        self.problem: str | None = None

    @classmethod
    def load(cls, content_root: Path, last_good: Path | None = None) -> Library:
        """Read every course below `content_root`.

        Raises ContentError (its path begins at that folder), unless `last_good`, a file we write, holds what
        was understood at an earlier start: then that is shown and `problem` set.
        """
        library = cls({}, content_root, last_good)
        try:
            library._take(_shelf(content_root))
        except ContentError as error:
            shelf = kept(last_good) if last_good else None
            if shelf is None:
                raise
            library._variants = MappingProxyType(_read(shelf))
            library.problem = str(error)
        return library

    @classmethod
    def empty(cls, problem: str) -> Library:
        """No courses, and why: for commands that must run while the content can't be understood."""
        library = cls({})
        library.problem = problem
        return library

    @property
    def slugs(self) -> tuple[str, ...]:
        """All courses by name of folder."""
        return tuple(dict.fromkeys(slug for slug, _, _ in self._variants))

    def courses(self, language: str = "ja", ruby: bool = False) -> tuple[Course, ...]:
        """All courses in one form."""
        return tuple(course for slug in self.slugs if (course := self.course(slug, language, ruby)))

    def course(self, slug: str, language: str = "ja", ruby: bool = False) -> Course | None:
        """One course, or None; a language we don't have is answered in Japanese."""
        known = language if language in LANGUAGES else LANGUAGES[0]
        return self._variants.get((slug, known, ruby))

    def reload(self) -> bool:
        """Read the folder again. On a mistake keep what we had, remember the sentence, and say False."""
        if self._root is None:
            return True
        try:
            self._take(_shelf(self._root))
        except (ContentError, OSError) as error:
            self.problem = str(error)
            return False
        return True

    def _take(self, shelf: Shelf) -> None:
        self._variants = MappingProxyType(_read(shelf))
        self.problem = None
        if self._last_good is not None:
            keep(shelf, self._last_good)


def course_folders(content_root: Path) -> tuple[Path, ...]:
    """The folders that are courses: those with a `course.toml`."""
    return tuple(sorted(path.parent for path in content_root.glob(f"*/{COURSE_FILE}")))


def read_courses(root: Path) -> tuple[Course, ...]:
    """The courses of a content folder (or one course's folder) in Japanese, without readings."""
    folders = (root,) if (root / COURSE_FILE).is_file() else course_folders(root)
    return tuple(load_course(read_files(folder), folder.resolve().name) for folder in folders)


def _shelf(content_root: Path) -> Shelf:
    shelf = {folder.name: read_files(folder) for folder in course_folders(content_root)}
    if not shelf:
        raise ContentError(
            content_root.as_posix(), 1, "研修がありません。course.toml のあるフォルダーを置いてください。"
        )
    return shelf


def _read(shelf: Shelf) -> dict[Variant, Course]:
    return {variant: course for slug, files in shelf.items() for variant, course in _variants(slug, files)}


def _variants(slug: str, files: SourceFiles) -> Iterable[tuple[Variant, Course]]:
    translated = any(path.endswith((".en.md", ".en.toml")) for path in files)
    japanese = _whole_draft(files, slug, "ja")
    kept: Kept = {}
    for ruby in (False, True):
        course = build(japanese, ruby, kept)
        yield (slug, "ja", ruby), course
        if not translated:
            texts = japanese.outline.in_language("en")
            yield (
                (slug, "en", ruby),
                replace(course, language="en", title=texts.title, summary=texts.summary, rules=texts.rules),
            )
    if translated:
        english = _whole_draft(files, slug, "en")
        kept = {}
        for ruby in (False, True):
            yield (slug, "en", ruby), build(english, ruby, kept)


def _whole_draft(files: SourceFiles, slug: str, language: str) -> Draft:
    problems = Problems()
    draft = read_draft(files, slug, language, problems)
    if draft is not None:
        note_missing_sections(draft, problems)
    try:
        problems.raise_first()
    except ContentError as error:
        raise ContentError(f"{slug}/{error.path}", error.line, error.sentence) from None
    assert draft is not None
    return draft


def note_missing_sections(draft: Draft, problems: Problems) -> None:
    """A section `course.toml` counts on must be there when a whole course is read."""
    present = set(section_folders(draft.files))
    for slug in draft.outline.questions:
        if slug not in present:
            problems.add(
                COURSE_FILE,
                draft.outline.line(slug),
                f"節「{slug}」のフォルダーがありません。名前を直すか、教材と事例を置いてください。",
            )
