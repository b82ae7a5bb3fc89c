"""What an editor sees in the guideline, the lessons and the course's settings."""

from __future__ import annotations

import re
from collections.abc import Collection

from app.courses.clauses import ClauseSource, clauses_of
from app.courses.draft import SECTION, Draft, SectionDraft, prose, references
from app.courses.model import PREAMBLE, Course
from app.courses.outline import PATH as COURSE_FILE
from app.courses.render import HEADING
from app.courses.source import IMAGE_SUFFIXES, Problems, page_of

LONGEST_COURSE = 45
GUIDELINE_KEYS = {
    "title",
    "source",
    "page_number",
    "source_page",
    "updated",
    "retrieved",
    "version",
    "excerpt",
    "missing",
}
_LABEL = re.compile(r"\d+|\(\d+\)|[ア-ン]")
_KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ"
_SECTION_FILE = re.compile(r"(?:lesson|scenarios|city)\.(?:ja|en)\.md")
_COURSE_FILES = {COURSE_FILE, "guideline.md", "guideline.en.md", "check.ja.toml", "check.en.toml"}


def check_settings(draft: Draft, categories: Collection[str] | None, found: Problems) -> None:
    """`course.toml` and the names of files; `categories` are the 職員区分 the city uses, when known."""
    outline = draft.outline
    for key in outline.unknown_keys:
        found.add(
            COURSE_FILE, outline.line(key), f"設定「{key}」はありません。つづりを確かめるか、消してください。"
        )
    for name in outline.rules.assigned or ():
        if categories is not None and name not in categories:
            line = next((at for at, text in enumerate(outline.lines, 1) if f'"{name}"' in text), 1)
            found.add(
                COURSE_FILE, line, f"職員区分「{name}」はありません。site.toml の区分と同じに書いてください。"
            )
    for label in outline.untested:
        if label not in draft.guideline.clauses:
            found.add(
                COURSE_FILE,
                outline.line("untested"),
                f"項「{label}」はガイドラインにありません。番号を直してください。",
            )
    for path in draft.files:
        if not _known_file(path):
            found.add(
                path,
                1,
                "この名前のファイルは使われません。名前を直すか、研修のフォルダーから出してください。",
            )


