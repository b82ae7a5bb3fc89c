"""The demonstration city: made-up people and their years, written through the same doors as a real one."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Tell the login page the accounts of the demonstration, on a site that is one."""
    if app.extensions["kenshu"].settings.demo:
        from app.demo.cast import ACCOUNTS

        app.extensions["demo_accounts"] = [account.shown for account in ACCOUNTS]
