"""The small city of the tests of HR's pages, and HR signed in there."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.roles import Role
from tests.signing_in import sign_in
from tests.web.hr_city import NOON, build_city


@pytest.fixture
def people(app: Flask, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Ids of the city's people by name, at noon of its day."""
    monkeypatch.setenv("KENSHU_NOW", NOON)
    return build_city()


@pytest.fixture
def hr(client: FlaskClient, people: dict[str, str]) -> FlaskClient:
    """HR's browser, signed in among ``people``."""
    sign_in(client, people["hr"], Role.HR)
    return client
