"""A test client that looks at every page: title, one h1, language, labels, unique ids, no inline code."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from flask import g, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

UNLABELLED_TYPES = ("hidden", "submit", "button")
LABELLED = ("input", "select", "textarea")


class PageReader(HTMLParser):
    """Collect what ``complaints`` speaks of."""

    def __init__(self) -> None:
        super().__init__()
        self.lang = ""
        self.h1 = 0
        self.title = ""
        self.ids: list[str] = []
        self.labels_for: set[str] = set()
        self.controls: list[dict[str, str]] = []
        self.bad: list[str] = []
        self._open: list[str] = []
        self._form_posts = False
        self._form_has_token = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.lang = values.get("lang", "")
        elif tag == "h1":
            self.h1 += 1
        elif tag == "title":
            self._open.append(tag)
        elif tag == "label":
            self.labels_for.add(values.get("for", ""))
        elif tag == "img" and "alt" not in values:
            self.bad.append("an img without alt")
        elif tag == "style" or (tag == "script" and "src" not in values):
            self.bad.append(f"inline {tag}")
        if tag in LABELLED and values.get("type") not in UNLABELLED_TYPES:
            self.controls.append(values)
        if "id" in values:
            self.ids.append(values["id"])
        self.bad += [f"{tag} {name}=" for name in values if name == "style" or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        if self._open:
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag == self._open[-1]:
            self._open.pop()


def complaints(html: str) -> list[str]:
    """What a careful reader of this page's source would complain of."""
    page = PageReader()
    page.feed(html)
    found = list(page.bad)
    if not page.lang:
        found.append("no lang")
    if not page.title.strip() or page.title.strip().startswith("|"):
        found.append("no title")
    if page.h1 != 1:
        found.append(f"{page.h1} h1")
    found += [f"id {i!r} twice" for i in sorted({i for i in page.ids if page.ids.count(i) > 1})]
    for control in page.controls:
        labelled = (
            control.get("id") in page.labels_for or "aria-label" in control or "aria-labelledby" in control
        )
        if not labelled:
            found.append(f"no label for {control.get('name')!r}")
    return found


class HouseClient(FlaskClient):
    """Checks every HTML answer to a GET, error pages included."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Ask, and look at what comes back."""
        # The test's own application context outlives a request; who it was, their form token and their
        # language must not.
        if has_app_context():
            for name in ("_login_user", "csrf_token", "csrf_valid", "babel_locale", "babel_translations"):
                g.pop(name, None)
        response = super().open(*args, **kwargs)
        if response.request.method == "GET" and response.mimetype == "text/html" and response.data:
            text = response.get_data(as_text=True)
            if not 300 <= response.status_code < 400:
                assert not (found := complaints(text)), f"{response.request.path}: {found}"
        return response
