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
        return {"learner": "受講者", "head": "所属長", "hr": "人事担当", "auditor": "監査", "admin": "システム管理"}[self]
