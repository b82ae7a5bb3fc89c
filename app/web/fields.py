"""A form with fields that are read and checked by name."""

from __future__ import annotations

from flask_wtf import FlaskForm


class Fields(FlaskForm):  # type: ignore[misc]
    """A form without a token of its own: every POST's is checked before any view sees it."""

    class Meta:
        """As Flask-WTF reads it."""

        csrf = False
