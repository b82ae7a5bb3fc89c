"""Scenarios that go on and posts to search: read, cut, told, translated; each mistake named once."""

# The tables read as tables.
# ruff: noqa: E501

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.courses.check import findings
from app.courses.load import load_course
from app.courses.model import Scenario
from app.courses.posts import crossing, cut, look_of, phrases, read_post, source_named_in, unmarked
from app.courses.source import ContentError
from tests.courses.tiny_course import SLUG, as_bytes, tiny_course, write

QUIZ = "2-more/scenarios.ja.md"
GOES_ON = """\
## 古い告知 {#stale-notice clauses="2" level=2}

学童支援員が、先月の催しの日程をフェイスブックに書いてしまいました。読んだ人から問合せが来ています。

どうしますか。

- [ ] そのうち流れて見えなくなるので待つ。 [続き](#more-questions)
  > 待つ間にも広がります([2](#2))。
- [x] 正しい日程を調べて書き直す。[続き](#after-fix)
  > そのとおりです([2](#2))。
- [ ] 何も書かずにアカウントを閉じる。
  > 読んだ人は困ったままです([2](#2))。

## 問合せが増えた {#more-questions kind=scene}

翌朝、問合せは十件に増えました。

次にどうしますか。

- [~] おわびして正しい日程を書く。
  > 遅れましたが、直せました([2](#2))。
- [ ] 一件ずつ別々の返事をする。
  > 元の投稿が残ります([2](#2))。

## 書き直した後 {#after-fix kind=scene clauses="2, 1(2)" level=3}

書き直すと、前の画面を保存した人がいました。

どう考えますか。

- [ ] 直したので前の内容は消えている。
  > 残ることがあります([1(2)](#1(2)))。
- [x] 前の内容も残り得ると考えておく。
  > そのとおりです([1(2)](#1(2)))。

"""
FIND = """\
## 投稿の見直し {#search-post clauses="2" level=2 kind=find}

臨時的任用の職員が、休日に次の文をインスタグラムに載せようとしています。

> きょうは｜川《かわ》沿いを歩きました。
> 桜は==全部散った==らしい、残念。
> でも空は青くて、==隣の山田さんが==転んでいました!
> #散歩 #春

気を付けたい言葉を2つ選んでください。

- 全部散った
  > 確かめていません([2](#2))。
- ==隣の山田さんが==
  > 人の失敗です([1(1)](#1(1)))。
- 空は青くて
  > 見たままです([2](#2))。

"""


def course_files(more: str = GOES_ON + FIND) -> dict[str, str]:
    files = tiny_course()
    files[QUIZ] += more
    return files


def scenario(id: str, files: dict[str, str] | None = None, **form: object) -> Scenario:
    course = load_course(as_bytes(files or course_files()), SLUG, **form)  # type: ignore[arg-type]
    found = course.scenario(id)
    assert found is not None
    return found


def test_scenes_belong_to_the_scenario_and_stand_nowhere_alone() -> None:
    course = load_course(as_bytes(course_files()), SLUG)
    ids = [one.id for section in course.sections for one in section.scenarios]
    assert "stale-notice" in ids and not {"more-questions", "after-fix"} & set(ids)
    start = scenario("stale-notice")
    assert start.goes_on and not start.multiple
    assert [choice.next for choice in start.choices] == ["more-questions", "after-fix", ""]
    assert [choice.text for choice in start.choices][1] == "正しい日程を調べて書き直す。"
    assert [one.id for one in start.scenes] == ["more-questions", "after-fix"]
    assert [(choice.right, choice.half) for choice in start.scenes[0].choices] == [
        (False, True),
        (False, False),
    ]


def test_a_scene_without_clauses_has_those_of_its_scenario() -> None:
    more, after = scenario("stale-notice").scenes
    assert (more.clauses, more.level) == (("2",), 2)
    assert (after.clauses, after.level) == (("2", "1(2)"), 3)


def test_a_scene_reworded_is_a_new_revision_of_its_scenario() -> None:
    reworded = course_files(GOES_ON.replace("十件", "二十件") + FIND)
    assert scenario("stale-notice", reworded).revision != scenario("stale-notice").revision
    assert scenario("search-post", reworded).revision == scenario("search-post").revision


