"""Each kind of mistake an author makes is found once, with its place; a sound course is left alone."""

# The table reads as a table: one mistake a line.
# ruff: noqa: E501

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.courses.check import findings
from tests.courses.tiny_course import CHOICES, SLUG, STORIES, scenario, scenarios, tiny_course, write

CATEGORIES = {"正規職員", "任期付職員"}
QUIZ = "1-basics/scenarios.ja.md"
LESSON = "1-basics/lesson.ja.md"
GARDEN = '## 庭の花 {#garden-photo clauses="1(1)" level=1}'
FIRST = "- [x] そのまま載せてよいと考えます。\n  > [1(1)](#1(1))に照らして考えます。\n"
WHOLE = FIRST + (
    f"- [ ] {CHOICES[1]}\n  > [1(1)](#1(1))に照らして考えます。\n"
    f"- [ ] {CHOICES[2]}\n  > [1(1)](#1(1))に照らして考えます。\n"
)


@dataclass(frozen=True)
class Plant:
    """Put `new` for the first `old` in `path`; `at` is text of the line to be named (or its number)."""

    name: str
    path: str
    old: str
    new: str
    at: str | int
    says: str
    found_in: str = ""


PLANTS = [
    # What can't be understood.
    Plant("front matter left open", LESSON, '"\n+++\n', '"\n', 1, "閉じられていません"),
    Plant("front matter not TOML", LESSON, '"基本"', "基本", 2, "TOML"),
    Plant("course.toml not TOML", "course.toml", "= 80", "= 80%", 3, "TOML"),
    Plant("number in quotes", "course.toml", "= 80", '= "80"', 3, "pass_mark は1から100まで"),
    Plant("date as text", "course.toml", "2026-04-01", '"4月1日"', 4, "introduced は日付"),
    Plant("no pass mark", "course.toml", "pass_mark = 80\n", "", 1, "pass_mark がありません"),
    Plant("questions not a number", "course.toml", '"2-more" = 1', '"2-more" = 0', 10, "1から50まで"),
    Plant("section without folder", "course.toml", '"2-more" = 1', '"2-more" = 1\n"3-x" = 1', 11, "フォルダーがありません"),
    Plant("no title", LESSON, 'title = "基本"', "", 1, "title がありません"),
    Plant("no updated", "guideline.md", "updated = 2026-04-01\n", "", 1, "updated"),
    Plant("text before the scenarios", QUIZ, GARDEN, "はじめに\n\n" + GARDEN, 1, "より前に文"),
    Plant("heading without attributes", QUIZ, GARDEN, "## 庭の花", 1, "指定がありません"),
    Plant("wide braces", QUIZ, GARDEN, GARDEN.replace("{", "\uff5b").replace("}", "\uff5d"), 1, "指定がありません"),
    Plant("attribute misspelt", QUIZ, "#garden-photo clauses", "#garden-photo kinds=1 clauses", 1, "「kinds」はありません"),
    Plant("attribute unreadable", QUIZ, "level=1}", "level=1 !}", 1, "読み取れません"),
    Plant("no id", QUIZ, "#garden-photo ", "", 1, "id がありません"),
    Plant("id in Japanese", QUIZ, "#garden-photo", "#庭", 1, "「庭」は使えません"),
    Plant("no clauses", QUIZ, 'clauses="1(1)" ', "", 1, "clauses がありません"),
    Plant("no level", QUIZ, " level=1", "", 1, "level は"),
    Plant("level out of range", QUIZ, "level=1", "level=4", 1, "level は"),
    Plant("kind of a later day", QUIZ, "level=1", "level=1 kind=order", 1, "kind「order」"),
    Plant("unknown clause decides", QUIZ, 'clauses="1(1)"', 'clauses="1(1), 9(9)"', 1, "「9(9)」はガイドラインに"),
    Plant("unknown clause cited", QUIZ, "[1(1)](#1(1))に", "[8](#8)に", 8, "「8」はガイドラインに"),
    Plant("wide label cited", LESSON, "](#1(1))", "](#１(1))", 9, "ガイドラインにありません"),
    Plant("unknown clause shown", LESSON, "{{clause 1(1)}}", "{{clause 1(1)}}\n\n{{clause 7}}", 9, "「7」は"),
    Plant("unknown directive", LESSON, "{{clause 1(2)}}", "{{clause 1(2)}}\n{{video 3}}", "{{video", "「{{…}}」"),
    Plant("directive in a sentence", LESSON, "職場でも", "{{city}}職場でも", 9, "「{{…}}」"),
    Plant("city text not there", LESSON, "職場でも", "{{city}}\n\n職場でも", 9, "city.ja.md"),
    Plant("id twice", QUIZ, "#lost-cat", "#garden-photo", "迷い猫", "id「garden-photo」"),
    Plant("heading in a scenario", QUIZ, "\nどう考えますか。", "\n### 問い\n\nどう考えますか。", 5, "見出しは「## 題」だけ"),
    Plant("text under a choice", QUIZ, "- [ ] 載せるのは", "続きの文\n- [ ] 載せるのは", 11, "属さない文"),
    Plant("star for a choice", QUIZ, "- [ ] 載せる", "* [ ] 載せる", 11, "選択肢として読み取れません"),
    Plant("wide brackets", QUIZ, "- [ ] 載せる", "- \uff3b \uff3d 載せる", 11, "選択肢として読み取れません"),
    Plant("wide x", QUIZ, "- [x] その", "- [ｘ] その", 7, "選択肢として読み取れません"),
    Plant("nothing in the brackets", QUIZ, "- [ ] 載せる", "- [] 載せる", 11, "選択肢として読み取れません"),
    Plant("no space after the dash", QUIZ, "- [ ] 載せる", "-[ ] 載せる", 11, "選択肢として読み取れません"),
    Plant("choice too far in", QUIZ, "- [ ] 載せる", "    - [ ] 載せる", 11, "選択肢として読み取れません"),
    Plant("no choices", QUIZ, WHOLE, "", 1, "選択肢がありません"),
    Plant("no right choice", QUIZ, "- [x] その", "- [ ] その", 1, "どの選択肢にもありません"),
    Plant("no situation", QUIZ, STORIES["1(1)"][0][2] + "\n\nどう考えますか。\n", "", 1, "状況が書かれていません"),
    Plant("clause not quoted", "guideline.md", "> 正確に伝えること。\n", "", "### 2", "原文がありません"),
    Plant("clause named two ways", "guideline.md", "{#1(2)}", "{#1(3)}", "### 1(2)", "同じ番号を2回"),
    Plant("clause twice", "guideline.md", "### 2 {#2}", "### 1(2) {#1(2)}\n\n### 2 {#2}", 27, "2回あります"),
    Plant("private characters", LESSON, "家でも", "家\ue123でも", 9, "外字"),
    # What a careful editor finds besides.
    Plant("no feedback", QUIZ, FIRST, FIRST.split("\n")[0] + "\n", 7, "解説がありません"),
    Plant("empty feedback", QUIZ, FIRST, FIRST.split("\n")[0] + "\n  >\n", 7, "解説がありません"),
    Plant("feedback without a clause", QUIZ, "[1(1)](#1(1))に", "項に", 8, "解説に項がありません"),
    Plant("feedback not indented", QUIZ, "  > [1(1)]", "> [1(1)]", 8, "字下げ"),
    Plant("two choices", QUIZ, WHOLE, WHOLE.rsplit("- [ ]", 1)[0], 1, "選択肢が2つ"),
    Plant("capital X", QUIZ, "- [x] その", "- [X] その", 7, "大文字"),
    Plant("a tab", QUIZ, "- [ ] 載せる", "-\t[ ] 載せる", 11, "タブ"),
    Plant("choices alike", QUIZ, CHOICES[2], CHOICES[1], 11, "同じ文"),
    Plant("several right, not said", QUIZ, "- [ ] 載せる", "- [x] 載せる", 5, "すべて選んでください"),
    Plant("one right, all asked", QUIZ, "どう考えますか。", "すべて選んでください。", 5, "正答は1つ"),
    Plant("どれも not last", QUIZ, "- [ ] " + CHOICES[1], "- [ ] どれも控えるのがよいです。", 9, "最後に"),
    Plant("right answer longest", QUIZ, CHOICES[0], CHOICES[0] * 2, 7, "正答だけが長く"),
    Plant("right answer shortest", QUIZ, WHOLE, WHOLE.replace("載せ", "ていねいに何度も読み返して載せ").replace(CHOICES[0].replace("載せ", "ていねいに何度も読み返して載せ"), "載せます。"), 7, "正答だけが短く"),
    Plant("right answer without a stop", QUIZ, "よいと考えます。\n  >", "よいと考えます\n  >", 7, "句点"),
    Plant("negative question", QUIZ, "どう考えますか。", "適切でないものはどれですか。", 5, "打消し"),
    Plant("no question", QUIZ, "どう考えますか。", "> 花がきれいです。", 5, "問いの文がありません"),
    Plant("a clause of another section first", QUIZ, 'clauses="1(1)"', 'clauses="2, 1(1)"', 1, "「2-more」の節"),
    Plant("no title of a scenario", QUIZ, "## 庭の花 ", "## ", 1, "題がありません"),
    Plant("one word read in two ways", QUIZ, FIRST, FIRST.replace("考え", "｜今日《きょう》、｜今日《こんにち》考え", 1), 7, "どちらかにそろえて"),
    Plant("choices alike but for a reading", QUIZ, CHOICES[2], "｜" + CHOICES[1][:2] + "《よみ》" + CHOICES[1][2:], 11, "同じ文"),
    Plant("reading in a title", QUIZ, "庭の花", "｜庭《にわ》の花", 1, "見出しにはふりがな"),
    Plant("reading in a lesson's title", LESSON, '"基本"', '"｜基本《きほん》"', 1, "題にはふりがな"),
    Plant("reading left open", LESSON, "家でも", "｜家《いえでも", 9, "閉じていません"),
    Plant("reading with a narrow bar", LESSON, "職場でも", "|職場《しょくば》でも", 9, "半角です"),
    Plant("raw HTML", LESSON, "家でも", "<b>家</b>でも", 9, "HTML"),
    Plant("the old name", QUIZ, "庭で咲いた", "ツイッターで見た", 3, "X(旧ツイッター)"),
    Plant("a word we avoid", LESSON, "一度出た", "督促の一度出た", "督促", "使いません"),
    Plant("dead anchor", LESSON, "(#注意すること)", "(#どこにもない)", "どこにもない", "このページにありません"),
    Plant("dead link", LESSON, "(#注意すること)", "(/courses/tiny/9-none)", "9-none", "リンク先"),
    Plant("link to a file", LESSON, "(#注意すること)", "(shiryo.pdf)", "shiryo", "リンク先"),
    Plant("image not there", LESSON, "職場でも", "![机](desk.png)\n\n職場でも", 9, "画像「desk.png」"),
    Plant("heading of level 1", LESSON, "## 注意すること", "# 注意すること", 5, "題だけ"),
    Plant("heading skipped", LESSON, "### 取り消せ", "#### 取り消せ", "####", "段が飛んで"),
    Plant("clause not taught", LESSON, "{{clause 1(2)}}", "", 1, "「1(2)」が教材に出てきません"),
    Plant("clause cited, not shown", LESSON, "{{clause 1(1)}}", "", 1, "リンク先がありません"),
    Plant("front matter misspelt", LESSON, "title", "titel = 1\ntitle", 1, "「titel」"),
    Plant("course.toml misspelt", "course.toml", "summary", 'sumary = ""\nsummary', 2, "「sumary」"),
    Plant("category misspelt", "course.toml", '["正規職員"]', '["正規職員", "正社員"]', 5, "「正社員」"),
    Plant("untested clause unknown", "course.toml", "pass_mark", 'untested = ["6"]\npass_mark', 3, "「6」は"),
    Plant("city not said", "2-more/city.ja.md", "filled = false", "", 1, "filled"),
    Plant("clause left out", "guideline.md", "1(2) {#1(2)}", "1(3) {#1(3)}", "### 1(3)", "「1(2)」がありません"),
    Plant("no rewording", "guideline.md", "言い換え(参考): 正しく伝えます。", "", "### 2", "言い換え"),
    Plant("ママ in the quotation", "guideline.md", "> 正確に伝える", "> 正確に(ママ)伝える", "### 2", "ママ"),
    Plant("excerpt of what", "guideline.md", "version", "excerpt = true\nversion", 1, "missing"),
    Plant("too few scenarios", "course.toml", '"1-basics" = 2', '"1-basics" = 3', 1, "9以上", QUIZ),
]  # fmt: skip


