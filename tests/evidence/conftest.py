"""The site on each of the two databases."""

from __future__ import annotations

from tests.training.conftest import either as either
