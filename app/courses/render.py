"""Markdown to HTML, once, when content is loaded. Raw HTML never comes through; citations become links."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from urllib.parse import quote, unquote
from xml.etree.ElementTree import Element, SubElement

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.extensions.toc import slugify_unicode
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from app.courses.model import Heading
from app.courses.posts import PostText, Said, read_post

GUIDELINE = {"ja": "ガイドライン", "en": "Guideline "}
OUTSIDE = {
    "ja": "インターネット接続系端末で開いてください",
    "en": "open it on a terminal connected to the internet",
}
RUBY = re.compile(r"｜([^｜《》\n]+)《([^｜《》\n]+)》")
DIRECTIVE = re.compile(r" {0,3}\{\{\s*(?P<name>[^\s{}]+)(?:\s+(?P<what>[^{}]*?))?\s*\}\}\s*$")
CODE_FENCE = re.compile(r" {0,3}(```|~~~)")
POST = re.compile(r" {0,3}> ?(?P<text>.*)$")
HEADING = re.compile(r" {0,3}(?P<marks>#{1,6})(?!#)\s*(?P<text>\S.*)$")
_CJK = r"[　-〿぀-ヿ㐀-鿿豈-﫿！-｠\U00020000-\U0003ffff]"
_JOIN = re.compile(rf"((?:{_CJK})(?:\*{{1,3}}|`|\)|\])?)\n[ \t]*(?=(?:\*{{1,3}}|`|\[)?{_CJK})")
#: Letters and signs that mean nothing to Markdown where they stand, readings, citations; a paragraph of them.
_SIGNS = "「」『』()、。・…〜？！：；，．／％?!:;,./%'()=+\"-"
_LETTER = rf"[^\W_]|[{_SIGNS}]| (?=\S)"
_READ = rf"｜(?:{_LETTER})+《(?:{_LETTER})+》"
_CITED = rf"(?<!!)\[((?:{_LETTER}|{_READ})+)\]\(#([^\W_]+(?:\([^\W_]+\)[^\W_]*)*)\)"
_CITATION = re.compile(_CITED)
_LINE = rf"(?:[^\W\d_]|[「『(]|{_READ}|{_CITED})(?:{_LETTER}|{_READ}|{_CITED})*"
_WORDS_ALONE = re.compile(rf"{_LINE}(?:\n{_LINE})*")
_TOKEN = "\ue000{}\ue001"
_TOKEN_ALONE = re.compile("\ue000(\\d+)\ue001")
_TOKEN_PARAGRAPH = re.compile("<p>\ue000(\\d+)\ue001</p>")
# A path on this site: no scheme, no second slash, no backslash (Markdown hides an escaped one behind \x02).
_INSIDE = re.compile(r"(?:/(?!/)|[^/\\:\x02\s])[^\\:\x02]*$")
_TAG = re.compile(r"<[^>]*>")
_READING = re.compile(r"<(rt|rp)>.*?</\1>")

EXTENSIONS: list[str | Extension] = [
    "attr_list",
    "admonition",
    "footnotes",
    "tables",
    "fenced_code",
    "def_list",
    "sane_lists",
    "toc",
]
_EXTENSION_CONFIGS: dict[str, dict[str, object]] = {
    "tables": {"use_align_attribute": True},
    "toc": {"slugify": slugify_unicode, "toc_depth": "2-4"},
    "footnotes": {"BACKLINK_TITLE": "本文の{}へ戻る"},
}
# fmt: off
_TAGS = {
    "a", "abbr", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4",
    "h5", "h6", "hr", "img", "li", "ol", "p", "pre", "rp", "rt", "ruby", "span", "strong", "sub", "sup",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}
# fmt: on
_ATTRIBUTES = {
    "*": {"id", "class", "lang"},
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "th": {"align"},
    "td": {"align"},
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """HTML with what stands in it: clauses cited, other anchors asked for, local links, images, headings."""

    html: str
    cites: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    headings: tuple[Heading, ...] = ()


#: What was rendered, by its text and whether its readings are shown.
Kept = dict[tuple[str, bool], Rendered]


class Renderer:
    """Renders for one course, language and reading aid; the same text is rendered once.

    `href` turns a clause label into the address of its place, or None where there is no such clause;
    `image` turns an image's path as written into its address. `kept` is shared by renderers that differ in
    the reading aid alone: what has no readings looks the same with and without.
    """

    def __init__(
        self,
        href: Callable[[str], str | None],
        *,
        ruby: bool = False,
        language: str = "ja",
        image: Callable[[str], str] = lambda path: path,
        kept: Kept | None = None,
    ) -> None:
        self.ruby = ruby
        self.language = language
        self._seen = _Seen(href, image, language)
        self._markdown = _markdown(self._seen, ruby)
        self._kept = {} if kept is None else kept

    def block(self, text: str) -> Rendered:
        """Paragraphs, lists, posts."""
        key = text, self.ruby and "《" in text
        if key not in self._kept:
            self._kept[key] = self._block(text.split("\n"), {})
        return self._kept[key]

    def inline(self, text: str) -> str:
        """One line without its paragraph."""
        html = self.block(text).html.strip()
        one = html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1
        return html[3:-4] if one else html

    def lesson(self, lines: Sequence[str], figures: Mapping[int, str]) -> Rendered:
        """A page of Markdown where line `n` is replaced by the finished HTML `figures[n]`."""
        return self._block(lines, figures)

    def post(self, lines: Sequence[str]) -> str:
        """A post as its author typed it: line breaks kept, `#` and `_` literal; its source on top."""
        return self.drawn(read_post(lines))

    def drawn(self, post: PostText) -> str:
        """A post that was read already."""
        look = f" post-{post.look}" if post.look else ""
        source = f'<p class="post-source">{self.literal(post.source)}</p>' if post.source else ""
        said = self._bubble if post.look == "chat" else self._paragraph
        return f'<blockquote class="post{look}">{source}{"".join(map(said, post.said))}</blockquote>'

    def _paragraph(self, said: Said) -> str:
        return f"<p>{self.literal(chr(10).join(said.lines))}</p>"

    def _bubble(self, said: Said) -> str:
        own = " bubble-own" if said.own else ""
        who = f'<p class="bubble-who">{self.literal(said.who)}</p>' if said.who else ""
        return f'<div class="bubble{own}">{who}{self._paragraph(said)}</div>'

    def literal(self, text: str) -> str:
        """Escaped text with its line breaks and readings, nothing else."""
        return with_ruby(escape(text.strip("\n"), quote=False), self.ruby).replace("\n", "<br>\n")

    def _block(self, lines: Sequence[str], figures: Mapping[int, str]) -> Rendered:
        source, finished = self._with_tokens(lines, figures)
        return self._words(source, finished) or self._written(source, finished)

    def _words(self, source: Sequence[str], finished: Sequence[str]) -> Rendered | None:
        """What Markdown makes of words, readings and citations, much faster: most of a course is no more.

        None where there is more.
        """
        html: list[str] = []
        cites: list[str] = []
        for words, group in groupby(source, lambda line: bool(line.strip(" "))):
            text = "\n".join(group)
            if not words:
                continue
            if token := _TOKEN_ALONE.fullmatch(text):
                html.append(finished[int(token[1])])
                continue
            cited = [match[2] for match in _CITATION.finditer(text)]
            if not _WORDS_ALONE.fullmatch(text) or None in map(self._seen.href, cited):
                return None
            cites += cited
            cited_html = _CITATION.sub(self._citation, _JOIN.sub(r"\1", text))
            html.append(f"<p>{with_ruby(cited_html, self.ruby)}</p>")
        return Rendered("\n".join(html), tuple(cites))

    def _citation(self, match: re.Match[str]) -> str:
        href = escape(self._seen.href(match[2]) or "")
        return f'<a class="clause-link" href="{href}">{self._seen.named(match[2], match[1])}</a>'

    def _written(self, source: Sequence[str], finished: Sequence[str]) -> Rendered:
        """What Markdown makes of anything."""
        self._seen.clear()
        self._markdown.reset()
        html = _clean(self._markdown.convert("\n".join(source)))
        html = _TOKEN_PARAGRAPH.sub(lambda match: finished[int(match[1])], html)
        seen = self._seen
        headings = tuple(_headings(getattr(self._markdown, "toc_tokens", [])))
        return Rendered(
            html, tuple(seen.cites), tuple(seen.anchors), tuple(seen.links), tuple(seen.images), headings
        )

    def _with_tokens(self, lines: Sequence[str], figures: Mapping[int, str]) -> tuple[list[str], list[str]]:
        """Put finished HTML and posts out of Markdown's reach behind tokens on lines of their own."""
        source: list[str] = []
        finished: list[str] = []
        in_fence = False

        def keep(html: str) -> None:
            source.extend(["", _TOKEN.format(len(finished)), ""])
            finished.append(html)

        at = 0
        while at < len(lines):
            line = lines[at]
            in_fence ^= bool(CODE_FENCE.match(line))
            if at in figures:
                keep(figures[at])
            elif not in_fence and POST.match(line):
                end = at
                while end < len(lines) and POST.match(lines[end]):
                    end += 1
                keep(self.post([POST.sub(r"\g<text>", quoted) for quoted in lines[at:end]]))
                at = end - 1
            else:
                source.append(line if in_fence or not HEADING.match(line) else without_ruby(line))
            at += 1
        return source, finished


