"""`dev.py bundle`: a folder that installs on a machine without network, nothing fetched."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import dev

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def names(pins: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+)(?:\[[^\]]*\])?==", pins, re.MULTILINE))


@pytest.mark.parametrize(("target", "there", "absent"), [
    ("win_amd64", "waitress", "gunicorn"), ("linux_x86_64", "gunicorn", "waitress"),
    ("macosx_11_0_arm64", "gunicorn", "waitress"),
])  # fmt: skip
def test_each_target_gets_its_own_parts(target: str, there: str, absent: str) -> None:
    pins = dev.needed((dev.ROOT / dev.RUN_LOCK).read_text(encoding="utf-8"), target)
    assert there in names(pins) and absent not in names(pins)
    assert {"flask", "psycopg-binary", "tzdata"} <= names(pins)
    assert " ; " not in pins and pins.count("==") == len(names(pins))
    assert pins.count("--hash=sha256:") > 100


def test_a_condition_nobody_taught_us_is_refused() -> None:
    with pytest.raises(dev.Refused, match="条件"):
        dev.needed("a==1 ; python_full_version < '3.12' \\\n    --hash=sha256:0\n", "win_amd64")


@pytest.mark.parametrize("words", [
    ["--target"], ["--target", "windows"], ["--python", "312", "--target", "win_amd64"], ["--python", "3.99"],
    ["a", "b"], ["--other"],
])  # fmt: skip
def test_wrong_usage_ends_with_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["bundle", *words]) == 2
    assert capsys.readouterr().out.strip().endswith("。")


def test_a_bundle_for_another_python_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    assert dev.brought_along() == []
    (tmp_path / dev.WHEELS).mkdir()
    target = tmp_path / dev.WHEELS / dev.TARGET
    target.write_text(f"win_amd64 {PYTHON}\n", encoding="utf-8")
    assert dev.brought_along() == ["--no-index", "--find-links", tmp_path / dev.WHEELS]
    target.write_text("win_amd64 3.99\n", encoding="utf-8")
    with pytest.raises(dev.Refused, match=r"3\.99"):
        dev.brought_along()


def test_without_git_everything_made_here_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {"dev.py", "app/a.py", ".ci/run", "content/研修/a.md"}
    made = {
        ".venv/x",
        "instance/kenshu.sqlite3",
        "bundle/x",
        "app/__pycache__/a.pyc",
        "wheels/w.whl",
        ".git/x",
    }
    for name in kept | made:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setenv("PATH", "")
    assert set(dev.source_files()) == kept


def test_a_folder_in_use_is_not_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "prepare", lambda lock: Path("python"))
    (tmp_path / "something").touch()
    with pytest.raises(dev.Refused, match="空ではありません"):
        dev.bundle([str(tmp_path)])


def without_network() -> list[str]:
    """How to run a command so that it reaches nothing, where root may."""
    if os.name == "nt" or os.geteuid() != 0 or not shutil.which("unshare"):
        return []
    tried = subprocess.run(["unshare", "-n", "true"], capture_output=True)
    return ["unshare", "-n"] if tried.returncode == 0 else []


@pytest.mark.long
def test_it_installs_and_runs_with_nothing_fetched(tmp_path: Path) -> None:
    """Made here, moved, installed by dev.py in a folder of its own, with no network and no index."""
    folder = tmp_path / "kenshu"
    assert dev.bundle([str(folder)]) == 0
    sums = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    for line in sums:
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert not [line for line in sums if "/.venv/" in line or "instance/" in line]
    env = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP") if name in os.environ}
    env |= {"HOME": str(tmp_path), "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull,
            "KENSHU_INSTANCE": str(tmp_path / "instance")}  # fmt: skip
    for words in (["db", "upgrade"], ["content", "check"], ["backup", str(tmp_path / "a.zip")]):
        done = subprocess.run(
            [*without_network(), sys.executable, "dev.py", "flask", *words], cwd=folder, env=env,
            capture_output=True, encoding="utf-8", errors="replace",
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "a.zip").exists()


@pytest.mark.long
def test_a_bundle_for_windows_is_complete(tmp_path: Path) -> None:
    """Every pin of the list for Windows has a wheel that runs there."""
    folder = tmp_path / "kenshu"
    assert dev.bundle([str(folder), "--target", "win_amd64", "--python", "3.12"]) == 0
    wheels = [path.name for path in (folder / dev.WHEELS).glob("*.whl")]
    wanted = names(dev.needed((dev.ROOT / dev.RUN_LOCK).read_text(encoding="utf-8"), "win_amd64"))
    assert {re.sub(r"[_.]", "-", name.split("-")[0].lower()) for name in wheels} == wanted
    assert not [name for name in wheels if not name.endswith(("-any.whl", "-win_amd64.whl"))]
