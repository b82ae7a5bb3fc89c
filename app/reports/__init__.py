"""What HR hands upward: rows first, then page, CSV and XLSX."""
