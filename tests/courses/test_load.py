"""A course comes whole from its files, each time the same, and again from what an attempt kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from app.courses.library import Library, load_course, read_files
from app.courses.model import Course
from app.courses.source import ContentError
from tests.courses.tiny_course import SLUG, as_bytes, tiny_course, write

CONTENT = Path(__file__).parents[2] / "content"


def tiny(changes: Mapping[str, str] | None = None, language: str = "ja", ruby: bool = False) -> Course:
    return load_course(as_bytes({**tiny_course(), **(changes or {})}), SLUG, language, ruby)


def test_a_course_holds_what_its_files_say() -> None:
    course = tiny()
    assert (course.title, course.rules.pass_mark, course.rules.introduced) == (
        "小さな研修",
        80,
        date(2026, 4, 1),
    )
    assert (course.rules.due_days, course.rules.assigned) == (30, ("正規職員",))
    assert list(course.guideline.clauses) == ["0", "1(1)", "1(2)", "2"]
    assert course.guideline.preamble.text == "はじめに。"
    assert course.guideline.clauses["1(2)"].part == "1 基本"
    assert [section.clauses for section in course.sections] == [("1(1)", "1(2)"), ("2",)]
    assert [section.questions for section in course.sections] == [2, 1]
    first = course.section("1-basics")
    assert first is not None and first.scenario("lost-cat") is not None
    assert course.scenario("road-work") is not None
    assert course.section("9-none") is None and course.scenario("none") is None


def test_a_clause_is_shown_verbatim_beside_its_rewording() -> None:
    lesson = tiny().sections[0].lesson
    assert '<figure class="clause" id="clause-1(1)"><figcaption>ガイドライン 1(1)</figcaption>' in lesson.html
    assert '<blockquote class="clause-text" lang="ja"><p>注意すること。</p></blockquote>' in lesson.html
    assert (
        '<p class="clause-plain-label">言い換え(参考)</p><div lang="ja"><p>気をつけます。</p></div>'
        in lesson.html
    )
    assert lesson.cites == ("1(1)", "1(2)")
    assert 'href="#clause-1(1)"' in lesson.html


def test_feedback_leads_to_the_lesson_that_teaches_the_clause() -> None:
    choice = tiny().sections[1].scenarios[0].choices[0]
    assert 'href="/courses/tiny/2-more#clause-2"' in choice.feedback_html


def test_the_citys_text_stands_in_its_slot_and_says_when_it_is_empty() -> None:
    empty = tiny().sections[1].lesson.html
    assert '<div class="city city-empty">' in empty and "まだ記入されていません" in empty
    city = "+++\nfilled = true\n+++\n\n### 窓口\n\n[2](#2)のとおりです。\n"
    filled = tiny({"2-more/city.ja.md": city}).sections[1].lesson
    assert '<div class="city city-filled">' in filled.html and "city-empty" not in filled.html
    assert filled.headings[-1].text == "窓口"


def test_a_section_is_shown_again_from_the_bytes_an_attempt_kept() -> None:
    for ruby in (False, True):
        course = tiny(ruby=ruby)
        for section in course.sections:
            again = load_course(course.sources(section), SLUG, "ja", ruby).section(section.slug)
            assert again == section


def test_a_revision_changes_with_anything_a_section_shows_and_with_nothing_else() -> None:
    before = tiny()
    files = tiny_course()
    for path in files:
        after = tiny({path: files[path] + "\n"})
        changed = {
            new.slug
            for old, new in zip(before.sections, after.sections, strict=True)
            if old.revision != new.revision
        }
        expected = {path.split("/")[0]} if "/" in path else {"1-basics", "2-more"}
        assert changed == expected
        assert after.revision != before.revision


def test_the_language_and_the_readings_do_not_change_a_revision() -> None:
    english = {"1-basics/lesson.en.md": '+++\ntitle = "Basics"\n+++\n\n## One\n\n{{clause 1(1)}}\n'}
    variants = [tiny(english, language, ruby) for language in ("ja", "en") for ruby in (False, True)]
    assert len({section.revision for course in variants for section in course.sections}) == 2


def test_what_is_not_translated_is_shown_in_japanese() -> None:
    english = '+++\ntitle = "Basics"\n+++\n\n## One\n\n{{clause 1(1)}}\n'
    course = tiny({"1-basics/lesson.en.md": english}, "en")
    assert [section.title for section in course.sections] == ["Basics", "正確に"]
    assert [section.lesson.language for section in course.sections] == ["en", "ja"]
    assert "Plain rewording (reference)" in course.sections[0].lesson.html


def test_a_mistake_stops_the_reading_with_its_place() -> None:
    files = tiny_course()
    with pytest.raises(ContentError) as caught:
        tiny({"2-more/scenarios.ja.md": files["2-more/scenarios.ja.md"].replace("[x]", "[ ]")})
    assert (caught.value.path, caught.value.line) == ("2-more/scenarios.ja.md", 1)
    assert str(caught.value) == f"2-more/scenarios.ja.md:1: {caught.value.sentence}"


def test_what_only_an_editor_minds_stops_nothing() -> None:
    one = "## " + tiny_course()["1-basics/scenarios.ja.md"].split("## ")[1]
    assert len(tiny({"1-basics/scenarios.ja.md": one}).sections[0].scenarios) == 1


def test_the_library_keeps_its_last_good_state(tmp_path: Path) -> None:
    library = Library.load(write(tiny_course(), tmp_path))
    good = library.course(SLUG)
    quiz = tmp_path / SLUG / "1-basics" / "scenarios.ja.md"
    whole = quiz.read_bytes()
    quiz.write_bytes(whole.replace(b"[x]", b"[ ]"))
    assert not library.reload()
    assert library.course(SLUG) is good
    assert library.problem is not None and library.problem.startswith(f"{SLUG}/1-basics/scenarios.ja.md:1: ")
    quiz.write_bytes(whole.replace("迷い猫".encode(), "迷子の猫".encode()))
    assert library.reload()
    after = library.course(SLUG)
    assert after is not None and good is not None and after.revision != good.revision


def test_a_restarted_site_falls_back_on_what_it_last_understood(tmp_path: Path) -> None:
    content, last_good = write(tiny_course(), tmp_path / "content"), tmp_path / "instance" / "content.zip"
    good = Library.load(content, last_good)
    stamp = last_good.stat().st_mtime_ns
    Library.load(content, last_good)
    assert last_good.stat().st_mtime_ns == stamp
    (content / SLUG / "guideline.md").unlink()
    again = Library.load(content, last_good)
    assert again.problem is not None and "guideline.md がありません" in again.problem
    assert [again.course(SLUG, ruby=ruby) == good.course(SLUG, ruby=ruby) for ruby in (False, True)] == [
        True
    ] * 2
    assert not again.reload()
    write(tiny_course(), content)
    assert again.reload()


def test_a_damaged_copy_is_not_trusted(tmp_path: Path) -> None:
    content, last_good = write(tiny_course(), tmp_path / "content"), tmp_path / "content.zip"
    Library.load(content, last_good)
    last_good.write_bytes(last_good.read_bytes()[:-200])
    (content / SLUG / "guideline.md").unlink()
    with pytest.raises(ContentError):
        Library.load(content, last_good)


def test_a_broken_content_stops_a_first_start(tmp_path: Path) -> None:
    files = tiny_course()
    files["course.toml"] += '"3-none" = 1\n'
    with pytest.raises(ContentError, match=r"tiny/course\.toml:11: "):
        Library.load(write(files, tmp_path))
    with pytest.raises(ContentError):
        Library.load(tmp_path / "nowhere")


def test_the_library_finds_each_form_of_a_course(tmp_path: Path) -> None:
    library = Library.load(write(tiny_course(), tmp_path))
    assert library.slugs == (SLUG,)
    assert [course.slug for course in library.courses()] == [SLUG]
    for language in ("ja", "en"):
        for ruby in (False, True):
            course = library.course(SLUG, language, ruby)
            assert course is not None and (course.language, course.ruby) == (language, ruby)
    assert library.course(SLUG, "fr") is library.course(SLUG, "ja")
    assert library.course("none") is None


def test_hidden_and_set_aside_files_are_left_out(tmp_path: Path) -> None:
    write(tiny_course(), tmp_path)
    for name in (".git/x.md", "_old/lesson.ja.md", "1-basics/~tmp.docx"):
        (tmp_path / SLUG / name).parent.mkdir(exist_ok=True)
        (tmp_path / SLUG / name).write_bytes(b"x")
    assert set(read_files(tmp_path / SLUG)) == set(tiny_course())


def test_what_only_leads_elsewhere_is_no_part_of_a_course(tmp_path: Path) -> None:
    course, secret = tmp_path / SLUG, tmp_path / "secret.md"
    course.mkdir()
    secret.write_text("secret", encoding="utf-8")
    (course / "own.md").write_text("own", encoding="utf-8")
    try:
        (course / "same.md").symlink_to(course / "own.md")
        (course / "other.md").symlink_to(secret)
    except OSError:
        pytest.skip("links are not for everybody here")
    assert set(read_files(course)) == {"own.md", "same.md"}


def test_minutes_count_what_is_read() -> None:
    files = tiny_course()
    longer = tiny({"1-basics/lesson.ja.md": files["1-basics/lesson.ja.md"] + "あ" * 5000})
    assert tiny().sections[0].lesson.minutes == 1
    assert longer.sections[0].lesson.minutes == 11
    assert longer.minutes == tiny().minutes + 10


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("ruby", [False, True])
def test_the_real_content_is_shown_again_from_its_bytes(language: str, ruby: bool) -> None:
    course = load_course(read_files(CONTENT / "sns-guideline"), "sns-guideline", language, ruby)
    for section in course.sections:
        again = load_course(course.sources(section), course.slug, language, ruby).section(section.slug)
        assert again == section
