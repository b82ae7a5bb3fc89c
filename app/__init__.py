"""Kenshu: settings -> database -> content -> pages -> commands."""

from __future__ import annotations

import click
from flask import Flask
from flask_babel import Babel
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

from app import auth, catalogue, cli, demo, sealing, web
from app.access import journal
from app.audit import pack
from app.courses.editor import Editor
from app.courses.library import Library
from app.courses.source import ContentError
from app.db import db, init_db
from app.loaded import Loaded
from app.operations import starting
from app.people.employment import Category
from app.settings import ROOT, Settings
from app.site import Site, SiteError, load_site
from app.web import surroundings, templating

csrf = CSRFProtect()


def create_app(settings: Settings | None = None, library: Library | None = None) -> Flask:
    """Build the site. ``library`` lets tests share content that is already loaded.

    Raises SystemExit with a sentence when the city's file or, at a first start, the courses cannot be read,
    or the database cannot be used where it is.
    """
    with starting.kindly():
        return _built(settings, library)


def _built(given: Settings | None, library: Library | None) -> Flask:
    settings = given or Settings.from_environment()
    trouble = starting.look(settings)
    if given is None and starting.serving():
        starting.look_closer(settings)
    app = Flask("app", root_path=str(ROOT / "app"), instance_path=str(settings.instance))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=32 * 1024 * 1024,
        BABEL_DEFAULT_LOCALE="ja",
        BABEL_DEFAULT_TIMEZONE="Asia/Tokyo",
    )
    pack.clear_leftovers(settings.instance)
    templating.prepare(app)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    editor = Editor(settings.content, frozenset(Category))
    app.extensions["kenshu"] = Loaded(settings, _site(settings), library or _library(settings), editor)
    init_db(app)
    if trouble:
        with app.app_context():
            starting.refuse_connections(db.engine, trouble)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    Babel(app, locale_selector=surroundings.language)
    catalogue.init_app(app)
    sealing.init_app(app)
    csrf.init_app(app)
    templating.init_app(app)
    auth.init_app(app)
    journal.init_app(app)
    web.init_app(app)
    cli.init_app(app)
    demo.init_app(app)
    return app


def _site(settings: Settings) -> Site:
    try:
        return load_site(settings.content)
    except SiteError as error:
        raise SystemExit(str(error)) from error


def _library(settings: Settings) -> Library:
    """Load the courses. A command may go on without them (`content check` must); a server may not."""
    try:
        return Library.load(settings.content, settings.instance / "last-good-content.zip")
    except ContentError as error:
        context = click.get_current_context(silent=True)
        if context is None or context.info_name == "run":
            raise SystemExit(f"教材を読めないため、始められません。\n{error}") from error
        return Library.empty(str(error))
