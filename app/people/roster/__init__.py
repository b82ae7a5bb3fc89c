"""Rosters: bytes -> rows -> lines -> plan -> database; all is pure up to the plan."""
