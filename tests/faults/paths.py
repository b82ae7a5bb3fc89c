"""Names that climb at every place that takes a name: no file of the machine is given out or written."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from flask_migrate import stamp

from app.courses.library import Library
from app.courses.source import ContentError
from app.db import db
from app.operations import backup, restore
from app.operations.archive import BadArchive
from app.settings import ROOT
from tests.faults.browser import Browser
from tests.faults.city import City
from tests.faults.corpora import PATHS
from tests.faults.server import Server
from tests.operations.damaged import OUTSIDE, slipped

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)
#: What stands in files that are not for giving out: the secret, the city's file, the project, the machine.
TOLD = re.compile(rb"KX-CANARY|number_width|\[tool\.ruff|root:x:0|SQLite format 3")
TARGETS = ("secret_key", "pyproject.toml", "content/site.toml", "/etc/passwd")
#: Where a name stands in an address.
PLACES = (
    "/static/{}", "/courses/sns-guideline/files/{}", "/courses/{}/", "/courses/sns-guideline/{}",
    "/certificates/{}", "/hr/drafts/{}", "/hr/report/fixed/{number}/{}", "/hr/report/fixed/{}",
    "/hr/evidence/{}", "/hr/roster/staged/{}", "/department/reminders/prints/{}", "/{}",
)  # fmt: skip


@dataclass
class Found:
    """What the names led to."""

    tried: int = 0
    given: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)


def names(ways: Sequence[str] = PATHS) -> Iterator[str]:
    """Every way of naming each of the files."""
    for way in ways:
        yield from dict.fromkeys(way.replace("{}", target) for target in TARGETS)


def asked(city: City, server: Server, found: Found, ways: Sequence[str] = PATHS) -> None:
    """Ask for the files at every place that takes a name."""
    (city.on.folder / "secret_key").write_text("KX-CANARY", encoding="utf-8")
    number = quote(city.objects["hr_fixed.number"][0])
    browser = Browser(server.port, city.guests["hr"].token)
    for place in PLACES:
        for name in names(ways):
            # As it stands, as far as a line of HTTP can hold it.
            path = place.format(quote(name, safe="/\\.%:;?#~$@=&"), number=number)
            page = browser.ask(path)
            found.tried += 1
            if page.status >= 500 or TOLD.search(page.body):
                found.given.append(f"{path}: {page.status}")


def taught(city: City, found: Found) -> None:
    """Name the files as pictures of a lesson, and put links to them into the content."""
    made = city.on.folder / "taught"
    shutil.copytree(ROOT / "content", made)
    course = made / "sns-guideline"
    targets = (city.on.folder / "secret_key", ROOT / "pyproject.toml", Path("/etc/passwd"))
    for number, target in enumerate(targets):
        for at, kind in enumerate(("png", "md", "toml", "jpg")):
            (course / "3-scope" / f"link-{number}-{at}.{kind}").symlink_to(target)
            found.tried += 1
    _read(made, found)
    lesson = course / "3-scope" / "lesson.ja.md"
    pictures = [f"![図]({name})" for name in names() if "\n" not in name and " " not in name]
    found.tried += len(pictures)
    lesson.write_text(lesson.read_text("utf-8") + "\n\n" + "\n\n".join(pictures) + "\n", encoding="utf-8")
    _read(made, found)


def _read(made: Path, found: Found) -> None:
    with suppress(ContentError):
        for course in Library.load(made).courses():
            found.given += [f"content {path}" for path, data in course.files.items() if TOLD.search(data)]


def laid_back(city: City, found: Found) -> None:
    """Lay backups back whose members are named so, on a machine of its own some folders deep."""
    settings = city.on.app.extensions["kenshu"].settings
    place = city.on.folder / "machine" / "a" / "b"
    place.mkdir(parents=True)
    with city.on.app.app_context():
        stamp()
        backup.back_up(path := place.parent / "backup.zip", settings, NOW)
        bad = path.with_name("rewritten.zip")
        before = _tree(city.on.folder, place)
        for name in (*OUTSIDE, *dict.fromkeys(f"content/{name}" for name in names()), *names()):
            with suppress(BadArchive, backup.Refused, ValueError, UnicodeError):
                slipped(path, name)
                restore.restore(bad, replace(settings, instance=place), NOW, replace=True)
            found.tried += 1
        bad.unlink()
        db.session.remove()
    found.written += sorted(_tree(city.on.folder, place) - before)


def _tree(folder: Path, but: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*") if but not in path.parents}


def measure(city: City, server: Server) -> Found:
    """All of it."""
    found = Found()
    asked(city, server, found)
    taught(city, found)
    laid_back(city, found)
    return found