def _known_file(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    if any(path.lower().endswith(suffix) for suffix in IMAGE_SUFFIXES):
        return True
    return path in _COURSE_FILES or bool(SECTION.fullmatch(folder) and _SECTION_FILE.fullmatch(name))


def check_guideline(draft: Draft, front: Collection[str], found: Problems) -> None:
    """Clauses left out or without their rewording; `front` are the keys of the file's front matter."""
    guideline = draft.guideline
    for key in sorted(set(front) - GUIDELINE_KEYS):
        found.add(guideline.path, 1, f"冒頭の設定「{key}」はありません。つづりを確かめるか、消してください。")
    if guideline.excerpt and not guideline.missing:
        found.add(
            guideline.path, 1, "抜粋(excerpt = true)なら、載っていない部分を missing に書いてください。"
        )
    if PREAMBLE not in guideline.clauses:
        found.add(guideline.path, 1, "前文「0」がありません。「### 0 {#0}」の見出しで置いてください。")
    for clause in guideline.clauses.values():
        _check_clause(clause, set(guideline.clauses), guideline.path, found)


def _check_clause(clause: ClauseSource, labels: set[str], path: str, found: Problems) -> None:
    if not clause.plain:
        found.add(
            path, clause.line, f"項「{clause.label}」に言い換え(参考)がありません。原文の下に書いてください。"
        )
    if "ママ" in clause.text:
        found.add(
            path,
            clause.line,
            f"項「{clause.label}」の原文に「ママ」があります。原文の外に「注(ママ): …」と書いてください。",
        )
    before = _label_before(clause.label)
    if before is not None and before not in labels and not any(_is_under(label, before) for label in labels):
        found.add(
            path,
            clause.line,
            f"項「{clause.label}」の前の「{before}」がありません。抜けていないか確かめてください。",
        )


def _label_before(label: str) -> str | None:
    """`4(5)イ` -> `4(5)ア`; None for a first one and for labels of another make."""
    parts = _LABEL.findall(label)
    if not parts or "".join(parts) != label:
        return None
    stem, last = "".join(parts[:-1]), parts[-1]
    if last in _KANA:
        at = _KANA.index(last)
        return stem + _KANA[at - 1] if at else None
    number = int(last.strip("()"))
    return None if number <= 1 else stem + last.replace(str(number), str(number - 1))


def _is_under(label: str, above: str) -> bool:
    rest = label[len(above) :] if label.startswith(above) else ""
    return rest[:1] in ("(", *_KANA)


def check_guideline_translation(japanese: Draft, language: str, found: Problems) -> None:
    """A translation of the guideline has every clause, in the same order, and no other."""
    path = f"guideline.{language}.md"
    if path not in japanese.files:
        return
    theirs = list(clauses_of(page_of(path, japanese.files[path], Problems()), Problems()))
    if theirs != list(japanese.guideline.clauses):
        odd = "、".join(sorted(set(theirs) ^ japanese.guideline.clauses.keys()))
        which = f"(食い違う項: {odd})" if odd else "(順が違います)"
        found.add(path, 1, f"項が guideline.md と違います{which}。同じ項を、同じ順に置いてください。")


def check_lesson_translation(japanese: SectionDraft, other: SectionDraft, found: Problems) -> None:
    """A translated lesson shows the same clauses under headings of the same levels; so its city's column."""
    if other.lesson_language != "ja" and _shape(japanese) != _shape(other):
        found.add(
            other.lesson.path,
            1,
            "見出しの段か、{{…}} の行が日本語と違います。同じ順に、同じ数だけ置いてください。",
        )
    ours, theirs = japanese.city, other.city
    if ours and theirs and ours.front.get("filled") != theirs.front.get("filled"):
        found.add(theirs.path, 1, "filled が日本語と違います。市の欄を訳して、同じにしてください。")


def _shape(section: SectionDraft) -> list[str]:
    directives = {one.at: f"{one.name} {one.what}" for one in section.directives}
    headings = {
        at: heading["marks"] for at, line in prose(section.lesson) if (heading := HEADING.match(line))
    }
    return [what for _, what in sorted({**directives, **headings}.items())]


def check_lessons(draft: Draft, found: Problems) -> None:
    """Every lesson teaches its clauses under headings in order."""
    for section in draft.sections:
        _check_headings(section, found)
        _check_taught(draft, section, found)
        directive_lines = {one.at for one in section.directives}
        if not any(line.strip() for at, line in enumerate(section.lesson.lines) if at not in directive_lines):
            found.add(section.lesson.path, 1, "教材の本文がありません。この節で学ぶことを書いてください。")


def _check_headings(section: SectionDraft, found: Problems) -> None:
    page, previous = section.lesson, 1
    for at, line in prose(page):
        heading = HEADING.match(line)
        if not heading:
            continue
        level = len(heading["marks"])
        if level == 1:
            found.add(
                page.path,
                page.line(at),
                "「#」の見出しは題だけです。本文の見出しは「##」から始めてください。",
            )
        elif level > previous + 1:
            wanted = "#" * (previous + 1)
            found.add(
                page.path, page.line(at), f"見出しの段が飛んでいます。ここは「{wanted}」にしてください。"
            )
        previous = max(level, 2)


def _check_taught(draft: Draft, section: SectionDraft, found: Problems) -> None:
    shown = set(section.expands)
    cited = {target[1:] for _, target in references(section.lesson)}
    for label, home in draft.homes.items():
        if home != section.slug or label in shown:
            continue
        if label in cited:
            sentence = (
                f"項「{label}」のリンク先がありません。教材に「{{{{clause {label}}}}}」の行を置いてください。"
            )
        else:
            sentence = (
                f"この節の項「{label}」が教材に出てきません。「{{{{clause {label}}}}}」の行を置いてください。"
            )
        found.add(section.lesson.path, 1, sentence)


def check_length(course: Course, found: Problems) -> None:
    """The whole course fits in LONGEST_COURSE minutes."""
    if course.minutes > LONGEST_COURSE:
        parts = "、".join(f"{one.slug} {one.lesson.minutes}+{one.quiz_minutes}分" for one in course.sections)
        found.add(
            COURSE_FILE,
            1,
            f"研修全体が約{course.minutes}分で、{LONGEST_COURSE}分を超えます。教材や事例を短くしてください({parts})。",
        )