def test_a_post_is_cut_into_phrases_and_keeps_its_secret() -> None:
    found = scenario("search-post")
    texts = [choice.text for choice in found.choices]
    assert texts == [
        "きょうは川沿いを歩きました。",
        "桜は全部散ったらしい、",
        "残念。",
        "でも空は青くて、",
        "隣の山田さんが転んでいました!",
        "#散歩",
        "#春",
    ]
    assert found.right == {1, 4} and found.multiple
    assert found.choices[4].marked_html == "<mark>隣の山田さんが</mark>転んでいました!"
    assert "人の失敗" in found.choices[4].feedback and "見たまま" in found.choices[3].feedback
    assert found.choices[0].feedback == ""
    assert found.post is not None and (found.post.source, found.post.look) == ("インスタグラム", "instagram")
    assert [one.lines for one in found.post.said] == [((0,), (1, 2), (3, 4), (5, 6))]
    before = found.html + found.text + found.lead_html + found.question_html
    before += "".join(choice.html + choice.text for choice in found.choices)
    assert "==" not in before and "mark" not in before
    assert (
        "桜は全部散ったらしい" in found.html
        and "臨時的任用" in found.lead_html
        and "2つ" in found.question_html
    )


def test_readings_change_nothing_about_the_cut() -> None:
    ruby = scenario("search-post", ruby=True)
    assert "<rt>かわ</rt>" in ruby.choices[0].html
    assert [choice.text for choice in ruby.choices] == [
        choice.text for choice in scenario("search-post").choices
    ]


def english(text: str) -> dict[str, str]:
    return course_files() | {"2-more/scenarios.en.md": tiny_course()[QUIZ] + text}


def test_a_translation_made_alike_is_shown(tmp_path: Path) -> None:
    translated = GOES_ON.replace("どうしますか。", "What next?").replace("続き", "Continue")
    translated += FIND.replace("きょうは", "Today ")
    files = english(translated)
    assert findings(write(files, tmp_path)) == []
    assert scenario("stale-notice", files, language="en").language == "en"
    assert scenario("search-post", files, language="en").choices[0].text == "Today 川沿いを歩きました。"


@pytest.mark.parametrize(
    ("old", "new", "id"),
    [
        ("らしい、残念", "らしい残念", "search-post"),
        ("でも空は青くて", "でも==空==は青くて", "search-post"),
        ("[続き](#after-fix)", "", "stale-notice"),
        ("- [~]", "- [x]", "stale-notice"),
        ("#stale-notice", "#other", "stale-notice"),
    ],
)
def test_a_translation_made_otherwise_is_told_in_japanese_and_named(
    old: str, new: str, id: str, tmp_path: Path
) -> None:
    files = english((GOES_ON + FIND).replace(old, new, 1))
    assert scenario(id, files, language="en").language == "ja"
    assert findings(write(files, tmp_path))


@pytest.mark.parametrize(
    ("lines", "html"),
    [
        (["**X(旧ツイッター)**", "晴れ", "#空"], '<blockquote class="post post-x"><p class="post-source">X(旧ツイッター)</p><p>晴れ<br>\n#空</p></blockquote>'),
        (["**町内の掲示**", "清掃", "", "日曜"], '<blockquote class="post post-notice"><p class="post-source">町内の掲示</p><p>清掃</p><p>日曜</p></blockquote>'),
        (["**LINE**", "係長: 明日は?", "わたし:休みます。", "すみません。"], '<blockquote class="post post-chat"><p class="post-source">LINE</p><div class="bubble"><p class="bubble-who">係長</p><p>明日は?</p></div><div class="bubble bubble-own"><p class="bubble-who">わたし</p><p>休みます。<br>\nすみません。</p></div></blockquote>'),
        (["**チャット**", "<b>太郎</b>: *a*"], '<blockquote class="post post-chat"><p class="post-source">チャット</p><div class="bubble"><p class="bubble-who">&lt;b&gt;太郎&lt;/b&gt;</p><p>*a*</p></div></blockquote>'),
        (["**強調**する", "続き"], '<blockquote class="post"><p>**強調**する<br>\n続き</p></blockquote>'),
        (["時刻: 10時"], '<blockquote class="post"><p>時刻: 10時</p></blockquote>'),
    ],
)  # fmt: skip
def test_a_post_looks_like_the_thing_it_is(lines: list[str], html: str) -> None:
    text = "\n".join(["話です。", "", *(f"> {line}" for line in lines), "", "どう考えますか。"])
    files = tiny_course()
    files[QUIZ] = files[QUIZ].replace("どう考えますか。", text.removeprefix("話です。\n\n"), 1)
    assert html in scenario("road-work", files).html


