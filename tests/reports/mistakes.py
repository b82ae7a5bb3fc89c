"""Mistakes planted in the product, one rule taken away each: what the properties must not let pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from pytest import MonkeyPatch
from sqlalchemy import select

from app.db import held
from app.people import directory
from app.people.employment import ServiceState
from app.people.models import MergeRow
from app.reports import facts
from app.training import amending, decisions, duties, progress, refresher, standing
from app.training.corrections_models import AnnulmentRow
from app.training.duties import Duties

Plant = Callable[[MonkeyPatch], None]


def no_exemption(patch: MonkeyPatch) -> None:
    patch.setattr(progress, "load_exemptions", lambda *_asked: {})


def no_annulment(patch: MonkeyPatch) -> None:
    nothing = select(AnnulmentRow.completion_id).where(AnnulmentRow.id.is_(None))
    patch.setattr(progress, "annulled", lambda _known_at=None: nothing)


def no_merge(patch: MonkeyPatch) -> None:
    for module in (directory, decisions, progress):
        patch.setattr(module, "merged_into", lambda _known_at=None: {})


def no_split(patch: MonkeyPatch) -> None:
    pair = (MergeRow.merged_id, MergeRow.kept_id)
    patch.setattr(directory, "_merges_known", lambda at: select(*pair).where(MergeRow.recorded_at <= at))


def no_leave(patch: MonkeyPatch) -> None:
    """Of the roster."""
    patch.setattr(directory, "_STATE", dict.fromkeys(directory._STATE, ServiceState.ACTIVE))


def no_deferral(patch: MonkeyPatch) -> None:
    """By HR."""
    real = decisions._standing

    def without(table: Any, *asked: Any) -> list[Any]:
        return [] if table is decisions.DeferralRow else real(table, *asked)

    patch.setattr(decisions, "_standing", without)


def no_amendment(patch: MonkeyPatch) -> None:
    patch.setattr(facts, "load_openings", lambda *_asked: ())


def no_renewal(patch: MonkeyPatch) -> None:
    """An amendment that was met is owed all the same."""
    real = progress.load_progress

    def forgetful(*asked: Any, **more: Any) -> Any:
        return {who: _without_renewals(one) for who, one in real(*asked, **more).items()}

    patch.setattr(facts, "load_progress", forgetful)


def _without_renewals(one: Any) -> Any:
    return type(one)(one.began_on, one.completions, one.exemptions)


def no_reappointment(patch: MonkeyPatch) -> None:
    """Every appointment begins a service of its own."""
    patch.setattr(duties, "services_of", lambda spans, _gap: [duties._service([span]) for span in spans])


def no_moved_date(patch: MonkeyPatch) -> None:
    patch.setattr(Duties, "due_change", lambda *_asked: None)


def no_correction(patch: MonkeyPatch) -> None:
    """What was withdrawn later still counts, and what was corrected comes on top: the roster's known-at."""
    patch.setattr(directory, "held", _now)


def no_known_at(patch: MonkeyPatch) -> None:
    """What HR decided counts as it stands today."""
    patch.setattr(decisions, "held", _now)


def no_known_annulment(patch: MonkeyPatch) -> None:
    patch.setattr(progress, "held", _now)


def no_known_opening(patch: MonkeyPatch) -> None:
    patch.setattr(amending, "held", _now)


def no_entry(patch: MonkeyPatch) -> None:
    """A completion on paper counts before it was entered."""
    real = progress.standing_completion
    patch.setattr(progress, "standing_completion", lambda _at=None: real(None))


def _now(table: Any, _known_at: Any = None) -> Any:
    return held(table)


# ---- of a year's run


def no_exemption_of_the_run(patch: MonkeyPatch) -> None:
    real: Callable[..., Any] = standing.judge

    def judged(*asked: Any) -> Any:
        *before, done, day = asked
        return real(*before, replace(done, exemptions=()), day)

    patch.setattr(refresher, "judge", judged)


def no_leave_at_all(patch: MonkeyPatch) -> None:
    patch.setattr(Duties, "on_leave", lambda *_asked: False)


def no_days_for_joiners(patch: MonkeyPatch) -> None:
    patch.setattr(refresher, "_due", lambda run, _entered, _duties: run.due)


def _another_run(**changes: Any) -> Plant:
    real = refresher.membership

    def plant(patch: MonkeyPatch) -> None:
        patch.setattr(
            refresher, "membership", lambda d, c, run, day: real(d, c, replace(run, **changes), day)
        )

    return plant


#: What is ignored -> how, in reports of what HR set right.
CORRECTIONS: dict[str, Plant] = {
    "免除": no_exemption,
    "取消し": no_annulment,
    "まとめた記録": no_merge,
    "分けた記録": no_split,
    "休み": no_leave,
    "猶予": no_deferral,
    "改定": no_amendment,
    "再度の任用": no_reappointment,
    "動かした期限": no_moved_date,
    "任用の記録の時点": no_correction,
    "決定の記録の時点": no_known_at,
}
#: Seen by the quick form as well, but later: planted in the long form only.
LATER: dict[str, Plant] = {
    "改定の修了": no_renewal,
    "取消しの記録の時点": no_known_annulment,
    "改定の記録の時点": no_known_opening,
    "修了の記録の時点": no_entry,
}
RUNS: dict[str, Plant] = {
    "免除": no_exemption_of_the_run,
    "休みと猶予": no_leave_at_all,
    "再度の任用": no_reappointment,
    "動かした期限": no_moved_date,
    "期間中に対象になった人の期限": no_days_for_joiners,
    "同じ年度の修了": _another_run(skip_if_completed_same_year=False),
    "終わりの日": _another_run(closes=date(2099, 3, 31)),
}
HISTORIES: dict[str, Plant] = {"休み": no_leave_at_all, "再度の任用": no_reappointment}
