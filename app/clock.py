"""The one clock: asked at the edge (pages, commands) and handed inward."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

JST = ZoneInfo("Asia/Tokyo")

_started = datetime.now(UTC)


def rehearsal_start() -> datetime | None:
    """Return the moment ``KENSHU_NOW`` sets (ISO 8601, Japanese time unless it names a zone), or None.

    Raises ValueError when the variable is set to something else.
    """
    text = os.environ.get("KENSHU_NOW", "").strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"KENSHU_NOW={text!r} を日時として読めません。2026-04-01T09:00 の形で書いてください。"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=JST)).astimezone(UTC)


def now() -> datetime:
    """The present moment, timezone-aware, in UTC; in a rehearsal it runs on from ``KENSHU_NOW``."""
    real = datetime.now(UTC)
    start = rehearsal_start()
    return real if start is None else start + (real - _started)


def jst(moment: datetime) -> datetime:
    """The same moment on a Japanese clock."""
    return moment.astimezone(JST)


def day_of(moment: datetime) -> date:
    """The date in Japan on which ``moment`` falls."""
    return moment.astimezone(JST).date()


def today() -> date:
    """Today's date in Japan."""
    return day_of(now())


def end_of(day: date) -> datetime:
    """The first moment that no longer belongs to ``day`` in Japan (24:00 JST), in UTC."""
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=JST).astimezone(UTC)
