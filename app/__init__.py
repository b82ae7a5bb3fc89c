"""Kenshu: settings -> database -> content -> pages -> commands."""

from __future__ import annotations

from flask import Flask
from flask_babel import Babel
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

from app import auth, cli, web
from app.courses.library import Library
from app.db import db, init_db
from app.loaded import Loaded
from app.settings import ROOT, Settings
from app.site import load_site
from app.web import surroundings

csrf = CSRFProtect()


def create_app(settings: Settings | None = None, library: Library | None = None) -> Flask:
    """Build the site. ``library`` lets tests share content that is already loaded.

    Raises ``courses.parse.ContentError`` when the content cannot be understood.
    """
    settings = settings or Settings.from_environment()
    app = Flask("app", root_path=str(ROOT / "app"), instance_path=str(settings.instance))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=32 * 1024 * 1024,
        BABEL_DEFAULT_LOCALE="ja",
        BABEL_DEFAULT_TIMEZONE="Asia/Tokyo",
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["kenshu"] = Loaded(
        settings, load_site(settings.content), library or Library.load(settings.content)
    )
    init_db(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    Babel(app, locale_selector=surroundings.language)
    csrf.init_app(app)
    auth.init_app(app)
    web.init_app(app)
    cli.init_app(app)
    return app
