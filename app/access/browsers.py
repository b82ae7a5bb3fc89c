"""What kind of browser somebody signs in with, in words its owner knows again. Pure."""

from __future__ import annotations

#: How the name of a shared terminal begins.
SHARED = "共用の端末"
#: The first sign that is found decides: later ones stand in the names of earlier browsers, too.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_named(user_agent: str) -> str:
    """Edge・Windows, or as much of it as can be told; nothing of what the browser said is kept as it is."""
    kinds = ((mark, name) for mark, name in _BROWSERS if mark in user_agent)
    systems = ((mark, name) for mark, name in _SYSTEMS if mark in user_agent)
    found = [next(kinds, ("", ""))[1], next(systems, ("", ""))[1]]
    return "・".join(filter(None, found))
