#!/usr/bin/env python3
"""One command for everything: makes .venv, installs the hashed locks, runs. Standard library only.

python3 dev.py demo | test | run | bench | faults | lock | bundle | flask ...     (Windows: py dev.py ...)
"""

from __future__ import annotations

import ast
import hashlib
import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed-locks"
RUN_LOCK = "requirements.txt"
DEV_LOCK = "requirements-dev.txt"
#: The folder with the parts, and the file in it that says what for, where `bundle` made this copy.
WHEELS, TARGET = "wheels", "target.txt"

USAGE = """\
使い方: python3 dev.py 命令 (Windows では py dev.py 命令)

  demo        デモ用の市を用意し、http://127.0.0.1:5000 で開きます
              (KENSHU_PORT で別の番号、KENSHU_INSTANCE で別の置き場所にできます)
  test        コード、型、教材の点検とテストをすべて行います(引数は pytest に渡します。--long で全件)
  run         設定したデータベースでサイトを動かします(教材を直すと、すぐに読み直します)
  bench       速さを測ります
  faults      故障と攻撃を起こし、何も失われないことを確かめます(--long で回数の多い形)
  lock        requirements*.txt を作り直します(--upgrade で新しい版にします)
  bundle      つながらない機械に入れるフォルダーを作ります(--target win_amd64 --python 3.12)
  flask ...   サイトの命令を実行します(例: python3 dev.py flask doctor)
"""

Environment = dict[str, str]


class Refused(Exception):
    """The command cannot go on; the message says why, in Japanese."""


class Usage(Refused):
    """The command was called in a way it isn't meant."""


# --- speaking ---------------------------------------------------------------------------------


