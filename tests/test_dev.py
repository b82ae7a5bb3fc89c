"""The one command: what it installs, what it says, and that it never trips over a machine's habits."""

from __future__ import annotations

import ast
import os
import re
import socket
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

import dev

LOCKS = (dev.RUN_LOCK, dev.DEV_LOCK)
BEYOND_CP932 = "𠮷野 〜 — 😀"


def lock_text(name: str) -> str:
    return (dev.ROOT / name).read_text(encoding="utf-8")


def pinned(name: str) -> dict[str, str]:
    """Package -> version of a lock, markers left out."""
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;]+)", lock_text(name), re.MULTILINE))


def run_python(*arguments: str, encoding: str) -> subprocess.CompletedProcess[bytes]:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONUTF8"}
    env |= {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    return subprocess.run([sys.executable, *arguments], cwd=dev.ROOT, env=env, capture_output=True)


# --- the locks --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address(name: str) -> None:
    words = [word for word in lock_text(name).split() if not word.startswith("--hash=sha256:")]
    assert not [word for word in words if "/" in word or "@" in word]
    assert not re.search(r"https?:|file:|index-url|find-links|\.(com|org|io|net|jp)\b", " ".join(words))


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_of_a_lock_has_a_hash(name: str) -> None:
    pins = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"^#.*\n", "", lock_text(name), flags=re.MULTILINE).strip())
    assert len(pins) == len(pinned(name)) > 20
    assert not [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin]


def test_the_development_lock_holds_the_other_one() -> None:
    assert pinned(dev.RUN_LOCK).items() <= pinned(dev.DEV_LOCK).items()


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads(lock_text("pyproject.toml"))
    wanted = project["project"]["dependencies"]
    tools = project["dependency-groups"]["dev"]
    for name, requirements in ((dev.RUN_LOCK, wanted), (dev.DEV_LOCK, wanted + tools)):
        names = {re.split(r"[\[<>=;~ ]", requirement)[0] for requirement in requirements}
        assert names <= set(pinned(name)), name


def test_a_windows_server_gets_waitress_and_time_zones() -> None:
    text = lock_text(dev.RUN_LOCK)
    assert re.search(r"^waitress==\S+ ; sys_platform == 'win32'", text, re.MULTILINE)
    assert re.search(r"^gunicorn==\S+ ; sys_platform != 'win32'", text, re.MULTILINE)
    assert re.search(r"^tzdata==\S+ \\", text, re.MULTILINE)


def test_pip_is_asked_where_packages_come_from() -> None:
    listing = (
        "WARNING: this line is no setting\n"
        ":env:.index-url='one'\nglobal.index-url='two'\nglobal.cert='/c.pem'\n"
        "global.extra-index-url='file:///wheels three'\nglobal.find-links='/wheels'\n"
    )
    settings = dev.pip_settings(listing)
    assert settings["index-url"] == "one", "the environment wins over a file"
    found = dev.uv_environment(settings)
    assert found["UV_DEFAULT_INDEX"] == "one"
    assert found["UV_INDEX"] == "three", "a folder with wheels of one platform would lose the other hashes"
    assert "UV_FIND_LINKS" not in found
    closed = dev.uv_environment({"no-index": "1", "find-links": "/wheels"})
    assert closed == {"UV_NO_INDEX": "1", "UV_FIND_LINKS": "/wheels"}


# --- Python alone -----------------------------------------------------------------------------


