"""Files as they lie on the disk: bytes, lines, front matter, digests, and the error that names a line."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.courses.model import SourceFiles

TEXT_SUFFIXES = frozenset({".md", ".toml"})
IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp"})
FENCE = "+++"
# Control characters, and the private area where 外字 end up (our placeholders live there too).
_UNUSABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ue000-\uf8ff]")
_TOML_LINE = re.compile(r"\(?at line (\d+), column \d+\)?")


class ContentError(Exception):
    """Content that can't be understood: where it stands and, in one Japanese sentence, what would cure it."""

    def __init__(self, path: str, line: int, sentence: str) -> None:
        super().__init__(f"{path}:{line}: {sentence}")
        self.path = path
        self.line = line
        self.sentence = sentence


@dataclass
class Problems:
    """Collects every ContentError of a reading, so that an author sees all of them at once."""

    errors: list[ContentError] = field(default_factory=list)

    def add(self, path: str, line: int, sentence: str) -> None:
        """Note a mistake and read on."""
        self.errors.append(ContentError(path, line, sentence))

    def raise_first(self) -> None:
        """Raise the first mistake by file and line, if there is one."""
        if self.errors:
            raise min(self.errors, key=lambda error: (error.path, error.line))


@dataclass(frozen=True, slots=True)
class Page:
    """A text file: its TOML front matter and the lines after it; `first` is the file's line of `lines[0]`.

    `readable` is False when the front matter was no TOML, so that nobody looks for what it should say.
    """

    path: str
    front: Mapping[str, object]
    lines: tuple[str, ...]
    first: int = 1
    readable: bool = True

    def line(self, index: int) -> int:
        """The line in the file of `lines[index]`."""
        return self.first + index


def read_files(root: Path) -> dict[str, bytes]:
    """Every text and image file below `root`, by its path with `/`.

    Hidden and `_` folders are left out, and what only leads to a file elsewhere.
    """
    found: dict[str, bytes] = {}
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if any(part.startswith((".", "_")) for part in relative.parts):
            continue
        wanted = path.suffix.lower() in TEXT_SUFFIXES | IMAGE_SUFFIXES and path.is_file()
        if wanted and lies_in(root, path):
            found[relative.as_posix()] = path.read_bytes()
    return found


def lies_in(root: Path, path: Path) -> bool:
    """Whether a file below `root` is really there: a link may name any file of the machine."""
    return path.resolve().is_relative_to(root.resolve())


def digest(files: SourceFiles) -> str:
    """SHA-256 (hex) over paths and bytes; the order of the mapping does not matter."""
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(path.encode() + b"\0" + hashlib.sha256(files[path]).digest())
    return whole.hexdigest()


def lines_of(path: str, data: bytes, problems: Problems) -> list[str]:
    """Decoded lines without their ends; a BOM and CRLF are understood, other encodings are a mistake."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        problems.add(path, line, "文字コードがUTF-8ではないようです。UTF-8で保存し直してください。")
        text = data.decode("utf-8", errors="replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, content in enumerate(lines, start=1):
        if unusable := _UNUSABLE.search(content):
            code = f"U+{ord(unusable[0]):04X}"
            problems.add(path, number, f"外字か制御文字({code})があります。ほかの字に替えてください。")
    return lines[:-1] if lines and not lines[-1] else lines


def toml_of(path: str, lines: list[str], first: int, problems: Problems) -> dict[str, object] | None:
    """TOML from `lines`, the first of which is line `first` of the file; None (and a mistake) if not."""
    try:
        return tomllib.loads("\n".join(lines) + "\n")
    except RecursionError:
        problems.add(path, first, "TOMLの入れ子が深すぎます。「[」と「{」を減らしてください。")
        return None
    except tomllib.TOMLDecodeError as error:
        where = _TOML_LINE.search(str(error))
        offset = int(where.group(1)) - 1 if where else len(lines)
        line = first + min(offset, max(len(lines) - 1, 0))
        problems.add(path, line, "TOMLとして読み取れません。引用符や「=」の書き方を確かめてください。")
        return None


def page_of(path: str, data: bytes, problems: Problems) -> Page:
    """A Markdown file split into front matter and body; the front matter may be absent."""
    lines = lines_of(path, data, problems)
    if not lines or lines[0].strip() != FENCE:
        return Page(path, {}, tuple(lines), 1)
    end = next((at for at in range(1, len(lines)) if lines[at].strip() == FENCE), None)
    if end is None:
        problems.add(
            path, 1, "冒頭の「+++」が閉じられていません。設定の終わりの行に「+++」を書いてください。"
        )
        end = next((at for at in range(1, len(lines)) if not lines[at].strip()), len(lines))
        return Page(path, {}, tuple(lines[end:]), end + 1, readable=False)
    front = toml_of(path, lines[1:end], 2, problems)
    return Page(path, front or {}, tuple(lines[end + 1 :]), end + 2, readable=front is not None)


def key_line(page_lines: list[str], key: str) -> int:
    """The line (from 1) where `key` is set, or 1."""
    wanted = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=|\s*\[{re.escape(key)}\]")
    return next((at for at, line in enumerate(page_lines, start=1) if wanted.match(line)), 1)
