"""The commands, as a list."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register every command."""
    from app.cli_content import content_cli
    from app.cli_report import report_cli
    from app.cli_staff import staff_cli

    for group in (
        content_cli,
        report_cli,
        staff_cli,
    ):
        app.cli.add_command(group)
