"""Why a fixed report would come out differently now: facts recorded or withdrawn after it was made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.clock import jst
from app.db import db
from app.people.directory import merged_into, with_merged
from app.people.models import (
    AppointmentRow,
    ConsultationRow,
    DepartmentRow,
    MergeRow,
    PlacementRow,
    ProfileRow,
    ServiceStateRow,
    TermRow,
)
from app.training.corrections_models import AmendmentOpeningRow, AnnulmentRow, RegradeRow
from app.training.decisions import DeferralRow, DueChangeRow, ExemptionRow
from app.training.models import AttemptRow, CompletionRow, ReadingRow
from app.training.runs import RunClosingRow
from app.wareki import wareki

#: Table, what it is called.
OF_A_PERSON: tuple[tuple[Any, str], ...] = (
    (DeferralRow, "猶予"),
    (ExemptionRow, "免除"),
    (DueChangeRow, "受講期限の変更"),
    (ProfileRow, "氏名など"),
    (ConsultationRow, "協議の結果"),
    (AppointmentRow, "任用"),
)
OF_AN_APPOINTMENT: tuple[tuple[Any, str], ...] = (
    (TermRow, "任用の期間"),
    (PlacementRow, "所属や職員区分"),
    (ServiceStateRow, "在職区分"),
)
OF_EVERYBODY: tuple[tuple[Any, str], ...] = (
    (DepartmentRow, "所属の一覧"),
    (AmendmentOpeningRow, "改定の受講"),
    (RunClosingRow, "年度研修の終わり"),
)
#: So many people in one IN list.
CHUNK = 500


class Reasons:
    """Sentences by person, oldest first, of what came to be known since a moment."""

    def __init__(self, people: Sequence[str], course: str, since: datetime) -> None:
        self.since = since
        self.merges = merged_into()
        self.found: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
        self.general: list[tuple[datetime, str]] = []
        every = sorted(with_merged(people, self.merges))
        for first in range(0, len(every), CHUNK):
            self._read(every[first : first + CHUNK], course)
        for table, name in OF_EVERYBODY:
            for row in db.session.scalars(self._since(table)):
                self._note(None, name, row)
        whole = self._since(ConsultationRow).where(ConsultationRow.person_id.is_(None))
        for row in db.session.scalars(whole):
            self._note(None, "職員区分の協議の結果", row)

    def of(self, person_id: str) -> list[str]:
        """Why this person's line differs; of the whole city when nothing of their own came later."""
        mine = self.found.get(self.merges.get(person_id, person_id)) or self.general
        ordered = sorted(dict.fromkeys(mine))
        return [f"{wareki(jst(at).date())} {text}" for at, text in ordered] or ["教材や設定の変更"]

    def _since(self, table: Any) -> Any:
        return select(table).where((table.recorded_at > self.since) | (table.withdrawn_at > self.since))

    def _note(self, person_id: str | None, name: str, row: Any) -> None:
        told = self.general if person_id is None else self.found[self.merges.get(person_id, person_id)]
        if row.recorded_at > self.since:
            told.append((row.recorded_at, f"{name}の記録"))
        if row.withdrawn_at is not None and row.withdrawn_at > self.since:
            told.append((row.withdrawn_at, f"{name}の取消し又は訂正"))

    def _read(self, ids: list[str], course: str) -> None:
        for table, name in OF_A_PERSON:
            for row in db.session.scalars(self._since(table).where(table.person_id.in_(ids))):
                self._note(row.person_id, name, row)
        of = AppointmentRow
        for table, name in OF_AN_APPOINTMENT:
            query = self._since(table).join(of, of.id == table.appointment_id).where(of.person_id.in_(ids))
            for row, person_id in db.session.execute(query.add_columns(of.person_id)):
                self._note(person_id, name, row)
        for row in db.session.scalars(
            self._since(MergeRow).where(MergeRow.kept_id.in_(ids) | MergeRow.merged_id.in_(ids))
        ):
            for person_id in (row.kept_id, row.merged_id):
                self._note(person_id, "同じ人の記録をまとめたこと", row)
        self._read_done(ids, course)

    def _read_done(self, ids: list[str], course: str) -> None:
        done = CompletionRow
        query = self._since(AnnulmentRow).join(done, done.id == AnnulmentRow.completion_id)
        for row, person_id in db.session.execute(
            query.where(done.person_id.in_(ids)).add_columns(done.person_id)
        ):
            self._note(person_id, f"修了の取消し({row.reason})", row)
        for one in db.session.scalars(select(done).where(done.person_id.in_(ids), done.course == course)):
            at = one.recorded_at or one.confirmed_at
            if at > self.since:
                how = f"{one.method} {one.evidence_number}".strip()
                self._tell(one.person_id, at, f"修了の記録({how})")
        for at, person_id in db.session.execute(
            select(RegradeRow.recorded_at, AttemptRow.person_id)
            .join(AttemptRow, AttemptRow.id == RegradeRow.attempt_id)
            .where(AttemptRow.person_id.in_(ids), RegradeRow.recorded_at > self.since)
        ):
            self._tell(person_id, at, "問題の取下げによる合格")
        for moment, person, of in (
            (AttemptRow.started_at, AttemptRow.person_id, AttemptRow.course),
            (ReadingRow.read_at, ReadingRow.person_id, ReadingRow.course),
        ):
            for at, person_id in db.session.execute(
                select(moment, person).where(person.in_(ids), of == course, moment > self.since)
            ):
                self._tell(person_id, at, "受講")

    def _tell(self, person_id: str, at: datetime, text: str) -> None:
        self.found[self.merges.get(person_id, person_id)].append((at, text))