def never_crash_on_output() -> None:
    """Let a character the terminal lacks (𠮷 or — in CP932) be written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace", line_buffering=True)


def say(sentence: str) -> None:
    print(sentence, flush=True)


def environment(**changes: str) -> Environment:
    """The environment for child processes: this one, with output streams that cannot crash."""
    result = dict(os.environ)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    result.update(PYTHONUTF8="1", PYTHONIOENCODING=f"{encoding}:backslashreplace")
    result.update(changes)
    return result


# --- the virtual environment ------------------------------------------------------------------


def venv_python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def quietly(command: Sequence[str | Path], what: str) -> None:
    """Run a command and show its output only when it fails.

    Raises Refused, naming `what`, with the output.
    """
    # pip must put things into .venv whatever the machine's own defaults for it are.
    env = environment(PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")
    for name in ("PIP_TARGET", "PIP_PREFIX", "PYTHONPATH", "PYTHONHOME"):
        env.pop(name, None)
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode:
        output = done.stdout.decode(sys.stdout.encoding or "utf-8", errors="replace").rstrip()
        raise Refused(f"{output}\n{what}ができませんでした。上の表示をご確認ください。")


def make_venv() -> None:
    """Make .venv, also where Python comes without ensurepip (Debian without python3-venv)."""
    say("仮想環境 .venv を作ります。")
    try:
        quietly([sys.executable, "-m", "venv", "--clear", VENV], "仮想環境の作成")
    except Refused:
        quietly([sys.executable, "-m", "venv", "--clear", "--without-pip", VENV], "仮想環境の作成")


def pip_command() -> list[str]:
    """The pip that installs into .venv: its own, or else the one beside this Python."""
    own = subprocess.run([str(venv_python()), "-m", "pip", "--version"], capture_output=True)
    if own.returncode == 0:
        return [str(venv_python()), "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", str(venv_python())]


def digest(lock: str) -> str:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return hashlib.sha256(text.encode()).hexdigest()


def prepare(lock: str) -> Path:
    """Bring .venv to the state of a lock file, doing nothing when it is there already.

    Returns .venv's Python. Raises Refused when something cannot be installed.
    """
    if not venv_python().exists():
        make_venv()
    installed = STAMP.read_text(encoding="utf-8").split() if STAMP.exists() else []
    if digest(lock) not in installed:
        say(f"{lock} の部品を入れます(初めは1分ほどかかります)。")
        STAMP.unlink(missing_ok=True)
        quietly([*pip_command(), "install", *brought_along(), "--require-hashes", "-r", ROOT / lock],
                "部品の準備")  # fmt: skip
        # The development lock holds everything the other one does (tests/test_dev.py).
        held = [lock, RUN_LOCK] if lock == DEV_LOCK else [lock]
        STAMP.write_text("\n".join(digest(name) for name in held) + "\n", encoding="utf-8")
    return venv_python()


def brought_along() -> list[str | Path]:
    """Options for pip where `bundle` has put the parts beside the source: nothing is fetched."""
    folder = ROOT / WHEELS
    if not (folder / TARGET).exists():
        return []
    made_for, python = (folder / TARGET).read_text(encoding="utf-8").split()
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    if python != here:
        raise Refused(
            f"このフォルダーは Python {python}({made_for})用です。いまのPythonは {here} です。"
            f"Python {python} で実行するか、bundle --python {here} で作り直してください。"
        )
    return ["--no-index", "--find-links", folder]


# --- serving ----------------------------------------------------------------------------------


def instance_folder() -> Path:
    return Path(os.environ.get("KENSHU_INSTANCE") or ROOT / "instance").resolve()


def flask(python: Path, *arguments: str, env: Environment, cwd: Path = ROOT) -> int:
    """Run one `flask` command of the site and return its exit code."""
    command = [str(python), "-m", "flask", "--app", str(ROOT / "app"), *arguments]
    return subprocess.run(command, cwd=cwd, env=env).returncode


def required(exit_code: int, what: str) -> None:
    if exit_code:
        raise Refused(f"{what}ができませんでした。上の表示をご確認ください。")


def server_command(python: Path, host: str, port: int) -> list[str]:
    """The production server of this platform: waitress on Windows, gunicorn elsewhere."""
    if os.name == "nt":
        return [str(python), "-m", "waitress", f"--host={host}", f"--port={port}", "--threads=8",
                "--call", "app:create_app"]  # fmt: skip
    return [str(python), "-m", "gunicorn", f"--bind={host}:{port}", "--workers=2", "--threads=8",
            "--preload", "--log-level=warning", "--no-control-socket", "app:create_app()"]  # fmt: skip


def address() -> tuple[str, int]:
    """Where to listen (KENSHU_HOST, KENSHU_PORT). Raises Refused when it is taken or no number."""
    host = os.environ.get("KENSHU_HOST") or "127.0.0.1"
    given = os.environ.get("KENSHU_PORT") or "5000"
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise Refused(f"KENSHU_PORT は1から65535までの数にしてください({given})。")
    port = int(given)
    with socket.socket() as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(
                f"{host} の {port} 番ポートを開けません。ほかで使われているようでしたら、"
                "KENSHU_PORT に別の番号を指定してください。"
            ) from error
    return host, port


def answers(url: str) -> bool:
    """Whether a web server answers there, whatever it says."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def serve(python: Path, env: Environment) -> int:
    """Serve the site until Ctrl-C; returns 0 when it was ended so, else the server's exit code."""
    host, port = address()
    shown = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"
    stop_on_termination()
    server = subprocess.Popen(server_command(python, host, port), cwd=ROOT, env=env)
    try:
        while server.poll() is None and not answers(f"{shown}/healthz"):
            time.sleep(0.2)
        if server.poll() is None:
            say(f"{shown} で開きました。終わるときは Ctrl+C を押してください。")
        return server.wait()
    except KeyboardInterrupt:
        end(server)
        say("終了しました。")
        return 0