@pytest.mark.parametrize(
    ("story", "named"),
    [
        ("夜、X(旧ツイッター)に書く。", "X(旧ツイッター)"),
        ("LINEで見てフェイスブックに書く。", ""),
        ("SNSに書く。", ""),
    ],
)
def test_a_post_stands_where_its_story_says(story: str, named: str) -> None:
    assert source_named_in(story) == named
    assert look_of("どこか") == ""


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        ("明日、入札があります。", ["明日、", "入札があります。"]),
        ("「はい。」「いいえ!」と言った", ["「はい。」", "「いいえ!」", "と言った"]),
        ("3,000円で1.5倍です", ["3,000円で1.5倍です"]),
        ("Today, we met. #fun #city", ["Today,", " we met.", " ", "#fun ", "#city"]),
        ("えっ…!本当?", ["えっ…!", "本当?"]),
        ("😢", ["😢"]),
        ("", []),
    ],
)
def test_a_line_is_cut_where_a_reader_breathes(line: str, pieces: list[str]) -> None:
    assert list(cut(line)) == [piece for piece in pieces if piece.strip()] or "".join(cut(line)) == line


@given(st.text(alphabet="あ、。!「」=#, .a1", max_size=30))
def test_nothing_is_lost_and_marks_move_no_cut(line: str) -> None:
    assert "".join(cut(line)) == line
    text, marks = unmarked(line)
    assert tuple(one.text for one in phrases(line)) == cut(text)
    assert sum(b - a for one in phrases(line) for a, b in one.marks) == sum(b - a for a, b in marks)
    assert bool(crossing(line)) <= bool(marks)


def test_empty_posts_are_no_trouble() -> None:
    assert read_post([]).said == () and read_post(["", "**X**"]).source == "X"


@dataclass(frozen=True)
class Plant:
    """Put `new` for the first `old`; `at` is text of the line to be named."""

    name: str
    old: str
    new: str
    at: str
    says: str


PLANTS = [
    # What can't be understood.
    Plant("scene not there", "](#after-fix)", "](#nowhere)", "#nowhere", "「nowhere」の場面が"),
    Plant("leads to a whole scenario", "](#after-fix)", "](#road-work)", "](#road-work)", "kind=scene と書いて"),
    Plant("a circle", "- [~] おわびして正しい日程を書く。", "- [ ] おわびする。[続き](#more-questions)", "おわびする", "戻ります"),
    Plant("two right ways on", "- [ ] そのうち", "- [x] そのうち", "{#stale-notice", "[x] は1つ"),
    Plant("half where nothing goes on", "- [ ] 少し待った", "- [~] 少し待った", "少し待った", "[~]"),
    Plant("half that goes on", "- [ ] そのうち", "- [~] そのうち", "そのうち", "[~]"),
    Plant("scene without a right end", "- [~] おわび", "- [ ] おわび", "{#more-questions", "どの選択肢にもありません"),
    Plant("scene with half of what it needs", "kind=scene clauses", 'kind=scene claus="2" clauses', "{#after-fix", "「claus」はありません"),
    Plant("scene of an unknown clause", 'clauses="2, 1(2)"', 'clauses="9"', "{#after-fix", "「9」はガイドラインに"),
    Plant("choices in a post to search", "- 全部散った\n", "- [x] 全部散った\n", "- [x] 全部散った", "選択肢を書けません"),
    Plant("nothing marked", "==全部散った==らしい、残念。\n> でも空は青くて、==隣の山田さんが==", "全部散ったらしい、残念。\n> でも空は青くて、隣の山田さんが", "{#search-post", "気を付けたい言葉がありません"),
    Plant("mark left open", "==全部散った==", "==全部散った", "全部散ったらしい", "閉じていません"),
    Plant("mark outside the post", "臨時的任用の職員", "==臨時的任用==の職員", "==臨時的任用==", "投稿(「> 」で始まる行)の中だけ"),
    Plant("two posts", "気を付けたい", "> もう一つ。\n\n気を付けたい", "{#search-post", "1つだけ"),
    # What a careful editor finds besides.
    Plant("scene nobody comes to", "[続き](#after-fix)", "", "{#after-fix", "どこからも続いていません"),
    Plant("no best way", "- [x] 前の内容", "- [~] 前の内容", "{#stale-notice", "終わる道がありません"),
    Plant("scene with one choice", "- [ ] 一件ずつ別々の返事をする。\n  > 元の投稿が残ります([2](#2))。\n", "", "{#more-questions", "選択肢が1つ"),
    Plant("scene's feedback without a clause", "元の投稿が残ります([2](#2))。", "元の投稿が残ります。", "元の投稿が残ります", "解説に項がありません"),
    Plant("continuation in the feedback", "待つ間にも広がります([2](#2))。", "待つ間にも[続き](#after-fix)([2](#2))。", "待つ間にも", "リンク先"),
    Plant("mark over two phrases", "==全部散った==らしい、残念。", "==全部散ったらしい、残念==。", "==全部散ったらしい", "またいでいます"),
    Plant("no explanation", "- 全部散った\n  > 確かめていません([2](#2))。\n", "", "全部散った", "解説がありません"),
    Plant("explanation of nothing", "- 空は青くて", "- 空は赤くて", "空は赤くて", "投稿にありません"),
    Plant("explanation without a clause", "確かめていません([2](#2))。", "確かめていません。", "確かめていません", "解説に項がありません"),
    Plant("phrase without words", "  > 見たままです([2](#2))。\n", "", "- 空は青くて", "言葉に解説がありません"),
    Plant("another number asked", "2つ選んで", "三つ選んで", "三つ選んで", "問いは「三つ」"),
]  # fmt: skip


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_one_mistake_is_named_with_its_place(plant: Plant, tmp_path: Path) -> None:
    files = course_files()
    assert plant.old in files[QUIZ], plant.name
    files[QUIZ] = files[QUIZ].replace(plant.old, plant.new, 1)
    found = findings(write(files, tmp_path))
    line = next(n for n, one in enumerate(files[QUIZ].split("\n"), 1) if plant.at in one)
    assert any((one.line, plant.says in one.sentence) == (line, True) for one in found), [
        str(one) for one in found
    ]
    assert all(one.path.endswith(QUIZ) and one.sentence.endswith("。") for one in found)


