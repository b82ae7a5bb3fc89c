"""The chain of evidence: what happened, so that an auditor can verify it without us. A leaf beside ``db``."""
