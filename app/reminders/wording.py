"""The words of a 受講のお願い, the same in a mail and on paper: kind, without scores and numbers. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.reminders.address import one_line
from app.reminders.due import Kind
from app.wareki import wareki


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person reads. ``lines`` are paragraphs."""

    subject: str
    greeting: str
    lines: tuple[str, ...]
    closing: tuple[str, ...]

    @property
    def text(self) -> str:
        """The letter as a mail's body."""
        return "\n\n".join([self.greeting, *self.lines, "\n".join(self.closing)]) + "\n"


@dataclass(frozen=True, slots=True)
class House:
    """Who writes: the city, where the site is found, and what is said of working hours."""

    city: str
    address: str
    how_to_open: str
    work_hours_note: str
    office: str


_SUBJECT = {
    Kind.OPENED: "受講のお願い",
    Kind.NOT_STARTED: "受講のお願い(未受講の方へ)",
    Kind.BEHIND: "受講のお願い(受講の途中の方へ)",
    Kind.BACK: "受講のお願い(受講期限のお知らせ)",
    Kind.DUE_SOON: "受講のお願い(受講期限が近い方へ)",
    Kind.OVERDUE: "受講のお願い(まだ修了していない方へ)",
}
_FIRST = {
    Kind.OPENED: "「{title}」の受講が始まりました。",
    Kind.NOT_STARTED: (
        "「{title}」を、まだ受講されていないようです。お忙しいところ恐れ入りますが、受講をお願いします。"
    ),
    Kind.BEHIND: ("「{title}」の受講を進めていただき、ありがとうございます。続きの受講をお願いします。"),
    Kind.BACK: (
        "「{title}」の受講期限をお知らせします。お休みの間は、期限は進んでいません。"
        "ご自分の進み方で受講してください。"
    ),
    Kind.DUE_SOON: ("「{title}」の受講期限が近づいています。ご都合のよいときに受講をお願いします。"),
    Kind.OVERDUE: (
        "「{title}」の受講が、まだ終わっていないようです。"
        "受講期限は過ぎましたが、いまからでも受講できます。受講をお願いします。"
    ),
}
_CONTINUE = "途中でやめても、続きから受けられます。すでに終えられた方は、行き違いをご容赦ください。"
_ENGLISH = {
    Kind.OPENED: "The training course is now open to you.",
    Kind.NOT_STARTED: "It seems you have not started the training course yet. Please take it when you can.",
    Kind.BEHIND: "Thank you for your progress in the training course. Please continue.",
    Kind.BACK: "Your time limit did not run while you were away. Please take the course at your own pace.",
    Kind.DUE_SOON: "The date by which to complete the training course is near.",
    Kind.OVERDUE: "It seems the training course is not completed yet. You can still take it.",
}


def letter(kind: Kind, name: str, title: str, due: date | None, house: House, language: str = "ja") -> Letter:
    """Write to one person. Nothing of a name can become a line of its own."""
    title = one_line(title)
    lines = [_FIRST[kind].format(title=title)]
    if due is not None:
        lines.append(f"受講期限: {wareki(due)}")
    lines += [_where(house), _CONTINUE]
    if house.work_hours_note:
        lines.append(house.work_hours_note)
    if language == "en":
        lines.append(_english(kind, due, house))
    contact = f"研修の内容や操作で困ったときは、{house.office}へお問い合わせください。"
    closing = (contact, f"{house.city} 職員研修")
    return Letter(_SUBJECT[kind], f"{one_line(name)} 様", tuple(lines), closing)


def _where(house: House) -> str:
    if house.address:
        return f"次のアドレスを開き、職員番号とパスワードでログインしてください。\n{one_line(house.address)}"
    return f"職員研修のサイトを開き、職員番号とパスワードでログインしてください。{house.how_to_open}"


def _english(kind: Kind, due: date | None, house: House) -> str:
    limit = "" if due is None else f" Please complete it by {due.day} {due:%B %Y}."
    where = "" if not house.address else f" Site: {one_line(house.address)}"
    return f"(Reference translation) {_ENGLISH[kind]}{limit}{where}"
