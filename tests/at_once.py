"""Calls made at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from flask import Flask

from app.db import db

T = TypeVar("T")


def at_once(app: Flask, *calls: Callable[[], T]) -> list[T]:
    """Run the calls in threads of their own, started together; raise what any of them raised."""
    start = threading.Barrier(len(calls))
    results: dict[int, T] = {}
    errors: list[BaseException] = []

    def run(index: int, call: Callable[[], T]) -> None:
        with app.app_context():
            try:
                start.wait(timeout=10)
                results[index] = call()
            except BaseException as error:
                errors.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    if errors:
        raise errors[0]
    return [results[index] for index in range(len(calls))]
