"""Running the site for years: backup, restore, doctor, a start that refuses what cannot go well."""
