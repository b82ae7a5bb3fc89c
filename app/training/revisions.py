"""Keep the text a person was shown, byte for byte, and show it again."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.courses.library import load_course
from app.courses.model import Course, Section, SourceFiles
from app.db import db
from app.training import witness
from app.training.models import ContentFileRow, ContentRevisionRow


def keep_revision(course: Course, section: Section, now: datetime) -> str:
    """Store the section's bytes unless they are kept already; return the digest. Does not commit."""
    return _keep(course, section.slug, section.revision, course.sources(section), now)


def keep_course(course: Course, now: datetime) -> str:
    """Store the bytes of the whole course, of which a year's run asks; return the digest. Does not commit."""
    return _keep(course, "", course.revision, course.files, now)


def _keep(course: Course, section: str, revision: str, files: SourceFiles, now: datetime) -> str:
    if db.session.get(ContentRevisionRow, revision) is not None:
        return revision
    manifest = {}
    for path, body in sorted(files.items()):
        digest = hashlib.sha256(body).hexdigest()
        manifest[path] = digest
        if db.session.get(ContentFileRow, digest) is None:
            _add(ContentFileRow(digest=digest, body=body))
    row = ContentRevisionRow(
        digest=revision,
        course=course.slug,
        section=section,
        manifest=json.dumps(manifest, ensure_ascii=False, sort_keys=True),
        first_used_at=now,
    )
    if _add(row):
        witness.content_published(course.slug, section, revision, now)
    return revision


def _add(row: ContentFileRow | ContentRevisionRow) -> bool:
    """Insert a row named by what it holds; False when somebody was faster: theirs says the same."""
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return False
    return True


def revision_files(digest: str) -> dict[str, bytes]:
    """The kept files of a revision by path in the course's folder. Raises LookupError when it is unknown."""
    revision = db.session.get(ContentRevisionRow, digest)
    if revision is None:
        raise LookupError(digest)
    manifest: dict[str, str] = json.loads(revision.manifest)
    rows = db.session.execute(
        select(ContentFileRow.digest, ContentFileRow.body).where(ContentFileRow.digest.in_(manifest.values()))
    )
    bodies = {digest: body for digest, body in rows}
    return {path: bodies[digest] for path, digest in manifest.items()}


def course_at(slug: str, digest: str, language: str = "ja", ruby: bool = False) -> Course:
    """The course as it was at a kept revision (of one section, or whole). Raises LookupError."""
    key = (slug, digest, language, ruby)
    cached = _parsed.get(key)
    if cached is None:
        cached = load_course(revision_files(digest), slug, language, ruby)
        if len(_parsed) >= MOST_PARSED:
            _parsed.clear()
        _parsed[key] = cached
    return cached


#: Revisions kept parsed in memory; a digest always means the same text.
MOST_PARSED = 32
_parsed: dict[tuple[str, str, str, bool], Course] = {}
