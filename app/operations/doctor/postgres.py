"""PostgreSQL: its version, that a commit is on the disk, and what the site's role may do to the evidence."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

from app.operations.doctor.finding import Finding, fact, fault, on, warning

OLDEST = 150_000


def _show(connection: Connection, name: str) -> str:
    return str(connection.execute(text(f"SHOW {name}")).scalar())


@on("postgresql")
def version(connection: Connection) -> Iterator[Finding]:
    """15 or newer."""
    said = _show(connection, "server_version")
    yield fact("postgres_version", f"PostgreSQL {said}")
    if int(_show(connection, "server_version_num")) < OLDEST:
        yield fault("postgres_version", f"PostgreSQL {said} は古すぎます。15以降にしてください。")


@on("postgresql")
def durability(connection: Connection) -> Iterator[Finding]:
    """An acknowledged answer survives a power cut."""
    if _show(connection, "synchronous_commit") == "off":
        yield fault(
            "synchronous_commit",
            "synchronous_commit が off です。停電で、"
            "保存を知らせた答えを失うおそれがあります。on にしてください。",
        )
    for name in ("fsync", "full_page_writes"):
        if _show(connection, name) == "off":
            yield fault(
                name,
                f"PostgreSQL の {name} が off です。停電で記録が壊れるおそれがあります。on にしてください。",
            )


@on("postgresql")
def encoding(connection: Connection) -> Iterator[Finding]:
    """Every sign of every name."""
    if (found := _show(connection, "server_encoding")) != "UTF8":
        yield fault(
            "encoding", f"データベースの文字コードが {found} です。UTF8 のデータベースに移してください。"
        )


@on("postgresql")
def role(connection: Connection) -> Iterator[Finding]:
    """The site's own role adds evidence and reads it; another one owns the tables."""
    if connection.scalar(text("SELECT to_regclass('evidence')")) is None:
        return
    me, superuser, owner = connection.execute(
        text(
            "SELECT current_user, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user), "
            "pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = 'evidence'::regclass"
        )
    ).one()
    if superuser or owner:
        who = "管理者" if superuser else "表の所有者"
        yield warning(
            "role",
            f"データベースに、{who}の役割({me})でつないでいます。証拠の記録を書き換えられない役割を作り、サイトはそれで"
            "つないでください(手引の「PostgreSQLを使う」)。",
        )
        return
    rights = connection.execute(
        text(
            "SELECT p FROM unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS p "
            "WHERE has_table_privilege(current_user, 'evidence', p)"
        )
    ).scalars()
    if wrong := list(rights):
        yield fault(
            "role",
            f"サイトの役割({me})が、証拠の表に {'、'.join(wrong)} の権利を持っています。"
            f"REVOKE で取り上げてください"
            "(手引の「PostgreSQLを使う」)。",
        )
    lacking = connection.execute(
        text(
            "SELECT p FROM unnest(ARRAY['SELECT', 'INSERT']) AS p "
            "WHERE NOT has_table_privilege(current_user, 'evidence', p)"
        )
    ).scalars()
    if none := list(lacking):
        yield fault(
            "role",
            f"サイトの役割({me})に、証拠の表の {'、'.join(none)} の権利がありません。"
            f"GRANT で与えてください。",
        )
