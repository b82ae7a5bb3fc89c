"""What is taught: courses, guidelines, sections, lessons, scenarios. All frozen, their HTML rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from app.courses.amendments import Amendment
from app.courses.posting_check import PostingCheck

SourceFiles = Mapping[str, bytes]
"""Path inside the course's folder (`3-scope/lesson.ja.md`, always `/`) -> the file's bytes."""

PREAMBLE = "0"


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of the guideline, quoted as it stands, with its plain rewording or translation beside it.

    `part` is the numbered heading it stands under in the text, `note` a remark on the wording (ママ), `html`
    and `plain_html` the two texts alone, the second called `plain_label` and written in `plain_language`;
    `figure_html` is both, as a lesson shows them.
    """

    label: str
    section_slug: str | None
    text: str
    html: str
    plain: str
    plain_html: str
    plain_label: str
    plain_language: str = "ja"
    part: str = ""
    note: str = ""
    figure_html: str = ""

    @property
    def anchor(self) -> str:
        """The id a page gives the clause; percent-encode it in a URL."""
        return f"clause-{self.label}"


@dataclass(frozen=True, slots=True)
class Guideline:
    """A text of the guideline: where it comes from, of when it is, and its clauses in order by label."""

    title: str
    source: str
    source_page: str
    updated: date
    retrieved: date | None
    version: str
    excerpt: bool
    missing: tuple[str, ...]
    clauses: Mapping[str, Clause]

    @property
    def preamble(self) -> Clause:
        """Clause "0": what stands before the first numbered clause."""
        return self.clauses[PREAMBLE]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a lesson, for its table of contents: `level` 2-4, `anchor` the id in the page."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """A section's lesson; `minutes` is its reading time, `cites` the clauses it quotes or links, in order.

    `language` is that of the text itself: a translation not there yet is shown in Japanese.
    """

    title: str
    html: str
    minutes: int
    cites: tuple[str, ...]
    headings: tuple[Heading, ...]
    language: str = "ja"

    @property
    def parts(self) -> tuple[Heading, ...]:
        """The headings of its parts: what a table of contents shows."""
        return tuple(heading for heading in self.headings if heading.level == 2)


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a scenario. `text` is plain, `html` inline; `feedback_html` says why, with the clause.

    In a scenario that goes on `next` is the scene it leads to ("" at an end), `half` says that this end
    repairs what went wrong. In `kind=find` a choice is a phrase of the post and `marked_html` shows what is
    risky in it: nothing for a page before the answer.
    """

    html: str
    text: str
    right: bool
    feedback_html: str
    feedback: str = ""
    half: bool = False
    next: str = ""
    marked_html: str = ""


@dataclass(frozen=True, slots=True)
class Saying:
    """A paragraph of a post, or what one person says in a chat: lines of places of choices."""

    lines: tuple[tuple[int, ...], ...]
    who: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """The post of a `kind=find` scenario, cut into its choices; `look` names how it is drawn ("" plainly)."""

    source: str
    look: str
    said: tuple[Saying, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A situation to judge. `revision` is the SHA-256 (hex) of its source; the id survives rewording.

    `kind` is "choice", "find" (its choices are the phrases of `post`, between `lead_html` and
    `question_html`) or "scene". A scenario goes on when a choice names a scene; all it can come to are in
    `scenes`.
    """

    id: str
    title: str
    clauses: tuple[str, ...]
    level: int
    html: str
    text: str
    choices: tuple[Choice, ...]
    revision: str
    kind: str = "choice"
    language: str = "ja"
    scenes: tuple[Scenario, ...] = ()
    post: Post | None = None
    lead_html: str = ""
    question_html: str = ""

    @property
    def multiple(self) -> bool:
        """Whether several choices may be taken ("choose all": all or nothing)."""
        return self.kind == "find" or len(self.right) > 1

    @property
    def goes_on(self) -> bool:
        """Whether a choice leads to a scene."""
        return any(choice.next for choice in self.choices)

    def scene(self, id: str) -> Scenario | None:
        """The scene with this id that this scenario can come to, or None; its own id is the first."""
        return next((scene for scene in (self, *self.scenes) if scene.id == id), None)

    @property
    def right(self) -> frozenset[int]:
        """Places (from 0, in source order) of the right choices."""
        return frozenset(place for place, choice in enumerate(self.choices) if choice.right)


@dataclass(frozen=True, slots=True)
class Section:
    """A lesson with its 確認テスト. `revision` digests every file the section shows, in all languages.

    `clauses` are the labels this section teaches, `questions` how many scenarios a quiz asks,
    `files` the paths `Course.sources` hands out for keeping.
    """

    slug: str
    number: int
    title: str
    lesson: Lesson
    scenarios: tuple[Scenario, ...]
    clauses: tuple[str, ...]
    questions: int
    quiz_minutes: int
    revision: str
    files: tuple[str, ...]

    def scenario(self, id: str) -> Scenario | None:
        """The scenario with this id, or None."""
        return next((scenario for scenario in self.scenarios if scenario.id == id), None)

    @property
    def minutes(self) -> int:
        """Lesson and quiz together."""
        return self.lesson.minutes + self.quiz_minutes


@dataclass(frozen=True, slots=True)
class CourseRules:
    """Who owes the course, by when, and what passing means (`course.toml`). Days are calendar days.

    `assigned` None: every category in scope but 特別職(非常勤) and 消防団員; `pass_mark` is a percentage.
    """

    pass_mark: int
    introduced: date
    due_days: int = 30
    service_gap_days: int = 31
    min_term_days: int = 31
    assigned: tuple[str, ...] | None = None
    refresher: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    statement: str = ""
    certificate_issuer: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """A course in one language, with or without readings. `revision` digests all its files.

    `posting_check` is its 発信前チェック, when it has one.
    """

    slug: str
    title: str
    summary: str
    language: str
    ruby: bool
    rules: CourseRules
    guideline: Guideline
    sections: tuple[Section, ...]
    revision: str
    files: SourceFiles = field(repr=False)
    posting_check: PostingCheck | None = None
    amendments: tuple[Amendment, ...] = ()

    def amendment(self, id: str) -> Amendment | None:
        """The change with this id, or None."""
        return next((one for one in self.amendments if one.id == id), None)

    @property
    def minutes(self) -> int:
        """Everything read and every quiz taken once."""
        return sum(section.minutes for section in self.sections)

    def section(self, slug: str) -> Section | None:
        """The section with this slug, or None."""
        return next((section for section in self.sections if section.slug == slug), None)

    def scenario(self, id: str) -> Scenario | None:
        """The scenario with this id, in whichever section, or None."""
        return next((found for section in self.sections if (found := section.scenario(id))), None)

    def sources(self, section: Section) -> SourceFiles:
        """The bytes behind `section.revision`: `load_course` shows the section again from them."""
        return {path: self.files[path] for path in section.files}
