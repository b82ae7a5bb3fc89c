"""On PostgreSQL the site's own role adds evidence and reads it, nothing more: the handbook's SQL, run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.courses.library import Library
from app.db import begin_writing, db
from app.evidence import ledger
from app.operations import backup, restore
from app.operations.backup import Refused
from app.operations.doctor import Grade, Patient, examine
from app.settings import ROOT, Settings
from tests.conftest import settings_in
from tests.operations.conftest import NOW, live_a_little, site_on
from tests.operations.test_doctor import KEY
from tests.people_builder import add_person

SERVING = ROOT / "docs" / "serving"


def statements(name: str) -> list[str]:
    lines = (SERVING / name).read_text(encoding="utf-8").splitlines()
    return [s.strip() for s in " ".join(x for x in lines if not x.startswith("--")).split(";") if s.strip()]


def plain(url: str, user: str = "postgres") -> str:
    made = sa.make_url(url).set(username=user, drivername="postgresql")
    return made.render_as_string(hide_password=False)


def give_rights(url: str) -> None:
    with psycopg.connect(plain(url, "kenshu_owner"), autocommit=True) as connection:
        for statement in statements("postgresql-grants.sql"):
            connection.execute(statement)


@pytest.fixture
def two_roles(postgres_url: str) -> Iterator[str]:
    """A database made as the handbook says; its URL."""

    def gone(connection: psycopg.Connection) -> None:
        connection.execute("DROP DATABASE IF EXISTS kenshu WITH (FORCE)")
        connection.execute("DROP ROLE IF EXISTS kenshu_app, kenshu_owner")

    with psycopg.connect(plain(postgres_url), autocommit=True) as connection:
        gone(connection)
        for statement in statements("postgresql-roles.sql"):
            connection.execute(statement)
        yield sa.make_url(postgres_url).set(database="kenshu").render_as_string(hide_password=False)
        gone(connection)


def of(url: str, user: str, folder: Path, content: Path) -> Settings:
    named = sa.make_url(url).set(username=user).render_as_string(hide_password=False)
    return settings_in(folder, database_url=named, content=content, secret_key=KEY)


@pytest.fixture
def owner(two_roles: str, tmp_path: Path, little_content: Path, library: Library) -> Settings:
    """Settings of the owner's role, its schema made, the rights given, a few people there."""
    settings = of(two_roles, "kenshu_owner", tmp_path, little_content)
    with site_on(settings, library):
        live_a_little()
    give_rights(two_roles)
    return settings


@pytest.fixture
def app_role(owner: Settings) -> Settings:
    """Settings of the site's role."""
    url = sa.make_url(owner.database_url).set(username="kenshu_app")
    return replace(owner, database_url=url.render_as_string(hide_password=False))


def roles_said(settings: Settings) -> list[tuple[str, str]]:
    found = examine(Patient(settings, NOW))
    return [(f.grade.value, f.sentence) for f in found.findings if f.code == "role"]


def test_the_site_works_and_cannot_touch_evidence(app_role: Settings, library: Library) -> None:
    with site_on(app_role, library, schema=False):
        add_person()
        begin_writing()
        ledger.append("role.changed", NOW)
        db.session.commit()
        for statement in ("UPDATE evidence SET chain = 'x'", "DELETE FROM evidence", "TRUNCATE evidence",
                          "DROP TABLE evidence", "ALTER TABLE evidence DISABLE TRIGGER USER",
                          "UPDATE alembic_version SET version_num = 'x'", 
                          "CREATE TABLE mine (id int)"):  # fmt: skip
            with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
                db.session.execute(text(statement))
            db.session.rollback()
        found = examine(Patient(app_role, NOW))
        faults = {f.code for f in found.of(Grade.FAULT)}
        assert faults <= {"fsync", "full_page_writes", "synchronous_commit"}
        assert roles_said(app_role) == []


def test_doctor_tells_the_owner_and_a_role_with_too_many_rights(
    owner: Settings, app_role: Settings, library: Library
) -> None:
    with site_on(owner, library, schema=False):
        ((grade, sentence),) = roles_said(owner)
        assert grade == "warning" and "kenshu_owner" in sentence
        with db.engine.begin() as connection:
            connection.execute(text("GRANT UPDATE ON evidence TO kenshu_app"))
    with site_on(app_role, library, schema=False):
        ((grade, sentence),) = roles_said(app_role)
        assert grade == "fault" and "UPDATE" in sentence and "REVOKE" in sentence


def test_the_sites_role_backs_up_and_the_owner_restores_with_the_same_rights(
    owner: Settings, app_role: Settings, library: Library, tmp_path: Path
) -> None:
    with site_on(app_role, library, schema=False):
        made = backup.back_up(tmp_path / "a.zip", app_role, NOW)
        with pytest.raises(Refused, match="所有者の役割"):
            restore.restore(made.path, app_role, NOW, replace=True)
    with site_on(owner, library, schema=False):
        restore.restore(made.path, owner, NOW.replace(hour=9), replace=True)
    with site_on(app_role, library, schema=False):
        assert roles_said(app_role) == []
        add_person()
        with pytest.raises(ProgrammingError, match="permission denied"):
            db.session.execute(text("DELETE FROM evidence"))
