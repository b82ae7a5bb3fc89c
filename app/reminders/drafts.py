"""Drafts HR edits (docs/hr/): Markdown with {{ 名前 }}, filled with the figures of a day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import nh3
from markdown import Markdown

from app.courses.limits import beyond
from app.courses.model import Course
from app.fiscal_year import FiscalYear
from app.reminders.wording import House
from app.reports.columns import FORMULA
from app.reports.completion import Row, Tally
from app.reports.report import Form, Report
from app.settings import ROOT
from app.wareki import wareki

FOLDER = ROOT / "docs" / "hr"
#: In the order of a year's work.
DRAFTS = ("受講通知(所属長宛)", "受講の手引", "所属長の手引", "実施報告")

_PLACE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")
_TAGS = {"h1", "h2", "h3", "h4", "p", "ul", "ol", "li", "strong", "em", "br", "hr", "blockquote",
         "table", "thead", "tbody", "tr", "th", "td", "code"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """A filled draft: as text to copy, as HTML to print; ``missing`` names places nothing is known for."""

    name: str
    text: str
    html: str
    missing: tuple[str, ...]


def read_draft(name: str, figures: Mapping[str, str], folder: Path = FOLDER) -> Draft:
    """Read one draft as it stands now and fill it.

    Raises LookupError when there is none of this name, ContentError when it holds too much to be read.
    """
    path = folder / f"{name}.md"
    if name not in DRAFTS or not path.is_file():
        raise LookupError(name)
    if error := next(beyond(path.name, path.read_bytes()), None):
        raise error
    source = path.read_text(encoding="utf-8-sig")
    missing = tuple(dict.fromkeys(n for n in _PLACE.findall(source) if n not in figures))
    return Draft(name, _fill(source, figures, escape=False), _html(_fill(source, figures)), missing)


def _fill(source: str, figures: Mapping[str, str], escape: bool = True) -> str:
    def put(match: re.Match[str]) -> str:
        value = figures.get(match[1])
        if value is None:
            return match[0]
        # A table is Markdown of our own making; a name that holds a * is only a name.
        return _SPECIAL.sub(r"\\\1", value) if escape and not value.startswith("|") else value

    return _PLACE.sub(put, source)


@lru_cache(32)
def _html(text: str) -> str:
    html = Markdown(
        extensions=["tables", "sane_lists"],
        # No style= ever: the site's own policy refuses it.
        extension_configs={"tables": {"use_align_attribute": True}},
        output_format="html",
    ).convert(text)
    return nh3.clean(html, tags=_TAGS, attributes={"th": {"align"}, "td": {"align"}})


def figures_of(report: Report, house: House, authorities: tuple[str, ...]) -> dict[str, str]:
    """Everything a draft may name, for the day and course of ``report``."""
    total = Tally.of(report.lines)
    return {
        **words_of(report.course, report.day, house),
        "研修名": report.title,
        "期限": _limit(report),
        **_numbers(total),
        **_methods(report),
        "期中退職者": f"{report.leavers.people}人",
        "期中退職者のうち未修了": f"{report.leavers.unfinished}人",
        "部別の表": _table("所属", [r for r in report.rows(Form.DEPARTMENT, ()) if r.level <= 1]),
        "職員区分別の表": _table("職員区分", report.rows(Form.CATEGORY, ())),
        "任命権者別の表": _table("任命権者", report.rows(Form.AUTHORITY, authorities)),
        "算式": FORMULA,
    }


def words_of(course: Course, day: date, house: House) -> dict[str, str]:
    """What a handbook may name: nothing of how people stand."""
    return {
        "市": house.city,
        "今日": wareki(day),
        "年度": FiscalYear.of(day).label,
        "研修名": course.title,
        "ガイドラインの版": course.guideline.version,
        "所要時間": f"{course.minutes}分",
        "合格点": f"{course.rules.pass_mark}%",
        "期限の日数": f"{course.rules.due_days}日",
        "導入日": wareki(course.rules.introduced),
        "サイトのアドレス": house.address or house.how_to_open,
        "相談先": house.office,
        "受講時間": house.work_hours_note,
    }


def _limit(report: Report) -> str:
    """By when to complete: of a year's run its dates, of the course how each person's date is counted."""
    if report.run is not None:
        run = report.run
        return f"{wareki(run.due)}(実施期間は{wareki(run.opens)}から{wareki(run.closes)}まで)"
    rules = report.course.rules
    introduced = wareki(rules.introduced)
    return f"任用された日又は研修の導入日({introduced})の遅いほうから{rules.due_days}日後"


def _numbers(total: Tally) -> dict[str, str]:
    counted = {
        "在籍者数": total.employed,
        "対象者数": total.required,
        "修了": total.completed,
        "期限内修了": total.on_time,
        "期限後修了": total.completed - total.on_time,
        "未修了": total.unfinished,
        "受講中": total.in_progress,
        "未着手": total.not_started,
        "期限超過": total.overdue,
        "猶予": total.deferred,
        "免除": total.exempt,
        "対象外": total.not_owed,
        "要協議": total.consult,
    }
    rate = total.rate if total.rate == "-" else f"{total.rate}%"
    return {**{name: f"{number:,}人" for name, number in counted.items()}, "修了率": rate}


def _methods(report: Report) -> dict[str, str]:
    """How those who completed did it."""
    methods = [line.standing.completed.method for line in report.lines if line.standing.completed]
    named = {"eラーニング": "eラーニング", "集合研修": "集合", "紙": "紙"}
    return {f"{place}での修了": f"{sum(named[place] in m for m in methods):,}人" for place in named}


def _table(first: str, rows: list[Row]) -> str:
    """A Markdown table of groups; empty groups are left out, 合計 never."""
    lines = [
        f"| {first} | 在籍者数 | 対象者数 | 修了 | 未修了 | 猶予 | 修了率 |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        t = row.tally
        if t.employed or row is rows[-1]:
            name = _SPECIAL.sub(r"\\\1", row.name)
            rate = t.rate if t.rate == "-" else f"{t.rate}%"
            numbers = " | ".join(
                f"{n:,}" for n in (t.employed, t.required, t.completed, t.unfinished, t.deferred)
            )
            lines.append(f"| {name} | {numbers} | {rate} |")
    return "\n".join(lines)
