"""Looking at pages as everybody must be able to use them: axe, sideways scrolling, what links lead to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

#: WCAG 2.2 A and AA, and what axe calls good practice; it need not describe each thing that is right.
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa",
                                               "best-practice"]},
         "resultTypes": ["violations"]}  # fmt: skip
_HREF = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"')


def axe(page: Page) -> list[str]:
    """What axe-core finds on the page as it stands: one line a thing."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("async (rules) => (await axe.run(document, rules)).violations", RULES)
    return [
        f"{one['id']}: {json.dumps(node['target'], ensure_ascii=False)} {node['html'][:160]} "
        f"{node['failureSummary'][:200]!r}"
        for one in found
        for node in one["nodes"]
    ]


def too_wide(page: Page) -> list[str]:
    """The page's width when it is wider than the window, with what sticks out."""
    out: list[str] = page.evaluate(
        """() => {
            const room = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= room) return [];
            return [...document.querySelectorAll("body *")]
                .map((e) => [e, e.getBoundingClientRect().right])
                .filter(([e, right]) => right > room + 1 && !e.closest(".table-scroll, .sprite"))
                .slice(0, 3).map(([e, right]) => `${e.tagName}.${e.className} ${right}/${room}`);
        }"""
    )
    return [f"wider than the window: {', '.join(out)}"] if out else []


def addresses(
    app: Flask, client: FlaskClient, starts: Iterable[str], each: int = 1
) -> Mapping[str, list[str]]:
    """Every page that links lead to from ``starts``: endpoint -> its first ``each`` addresses."""
    found: dict[str, list[str]] = {}
    ahead = list(starts)
    seen = set(ahead)
    while ahead:
        path = ahead.pop(0)
        endpoint = endpoint_of(app, path)
        if endpoint is None or endpoint == "static" or len(found.get(endpoint, ())) >= each:
            continue
        answer = client.get(path)
        if answer.status_code in (301, 302, 303):
            links = [answer.location]
        elif answer.mimetype == "text/html":
            found.setdefault(endpoint, []).append(path)
            links = [unescape(href) for href in _HREF.findall(answer.text)]
        else:
            continue
        for href in links:
            target = urldefrag(urljoin(f"http://localhost{path}", href)).url
            parts = urlsplit(target)
            local = parts.path + (f"?{parts.query}" if parts.query else "")
            if parts.hostname == "localhost" and local not in seen:
                seen.add(local)
                ahead.append(local)
    return found


def endpoint_of(app: Flask, path: str) -> str | None:
    """The view behind an address, or None."""
    try:
        endpoint, _values = app.url_map.bind("localhost").match(urlsplit(path).path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    return str(endpoint)
