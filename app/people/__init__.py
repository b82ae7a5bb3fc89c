"""Who works here: people, their appointments, their departments."""
