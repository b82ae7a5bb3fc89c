"""Faults from outside: killed, locked, filled up, lost, attacked; and what the site still promises."""
