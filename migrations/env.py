"""How Alembic reaches the site's database; run by `flask db ...`."""

from __future__ import annotations

import importlib
from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import MetaData

from app.db import Base, UTCDateTime
from app.operations import schema

#: Every module with tables; the history itself (versions/) never imports them.
TABLES = (
    "app.people.models",
    "app.training.models",
    "app.training.runs",
    "app.training.decisions",
    "app.training.corrections_models",
    "app.reports.fixed_models",
    "app.access.models",
    "app.evidence.models",
    "app.reminders.models",
)


def target_metadata() -> MetaData:
    for module in TABLES:
        importlib.import_module(module)
    return Base.metadata


def render_item(type_: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own column type as what it is in the database."""
    return "sa.DateTime(timezone=True)" if type_ == "type" and isinstance(item, UTCDateTime) else False


def run_migrations_offline() -> None:
    """Write the SQL instead of running it (`flask db upgrade --sql`)."""
    url = current_app.config["SQLALCHEMY_DATABASE_URI"]
    context.configure(url=url, target_metadata=target_metadata(), literal_binds=True, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


def run_migrations_online() -> None:
    """Run on the site's own engine, so that SQLite's pragmas hold; all of it in one transaction."""
    engine = current_app.extensions["migrate"].db.engine
    with (
        engine.connect().execution_options(writing=True) as connection,
        schema.foreign_keys_last(connection),
        connection.begin(),
    ):
        context.configure(
            connection=connection,
            target_metadata=target_metadata(),
            render_as_batch=True,
            render_item=render_item,
            compare_type=True,
            compare_server_default=True,
        )
        context.run_migrations()
        if wrong := schema.unmatched(connection):
            raise SystemExit(f"表({wrong})に相手のない行が残るため、何も変えずにやめました。")


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