class _Seen:
    """What the tree processor meets while one text is rendered."""

    def __init__(self, href: Callable[[str], str | None], image: Callable[[str], str], language: str) -> None:
        self.href = href
        self.image = image
        self.guideline = GUIDELINE.get(language, GUIDELINE["ja"])
        self.outside = OUTSIDE.get(language, OUTSIDE["ja"])
        self.clear()

    def clear(self) -> None:
        self.cites: list[str] = []
        self.anchors: list[str] = []
        self.links: list[str] = []
        self.images: list[str] = []

    def named(self, label: str, text: str) -> str:
        """What a citation is read as: a bare 「1」 in a sentence is no name of anything."""
        return self.guideline + label if label.isdecimal() and text == label else text


class _Links(Treeprocessor):
    """Citations become links to clauses, addresses outside become text."""

    def __init__(self, md: Markdown, seen: _Seen) -> None:
        super().__init__(md)
        self.seen = seen

    def run(self, root: Element) -> None:
        for element in root.iter("img"):
            self._image(element)
        for element in list(root.iter("a")):
            if element.get("class", "") not in ("footnote-ref", "footnote-backref"):
                self._link(element)

    def _image(self, element: Element) -> None:
        source = element.get("src", "")
        self.seen.images.append(source)
        element.set("src", self.seen.image(source) if _INSIDE.match(source) else "")

    def _link(self, element: Element) -> None:
        target = element.get("href", "").strip()
        if target.startswith("#"):
            self._anchor(element, unquote(target[1:]))
        elif _INSIDE.match(target):
            self.seen.links.append(target)
        else:
            self._outside(element, target)

    def _anchor(self, element: Element, name: str) -> None:
        href = self.seen.href(name)
        if href is None:
            self.seen.anchors.append(name)
            return
        self.seen.cites.append(name)
        element.attrib.clear()
        element.set("href", href)
        element.set("class", "clause-link")
        text = "".join(element.itertext())
        if (named := self.seen.named(name, text)) != text:
            element.text = AtomicString(named)

    def _outside(self, element: Element, target: str) -> None:
        text = "".join(element.itertext())
        element.tag = "span"
        element.attrib.clear()
        if not target.startswith(("https://", "http://")):
            self.seen.links.append(target)
            return
        shown = "" if text.strip() == target else target + " "
        element.set("class", "outside")
        note = SubElement(element, "span", {"class": "outside-note"})
        note.text = AtomicString(f"({shown}{self.seen.outside})")


