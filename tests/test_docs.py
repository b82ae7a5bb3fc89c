"""What README and docs/ say is held to the code, and every page can be found from README."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import unquote

import click
import pytest
from flask import Flask

from app.business_days import next_open_day
from app.courses.library import Library
from app.courses.parse import scenarios_of
from app.courses.source import Problems, page_of
from app.people.employment import Appointment, Category, Person, Placement, ServiceState
from app.people.roster.columns import HEADINGS, DepartmentColumn
from app.reports.columns import COUNT_COLUMNS, FORMULA, Heading, person_columns
from app.settings import ROOT, SETTINGS
from app.training.duties import Duties, duties_of

README = ROOT / "README.md"
DOCS = ROOT / "docs"
PAGES = sorted([README, ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")])
#: Words that have no place in what the project says of itself, each with the reason.
FORBIDDEN = {
    r"/(?:home|root|tmp|work|mnt|Users)/": "a path of one machine",
    r"pypi\.org|pythonhosted\.org|registry\.npmjs|--index-url|--extra-index-url": "a package registry",
    r"\b(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d+\.\d+": "an address of one network",
    r"督促|違反者": "a word that scolds",
    r"TODO|FIXME|XXX": "something left undone",
}
LARGEST_PICTURE = 150 * 1024
_CODE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"(!?)\[[^\]]*\]\(\s*<?((?:[^()\s<>]|\([^()\s<>]*\))+)")
_SAID = re.compile(r"`(?:python3 dev\.py )?flask ([a-z][a-z-]*(?: [a-z][a-z-]*)?)")


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def links_of(page: Path) -> list[str]:
    prose = re.sub(r"`[^`\n]*`", "", _CODE.sub("", text_of(page)))
    return [match[2] for match in _LINK.finditer(prose)]


def anchors_of(page: Path) -> set[str]:
    """The ids a reader of Markdown on the web gives to headings."""
    headings = re.findall(r"^#{1,6} +(.+?) *$", _CODE.sub("", text_of(page)), re.MULTILINE)
    return {anchor(re.sub(r"[`*]|\]\([^)]*\)|\[", "", heading)) for heading in headings}


def anchor(heading: str) -> str:
    kept = (c for c in heading.lower() if c in " -_" or unicodedata.category(c)[0] in "LNM")
    return "".join(kept).replace(" ", "-")


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


def ours(command: click.Command) -> bool:
    return getattr(command.callback, "__module__", "").startswith("app.")


def table_under(page: Path, heading: str) -> list[list[str]]:
    """The cells of the first table that has ``heading`` as its first column's name."""
    lines = text_of(page).splitlines()
    first = next(
        at
        for at, line in enumerate(lines[:-1])
        if line.startswith(f"| {heading} |") and lines[at + 1].startswith("|---")
    )
    rows = []
    for line in lines[first + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
    return rows


def test_readme_lists_every_command(app: Flask) -> None:
    said = set(_SAID.findall(text_of(README)))
    missing = sorted(name for name, command in commands(app.cli) if ours(command) and name not in said)
    assert not missing, f"README lacks: {missing}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_command_named_exists(app: Flask, page: Path) -> None:
    known = {name for name, _command in commands(app.cli)} | set(app.cli.commands)
    # `flask run` may be followed by a word that is no command of its own.
    alone = {name for name, command in app.cli.commands.items() if not isinstance(command, click.Group)}
    unknown = sorted(s for s in _SAID.findall(text_of(page)) if s not in known and s.split()[0] not in alone)
    assert not unknown, f"{page.name} names commands that are not there: {unknown}"


def test_readme_lists_every_word_of_dev_py() -> None:
    listed = set(re.findall(r"python3 dev\.py ([a-z]+)", text_of(README)))
    usage = set(re.findall(r"^  ([a-z]+) ", text_of(ROOT / "dev.py"), re.MULTILINE))
    assert usage
    assert usage <= listed


def test_settings_page_lists_exactly_the_settings() -> None:
    rows = table_under(DOCS / "settings.md", "名前")
    assert [row[0].strip("`") for row in rows] == [name for name, _default, _meaning in SETTINGS]
    for row, (name, default, _meaning) in zip(rows, SETTINGS, strict=True):
        assert row[1].strip("`") == default, name


def test_every_setting_the_code_reads_is_a_setting() -> None:
    # The last one concerns tests alone.
    names = {name for name, _default, _meaning in SETTINGS} | {"KENSHU_REQUIRE_BROWSER"}
    read = set()
    for path in [ROOT / "dev.py", ROOT / "app.py", *(ROOT / "app").rglob("*.py")]:
        read |= set(re.findall(r"KENSHU_[A-Z_]+", text_of(path)))
    assert read - {"KENSHU_"} <= names


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in links_of(page):
        assert "://" not in target, f"{page.name}: {target} leads out of the project"
        path, _, fragment = unquote(target).partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{page.name}: {target}"
        if fragment and found.suffix == ".md":
            assert fragment in anchors_of(found), f"{page.name}: {target}"


def test_every_page_is_found_from_readme() -> None:
    seen: set[Path] = set()
    waiting = [README]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        if page.suffix == ".md":
            waiting += [(page.parent / unquote(t).partition("#")[0]).resolve() for t in links_of(page)]
    lost = [path for path in DOCS.rglob("*") if path.is_file() and path.resolve() not in seen]
    assert not lost


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_no_forbidden_words(page: Path) -> None:
    text = text_of(page)
    found = [f"{m[0]}: {reason}" for words, reason in FORBIDDEN.items() for m in re.finditer(words, text)]
    assert not found


def test_pictures_are_small() -> None:
    for picture in (DOCS / "pictures").glob("*.png"):
        assert picture.stat().st_size <= LARGEST_PICTURE, picture.name


def test_hr_page_names_every_column() -> None:
    said = text_of(DOCS / "hr.md")
    roster = {row[0] for row in table_under(DOCS / "hr.md", "名簿の見出し")}
    assert roster == {column.value for column in HEADINGS}
    departments = {row[0] for row in table_under(DOCS / "hr.md", "所属の見出し")}
    assert departments == {column.value for column in DepartmentColumn}
    person = [row[0] for row in table_under(DOCS / "hr.md", "職員別の列")]
    assert person == [column.name for column in person_columns(Heading(date(2026, 4, 1), ""))]
    counts = [row[0] for row in table_under(DOCS / "hr.md", "集計の列")]
    assert counts == [column.name for column in COUNT_COLUMNS]
    for sentence in FORMULA.split("。"):
        assert sentence in said


def test_examples_for_authors_are_understood(library: Library) -> None:
    course = library.course("sns-guideline")
    assert course is not None
    blocks = re.findall(r"^```\n(## .*?)^```", text_of(DOCS / "authors.md"), re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 3
    for block in blocks:
        problems = Problems()
        scenarios = scenarios_of(page_of("scenarios.ja.md", block.encode(), problems), problems)
        assert [str(error) for error in problems.errors] == []
        assert {c for s in scenarios for c in s.clauses} <= course.guideline.clauses.keys()


class Rules:
    """The rules the examples are told with: those of our course."""

    introduced = date(2023, 9, 11)
    due_days = 30
    service_gap_days = 31
    min_term_days = 31
    assigned = None


def duties(*terms: tuple[date, date | None], leave: tuple[date, date] | None = None) -> Duties:
    category = Category.FISCAL_YEAR_PART
    states = () if leave is None else ((leave[0], ServiceState.LEAVE), (leave[1], ServiceState.ACTIVE))
    appointments = tuple(
        Appointment(i, "職員", "1", first, last, True, (Placement(first, None, category),), states)
        for i, (first, last) in enumerate(terms)
    )
    return duties_of(Person("p", "試験 花子", "", appointments), Rules())


def day(cell: str) -> date:
    return date.fromisoformat(cell.split("(")[0])


def test_examples_of_due_dates() -> None:
    rows = table_under(DOCS / "hr.md", "任用開始日")
    assert len(rows) >= 5
    for start, counted, due, _why in rows:
        (duty,) = duties((day(start), None)).owing
        assert duty.begins + timedelta(days=30) == day(counted)
        assert duty.due == day(due) == next_open_day(day(counted))


def test_examples_of_breaks() -> None:
    rows = table_under(DOCS / "hr.md", "前の任用")
    assert len(rows) >= 3
    for before, after, due, _why in rows:
        terms = [
            tuple(day(part) for part in cell.split("から")) for cell in (before, after) if cell != "なし"
        ]
        owing = duties(*((start, end) for start, end in terms)).owing
        assert due == ("なし(任意)" if not owing else owing[-1].due.isoformat())


def test_examples_of_leave() -> None:
    rows = table_under(DOCS / "hr.md", "任用された日")
    assert len(rows) >= 3
    for start, begins, returns, due, _why in rows:
        mine = duties((day(start), None), leave=(day(begins), day(returns)))
        assert mine.due_on(mine.owing[0], day(returns)) == day(due)
