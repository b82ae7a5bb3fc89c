"""The examples for serving fit the handbook, the settings and the commands there are."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask import Flask

import dev
from app.settings import ROOT, SETTINGS

SERVING = ROOT / "docs" / "serving"
FILES = sorted(SERVING.iterdir())
HANDBOOK = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
#: What signs of an attempt to reach the outside would look like.
OUTSIDE = re.compile(r"https?://(?!127\.0\.0\.1|kenshu\.example\.lg\.jp|\$server_name)[\w{$]")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_example_is_named_in_the_handbook_and_stays_inside(path: Path) -> None:
    assert f"serving/{path.name}" in HANDBOOK
    assert not OUTSIDE.search(text_of(path))
    known = {name for name, _default, _meaning in SETTINGS}
    assert set(re.findall(r"KENSHU_[A-Z_]+", text_of(path))) <= known


def test_one_line_for_gunicorn_everywhere() -> None:
    handbook = re.search(r"^\.venv/bin/gunicorn (.*) 'app", HANDBOOK, re.MULTILINE)
    unit = re.search(r"^ExecStart=\S+gunicorn (.*) \"app", text_of(SERVING / "kenshu.service"), re.MULTILINE)
    assert handbook and unit and handbook[1] == unit[1]
    ours = [w for w in dev.server_command(Path("python"), "127.0.0.1", 8000) if w.startswith("--")]
    assert set(handbook[1].split()) <= set(ours)


def test_one_line_for_waitress_everywhere() -> None:
    lines = [
        re.search(r"-m waitress (--.*?create_app)", text)
        for text in (HANDBOOK, text_of(SERVING / "kenshu.bat"))
    ]
    assert lines[0] and lines[1] and lines[0][1] == lines[1][1]


@pytest.mark.parametrize("name", ["kenshu-nightly.service", "nightly.bat"])
def test_the_nightly_commands_exist(app: Flask, name: str) -> None:
    text = text_of(SERVING / name)
    said = re.findall(r"(?:--app app|%FLASK%) ([a-z]+)(?: ([a-z]+))?", text)
    assert len(said) >= 4
    for first, second in said:
        command = app.cli.commands.get(first)
        assert command is not None, first
        assert not second or second in getattr(command, "commands", {second})


def test_what_windows_reads_is_plain() -> None:
    for path in FILES:
        if path.suffix in (".bat", ".ps1"):
            path.read_bytes().decode("ascii")
    ElementTree.fromstring(text_of(SERVING / "web.config"))
    attributes = text_of(ROOT / ".gitattributes")
    assert "*.bat text eol=crlf" in attributes and "*.ps1 text eol=crlf" in attributes


def test_systemd_understands_its_units(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("no systemd here")
    for unit in SERVING.glob("kenshu*.[st]*"):
        text = re.sub(r"/srv/kenshu/\.venv/bin/\w+", "/bin/true", text_of(unit))
        text = re.sub(r"(?m)^(User|EnvironmentFile|WorkingDirectory)=.*\n", "", text)
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [program, "verify", *map(str, tmp_path.iterdir())], capture_output=True, encoding="utf-8", timeout=60
    )
    ours = [line for line in done.stderr.splitlines() if str(tmp_path) in line]
    assert not ours
