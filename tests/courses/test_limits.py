"""Texts made to keep the reader busy for ever: refused by a limit, with file, line and cure, unrendered."""

# ruff: noqa: E501 - tables are read line by line
from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
from markdown import Markdown

from app.courses import limits
from app.courses.check import course_problems
from app.courses.library import Library, course_folders, load_course, read_files
from app.courses.limits import beyond
from app.courses.source import ContentError
from app.settings import ROOT
from tests.courses.tiny_course import SLUG, as_bytes, tiny_course, write

LESSON = "1-basics/lesson.ja.md"
HEAD = '+++\ntitle = "長い教材"\n+++\n\n'
BIG = 100_000
#: What is written in the lesson from line 5 on -> the line that is named, and words of what is said.
HOSTILE = {
    "100,000 [": ("[" * BIG, 5, "1行が長すぎます"),
    "100,000 ![": ("![" * BIG, 5, "1行が長すぎます"),
    "100,000 * ": ("* " * BIG, 5, "1行が長すぎます"),
    "100,000 >": (">" * BIG, 5, "1行が長すぎます"),
    "100,000 `": ("`" * BIG, 5, "1行が長すぎます"),
    "5 MB of words": ("あ" * 60 + "\n", 0, "ファイルが大きすぎます"),
    "10,000 references": ("".join(f"[a{n}]: /b{n}\n" for n in range(10_000)), 0, "多すぎます"),
    "100,000 lines": ("a\n" * BIG, 3_001, "ファイルの行が多すぎます"),
    "[ in a paragraph": ("[\n" * 400, 155, "一つの段落の「[」が多すぎます(150個まで)"),
    "[ between full-width blanks": ("\u3000\n".join(["[" * 150 + "\n"] * 38), 7, "一つの段落の「[」"),
    "[a](< in a paragraph": ("[a](<" * 301, 5, "一つの段落の「[」"),
    "signs in the file": ("*a* `b` *c*\n\n" * 1_400, 0, "記号([ * _ ` < & { | \\ ! と行の初めの印)が多すぎます(6,000個まで)"),
    "markers in the file": ("- - - a\n" * 2_100, 2_005, "記号([ * _ ` < & { | \\ ! と行の初めの印)が多すぎます"),
    "footnotes": ("[^1]\n\n" * 201, 405, "脚注の印「[^」が多すぎます(200個まで)"),
    "fences": ("```a\n\n" * 201, 405, "「```」の行が多すぎます(200個まで)"),
    "> in >": ("- a\n\n    " + "> " * 11 + "a", 7, "行の初めの印(「-」「>」など)が多すぎます(10個まで)"),
    "- in -": ("- " * 500 + "a", 5, "入れ子を減らしてください"),
    "* in *": ("* " * 11 + "a", 5, "入れ子を減らしてください"),
    "1. in 1.": ("1. " * 11 + "a", 5, "入れ子を減らしてください"),
    "lists in lists": ("\n".join("    " * depth + "- a" for depth in range(12)), 16, "行の初めの空白が多すぎます"),
    "tabs in tabs": ("\n".join("\t" * depth + "- a" for depth in range(12)), 16, "行の初めの空白が多すぎます"),
    "!!! in !!!": ("\n".join("    " * depth + "!!! note" for depth in range(12)), 16, "行の初めの空白が多すぎます"),
    "a gap": ("## a" + " " * 81 + "b", 5, "空白が続きすぎます(80字まで)"),
}  # fmt: skip


def lesson(text: str) -> dict[str, bytes]:
    """The small course with a lesson of these lines; repeated to 5 MB where the name says so."""
    return as_bytes({**tiny_course(), LESSON: HEAD + text})


def hostile(name: str) -> tuple[dict[str, bytes], int, str]:
    text, line, words = HOSTILE[name]
    return lesson(text * 30_000 if name.startswith("5 MB") else text), line, words


@pytest.fixture
def unrendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be rendered."""

    def never(*_given: object) -> str:
        raise AssertionError("rendered")

    monkeypatch.setattr(Markdown, "convert", never)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.usefixtures("unrendered")
def test_it_is_refused_with_its_place_and_a_cure(name: str) -> None:
    files, line, words = hostile(name)
    with pytest.raises(ContentError) as caught:
        load_course(files, SLUG)
    refused = caught.value
    assert refused.path == LESSON and words in refused.sentence, refused
    assert refused.line == line or not line, refused
    assert refused.sentence.endswith("ください。")


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.usefixtures("unrendered")
def test_the_check_says_that_alone(name: str) -> None:
    files, _line, words = hostile(name)
    (only,) = course_problems(files, SLUG).errors
    assert only.path == LESSON and words in only.sentence


def test_a_running_site_keeps_what_it_had(tmp_path: Path) -> None:
    library = Library.load(write(tiny_course(), tmp_path))
    good = library.course(SLUG)
    (tmp_path / SLUG / LESSON).write_bytes(hostile("100,000 [")[0][LESSON])
    assert not library.reload() and library.course(SLUG) is good
    assert library.problem == f"{SLUG}/{LESSON}:5: 1行が長すぎます(10,000字まで)。行を分けてください。"


@pytest.mark.parametrize(
    "text",
    [
        "[" * limits.MOST_BRACKETS,
        "![" * limits.MOST_BRACKETS,
        "> " * limits.MOST_MARKERS + "a",
        "- a\n\n    " + "> " * limits.MOST_MARKERS + "a",
        "- " * limits.MOST_MARKERS + "a",
        "\n".join("    " * depth + "- a" for depth in range(limits.DEEPEST // 4 + 1)),
        "あ" * limits.LONGEST_LINE,
        "a" + " " * limits.WIDEST_GAP + "b",
        "[^1]\n\n" * (limits.MOST_FOOTNOTES - 1) + "[^1]: a",
        "a\n" * (limits.MOST_LINES - 4),
    ],
    ids=lambda text: text[:12],
)
def test_what_holds_no_more_than_it_may_is_shown(text: str) -> None:
    course = load_course(lesson(text), SLUG)
    assert course.sections[0].lesson.html


def test_toml_within_toml_is_refused(tmp_path: Path) -> None:
    files = as_bytes({**tiny_course(), "course.toml": "a = " + "[" * 2_000})
    with pytest.raises(ContentError) as caught:
        load_course(files, SLUG)
    assert (caught.value.path, caught.value.line) == ("course.toml", 1)
    assert "TOMLの入れ子が深すぎます" in caught.value.sentence


def test_what_we_write_is_far_from_every_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text of ours would pass limits of half the size."""
    for name in ("MOST_BYTES", "MOST_LINES", "LONGEST_LINE", "DEEPEST", "MOST_MARKERS", "MOST_SIGNS",
                 "MOST_BRACKETS", "MOST_FOOTNOTES", "MOST_FENCES"):  # fmt: skip
        monkeypatch.setattr(limits, name, getattr(limits, name) // 2)
    texts = {
        f"{folder.name}/{path}": data
        for folder in course_folders(ROOT / "content")
        for path, data in read_files(folder).items()
        if path.endswith((".md", ".toml"))
    }
    texts |= {path.name: path.read_bytes() for path in (ROOT / "docs" / "hr").glob("*.md")}
    assert len(texts) > 20
    assert [str(error) for path, data in texts.items() for error in islice(beyond(path, data), 1)] == []
