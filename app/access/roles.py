"""Roles: what a person may do beyond their own training."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A role a person or an operator account may hold; every employee is a learner."""

    LEARNER = "learner"
    HEAD = "head"
    HR = "hr"
    AUDITOR = "auditor"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        """The role on screen."""
        return _LABELS[self]


_LABELS = {
    Role.LEARNER: "受講者",
    Role.HEAD: "所属長",
    Role.HR: "人事担当",
    Role.AUDITOR: "監査",
    Role.ADMIN: "システム管理",
}
