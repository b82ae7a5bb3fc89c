"""`flask content check`: what a careful editor would find in the content."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from app.courses.check import Finding, findings
from app.courses.library import read_courses
from app.courses.model import Course
from app.people.employment import Category
from app.site import SiteError, load_site

content_cli = AppGroup("content", help="教材を調べます。")


@content_cli.command("check")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(exists=True, file_okay=False))
def check(folder: str | None) -> None:
    """教材を調べ、直す所を「ファイル:行: 文」で示します。直す所がなければ 0、あれば 1 で終わります。"""
    root = Path(folder) if folder else _from_here(current_app.extensions["kenshu"].settings.content)
    found = [*_site_findings(root), *findings(root, categories=frozenset(Category))]
    for finding in found:
        click.echo(str(finding))
    if found:
        click.echo(f"直す所が{len(found)}件あります。", err=True)
        sys.exit(1)
    for course in read_courses(root):
        click.echo(summary(course))
    click.echo("直す所はありません。")


def summary(course: Course) -> str:
    """One line on what a course holds."""
    scenarios = sum(len(section.scenarios) for section in course.sections)
    return (
        f"{course.title}: {len(course.sections)}節、{len(course.guideline.clauses)}項、"
        f"事例{scenarios}件、約{course.minutes}分"
    )


def _from_here(path: Path) -> Path:
    """The path as somebody standing in the current folder would type it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _site_findings(root: Path) -> list[Finding]:
    if not (root / "site.toml").is_file():
        return []
    try:
        load_site(root)
    except SiteError as error:
        return [Finding((root / "site.toml").as_posix(), 1, str(error))]
    return []