def stop_on_termination() -> None:
    """A polite request to end (SIGTERM) ends the server too, as Ctrl-C does."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)


def end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


# --- the commands -----------------------------------------------------------------------------


def demo(arguments: Sequence[str]) -> int:
    """Fill the demonstration city into its own database file and serve it."""
    python = prepare(RUN_LOCK)
    address()
    database = instance_folder() / "demo.sqlite3"
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    env = environment(
        KENSHU_DATABASE_URL=f"sqlite:///{database.as_posix()}", KENSHU_DEMO="1", KENSHU_AUTHORING="1"
    )
    say("デモ用のデータベースを整えます。")
    required(flask(python, "db", "upgrade", env=env), "データベースの準備")
    say("デモ用の市を用意します(初めは少し時間がかかります)。")
    required(flask(python, "demo", "fill", *arguments, env=env), "デモ用の市の準備")
    return serve(python, env)


def run(arguments: Sequence[str]) -> int:
    """Bring the configured database up to date and serve the site on it."""
    no_arguments("run", arguments)
    python = prepare(RUN_LOCK)
    address()
    say("データベースを最新の形にします。")
    required(flask(python, "db", "upgrade", env=environment()), "データベースの準備")
    # Whoever writes lessons looks at them here; a city's server is started by its own service.
    return serve(python, environment(KENSHU_AUTHORING=os.environ.get("KENSHU_AUTHORING") or "1"))


def test(arguments: Sequence[str]) -> int:
    """Lint, types, content, tests: all of them, whatever fails; 1 at the end when any did."""
    python = prepare(DEV_LOCK)
    # The settings of this machine's own site must not leak into what is tested.
    env = {name: value for name, value in environment().items()
           if not name.startswith("KENSHU_") or name == "KENSHU_REQUIRE_BROWSER"}  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="kenshu-") as instance:
        content = [str(python), "-m", "flask", "--app", str(ROOT / "app"), "content", "check"]
        steps: list[tuple[str, list[str], Environment]] = [
            ("コードの点検", [str(python), "-m", "ruff", "check", "."], env),
            ("型の検査", [str(python), "-m", "mypy"], env),
            ("教材の点検", content, env | {"KENSHU_INSTANCE": instance}),
            ("テスト", [str(python), "-m", "pytest", *pytest_arguments(arguments)], env),
        ]
        failed = [name for name, command, its_env in steps if not passes(name, command, its_env)]
    if failed:
        say(f"通らなかったもの: {'、'.join(failed)}")
        return 1
    say("すべて通りました。")
    return 0


def passes(name: str, command: list[str], env: Environment) -> bool:
    say(f"{name}を行います。")
    return subprocess.run(command, cwd=ROOT, env=env).returncode == 0


def pytest_arguments(arguments: Sequence[str]) -> list[str]:
    """The whole suite runs on several processors; a chosen part starts faster on one.

    Each takes a stretch of neighbouring tests, which share what they are built on; who is done first helps.
    """
    whole = set(arguments) <= {"--long"}
    processes = min(4, os.cpu_count() or 1)
    spread = ["-n", str(processes), "--dist", "worksteal"] if whole and processes > 1 else []
    return [*spread, *arguments]


def bench(arguments: Sequence[str]) -> int:
    """Measure how fast the site is."""
    python = prepare(DEV_LOCK)
    say("速さを測ります。")
    command = [str(python), "-m", "tests.bench", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment()).returncode


def faults(arguments: Sequence[str]) -> int:
    """Break things from outside and see what holds."""
    python = prepare(DEV_LOCK)
    say("故障を起こして確かめます。")
    command = [str(python), "-m", "tests.faults", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment()).returncode


def site_command(arguments: Sequence[str]) -> int:
    """Any `flask` command; file names are looked up from where the person stands."""
    return flask(prepare(RUN_LOCK), *arguments, env=environment(), cwd=Path.cwd())


# --- the locks --------------------------------------------------------------------------------


def pip_settings(listing: str) -> dict[str, str]:
    """What `pip config list` says, as option -> value; environment variables win over files."""
    settings: dict[str, str] = {}
    lines = [line.partition("=") for line in listing.splitlines() if "='" in line or '="' in line]
    for key, _, value in sorted(lines, key=lambda parts: parts[0].startswith(":env:")):
        settings[key.rpartition(".")[2]] = str(ast.literal_eval(value))
    return settings


def uv_environment(pip: dict[str, str]) -> Environment:
    """Tell uv, which does not read pip's configuration, where this machine finds packages."""
    found: Environment = {}
    if index := pip.get("index-url"):
        found["UV_DEFAULT_INDEX"] = index
    # A folder on this machine often has wheels of one platform only; the lock must name them all.
    others = [url for url in pip.get("extra-index-url", "").split() if not url.startswith("file:")]
    if others:
        found |= {"UV_INDEX": " ".join(others), "UV_INDEX_STRATEGY": "unsafe-best-match"}
    if pip.get("no-index") and (folders := pip.get("find-links")):
        found |= {"UV_NO_INDEX": "1", "UV_FIND_LINKS": ",".join(folders.split())}
    if certificate := pip.get("cert"):
        found["SSL_CERT_FILE"] = certificate
    return {name: value for name, value in found.items() if name not in os.environ}


