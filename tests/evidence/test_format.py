"""docs/evidence.md names every event the code appends, and its format is the one written."""

from __future__ import annotations

import re
from pathlib import Path

from app.evidence import lines
from app.evidence.chain import canonical, commitment, entry_hash, follow
from app.settings import ROOT
from app.training.decision import Kind

PAGE = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
EVENT = re.compile(r'(?:append|append_all|Happening)\(\[?\s*"([a-z]+\.[a-z_]+)"')


def test_every_event_is_described() -> None:
    used = {
        name for path in Path(ROOT / "app").rglob("*.py") for name in EVENT.findall(path.read_text("utf-8"))
    }
    used |= {f"{kind}.{change}" for kind in Kind for change in ("given", "withdrawn")}
    used |= {"merge.recorded", "merge.withdrawn"}
    assert used >= {"attempt.started", "completion.granted", "roster.imported", "run.opened", "run.closed"}
    assert sorted(name for name in used if f"`{name}`" not in PAGE) == []


def test_the_hash_is_that_of_the_page() -> None:
    """Known bytes and their known SHA-256: whoever changes the format must change this and the version."""
    body = canonical({"event": "x", "at": "2026-04-01T00:00:00.000000Z", "神": [1, None, "﨑\u0000\n"]})
    assert body == '{"at":"2026-04-01T00:00:00.000000Z","event":"x","神":[1,null,"﨑\\u0000\\n"]}'.encode()
    first = follow("kenshu", None, body)
    assert first.hash == entry_hash("kenshu", 1, "0" * 64, body)
    assert first.hash == "d554762a4fc390cd383a62c7b4e6c3c79cbfbcafa22d5b713e5eceecc9a386e4"
    assert lines.entry_line(first) == b'{"seq":1,"prev":"%s","hash":"%s","body":%s}\n' % (
        b"0" * 64,
        first.hash.encode(),
        body,
    )
    assert (
        commitment("ab", ["0001234", "髙橋", ""])
        == "c8212fd283a2cef90f979f124744960590a6e0c579bbb1bfc138db2a90044325"
    )
