"""No damaged or hostile archive is taken for a whole one."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.operations import backup
from app.operations.archive import MANIFEST, Archive, BadArchive, Manifest, Writer, safe_path
from app.operations.values import Lines
from tests.operations.conftest import NOW
from tests.operations.damaged import OUTSIDE, cut_short, flipped, read, rewritten, slipped, with_facts

COLUMNS = (("id", "integer"), ("name", "text"), ("body", "bytes"), ("at", "datetime"), ("day", "date"),
           ("done", "boolean"))  # fmt: skip
ROWS: list[list[Any]] = [
    [1, "髙﨑 𠮷野 \U000e0100\x00\u2028\"\\", b"\x00\xff" * 40, datetime(2026, 4, 1, 1, 2, 3, 4, tzinfo=UTC),
     date(2026, 4, 1), True],
    [2, "", b"", datetime(1, 1, 1, tzinfo=UTC), date(1, 1, 1), False],
    [2**62, None, None, None, None, None],
]  # fmt: skip


def manifest(writer: Writer) -> Manifest:
    return Manifest(
        "2026-06-01T00:00:00.000000Z", "1", "0001", "sqlite", "", {}, (), writer.tables, writer.files
    )


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.zip"
    with Writer(path) as writer:
        writer.table("people", COLUMNS, ROWS)
        writer.file("content/研修/a.md", "本文\r\n".encode() * 50)
        writer.finish(manifest(writer))
    return path


def test_values_come_back_as_they_were(small: Path) -> None:
    with Archive(small) as archive:
        archive.check()
        assert list(archive.rows("people")) == ROWS
        assert archive.file("content/研修/a.md") == "本文\r\n".encode() * 50


def test_a_thousand_flipped_bytes_are_refused_or_change_nothing(site: Flask, tmp_path: Path) -> None:
    """Of a real backup: wherever one byte is another, it is refused, or says exactly the same."""
    found = flipped(backup.back_up(tmp_path / "a.zip", site.extensions["kenshu"].settings, NOW).path, 1_000)
    assert found["refused"] + found["same"] == 1_000
    assert found["refused"] > 500


def test_a_file_cut_short_is_refused_wherever_it_ends(small: Path) -> None:
    assert set(cut_short(small, 7)) == {"refused"}


@pytest.mark.parametrize("name", OUTSIDE)
def test_nothing_is_written_outside_its_place(small: Path, name: str) -> None:
    assert not safe_path(name) or not name.startswith(("content/", "kept/"))

    with pytest.raises(BadArchive):
        read(slipped(small, name))


@pytest.mark.parametrize("case", [
    lambda m: m.update({"content/more": b"x"}),
    lambda m: m.pop("tables/people.jsonl"),
    lambda m: m.update({"tables/people.jsonl": m["tables/people.jsonl"][:-1]}),
    lambda m: m.update({"tables/people.jsonl": m["tables/people.jsonl"] * 2}),
    lambda m: with_facts(m, lambda f: f.update(format="kenshu-backup/2")),
    lambda m: with_facts(m, lambda f: f.update(format="other")),
    lambda m: with_facts(m, lambda f: f.pop("revision")),
    lambda m: with_facts(m, lambda f: f.update(tables=[])),
    lambda m: with_facts(m, lambda f: f["tables"]["people"].update(rows=-1)),
    lambda m: with_facts(m, lambda f: f["tables"]["people"].update(columns=[["id; DROP TABLE x", "text"]])),
    lambda m: with_facts(m, lambda f: f["tables"]["people"].update(columns=[["id", "pickle"]])),
    lambda m: m.update({MANIFEST: b"["  * 100_000}),
    lambda m: m.update({MANIFEST: b"\xff"}),
])  # fmt: skip
def test_what_the_manifest_does_not_say_is_refused(small: Path, case: Callable) -> None:
    with pytest.raises(BadArchive):
        read(rewritten(small, case))


def test_a_changed_manifest_does_not_fit_its_digest(small: Path) -> None:
    path = rewritten(small, lambda m: with_facts(m, lambda f: f.update(made_at="")), comment=False)
    with pytest.raises(BadArchive, match="目録"):
        read(path)


def test_the_same_name_twice_is_refused(small: Path) -> None:
    with warnings.catch_warnings(), zipfile.ZipFile(small, "a") as archive:
        warnings.simplefilter("ignore")
        comment = archive.comment
        archive.writestr("tables/people.jsonl", b"")
        archive.comment = comment
    with pytest.raises(BadArchive):
        read(small)


def test_a_small_file_that_unpacks_to_much_is_not_unpacked(small: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        members["content/研修/a.md"] = bytes(300 * 1024 * 1024)

    with zipfile.ZipFile(small) as archive:
        comment, members = archive.comment, {n: archive.read(n) for n in archive.namelist()}
    change(members)
    with zipfile.ZipFile(small, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.comment = comment
    with pytest.raises(BadArchive):
        read(small)


@pytest.mark.parametrize(("kind", "line"), [
    ("integer", b"[1.0]"), ("integer", b"[true]"), ("integer", b'["1"]'), ("text", b"[1]"), 
    ("boolean", b"[1]"),
    ("bytes", b'["a"]'), ("date", b'["20260401"]'), ("date", b'["2026-13-01"]'),
    ("datetime", b'["2026-04-01"]'), ("datetime", b'["2026-W14-3T00:00:00.000000Z"]'),
    ("datetime", b'["2026-04-01T00:00:00.000000+09:00"]'), ("date", b"[1]"), ("datetime", b"[1]"),
    ("text", b'["a","b"]'), ("text", b'["a"]["b"]'), ("text", b"{}"), ("text", b"[]"), ("text", b"\xff"),
])  # fmt: skip
def test_a_value_of_another_kind_is_no_row(kind: str, line: bytes) -> None:
    with pytest.raises((ValueError, TypeError)):
        Lines([kind]).row(line)


def test_a_failure_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Writer(tmp_path / "a.zip") as writer:
        writer.table("people", COLUMNS, ([1 // 0] for _ in range(1)))
    assert not list(tmp_path.iterdir())
