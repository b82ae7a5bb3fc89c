"""How the site reaches people: who is told what, by mail or on paper, and what went to whom."""
