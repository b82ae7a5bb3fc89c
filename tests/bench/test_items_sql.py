"""The SQL statement /hr/items is measured against counts what the page shows."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from app import create_app
from app.courses.library import Library
from app.db import db
from tests.bench.ground import COURSE, OURS, prepare
from tests.bench.items_sql import questions


def test_the_same_questions(tmp_path: Path, library: Library) -> None:
    ground = prepare(tmp_path, 400, 1, answers=True)
    course = library.course(COURSE)
    assert course is not None
    titles = {(s.id, s.revision): s.title for section in course.sections for s in section.scenarios}
    with closing(sqlite3.connect(tmp_path / OURS)) as connection:
        by_sql = {titles[s, r]: (right, people) for s, r, people, right in questions(connection, COURSE)}
    site = create_app(ground.settings(), library)
    client = site.test_client()
    client.set_cookie("kenshu_session", ground.hr)
    html = client.get("/hr/items").get_data(as_text=True)
    found = re.findall(r'item-title">(.*?)</span>.*?class="note">([\d,]+)/([\d,]+)人', html, re.S)
    assert len(found) > 20
    assert {title: (int(right), int(people)) for title, right, people in found} == by_sql
    with site.app_context():
        db.session.remove()
        db.engine.dispose()
