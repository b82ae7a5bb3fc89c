"""Keep the text a person was shown, byte for byte, and show it again."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from sqlalchemy import select

from app.courses.library import load_course
from app.courses.model import Course, Section
from app.db import db
from app.training.models import ContentFileRow, ContentRevisionRow


def keep_revision(course: Course, section: Section, now: datetime) -> str:
    """Store the section's bytes unless they are kept already; return the digest. Does not commit."""
    if db.session.get(ContentRevisionRow, section.revision) is not None:
        return section.revision
    manifest = {}
    for path, body in sorted(course.sources(section).items()):
        digest = hashlib.sha256(body).hexdigest()
        manifest[path] = digest
        if db.session.get(ContentFileRow, digest) is None:
            db.session.add(ContentFileRow(digest=digest, body=body))
            db.session.flush()
    db.session.add(
        ContentRevisionRow(
            digest=section.revision,
            course=course.slug,
            section=section.slug,
            manifest=json.dumps(manifest, ensure_ascii=False, sort_keys=True),
            first_used_at=now,
        )
    )
    db.session.flush()
    return section.revision


def revision_files(digest: str) -> tuple[str, dict[str, bytes]]:
    """Return the course's slug and the kept files of a revision. Raises LookupError when it is unknown."""
    revision = db.session.get(ContentRevisionRow, digest)
    if revision is None:
        raise LookupError(digest)
    manifest: dict[str, str] = json.loads(revision.manifest)
    rows = db.session.execute(
        select(ContentFileRow.digest, ContentFileRow.body).where(ContentFileRow.digest.in_(manifest.values()))
    )
    bodies = {d: body for d, body in rows}
    return revision.course, {path: bodies[d] for path, d in manifest.items()}


def course_at(digest: str, language: str, ruby: bool) -> Course:
    """The course as it was at a kept revision (its one section only)."""
    cached = _parsed.get((digest, language, ruby))
    if cached is None:
        slug, files = revision_files(digest)
        cached = load_course(files, slug, language, ruby)
        if len(_parsed) >= 32:
            _parsed.clear()
        _parsed[(digest, language, ruby)] = cached
    return cached


_parsed: dict[tuple[str, str, bool], Course] = {}
