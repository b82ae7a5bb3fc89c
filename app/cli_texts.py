"""flask texts: the words of the screens and their English."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import write_po
from flask.cli import AppGroup

from app import catalogue
from app.access.looks import What
from app.access.register import AccountState
from app.access.roles import Role
from app.courses.amendments import AmendmentKind
from app.operations.inventory import INVENTORY, STAFF
from app.people.employment import SCOPE_WORDS, Category, ScopeKind, ServiceState
from app.people.roster.columns import HEADINGS
from app.reminders.due import Kind
from app.reminders.plan import Fate
from app.reports.choosing import SLICES
from app.reports.columns import DEPARTMENT_COLUMNS, FORMULA, NAMED_COLUMNS, Heading, person_columns
from app.reports.completion import NO_AUTHORITY, NO_DEPARTMENT, TOTAL
from app.reports.report import Form
from app.training.decision import ANNULMENT_REASONS, EXEMPTION_REASONS
from app.training.decision import Kind as DecisionKind
from app.training.duties import Obligation
from app.training.standing import State

CONFIGURATION = catalogue.APP / "translations" / "babel.cfg"
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None}
HEADER = """# The words of the screens, read as they stand here; `flask texts update` adds new ones.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: {language}\\n"

"""
#: What is held about people (わたしの記録): what for, how long.
OWN = dict.fromkeys(word for held in INVENTORY if held.whose == STAFF for word in (held.purpose, held.kept))
#: The headings of the reports and of the staff list, and the words in their cells and conditions.
REPORT = (
    *(one.name for one in person_columns(Heading(date.min, ""))),
    *(one.name for one in (*DEPARTMENT_COLUMNS, *NAMED_COLUMNS)),
    *(one.label for one in SLICES), *HEADINGS, *Obligation, *ServiceState,
    FORMULA, NO_DEPARTMENT, NO_AUTHORITY, TOTAL,
    "期限内", "期限後", "欄", "期限が近い人", "所属", "eラーニング", "集合", "紙",
)  # fmt: skip
#: Words that reach a screen as values, not as texts in a template.
VALUES = (
    *State, *AccountState, *Category, *ScopeKind, *SCOPE_WORDS,
    "任意", "要確認", "合格", "読了",
    *(one.label for many in (Role, What, AmendmentKind, DecisionKind, Kind, Fate, Form) for one in many),
    *REPORT, *(kind.when for kind in Kind), *EXEMPTION_REASONS, *ANNULMENT_REASONS, *OWN,
)  # fmt: skip


texts_cli = AppGroup("texts", help="画面の言葉とその英訳。")


@texts_cli.command("update")
def update_command() -> None:
    """画面の言葉を集め、英訳のファイル(messages.po)を新しくする。"""
    count, missing = update("en")
    where = catalogue.path_of("en").relative_to(catalogue.APP.parent).as_posix()
    click.echo(f"{where}: {count}件、英訳のないもの{missing}件")


def extract() -> dict[str, list[str]]:
    """Every text of the screens -> the files it stands in, by their paths below app/."""
    with CONFIGURATION.open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file, str(CONFIGURATION))  # type: ignore[no-untyped-call]
    found: dict[str, list[str]] = {}
    rows = extract_from_dir(catalogue.APP, methods, options, KEYWORDS)
    for name, _line, message, _comments, _context in sorted(rows, key=lambda row: (row[0], row[1])):
        if isinstance(message, str) and message:
            files = found.setdefault(message, [])
            if (path := Path(name).as_posix()) not in files:
                files.append(path)
    for value in VALUES:
        found.setdefault(str(value), [])
    return found


def update(language: str) -> tuple[int, int]:
    """Bring a catalogue up to date with the screens; how many texts it has, and how many lack words."""
    path = catalogue.path_of(language)
    old = catalogue.load(path, language) if path.exists() else Catalog(locale=language)
    new = Catalog(locale=language)
    for message, files in extract().items():
        known = old.get(message)
        new.add(message, known.string if known else "", locations=[(name, 1) for name in files],
                flags=["python-format"] if "%(" in message else [])  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(HEADER.format(language=language).encode())
        write_po(file, new, width=110, omit_header=True, include_lineno=False)
    return len(new), sum(not message.string for message in new if message.id)