def compile_lock(python: Path, target: str, options: Sequence[str], env: Environment) -> None:
    """Rewrite one lock file: hashes for every platform, no address. Raises Refused otherwise."""
    with tempfile.TemporaryDirectory(prefix="kenshu-") as folder:
        draft = Path(folder) / target
        if (ROOT / target).exists():
            shutil.copyfile(ROOT / target, draft)
        command = [str(python), "-m", "uv", "--no-progress", "pip", "compile", "pyproject.toml", "--quiet",
                   "--universal", "--python-version=3.11", "--generate-hashes", "--no-annotate",
                   "--custom-compile-command=python3 dev.py lock", *options,
                   f"--output-file={draft}"]  # fmt: skip
        required(subprocess.run(command, cwd=ROOT, env=env).returncode, f"{target} の作成")
        text = draft.read_text(encoding="utf-8")
    if "://" in text or "index-url" in text or "find-links" in text:
        raise Refused(f"{target} に取得先のアドレスが入るため、書き換えませんでした。")
    (ROOT / target).write_text(text, encoding="utf-8", newline="\n")
    say(f"{target} を書きました。")


def lock(arguments: Sequence[str]) -> int:
    """Rewrite both locks from pyproject.toml; the development lock agrees with the other one."""
    python = prepare(DEV_LOCK)
    listing = subprocess.run([*pip_command(), "config", "list"], capture_output=True, env=environment())
    found = uv_environment(pip_settings(listing.stdout.decode(errors="replace")))
    env = environment(**found)
    compile_lock(python, RUN_LOCK, arguments, env)
    compile_lock(python, DEV_LOCK, ["--group=dev", f"--constraints={RUN_LOCK}", *arguments], env)
    return 0


# --- a folder for a machine without network ----------------------------------------------------

#: What a wheel for an ordinary Linux may be called: built for its C library or an older one.
LINUX = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_26", "manylinux_2_24", "manylinux_2_17",
         "manylinux2014", "manylinux_2_12", "manylinux2010", "manylinux_2_5", "manylinux1",
         "linux")  # fmt: skip
NOT_SOURCE = {"instance", "bundle", "screenshots", "__pycache__", WHEELS}


def bundle(arguments: Sequence[str]) -> int:
    """Make a folder with the source and every part it needs, to be installed with nothing fetched."""
    target, version, folder, with_tests = bundle_options(arguments)
    prepare(RUN_LOCK)
    place = Path(folder) if folder else ROOT / "bundle" / f"kenshu-{target or 'here'}-py{version}"
    if place.exists() and any(place.iterdir()):
        raise Refused(f"{place} は空ではありません。別の名前にするか、先に消してください。")
    say("部品を集めます。")
    (place / WHEELS).mkdir(parents=True, exist_ok=True)
    collect(place / WHEELS, DEV_LOCK if with_tests else RUN_LOCK, target, version)
    (place / WHEELS / TARGET).write_text(f"{target or sys.platform} {version}\n", encoding="utf-8")
    for name in source_files():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, place / name)
    write_sums(place)
    say(f"{place} にまとめました。このフォルダーごと運び、そこで dev.py を実行してください。")
    return 0


