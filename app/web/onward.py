"""Where a form leads when it is done."""

from __future__ import annotations

from typing import cast

from flask import Response, redirect


def see_other(target: str) -> Response:
    """Lead on after a POST, so that loading the page again sends nothing twice."""
    return cast(Response, redirect(target, 303))
