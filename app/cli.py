"""The commands, as a list."""

from __future__ import annotations

import io
import sys

from flask import Flask


def init_app(app: Flask) -> None:
    """Register every command."""
    never_crash_on_output()
    from app.cli_content import content_cli
    from app.cli_demo import demo_cli
    from app.cli_draw import draw_cli
    from app.cli_evidence import evidence_cli
    from app.cli_operations import backup_command, doctor_command, restore_command
    from app.cli_remind import remind
    from app.cli_report import report_cli
    from app.cli_roster import roster_cli
    from app.cli_run_year import run_year_cli
    from app.cli_staff import staff_cli
    from app.cli_texts import texts_cli

    for group in (
        content_cli,
        demo_cli,
        draw_cli,
        evidence_cli,
        report_cli,
        roster_cli,
        run_year_cli,
        staff_cli,
        texts_cli,
    ):
        app.cli.add_command(group)
    for command in (backup_command, doctor_command, remind, restore_command):
        app.cli.add_command(command)


def never_crash_on_output() -> None:
    """A character the terminal lacks (𠮷 or — in a CP932 window) is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