def bundle_options(arguments: Sequence[str]) -> tuple[str, str, str, bool]:
    """Target ("" is this machine), its Python, the folder ("" is ours to choose), whether tests go too."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    found = {"--target": "", "--python": version}
    folder, with_tests, words = "", False, list(arguments)
    while words:
        word = words.pop(0)
        if word in found and words:
            found[word] = words.pop(0)
        elif word == "--tests":
            with_tests = True
        elif not word.startswith("-") and not folder:
            folder = word
        else:
            raise Usage(f"bundle の使い方が違います({word})。")
    major, _, minor = found["--python"].partition(".")
    if major != "3" or not minor.isdecimal():
        raise Usage(f"--python は 3.12 の形で書いてください({found['--python']})。")
    if found["--target"] and not platforms(found["--target"]):
        raise Usage("--target は win_amd64、linux_x86_64、linux_aarch64 などと書いてください。")
    if found["--python"] != version and not found["--target"]:
        raise Usage("--python は --target と一緒に書いてください。")
    return found["--target"], found["--python"], folder, with_tests


def platforms(target: str) -> list[str]:
    """The names pip knows a target by; none when it is no target."""
    system, _, machine = target.partition("_")
    if not machine or system not in ("win", "linux", "macosx"):
        return []
    return [f"{name}_{machine}" for name in LINUX] if system == "linux" else [target]


def needed(lock: str, target: str) -> str:
    """The pins of a lock that a target needs, markers resolved, hashes kept."""
    system = {"win": "win32", "linux": "linux", "macosx": "darwin"}.get(
        target.partition("_")[0], sys.platform
    )
    here = {"sys_platform": system, "implementation_name": "cpython",
            "platform_python_implementation": "CPython"}  # fmt: skip
    kept = []
    text = re.sub(r"^#.*\n", "", lock, flags=re.MULTILINE)
    for pin in re.split(r"\n(?=[A-Za-z0-9])", text.strip()):
        first, _, rest = pin.partition("\n")
        name, _, marker = first.rstrip(" \\").partition(" ; ")
        words = re.findall(r"(\w+) (==|!=) '([^']*)'", marker)
        if marker and (not words or {key for key, _, _ in words} - here.keys() or " or " in marker):
            raise Refused(f"{name} の条件({marker})を読めません。")
        if all((here[key] == value) == (sign == "==") for key, sign, value in words):
            kept.append(f"{name} \\\n{rest}")
    return "\n".join(kept) + "\n"


def collect(folder: Path, lock: str, target: str, version: str) -> None:
    """Download the wheels of a lock for a target into a folder. Raises Refused when one is missing."""
    with tempfile.TemporaryDirectory(prefix="kenshu-") as place:
        pins = Path(place) / "requirements.txt"
        pins.write_text(needed((ROOT / lock).read_text(encoding="utf-8"), target), encoding="utf-8")
        foreign = [word for name in platforms(target) for word in ("--platform", name)]
        if foreign:
            foreign += ["--python-version", version, "--implementation", "cp"]
        quietly([*pip_command(), "download", "--require-hashes", "--no-deps", "--only-binary=:all:", *foreign,
                 "--dest", folder, "-r", pins], "部品の収集")  # fmt: skip


def source_files() -> list[str]:
    """Every file of the project as a path from its root: what git keeps, or all but what is made here."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True)
    except OSError:
        listed = None
    if listed is not None and listed.returncode == 0 and listed.stdout:
        names = [name for name in listed.stdout.decode("utf-8").split("\0") if name]
        return [name for name in names if (ROOT / name).is_file()]
    names = []
    for folder, inside, files in os.walk(ROOT):
        inside[:] = sorted(n for n in inside if n not in NOT_SOURCE and (not n.startswith(".") or n == ".ci"))
        names += [Path(folder, name).relative_to(ROOT).as_posix() for name in sorted(files)]
    return names


def write_sums(place: Path) -> None:
    """SHA-256 of every file, to be compared after the way on a medium."""
    lines = []
    for path in sorted(path for path in place.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            lines.append(
                f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.relative_to(place).as_posix()}"
            )
    (place / "SHA256SUMS").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


# --- the door ---------------------------------------------------------------------------------

COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "demo": demo,
    "test": test,
    "run": run,
    "bench": bench,
    "faults": faults,
    "lock": lock,
    "bundle": bundle,
    "flask": site_command,
}

#: Commands that lead to a program with a help of its own.
OWN_HELP = {"bench", "faults", "flask"}


def no_arguments(command: str, arguments: Sequence[str]) -> None:
    if arguments:
        raise Refused(f"{command} に引数はありません({' '.join(arguments)})。")


def main(words: Sequence[str]) -> int:
    """Run one command; 0 done, 1 refused or failed, 2 wrong usage."""
    never_crash_on_output()
    if sys.version_info < (3, 11):  # noqa: UP036 - said kindly, before anything newer is used
        say("Python 3.11 以上が必要です。")
        return 1
    if words and words[0] in ("-h", "--help", "help"):
        say(USAGE)
        return 0
    if words and words[0] in COMMANDS and words[0] not in OWN_HELP and {"-h", "--help"} & set(words[1:]):
        say(USAGE)
        return 0
    if not words or words[0] not in COMMANDS:
        say(USAGE)
        return 2
    try:
        return COMMANDS[words[0]](words[1:])
    except Refused as reason:
        say(str(reason))
        return 2 if isinstance(reason, Usage) else 1
    except KeyboardInterrupt:
        say("中止しました。")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
