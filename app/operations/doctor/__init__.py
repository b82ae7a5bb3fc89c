"""What is wrong with this installation, in sentences: every check says what it found, and the cure."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.operations.doctor import database, machine, postgres, records, setup, sqlite
from app.operations.doctor.finding import Finding, Grade, Patient

log = logging.getLogger(__name__)

Check = Callable[[Patient], Iterator[Finding]]

#: In the order in which one would mend things.
CHECKS: tuple[Check, ...] = (
    machine.python,
    machine.libraries,
    machine.age_of_libraries,
    machine.time_zones,
    setup.instance_folder,
    setup.folder_rights,
    setup.disk_space,
    setup.log_space,
    setup.secret_key,
    setup.https,
    setup.demonstration,
    setup.moved_clock,
    setup.content,
    database.reachable,
    database.schema_at_head,
    sqlite.place,
    sqlite.version,
    sqlite.settings,
    sqlite.left_over_wal,
    sqlite.integrity,
    sqlite.file_rights,
    postgres.version,
    postgres.durability,
    postgres.encoding,
    postgres.role,
    records.evidence,
    records.clock_against_records,
    records.last_backup,
    records.roster,
    records.somebody_in_charge,
)


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything found; ``checks`` is how many questions were asked."""

    checks: int
    findings: tuple[Finding, ...]

    def of(self, grade: Grade) -> list[Finding]:
        """The findings of one grade."""
        return [finding for finding in self.findings if finding.grade is grade]

    @property
    def well(self) -> bool:
        """Nothing is wrong; there may be things to know."""
        return not self.of(Grade.FAULT)


def examine(patient: Patient) -> Examination:
    """Ask every question; a question that fails is itself a finding and stops no other."""
    found: list[Finding] = []
    for check in CHECKS:
        try:
            found += check(patient)
        except Exception as error:
            log.debug("%s failed", check.__name__, exc_info=True)
            reason = " ".join(str(error).split())[:200]
            found.append(
                Finding(Grade.FAULT, check.__name__, f"確かめられませんでした({check.__name__}: {reason})。")
            )
        finally:
            patient.let_go()
    return Examination(len(CHECKS), tuple(found))


__all__ = ["CHECKS", "Examination", "Finding", "Grade", "Patient", "examine"]