def test_both_kinds_without_a_mistake_are_left_alone(tmp_path: Path) -> None:
    assert findings(write(course_files(), tmp_path)) == []


def test_marks_where_nothing_is_searched(tmp_path: Path) -> None:
    files = course_files()
    files[QUIZ] = files[QUIZ].replace("建設課", "==建設課==", 1)
    assert [("kind=find" in one.sentence) for one in findings(write(files, tmp_path))] == [True]


def test_too_many_phrases_too_many_steps(tmp_path: Path) -> None:
    long = FIND.replace("> きょうは", "> " + "歩いた、" * 12 + "きょうは")
    assert any(
        "区切り" in one.sentence and "19" in one.sentence
        for one in findings(write(course_files(long), tmp_path))
    )
    steps = "".join(
        f"## 場面{n} {{#step-{n} kind=scene}}\n\n話は続きます。\n\nどうしますか。\n\n"
        f"- [x] 進む方を選びます。{f'[続き](#step-{n + 1})' if n < 4 else ''}\n  > [2](#2)です。\n- [ ] 止まる方を選びます。\n  > [2](#2)です。\n\n"
        for n in range(5)
    )
    start = (
        GOES_ON.split("## 問合せ")[0].replace("#more-questions", "#step-0").replace("#after-fix", "#step-0")
    )
    found = findings(write(course_files(start + steps), tmp_path))
    assert [one.sentence[:2] for one in found] == ["6回"], [str(one) for one in found]


def story(steps: int, choices: int) -> str:
    """A story of so many scenes one after another, each choice leading on to the next."""
    return "".join(
        f"## 場面{n} {{#step-{n} kind=scene}}\n\n話は続きます。\n\nどうしますか。\n\n"
        + "".join(
            f"- [{' ' if at else 'x'}] 道{at}です。{f'[続き](#step-{n + 1})' if n < steps - 1 else ''}\n  > [2](#2)です。\n"
            for at in range(choices)
        )
        + "\n"
        for n in range(steps)
    )


@pytest.mark.parametrize(
    ("steps", "choices", "refused"),
    [(11, 1, False), (12, 1, True), (5, 4, False), (40, 3, True), (300, 1, True)],
)
def test_a_story_nobody_could_follow_is_refused_before_it_is_followed(
    steps: int, choices: int, refused: bool
) -> None:
    start = (
        GOES_ON.split("## 問合せ")[0].replace("#more-questions", "#step-0").replace("#after-fix", "#step-0")
    )
    files = as_bytes(course_files(start + story(steps, choices)))
    if not refused:
        assert load_course(files, SLUG).sections
        return
    with pytest.raises(ContentError, match=r"続きのある話の道が多すぎます\(2,000通り、12回まで\)。"):
        load_course(files, SLUG)


def test_minutes_count_the_longest_way_once() -> None:
    course = load_course(as_bytes(course_files()), SLUG)
    assert course.sections[1].quiz_minutes == 1
