"""The properties can fail: each rule taken away is seen by the quick form, on examples that never change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.reports import test_brute_force as histories
from tests.reports import test_brute_force_corrections as corrections
from tests.reports import test_brute_force_runs as runs
from tests.reports.corrections import cases
from tests.reports.histories import asked
from tests.reports.mistakes import CORRECTIONS, HISTORIES, LATER, RUNS


def seen(strategy: st.SearchStrategy[Any], compare: Callable[[Any], None], quick: int) -> None:
    """Within as many examples as the quick form takes, one differs from the slow reading."""

    @settings(
        max_examples=quick, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        report_multiple_bugs=False, suppress_health_check=list(HealthCheck), print_blob=False,
    )  # fmt: skip
    @given(strategy)
    def mistaken(case: Any) -> None:
        compare(case)

    with pytest.raises(AssertionError):
        mistaken()


@pytest.mark.parametrize("name", [*CORRECTIONS, *(pytest.param(n, marks=pytest.mark.long) for n in LATER)])
def test_ignored_in_what_hr_set_right(app: Flask, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (CORRECTIONS | LATER)[name](monkeypatch)
    seen(cases(), lambda case: corrections.compare(app, case), corrections.QUICK)


@pytest.mark.parametrize("name", RUNS)
def test_ignored_in_a_years_run(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    RUNS[name](monkeypatch)
    seen(runs.years(), runs.compare, runs.QUICK)


@pytest.mark.parametrize("name", HISTORIES)
def test_ignored_in_the_report(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    HISTORIES[name](monkeypatch)
    seen(asked(), lambda case: histories.compare(*case), histories.QUICK)
