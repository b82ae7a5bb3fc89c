"""What an auditor gets: the check, the export, the replay of a test, the pack of a 年度, and 廃棄."""
