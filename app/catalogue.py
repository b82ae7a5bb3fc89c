"""The English of the screens: read from translations/en/LC_MESSAGES/messages.po, no build step before it."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask
from flask_babel import Domain, get_locale

APP = Path(__file__).parent


class Screens(Domain):  # type: ignore[misc]  # flask-babel has no types
    """Texts of our own files, read once a process; Japanese needs none."""

    def get_translations(self) -> NullTranslations:
        """The texts in the page's language."""
        locale = get_locale()
        return translations(locale.language) if locale is not None else NullTranslations()


def init_app(app: Flask) -> None:
    """Let every gettext read our catalogues."""
    app.extensions["babel"].instance.__dict__["domain_instance"] = Screens()


@cache
def translations(language: str) -> NullTranslations:
    """The texts in ``language``; the Japanese ones where there is no catalogue."""
    path = path_of(language)
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, load(path, language))
    compiled.seek(0)
    return Translations(compiled)


def path_of(language: str) -> Path:
    """The file translators edit."""
    return APP / "translations" / language / "LC_MESSAGES" / "messages.po"


def load(path: Path, language: str) -> Catalog:
    """Read a catalogue. Raises PoFileError with line and reason when it cannot be understood."""
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)