def planted(plant: Plant) -> dict[str, str]:
    files = tiny_course()
    assert plant.old in files[plant.path], plant.name
    files[plant.path] = files[plant.path].replace(plant.old, plant.new, 1)
    if plant.name == "clause left out":
        files = {path: text.replace("1(2)", "1(3)") for path, text in files.items()}
    return files


def line_of(text: str, at: str | int) -> int:
    if isinstance(at, int):
        return at
    return next(number for number, line in enumerate(text.split("\n"), start=1) if at in line)


def test_a_course_without_a_mistake_is_left_alone(tmp_path: Path) -> None:
    assert findings(write(tiny_course(), tmp_path), CATEGORIES) == []


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_one_mistake_is_found_once_with_its_place(plant: Plant, tmp_path: Path) -> None:
    files = planted(plant)
    found = findings(write(files, tmp_path), CATEGORIES)
    assert len(found) == 1, [str(one) for one in found]
    path = plant.found_in or plant.path
    assert found[0].path == (tmp_path / SLUG / path).as_posix()
    assert found[0].line == line_of(files[path], plant.at), str(found[0])
    assert plant.says in found[0].sentence
    assert str(found[0]) == f"{found[0].path}:{found[0].line}: {found[0].sentence}"
    assert found[0].sentence.endswith("。")


