"""When reminders go out: at the city's hours of its open days. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from app.business_days import is_open
from app.clock import JST, jst
from app.site import Hours

#: No city is closed longer than this at a stretch.
_LOOK_AHEAD = 60


def may_send(moment: datetime, hours: Sequence[Hours], closed_days: Collection[date] = ()) -> bool:
    """True on an open day, from the start of a stretch up to, but not at, its end (JST)."""
    local = jst(moment)
    if not is_open(local.date(), closed_days):
        return False
    return any(one.start <= local.time() < one.end for one in hours)


def next_opening(
    moment: datetime, hours: Sequence[Hours], closed_days: Collection[date] = ()
) -> datetime | None:
    """``moment`` itself when mail may go out, else the next time it may (JST); None when it never does."""
    if may_send(moment, hours, closed_days):
        return moment
    local = jst(moment)
    for ahead in range(_LOOK_AHEAD):
        day = local.date() + timedelta(days=ahead)
        if not is_open(day, closed_days):
            continue
        for one in sorted(hours, key=lambda h: h.start):
            opening = datetime.combine(day, one.start, JST)
            if opening > local:
                return opening
    return None
