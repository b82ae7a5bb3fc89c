"""What create_app() loaded once and every page and command reads: settings, the city, the courses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app

from app.courses.editor import Editor
from app.courses.library import Library
from app.settings import Settings
from app.site import Site


@dataclass(frozen=True)
class Loaded:
    """The unchanging parts of a running site."""

    settings: Settings
    site: Site
    library: Library
    editor: Editor


def _loaded() -> Loaded:
    return cast(Loaded, current_app.extensions["kenshu"])


def settings() -> Settings:
    """The settings of the running site."""
    return _loaded().settings


def site() -> Site:
    """What ``content/site.toml`` says of the city."""
    return _loaded().site


def library() -> Library:
    """The courses."""
    return _loaded().library


def editor() -> Editor:
    """Who watches the content folder."""
    return _loaded().editor
