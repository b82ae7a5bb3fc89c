"""The migrations replay to exactly the models, up and down, on both databases."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, stamp, upgrade
from sqlalchemy import inspect

from app import create_app
from app.courses.library import Library
from app.db import Base, db
from app.operations import schema
from tests.conftest import settings_in
from tests.people_builder import hire

VERSIONS = Path(__file__).parent.parent / "migrations" / "versions"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, library: Library) -> Iterator[Flask]:
    """A site whose database holds nothing at all."""
    changes = {}
    if request.param == "postgresql":
        changes["database_url"] = request.getfixturevalue("postgres_database")
    app = create_app(settings_in(tmp_path, **changes), library)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_migrations_make_the_models_and_take_them_away(empty: Flask) -> None:
    upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []
    downgrade(revision="base")
    assert inspect(db.engine).get_table_names() == ["alembic_version"]
    upgrade()


REBUILT = '''
"""A later version makes anew a table that others refer to."""
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "later", "{head}", None, None
def upgrade():
    with op.batch_alter_table("persons", recreate="always") as batch:
        batch.add_column(sa.Column("colour", sa.Text(), server_default="green", nullable=False))
    {more}
def downgrade():
    pass
'''


@pytest.mark.parametrize("more", ["pass", "op.execute('DELETE FROM persons')"])
def test_a_table_others_refer_to_is_made_anew_unless_rows_are_left_alone(
    app: Flask, tmp_path: Path, more: str
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(VERSIONS.parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
    text = REBUILT.format(head=schema.newest(), more=more)
    (folder / "versions" / "later.py").write_text(text, encoding="utf-8")
    stamp()
    hire("0001234")
    db.session.remove()
    if more == "pass":
        upgrade(str(folder))
    else:
        with pytest.raises(SystemExit, match="相手のない行"):
            upgrade(str(folder))
    with db.engine.connect() as connection:
        columns = {column["name"] for column in inspect(connection).get_columns("persons")}
        assert ("colour" in columns) is (more == "pass")
        assert len(connection.exec_driver_sql("SELECT id FROM persons").all()) == 1
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_migrations_never_import_the_site() -> None:
    for path in VERSIONS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names.append(node.module or "")
            assert not [name for name in names if name.split(".")[0] == "app"], path.name


def test_every_migration_says_why() -> None:
    for path in VERSIONS.glob("*.py"):
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path.name