def all_right(files: dict[str, str]) -> None:
    files[QUIZ] = (
        files[QUIZ].replace("[ ]", "[x]", 2).replace("どう考えますか。", "すべて選んでください。", 1)
    )


def last_story_of_a_clause(files: dict[str, str]) -> None:
    """Leaves 1(2) with two scenarios, the section with six."""
    blocks = files[QUIZ].split("## ")
    files[QUIZ] = "## ".join(blocks[:-2])


def told_twice(files: dict[str, str]) -> None:
    story = STORIES["1(1)"][0][2].replace("水道課", "税務課")
    files["2-more/scenarios.ja.md"] += scenario("again", "また庭", "2", story, 0)


def always_second(files: dict[str, str]) -> None:
    for path in (QUIZ, "2-more/scenarios.ja.md"):
        lines = files[path].replace("[x]", "[ ]").split("\n")
        files[path] = "\n".join(line.replace("[ ]", "[x]") if CHOICES[1] in line else line for line in lines)


def always_longest(files: dict[str, str]) -> None:
    for path in (QUIZ, "2-more/scenarios.ja.md"):
        files[path] = "\n".join(
            line.replace("す。", "すと答えます。") if "[x]" in line else line
            for line in files[path].split("\n")
        )


def always_shortest(files: dict[str, str]) -> None:
    for path in (QUIZ, "2-more/scenarios.ja.md"):
        files[path] = "\n".join(
            line.replace("す。", "すと答えます。") if "[ ]" in line else line
            for line in files[path].split("\n")
        )