def test_dev_needs_nothing_but_python() -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(lock_text("dev.py"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(str(node.module).partition(".")[0])
    assert imported <= sys.stdlib_module_names


@pytest.mark.parametrize("encoding", ["cp932", "ascii", "utf-8"])
def test_no_character_crashes_a_stream(encoding: str) -> None:
    script = f"import dev; dev.never_crash_on_output(); dev.say({BEYOND_CP932!r})"
    done = run_python("-c", script, encoding=encoding)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode(encoding).strip() == (
        BEYOND_CP932.encode(encoding, errors="backslashreplace").decode(encoding)
    )


def test_no_character_crashes_a_child_process() -> None:
    child = f"import sys; print({BEYOND_CP932!r}); print({BEYOND_CP932!r}, file=sys.stderr)"
    parent = (
        "import dev, subprocess, sys; dev.never_crash_on_output();"
        f"sys.exit(subprocess.run([sys.executable, '-c', {child!r}], env=dev.environment()).returncode)"
    )
    done = run_python("-c", parent, encoding="cp932")
    assert done.returncode == 0, done.stderr
    assert "\\U00020bb7野" in done.stdout.decode("cp932")


@pytest.mark.parametrize(("words", "code"), [([], 2), (["demoo"], 2), (["--help"], 0)])
def test_wrong_usage_shows_every_command(words: list[str], code: int) -> None:
    done = run_python("dev.py", *words, encoding="cp932")
    shown = done.stdout.decode("cp932")
    assert (done.returncode, done.stderr) == (code, b"")
    for command in dev.COMMANDS:
        assert f"\n  {command} " in shown


# --- the virtual environment ------------------------------------------------------------------


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """dev.py at work in an empty folder with two small locks."""
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(dev, "STAMP", tmp_path / ".venv" / "installed-locks")
    for name in LOCKS:
        (tmp_path / name).write_text(f"# {name}\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def installs(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The last word of each command that would have run quietly; .venv is there already."""
    python = dev.venv_python()
    python.parent.mkdir(parents=True)
    python.touch()
    commands: list[str] = []
    monkeypatch.setattr(dev, "pip_command", lambda: ["pip"])
    monkeypatch.setattr(dev, "quietly", lambda command, what: commands.append(Path(command[-1]).name))
    return commands


def test_a_lock_is_installed_once_until_it_changes(elsewhere: Path, installs: list[str]) -> None:
    dev.prepare(dev.RUN_LOCK)
    dev.prepare(dev.RUN_LOCK)
    assert installs == [dev.RUN_LOCK]
    (elsewhere / dev.RUN_LOCK).write_text("# another\n", encoding="utf-8")
    dev.prepare(dev.RUN_LOCK)
    assert installs == [dev.RUN_LOCK, dev.RUN_LOCK]


def test_after_the_development_lock_nothing_is_missing_to_serve(installs: list[str]) -> None:
    dev.prepare(dev.DEV_LOCK)
    dev.prepare(dev.RUN_LOCK)
    assert installs == [dev.DEV_LOCK]


def test_an_installation_that_broke_off_is_done_again(
    installs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    dev.prepare(dev.RUN_LOCK)

    def breaks_off(command: Sequence[str | Path], what: str) -> None:
        raise dev.Refused(what)

    with monkeypatch.context() as patch:
        patch.setattr(dev, "quietly", breaks_off)
        with pytest.raises(dev.Refused):
            dev.prepare(dev.DEV_LOCK)
    dev.prepare(dev.RUN_LOCK)
    assert installs == [dev.RUN_LOCK, dev.RUN_LOCK]


def test_line_endings_change_no_lock(elsewhere: Path) -> None:
    (elsewhere / dev.RUN_LOCK).write_bytes(b"a==1\nb==2\n")
    unix = dev.digest(dev.RUN_LOCK)
    (elsewhere / dev.RUN_LOCK).write_bytes(b"a==1\r\nb==2\r\n")
    assert dev.digest(dev.RUN_LOCK) == unix


def test_a_python_without_ensurepip_is_enough(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really = dev.quietly

    def without_ensurepip(command: Sequence[str | Path], what: str) -> None:
        if "venv" in command and "--without-pip" not in command:
            raise dev.Refused("No module named ensurepip")
        really(command, what)

    monkeypatch.setattr(dev, "quietly", without_ensurepip)
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_REQUIRE_VIRTUALENV", "1")
    python = dev.prepare(dev.RUN_LOCK)
    assert python.exists()
    assert dev.pip_command() == [sys.executable, "-m", "pip", "--python", str(python)]
    assert dev.STAMP.read_text(encoding="utf-8").split() == [dev.digest(dev.RUN_LOCK)]


def test_a_failed_command_shows_what_it_said(elsewhere: Path) -> None:
    with pytest.raises(dev.Refused, match=r"(?s)out of disk.*準備ができませんでした"):
        dev.quietly([sys.executable, "-c", "import sys; sys.exit('out of disk')"], "準備")


# --- the commands -----------------------------------------------------------------------------


def test_a_taken_port_is_said_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setenv("KENSHU_PORT", str(other.getsockname()[1]))
        with pytest.raises(dev.Refused, match="KENSHU_PORT に別の番号"):
            dev.address()


@pytest.mark.parametrize("given", ["八千", "0", "65536", "-1", "80.0"])
def test_a_port_is_a_number(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KENSHU_PORT", given)
    with pytest.raises(dev.Refused, match="1から65535"):
        dev.address()


@pytest.mark.parametrize("asked", ["-h", "--help"])
@pytest.mark.parametrize("command", sorted(dev.COMMANDS.keys() - dev.OWN_HELP))
def test_who_asks_for_help_gets_it_and_nothing_else(
    command: str, asked: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        dev, "COMMANDS", {name: lambda _words: pytest.fail("it ran") for name in dev.COMMANDS}
    )
    assert dev.main([command, asked]) == 0
    assert f"  {command} " in capsys.readouterr().out


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[list[str], dict[str, str]]]:
    """The steps that `test` takes, in order; 型の検査 fails."""
    taken: dict[str, tuple[list[str], dict[str, str]]] = {}

    def step(name: str, command: list[str], env: dict[str, str]) -> bool:
        taken[name] = (command, env)
        return name != "型の検査"

    monkeypatch.setattr(dev, "prepare", lambda lock: Path("python"))
    monkeypatch.setattr(dev, "passes", step)
    return taken


def test_a_failed_step_fails_the_whole_and_is_named(
    steps: dict[str, tuple[list[str], dict[str, str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert dev.main(["test", "tests/test_dev.py", "-k", "lock"]) == 1
    assert list(steps) == ["コードの点検", "型の検査", "教材の点検", "テスト"]
    assert steps["テスト"][0][-3:] == ["tests/test_dev.py", "-k", "lock"]
    assert not [name for name in ("コードの点検", "型の検査", "教材の点検") if "-k" in steps[name][0]]
    assert "通らなかったもの: 型の検査\n" in capsys.readouterr().out


def test_tests_do_not_see_the_settings_of_this_machine(
    steps: dict[str, tuple[list[str], dict[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KENSHU_DATABASE_URL", "postgresql+psycopg:///personnel")
    monkeypatch.setenv("KENSHU_REQUIRE_BROWSER", "1")
    dev.main(["test"])
    _, env = steps["テスト"]
    assert [name for name in env if name.startswith("KENSHU_")] == ["KENSHU_REQUIRE_BROWSER"]
    _, env = steps["教材の点検"]
    assert Path(env["KENSHU_INSTANCE"]) != dev.ROOT / "instance"


def test_the_whole_suite_shares_the_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 16)
    assert dev.pytest_arguments([]) == ["-n", "4", "--dist", "worksteal"]
    assert dev.pytest_arguments(["--long"]) == ["-n", "4", "--dist", "worksteal", "--long"]
    assert dev.pytest_arguments(["tests/test_dev.py"]) == ["tests/test_dev.py"]
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert dev.pytest_arguments([]) == []


@pytest.mark.skipif(os.name == "nt", reason="bash is for Debian")
def test_the_ci_door_is_sound() -> None:
    door = dev.ROOT / ".ci" / "run"
    assert os.access(door, os.X_OK)
    subprocess.run(["bash", "-n", str(door)], check=True)
    text = door.read_text(encoding="utf-8")
    assert "set -euo pipefail" in text
    assert 'KENSHU_REQUIRE_BROWSER=1 exec python3 dev.py test "$@"' in text
