"""The course after its author changed it: one change is asked for, one may be, one is only told."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from flask import Flask

from app import clock
from app.courses.library import Library
from app.settings import ROOT

#: (id, section, kind, days ago). The last has no English sentence yet.
CHANGES = (("asked", "2-purpose", "material", 20), ("ready", "4-basics", "material", 10),
           ("told", "1-definition", "clarifying", 5))  # fmt: skip
ADDED = (("ja", "災害のときも同じです。"), ("en", "So it is in a disaster."))


def amend(app: Flask, folder: Path) -> None:
    """Let the site's courses be those the author changed."""
    content = folder / "amended"
    shutil.copytree(ROOT / "content", content)
    entries = []
    for name, section, kind, days in CHANGES:
        for file, more in (
            ("lesson.ja.md", "災害のときも同じです。"),
            ("lesson.en.md", "So it is in a disaster."),
        ):
            lesson = content / "sns-guideline" / section / file
            lesson.write_text(f"{lesson.read_text('utf-8')}\n\n{more}\n", "utf-8")
        english = "" if name == "told" else 'summary_en = "It now speaks of disasters too."\n'
        day = clock.today() - timedelta(days=days)
        entries.append(
            f'[[amendment]]\nid = "{name}"\nsection = "{section}"\nkind = "{kind}"\ndate = {day}\n'
            f'summary = "災害のときの発信が加わりました。"\n{english}'
        )
    (content / "sns-guideline" / "amendments.toml").write_text("\n".join(entries), "utf-8")
    loaded = app.extensions["kenshu"]
    app.extensions["kenshu"] = replace(loaded, library=Library.load(content))
