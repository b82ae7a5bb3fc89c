"""The pages, one module each; nothing is decided here."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register every page."""
    from app.web import health

    for module in (health,):
        app.register_blueprint(module.bp)
