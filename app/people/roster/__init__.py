"""Rosters: bytes -> rows -> lines -> plan -> database. Everything but ``state``, ``apply`` and ``staging`` is pure."""
