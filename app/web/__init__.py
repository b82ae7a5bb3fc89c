"""The pages, one module each; nothing is decided here."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

#: One line a module that has a blueprint ``bp``.
PAGES = (
    "account",
    "amendments",
    "certificates",
    "check",
    "courses",
    "department",
    "drafts",
    "evidence",
    "group",
    "guides",
    "hand_in",
    "heads",
    "health",
    "home",
    "hr",
    "hr_content",
    "hr_decisions",
    "hr_fixed",
    "hr_merging",
    "hr_people",
    "hr_items",
    "hr_questions",
    "hr_report",
    "hr_start",
    "kiosk",
    "own_account",
    "quiz",
    "refresher",
    "reminders",
    "room",
    "roster",
    "roster_absences",
    "roster_person",
    "showing",
    "slips",
    "years",
)


def init_app(app: Flask) -> None:
    """Register every page, what surrounds it, and the pages for what went wrong."""
    from app.web import authoring, errors, given, holding, shown, surroundings

    given.init_app(app)
    for name in PAGES:
        app.register_blueprint(import_module(f"app.web.{name}").bp)
    holding.init_app(app)
    surroundings.init_app(app)
    app.jinja_env.globals["run_title"] = shown.run_title
    authoring.init_app(app)
    errors.init_app(app)