class _JoinLines(Treeprocessor):
    """A line break between two Japanese characters is the author's editor, not a space."""

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.tag in ("pre", "code"):
                continue
            if element.text and not isinstance(element.text, AtomicString):
                element.text = _JOIN.sub(r"\1", element.text)
            if element.tail and not isinstance(element.tail, AtomicString):
                element.tail = _JOIN.sub(r"\1", element.tail)


class _Ruby(InlineProcessor):
    """`｜漢字《かんじ》` with its reading, or without."""

    def __init__(self, md: Markdown, shown: bool) -> None:
        super().__init__(RUBY.pattern, md)
        self.shown = shown

    def handleMatch(  # type: ignore[override]  # the base class also allows a plain string
        self, m: re.Match[str], data: str
    ) -> tuple[Element | str, int, int]:
        if not self.shown:
            return m.group(1), m.start(0), m.end(0)
        ruby = Element("ruby")
        ruby.text = AtomicString(m.group(1))
        for tag, text in (("rp", "("), ("rt", m.group(2)), ("rp", ")")):
            SubElement(ruby, tag).text = AtomicString(text)
        return ruby, m.start(0), m.end(0)


class _Ours(Extension):
    def __init__(self, seen: _Seen, ruby: bool) -> None:
        super().__init__()
        self.seen = seen
        self.ruby = ruby

    def extendMarkdown(self, md: Markdown) -> None:
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.inlinePatterns.register(_Ruby(md, self.ruby), "ruby", 185)
        # Before `inline` (20) the text is still whole; after it links exist as elements.
        md.treeprocessors.register(_JoinLines(md), "join-lines", 25)
        md.treeprocessors.register(_Links(md, self.seen), "links", 15)


def _markdown(seen: _Seen, ruby: bool) -> Markdown:
    return Markdown(
        extensions=[*EXTENSIONS, _Ours(seen, ruby)],
        extension_configs=_EXTENSION_CONFIGS,
        output_format="html",
    )


_CLEANER = nh3.Cleaner(tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=set(), link_rel=None)


def _clean(html: str) -> str:
    return str(_CLEANER.clean(html))


def _headings(tokens: Sequence[Mapping[str, object]]) -> list[Heading]:
    found: list[Heading] = []
    for token in tokens:
        level, children = token["level"], token["children"]
        assert isinstance(level, int) and isinstance(children, list)
        found.append(Heading(level, plain_text(str(token["name"])), str(token["id"])))
        found.extend(_headings(children))
    return found


def with_ruby(text: str, shown: bool) -> str:
    """Readings in already escaped text as ruby elements, or left out."""
    if not shown:
        return without_ruby(text)
    return RUBY.sub(r"<ruby>\1<rp>(</rp><rt>\2</rt><rp>)</rp></ruby>", text)


def without_ruby(text: str) -> str:
    """The text without its readings."""
    return RUBY.sub(r"\1", text)


def fragment(label: str) -> str:
    """The `#…` that leads to a clause's figure on its page."""
    return "#clause-" + quote(label, safe="()")


def plain_text(html: str) -> str:
    """What HTML of ours says, without tags and readings."""
    text = _TAG.sub("", _READING.sub("", html.replace("<br>", "\n")))
    for name, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&nbsp;", " "), ("&amp;", "&")):
        text = text.replace(name, character)
    return text.strip()


def characters(html: str) -> int:
    """How many characters a reader reads: no tags, no readings, no white space."""
    return len("".join(plain_text(html).split()))
