"""What an editor sees in any Markdown file: readings, tabs, raw HTML, dead links, words we avoid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from posixpath import join, normpath
from urllib.parse import unquote

from app.courses.draft import Draft, SectionDraft, prose, references
from app.courses.parse import LIKE_CHOICE, NEXT
from app.courses.render import RUBY
from app.courses.source import Page, Problems

_TAG = re.compile(r"<(?!https?://)/?[A-Za-z][^<>]*>|<!--")
_OPEN_READING = re.compile(r"[｜《》]")
_HALF_BAR = re.compile(r"\|[^|《》\s]+《[^《》]+》")
_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\(\s*<?(?P<path>[^)\s>]+)")
_OLD_NAME = re.compile(r"ツイッター|Twitter", re.IGNORECASE)
# The guideline's own 「フェイスブックやツイッター」 may be spoken of as it stands.
_NEW_NAME = re.compile(
    r"X[(（]旧(?:ツイッター|Twitter)[)）]|フェイスブック[やと]ツイッター"
    r"|X \(formerly Twitter\)|Facebook and Twitter",
    re.IGNORECASE,
)
_AVOIDED = ("督促", "違反者")
_LOCAL = re.compile(r"/courses/[a-z0-9-]+/(?:[a-z0-9-]+(?:/quiz)?)?(?:#.*)?$|/check$|/$")
_FRONT = {
    "lesson": {"title"},
    "scenarios": {"title"},
    "city": {"title", "filled"},
}


def check_pages(draft: Draft, anchors: dict[str, set[str]], found: Problems) -> None:
    """Every file of every section; `anchors` are the ids of each lesson page by section, when it rendered."""
    for section in draft.sections:
        for kind, page in pages(section):
            _check_front(kind, page, found)
            _check_lines(page, found)
            _check_images(draft, section, page, found)
            known = anchors.get(section.slug) if kind != "scenarios" else set()
            if known is not None:
                _check_links(draft, page, known, found)


def pages(section: SectionDraft) -> Iterator[tuple[str, Page]]:
    """A section's files by what they are."""
    for kind, page in (("lesson", section.lesson), ("scenarios", section.quiz), ("city", section.city)):
        if page is not None:
            yield kind, page


def _check_front(kind: str, page: Page, found: Problems) -> None:
    for key in page.front.keys() - _FRONT[kind]:
        names = "、".join(sorted(_FRONT[kind]))
        found.add(
            page.path,
            1,
            f"冒頭の設定「{key}」はありません。使えるのは {names} です。つづりを確かめてください。",
        )
    title = page.front.get("title")
    if isinstance(title, str) and RUBY.search(title):
        found.add(page.path, 1, "題にはふりがなを付けられません。title から《 》を取ってください。")
    if kind == "city" and page.readable and not isinstance(page.front.get("filled"), bool):
        found.add(
            page.path, 1, "市の欄には、filled = true(記入済み)か filled = false(空欄)を書いてください。"
        )


def _check_lines(page: Page, found: Problems) -> None:
    for at, line in prose(page):
        number = page.line(at)
        for sentence in line_findings(line):
            found.add(page.path, number, sentence)


def line_findings(line: str) -> Iterable[str]:
    """What is wrong with one line, in sentences."""
    if "\t" in line:
        yield "タブがあります。半角の空白に替えてください。"
    if _TAG.search(line):
        yield "HTMLのタグは使えません(文字のまま表示されます)。Markdownで書くか、消してください。"
    if line.startswith("#") and RUBY.search(line):
        yield "見出しにはふりがなを付けられません。《 》を取り、本文の初めの所に付けてください。"
    if _HALF_BAR.search(line):
        yield "ふりがなの縦線が半角です。全角の「｜」で「｜漢字《かんじ》」と書いてください。"
    elif _OPEN_READING.search(RUBY.sub("", line)):
        yield "ふりがなの印が閉じていません。「｜漢字《かんじ》」の形で書いてください。"
    if _OLD_NAME.search(_NEW_NAME.sub("", line)):
        yield "サービスの名は「X(旧ツイッター)」と書いてください。"
    for word in _AVOIDED:
        if word in line:
            yield f"「{word}」は受講する人に向けては使いません。やわらかい言い方に替えてください。"


def _check_images(draft: Draft, section: SectionDraft, page: Page, found: Problems) -> None:
    for at, line in prose(page):
        for image in _IMAGE.finditer(line):
            path = normpath(join(section.slug, unquote(image["path"])))
            if path not in draft.files:
                found.add(
                    page.path,
                    page.line(at),
                    f"画像「{image['path']}」がありません。同じフォルダーに置いてください。",
                )
            elif not image["alt"].strip():
                found.add(
                    page.path, page.line(at), "画像の説明がありません。「![説明](…)」の形で書いてください。"
                )


def _check_links(draft: Draft, page: Page, known: set[str], found: Problems) -> None:
    elsewhere = {(at, match["path"]) for at, line in prose(page) for match in _IMAGE.finditer(line)}
    elsewhere |= {(at, f"#{match['id']}") for at, line in prose(page) if (match := _leads_on(line))}
    for at, target in references(page):
        if (at, target) in elsewhere or not target or target.startswith(("http://", "https://")):
            continue
        if target.startswith("#"):
            name = unquote(target[1:])
            if name not in draft.guideline.clauses and name not in known and not name[:1].isdigit():
                found.add(
                    page.path,
                    page.line(at),
                    f"リンク先「{target}」がこのページにありません。見出しの id を確かめてください。",
                )
        elif not _leads_somewhere(draft, target):
            found.add(
                page.path,
                page.line(at),
                f"リンク先「{target}」がありません。項は「[4(1)](#4(1))」の形で書いてください。",
            )


def _leads_on(line: str) -> re.Match[str] | None:
    """A choice's `[続き](#id)`: whether its scene is there is known when the content is read."""
    return NEXT.search(line) if LIKE_CHOICE.match(line) else None


def _leads_somewhere(draft: Draft, target: str) -> bool:
    if not _LOCAL.match(target):
        return False
    own = f"/courses/{draft.slug}/"
    if not target.startswith(own):
        return True
    section = target[len(own) :].split("#")[0].removesuffix("/quiz")
    return section in {"", *(one.slug for one in draft.sections)}