def absolute_words(files: dict[str, str]) -> None:
    for path in (QUIZ, "2-more/scenarios.ja.md"):
        files[path] = "\n".join(
            line.replace("[ ] ", "[ ] 必ず") if CHOICES[2] in line else line
            for line in files[path].split("\n")
        )


def no_scenarios(files: dict[str, str]) -> None:
    del files["2-more/scenarios.ja.md"]


def no_lesson(files: dict[str, str]) -> None:
    del files["2-more/lesson.ja.md"]


def no_guideline(files: dict[str, str]) -> None:
    del files["guideline.md"]


def a_stray_file(files: dict[str, str]) -> None:
    files["1-basics/lesson.jp.md"] = "題"


def empty_lesson(files: dict[str, str]) -> None:
    files[LESSON] = '+++\ntitle = "基本"\n+++\n\n{{clause 1(1)}}\n\n{{clause 1(2)}}\n'


def long_lesson(files: dict[str, str]) -> None:
    files[LESSON] += "\n" + ("長い話です。" * 40 + "\n") * 100


def image_without_words(files: dict[str, str]) -> None:
    files["1-basics/desk.png"] = "png"
    files[LESSON] += "\n![](desk.png)\n"


def english(files: dict[str, str]) -> None:
    files["1-basics/scenarios.en.md"] = files[QUIZ].replace("どう考えますか。", "What do you think?")


