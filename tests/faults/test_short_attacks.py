"""The short form of the attacks: some of each, and a server without the protections that must be caught."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium

from app.courses.library import Library
from tests.faults import exports, logs, paths, planted, roles, scripts, uploads
from tests.faults.browser import Browser
from tests.faults.city import City, city
from tests.faults.corpora import FORMULAS, LINES, PATHS, SCRIPTS
from tests.faults.server import Server

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(os.name == "nt", reason="the documented server of Linux"),
]
#: Everything the controls take out, at once.
WITHOUT = "roles,form token,autoescape,formula guard,quiet log,own folder"
SOME_FILES = ("a name of 60,000 letters", "an entity that reads a file", "encrypted entries", "UTF-32")
FILES = (("auditor", "/hr/report.csv"), ("auditor", "/hr/report.xlsx"), ("learner", "/account/record.csv"))
Places = tuple[City, Server, Server]


@pytest.fixture(scope="module")
def places(library: Library) -> Iterator[Places]:
    """A city with its site, and the same site without its protections."""
    with (
        city(read=library) as made,
        Server(made.on, workers=1) as good,
        Server(made.on, WITHOUT, workers=1) as weak,
    ):
        yield made, good, weak


@pytest.fixture(scope="module")
def hostile(places: Places) -> Places:
    """The same with hostile texts in every field of the database."""
    with places[0].on.app.app_context():
        assert planted.plant((*SCRIPTS[:12], *FORMULAS[:12])) > 100
    return places


def test_nobody_gets_a_page_or_an_object_that_is_not_theirs(places: Places) -> None:
    made, good, _weak = places
    found = roles.crawl(made, good.port, 1, ["learner", "other head", "stranger"], step=8)
    assert found.requests > 100
    assert not (found.leaks or found.taken or found.changed), [*found.leaks, *found.taken, *found.changed]


def test_a_script_in_a_field_is_no_part_of_a_page(hostile: Places, chromium: Chromium) -> None:
    made, good, weak = hostile
    found = scripts.walk(made, good, chromium, ["learner"], 1, sends=False, most=6)
    assert found.shown and found.good, [*found.ran, *found.there]
    assert not scripts.redirects(made, good.port, SCRIPTS[:3])
    assert scripts.walk(made, weak, chromium, ["learner"], 1, sends=False, most=2).ran


def test_hostile_files_are_refused(places: Places) -> None:
    made, good, _weak = places
    found = uploads.measure(made, good, SOME_FILES, ["roster"])
    assert not found.wrong and found.more < uploads.MOST


def test_no_exported_cell_is_a_formula(hostile: Places) -> None:
    made, good, weak = hostile
    found, open_ = exports.Found(), exports.Found()
    for port, into in ((good.port, found), (weak.port, open_)):
        for name, path in FILES:
            exports.look(path, Browser(port, made.guests[name].token).ask(path).body, into)
    assert found.met and not found.formulas, found.formulas
    assert open_.formulas


def test_a_name_that_climbs_leads_nowhere(places: Places) -> None:
    made, good, weak = places
    found, open_ = paths.Found(), paths.Found()
    paths.asked(made, good, found, PATHS[1:5])
    paths.asked(made, weak, open_, PATHS[1:2])
    assert found.tried and not found.given, found.given
    assert open_.given


def test_an_event_is_a_line_of_the_log_and_no_secret_in_it(places: Places) -> None:
    made, good, weak = places
    for server, words in ((good, LINES[:3]), (weak, LINES[:1])):
        since = (made.on.folder / "server.log").stat().st_size
        found = logs.measure(made, server, words, guesses=0)
        logs.read(made, server, found, since)
        assert (not found.broken and not found.secrets) == (server is good), [*found.broken, *found.secrets]


def test_without_rights_and_tokens_it_would_be_seen(places: Places) -> None:
    """The last: what is taken here changes the city."""
    made, _good, weak = places
    found = roles.crawl(made, weak.port, 1, ["done"], step=15)
    assert found.leaks and found.taken
