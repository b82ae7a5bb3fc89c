"""The menus: what a person of some roles can go to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import request

from app.access.policy import Right
from app.auth import SignedIn
from app.loaded import settings
from app.reports.first_steps import walked
from app.web.texts import text as _


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a menu; ``here`` when this page lies below it, ``page`` when it is this very page."""

    label: str
    href: str
    here: bool
    page: bool


def navigation(who: SignedIn | None) -> list[Item]:
    """The main menu; empty for people who are not signed in or still owe a new password."""
    if who is None or who.must_change_password:
        return []
    entries = []
    if who.person_id is not None:
        entries.append(("/", _("わたしの研修")))
    if who.may(Right.LEAD_DEPARTMENT):
        entries.append(("/department/", _("所属")))
    if who.may(Right.SEE_RECORDS):
        entries.append(("/hr/", _("人事")))
    elif who.may(Right.KEEP_ACCOUNTS):
        entries.append(("/hr/accounts", _("アカウント")))
    entries.append(("/check", _("発信前チェック")))
    return _items(entries, home="/")


def subnavigation(who: SignedIn | None) -> list[Item]:
    """The menu of the HR pages, on those pages."""
    if who is None or who.must_change_password or not request.path.startswith("/hr/"):
        return []
    if not who.may(Right.SEE_RECORDS):
        return []
    entries = [("/hr/", _("全体の状況")), ("/hr/people", _("職員"))]
    if who.may(Right.KEEP_ROSTER) and not walked():
        entries.insert(0, ("/hr/start", _("はじめに")))
    if who.may(Right.KEEP_ROSTER):
        entries.append(("/hr/roster", _("名簿")))
    entries.append(("/hr/years", _("年度研修")))
    entries += [("/hr/reminders", _("受講のお願い")), ("/hr/report", _("報告"))]
    entries += [("/hr/decisions", _("記録と訂正")), ("/hr/evidence/", _("検証結果"))]
    if who.may(Right.KEEP_ACCOUNTS):
        entries.append(("/hr/accounts", _("アカウント")))
    if who.may(Right.CHECK_CONTENT) and settings().authoring:
        entries.append(("/hr/content", _("教材")))
    return _items(entries, home="/hr/")


def _items(entries: Iterable[tuple[str, str]], home: str) -> list[Item]:
    """``home`` holds only itself; the other entries hold what lies below their own path."""
    path = request.path
    return [
        Item(label, request.script_root + href, _below(path, href, home), path == href)
        for href, label in entries
    ]


def _below(path: str, href: str, home: str) -> bool:
    if href == "/":
        return path == "/" or path.startswith(("/courses/", "/certificates/"))
    return path == href or (href != home and path.startswith(href))