def english_without_one(files: dict[str, str]) -> None:
    english(files)
    first = files["1-basics/scenarios.en.md"].split("## ")
    files["1-basics/scenarios.en.md"] = "## ".join([first[0], *first[2:]])


def english_with_another(files: dict[str, str]) -> None:
    english(files)
    files["1-basics/scenarios.en.md"] += scenario("mine", "Mine", "1(1)", "A new story.", 0)


def english_in_another_order(files: dict[str, str]) -> None:
    english(files)
    blocks = files["1-basics/scenarios.en.md"].split("## ")
    blocks[1], blocks[2] = blocks[2], blocks[1]
    files["1-basics/scenarios.en.md"] = "## ".join(blocks)


def english_with_other_marks(files: dict[str, str]) -> None:
    english(files)
    text = files["1-basics/scenarios.en.md"].replace("[x]", "[~]", 1).replace("[ ]", "[x]", 1)
    files["1-basics/scenarios.en.md"] = text.replace("[~]", "[ ]", 1)


def english_on_another_level(files: dict[str, str]) -> None:
    english(files)
    files["1-basics/scenarios.en.md"] = files["1-basics/scenarios.en.md"].replace("level=1", "level=2", 1)


def english_guideline_without_one(files: dict[str, str]) -> None:
    english(files)
    whole = files["guideline.md"]
    files["guideline.en.md"] = whole[: whole.index("### 1(2)")]


def english_lesson_without_a_heading(files: dict[str, str]) -> None:
    english(files)
    files["1-basics/lesson.en.md"] = re.sub(r"(?m)^### .*$", "", files[LESSON], count=1)


def english_city_not_filled(files: dict[str, str]) -> None:
    english(files)
    files["1-basics/city.ja.md"] = "+++\nfilled = true\n+++\n\n市の文です。\n"
    files["1-basics/city.en.md"] = "+++\nfilled = false\n+++\n\nThe city's text.\n"


Change = Callable[[dict[str, str]], None]


@pytest.mark.parametrize(
    ("change", "path", "line", "says"),
    [
        (all_right, QUIZ, 1, "すべての選択肢が正答"),
        (last_story_of_a_clause, "guideline.md", 21, "事例が2つです"),
        (told_twice, "2-more/scenarios.ja.md", 66, "ほとんど同じ"),
        (always_second, "course.toml", 1, "2番目"),
        (always_longest, "course.toml", 1, "いちばん長い"),
        (always_shortest, "course.toml", 1, "いちばん短い"),
        (absolute_words, "course.toml", 1, "「必ず」"),
        (no_scenarios, "2-more/scenarios.ja.md", 1, "scenarios.ja.md がありません"),
        (no_lesson, "2-more/lesson.ja.md", 1, "lesson.ja.md がありません"),
        (no_guideline, "guideline.md", 1, "guideline.md がありません"),
        (a_stray_file, "1-basics/lesson.jp.md", 1, "使われません"),
        (empty_lesson, LESSON, 1, "本文がありません"),
        (long_lesson, "course.toml", 1, "45分を超えます"),
        (image_without_words, LESSON, 17, "画像の説明"),
        (english_without_one, "1-basics/scenarios.en.md", 1, "「garden-photo」がありません"),
        (english_with_another, "1-basics/scenarios.en.md", 105, "日本語にありません"),
        (english_in_another_order, "1-basics/scenarios.en.md", 1, "順が日本語と違います"),
        (english_with_other_marks, "1-basics/scenarios.en.md", 1, "印が日本語と違います"),
        (english_on_another_level, "1-basics/scenarios.en.md", 1, "level が日本語と違います"),
        (english_guideline_without_one, "guideline.en.md", 1, "項が guideline.md と違います"),
        (english_lesson_without_a_heading, "1-basics/lesson.en.md", 1, "見出しの段か"),
        (english_city_not_filled, "1-basics/city.en.md", 1, "filled が日本語と違います"),
    ],
)
def test_a_mistake_over_several_places_is_found(
    change: Change, path: str, line: int, says: str, tmp_path: Path
) -> None:
    files = tiny_course()
    change(files)
    found = findings(write(files, tmp_path), CATEGORIES)
    assert [(one.path, one.line) for one in found] == [((tmp_path / SLUG / path).as_posix(), line)], [
        str(one) for one in found
    ]
    assert says in found[0].sentence


def test_a_translation_like_the_japanese_is_left_alone(tmp_path: Path) -> None:
    files = tiny_course()
    english(files)
    assert findings(write(files, tmp_path), CATEGORIES) == []


def test_another_encoding_is_named(tmp_path: Path) -> None:
    write(tiny_course(), tmp_path)
    target = tmp_path / SLUG / QUIZ
    lines = target.read_bytes().split(b"\n")
    lines[2] = "水道課の職員が撮りました。".encode("cp932")
    target.write_bytes(b"\n".join(lines))
    found = findings(tmp_path, CATEGORIES)
    assert [(one.path, one.line) for one in found] == [(target.as_posix(), 3)]
    assert "UTF-8" in found[0].sentence


def test_a_folder_without_course_toml_is_named(tmp_path: Path) -> None:
    write(tiny_course(), tmp_path)
    (tmp_path / "memo").mkdir()
    found = findings(tmp_path, CATEGORIES)
    assert [(one.path, one.line) for one in found] == [((tmp_path / "memo").as_posix(), 1)]


def test_an_empty_folder_is_a_finding(tmp_path: Path) -> None:
    assert [one.path for one in findings(tmp_path)] == [tmp_path.as_posix()]


def test_one_course_can_be_checked_alone(tmp_path: Path) -> None:
    assert findings(write(tiny_course(), tmp_path) / SLUG) == []


def test_several_mistakes_are_all_found_at_once(tmp_path: Path) -> None:
    files = tiny_course()
    files[QUIZ] = files[QUIZ].replace("level=1", "level=9").replace("[x]", "[ ]")
    assert len(findings(write(files, tmp_path))) == 16


def test_stories_give_the_bank_enough_to_judge() -> None:
    assert scenarios("1(1)", "1(2)", "2").count("## ") >= 12
